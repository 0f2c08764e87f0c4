/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_sysctl (xen/sysctl.h), interface version 0x15: entry and lists. */
#include "sysctl.h"

#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/printk.h>

/* The largest piece of the console ring that one call takes. */
#define READ_MAX (256u << 10)

static spinlock_t sysctl_lock = SPINLOCK_INIT;

static int readconsole(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_readconsole *r = &op->u.readconsole;
	uint32_t len = MIN(r->count, READ_MAX);
	char *buf = heap_alloc(len ? len : 1);
	int rc = 0;

	if (!buf)
		return -XEN_ENOMEM;
	r->count = (uint32_t)console_ring_read(buf, len, &r->index, r->incremental, r->clear);
	if (copy_to_handle(r->buffer, buf, r->count))
		rc = -XEN_EFAULT;
	heap_free(buf);
	*copyback = !rc;
	return rc;
}

static int getdomaininfolist(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;
	uint32_t n = 0, next = l->first_domain;

	while (n < l->max_domains && next < MAX_DOMAINS) {
		struct xen_domctl_getdomaininfo info;
		struct domain *d = domain_next((domid_t)next);

		if (!d)
			break;
		next = d->id + 1u;
		domain_getinfo(d, &info);
		domain_put(d);
		if (copy_to_handle_offset(l->buffer, n, &info, 1))
			return -XEN_EFAULT;
		n++;
	}
	l->num_domains = n;
	*copyback = true;
	return 0;
}

static int perfc_op(struct xen_sysctl *op, bool *copyback)
{
	return -XEN_EOPNOTSUPP;
}

static sysctl_fn *const table[] = {
	[XEN_SYSCTL_readconsole] = readconsole,
	[XEN_SYSCTL_physinfo] = sysctl_physinfo,
	[XEN_SYSCTL_sched_id] = sysctl_sched_id,
	[XEN_SYSCTL_perfc_op] = perfc_op,
	[XEN_SYSCTL_getdomaininfolist] = getdomaininfolist,
	[XEN_SYSCTL_debug_keys] = sysctl_debug_keys,
	[XEN_SYSCTL_getcpuinfo] = sysctl_getcpuinfo,
	[XEN_SYSCTL_availheap] = sysctl_availheap,
	[XEN_SYSCTL_cputopoinfo] = sysctl_cputopoinfo,
	[XEN_SYSCTL_numainfo] = sysctl_numainfo,
	[XEN_SYSCTL_cpupool_op] = sysctl_cpupool_op,
	[XEN_SYSCTL_scheduler_op] = sysctl_scheduler_op,
	[XEN_SYSCTL_pcitopoinfo] = sysctl_pcitopoinfo,
	[XEN_SYSCTL_get_cpu_levelling_caps] = sysctl_get_cpu_levelling_caps,
	[XEN_SYSCTL_get_cpu_featureset] = sysctl_get_cpu_featureset,
	[XEN_SYSCTL_livepatch_op] = sysctl_livepatch,
	[XEN_SYSCTL_get_cpu_policy] = sysctl_get_cpu_policy,
};

static sysctl_fn *const nacre_table[] = {
	[NACRE_SYSCTL_livepatch_info - NACRE_SYSCTL_FIRST] = sysctl_livepatch_info,
	[NACRE_SYSCTL_sched_stats - NACRE_SYSCTL_FIRST] = sysctl_sched_stats,
};

static sysctl_fn *find(uint32_t cmd)
{
	if (cmd < ARRAY_SIZE(table))
		return table[cmd];
	cmd -= NACRE_SYSCTL_FIRST;
	return cmd < ARRAY_SIZE(nacre_table) ? nacre_table[cmd] : NULL;
}

long do_sysctl(struct hypercall *hc)
{
	struct xen_sysctl op;
	bool copyback = false;
	long rc = -XEN_ENOSYS;
	sysctl_fn *fn;

	if (copy_arg_in(&op, hc->arg[0]))
		return -XEN_EFAULT;
	if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION)
		return -XEN_EACCES;
	if (!hc->v->domain->privileged)
		return -XEN_EPERM;
	if (!spin_trylock(&sysctl_lock))
		return -XEN_ERESTART;
	fn = find(op.cmd);
	if (fn)
		rc = fn(&op, &copyback);
	spin_unlock(&sysctl_lock);
	if (copyback && copy_arg_out(hc->arg[0], &op))
		rc = -XEN_EFAULT;
	return rc;
}
