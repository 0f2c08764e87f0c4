/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sysctls that describe the machine. One NUMA node, no PCI devices. */
#include "sysctl.h"

#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/pcpu.h>
#include <hv/string.h>

#define NODE_DISTANCE_SELF 10
#define MAX_PCI_QUERY	   65536

int sysctl_physinfo(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_physinfo *p = &op->u.physinfo;
	struct arch_cpu_facts facts;

	memset(p, 0, sizeof(*p));
	arch_cpu_facts(&facts);
	p->threads_per_core = facts.threads_per_core;
	p->cores_per_socket = facts.cores_per_socket;
	p->nr_cpus = nr_cpus_online;
	p->max_cpu_id = nr_cpus_online - 1;
	p->nr_nodes = 1;
	p->cpu_khz = facts.khz;
	p->capabilities = XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap |
			  XEN_SYSCTL_PHYSCAP_gnttab_v1 | XEN_SYSCTL_PHYSCAP_gnttab_v2;
	p->total_pages = frames_total();
	p->free_pages = frames_free();
	p->outstanding_pages = frames_claimed();
	p->max_mfn = frame_table_nr - 1;
	memcpy(p->hw_cap, facts.hw_cap, sizeof(p->hw_cap));
	*copyback = true;
	return 0;
}

int sysctl_numainfo(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_numainfo *n = &op->u.numainfo;
	struct xen_sysctl_meminfo mem = {.memsize = frame_table_nr << PAGE_SHIFT,
					 .memfree = frames_free() << PAGE_SHIFT};
	uint32_t distance = NODE_DISTANCE_SELF;
	bool fill = !handle_is_null(n->meminfo) || !handle_is_null(n->distance);
	int rc = 0;

	if (fill && n->num_nodes < 1)
		rc = -XEN_ENOBUFS;
	if (!rc && !handle_is_null(n->meminfo) && copy_to_handle(n->meminfo, &mem, 1))
		return -XEN_EFAULT;
	if (!rc && !handle_is_null(n->distance) && copy_to_handle(n->distance, &distance, 1))
		return -XEN_EFAULT;
	n->num_nodes = 1;
	*copyback = true;
	return rc;
}

int sysctl_cputopoinfo(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_cputopoinfo *t = &op->u.cputopoinfo;
	uint32_t nr = nr_cpus_online;
	bool room = t->num_cpus >= nr;

	if (!handle_is_null(t->cputopo) && room) {
		for (uint32_t i = 0; i < nr; i++) {
			struct xen_sysctl_cputopo c;

			arch_cpu_topology(i, &c.core, &c.socket, &c.node);
			if (copy_to_handle_offset(t->cputopo, i, &c, 1))
				return -XEN_EFAULT;
		}
	}
	t->num_cpus = nr;
	*copyback = true;
	return handle_is_null(t->cputopo) || room ? 0 : -XEN_ENOBUFS;
}

int sysctl_pcitopoinfo(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_pcitopoinfo *t = &op->u.pcitopoinfo;
	uint32_t node = XEN_INVALID_DEV;

	if (handle_is_null(t->devs) || handle_is_null(t->nodes))
		return -XEN_EINVAL;
	if (t->num_devs > MAX_PCI_QUERY)
		return -XEN_E2BIG;
	for (uint32_t i = 0; i < t->num_devs; i++)
		if (copy_to_handle_offset(t->nodes, i, &node, 1))
			return -XEN_EFAULT;
	*copyback = true;
	return 0;
}

int sysctl_getcpuinfo(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_getcpuinfo *g = &op->u.getcpuinfo;
	uint32_t nr = MIN(g->max_cpus, nr_cpus_online);

	for (uint32_t i = 0; i < nr; i++) {
		struct xen_sysctl_cpuinfo info = {.idletime = READ_ONCE(pcpus[i].idle_ns)};
		int64_t since = READ_ONCE(pcpus[i].idle_since.ns);

		/* A CPU that is idle now has not added this spell yet. */
		if (since && !READ_ONCE(pcpus[i].current) && arch_now().ns > since)
			info.idletime += (uint64_t)(arch_now().ns - since);
		if (copy_to_handle_offset(g->info, i, &info, 1))
			return -XEN_EFAULT;
	}
	g->nr_cpus = nr;
	*copyback = true;
	return 0;
}

int sysctl_availheap(struct xen_sysctl *op, bool *copyback)
{
	op->u.availheap.avail_bytes = frames_free() << PAGE_SHIFT;
	*copyback = true;
	return 0;
}
