/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/nacre_sysctl.h>
#include <hv/printk.h>
#include <xen/sysctl.h>
#include "hvcall.h"

static struct vcpu *zero;

static void boot(void)
{
	hv_boot(4, 64);
	zero = dom0->vcpu[0];
}

TestSuite(sysctl, .init = boot);

Test(sysctl, physinfo)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_physinfo};
	const struct xen_sysctl_physinfo *p = &op.u.physinfo;

	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(p->nr_cpus, 4);
	cr_assert_eq(p->max_cpu_id, 3);
	cr_assert_eq(p->nr_nodes, 1);
	cr_assert_eq(p->total_pages, frames_total());
	cr_assert_eq(p->free_pages, frames_free());
	cr_assert_eq(p->capabilities, XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap |
					      XEN_SYSCTL_PHYSCAP_gnttab_v1 |
					      XEN_SYSCTL_PHYSCAP_gnttab_v2);
}

Test(sysctl, numa_is_one_node)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_numainfo};
	struct xen_sysctl_numainfo *n = &op.u.numainfo;
	struct xen_sysctl_meminfo mem;
	uint32_t distance;

	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(n->num_nodes, 1);
	n->meminfo.p = (void *)BUF2;
	n->distance.p = (void *)BUF3;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	hv_get(zero, BUF2, &mem, sizeof(mem));
	hv_get(zero, BUF3, &distance, sizeof(distance));
	cr_assert_eq(mem.memsize, 64 << 20);
	cr_assert_eq(mem.memfree, frames_free() << PAGE_SHIFT);
	cr_assert_eq(distance, 10);
	n->num_nodes = 0;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOBUFS);
	n->num_nodes = 1;
	n->meminfo.p = (void *)BAD;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EFAULT);
}

Test(sysctl, topologies)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_cputopoinfo};
	struct xen_sysctl_cputopo topo[4];
	uint32_t node[3];

	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(op.u.cputopoinfo.num_cpus, 4);
	op.u.cputopoinfo.cputopo.p = (void *)BUF2;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	hv_get(zero, BUF2, topo, sizeof(topo));
	cr_assert_eq(topo[3].core, 3);
	op.u.cputopoinfo.num_cpus = 3;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOBUFS);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_pcitopoinfo};
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL);
	op.u.pcitopoinfo.num_devs = 3;
	op.u.pcitopoinfo.devs.p = (void *)BUF2;
	op.u.pcitopoinfo.nodes.p = (void *)BUF3;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	hv_get(zero, BUF3, node, sizeof(node));
	cr_assert_eq(node[2], XEN_INVALID_DEV);
}

Test(sysctl, domain_lists)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_getdomaininfolist};
	struct xen_sysctl_getdomaininfolist *l = &op.u.getdomaininfolist;
	struct domain *a = hv_guest(1, 16), *b = hv_guest(1, 16);
	xen_domctl_getdomaininfo_t info[4];

	l->max_domains = 4;
	l->buffer.p = (void *)BUF2;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(l->num_domains, 3);
	hv_get(zero, BUF2, info, sizeof(info));
	cr_assert_eq(info[0].domain, 0);
	cr_assert_eq(info[1].domain, a->id);
	cr_assert_eq(info[2].domain, b->id);
	l->first_domain = b->id;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(l->num_domains, 1);
	l->first_domain = 0;
	l->max_domains = 2;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(l->num_domains, 2);
	l->buffer.p = (void *)BAD;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EFAULT);
	l->max_domains = 0;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(l->num_domains, 0);
}

Test(sysctl, the_console_is_read_and_cleared)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_readconsole};
	struct xen_sysctl_readconsole *r = &op.u.readconsole;
	char text[8192] = "";

	printk("a line to be found\n");
	r->buffer.p = (void *)BUF2;
	r->count = 8000;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	hv_get(zero, BUF2, text, r->count);
	cr_assert(strstr(text, "(XEN) a line to be found"));
	printk("more\n");
	r->incremental = 1;
	r->clear = 1;
	r->count = 8000;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	memset(text, 0, sizeof(text));
	hv_get(zero, BUF2, text, r->count);
	cr_assert(strstr(text, "more"));
	cr_assert(!strstr(text, "a line"));
	r->incremental = 0;
	r->count = 8000;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(r->count, 0);
	printk("x\n");
	r->buffer.p = (void *)BAD;
	r->count = UINT32_MAX;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EFAULT);
}

Test(sysctl, cpus_and_memory)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_getcpuinfo};

	op.u.getcpuinfo.max_cpus = 100;
	op.u.getcpuinfo.info.p = (void *)BUF2;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(op.u.getcpuinfo.nr_cpus, 4);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_availheap, .u.availheap.node = -1};
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(op.u.availheap.avail_bytes, frames_free() << PAGE_SHIFT);
}

Test(sysctl, scheduler_and_pools)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_sched_id};
	struct xen_sysctl_cpupool_op *p = &op.u.cpupool_op;
	uint8_t map[8] = {0};

	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(op.u.sched_id.sched_id, XEN_SCHEDULER_CREDIT2);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_scheduler_op,
				 .u.scheduler_op = {.sched_id = XEN_SCHEDULER_CREDIT2,
						    .cmd = XEN_SYSCTL_SCHEDOP_getinfo}};
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_eq(op.u.scheduler_op.u.sched_credit2.ratelimit_us, 1000);
	op.u.scheduler_op.cpupool_id = 1;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ESRCH);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_cpupool_op};
	p->op = XEN_SYSCTL_CPUPOOL_OP_INFO;
	p->cpumap.bitmap.p = (void *)BUF2;
	p->cpumap.nr_bits = 64;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	hv_get(zero, BUF2, map, sizeof(map));
	cr_assert_eq(map[0], 0xf);
	cr_assert_eq(p->n_dom, 1);
	p->cpupool_id = 1;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOENT);
	p->op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	hv_get(zero, BUF2, map, sizeof(map));
	cr_assert_eq(map[0], 0);
	p->op = XEN_SYSCTL_CPUPOOL_OP_CREATE;
	p->sched_id = XEN_SCHEDULER_CREDIT2;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	p->op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EPERM, "the caller itself");
	p->domid = 5;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ESRCH);
	p->op = XEN_SYSCTL_CPUPOOL_OP_RMCPU;
	p->cpupool_id = 0;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL, "CPU 0");
	p->op = 99;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOSYS);
}

Test(sysctl, features_and_policies)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_cpu_featureset};
	struct xen_sysctl_cpu_policy *p = &op.u.cpu_policy;
	uint32_t words;

	cr_assert_eq(hv_sysctl(zero, &op), 0);
	words = op.u.cpu_featureset.nr_features;
	cr_assert_gt(words, 5);
	op.u.cpu_featureset.features.p = (void *)BUF2;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	op.u.cpu_featureset.nr_features = 2;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOBUFS);
	cr_assert_eq(op.u.cpu_featureset.nr_features, 2);
	op.u.cpu_featureset.index = 77;
	cr_assert_neq(hv_sysctl(zero, &op), 0);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_get_cpu_levelling_caps};
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_get_cpu_policy};
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	cr_assert_gt(p->nr_leaves, 0);
	p->leaves.p = (void *)BUF2;
	p->msrs.p = (void *)(BUF2 + 0x2000);
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	p->_rsvd = 1;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL);
	p->_rsvd = 0;
	p->nr_leaves = 0;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOBUFS);
	p->index = 77;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EINVAL);
}

Test(sysctl, debug_keys_print)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_debug_keys};
	struct domain *d = hv_guest(1, 16);

	hv_put(zero, BUF2, "hqrmsvxp", 8);
	op.u.debug_keys.keys.p = (void *)BUF2;
	op.u.debug_keys.nr_keys = 8;
	host.console_len = 0;
	cr_assert_eq(hv_sysctl(zero, &op), 0);
	host.console[MIN(host.console_len, sizeof(host.console) - 1)] = 0;
	cr_assert(strstr(host.console, "reboot machine"));
	cr_assert(strstr(host.console, "General information for domain 0"));
	op.u.debug_keys.nr_keys = 129;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_E2BIG);
	op.u.debug_keys.nr_keys = 1;
	op.u.debug_keys.keys.p = (void *)BAD;
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_EFAULT);
	host_kill(d);
}

Test(sysctl, only_the_privileged_with_the_right_version)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_sysctl op = {0};

	for (unsigned int cmd = 0; cmd < 40; cmd++) {
		op = (struct xen_sysctl){.cmd = cmd};
		cr_assert_eq(hv_sysctl(d->vcpu[0], &op), -XEN_EPERM);
		op = (struct xen_sysctl){.cmd = NACRE_SYSCTL_FIRST + cmd};
		cr_assert_eq(hv_sysctl(d->vcpu[0], &op), -XEN_EPERM);
	}
	op.interface_version = 0x14;
	hv_put(zero, BUF, &op, sizeof(op));
	cr_assert_eq(hv_call(zero, do_sysctl, BUF, 0, 0), -XEN_EACCES);
	cr_assert_eq(hv_call(zero, do_sysctl, BAD, 0, 0), -XEN_EFAULT);
	op = (struct xen_sysctl){.cmd = 12345};
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOSYS);
	op = (struct xen_sysctl){.cmd = NACRE_SYSCTL_FIRST + 999};
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOSYS);
	op = (struct xen_sysctl){.cmd = NACRE_SYSCTL_FIRST - 1};
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOSYS);
	op = (struct xen_sysctl){.cmd = XEN_SYSCTL_tbuf_op};
	cr_assert_eq(hv_sysctl(zero, &op), -XEN_ENOSYS);
}

Test(sysctl, random_calls)
{
	srand(5);
	for (int n = 0; n < 20000; n++) {
		struct xen_sysctl op;
		uint8_t *raw = (uint8_t *)&op;

		for (unsigned int i = 0; i < sizeof(op); i++)
			raw[i] = rand() % 3 ? 0 : (uint8_t)rand();
		op.cmd = (uint32_t)rand() % 32 + (rand() % 8 ? 0 : NACRE_SYSCTL_FIRST);
		if (op.cmd != XEN_SYSCTL_debug_keys)
			hv_sysctl(zero, &op);
	}
}
