/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hypercall wrappers against a fake: arguments, bouncing, error codes. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/cpupool.h"
#include "ctrl/domain.h"
#include "ctrl/evtchn.h"
#include "ctrl/gnttab.h"
#include "ctrl/host.h"
#include "ctrl/hvm.h"
#include "ctrl/sched.h"
#include "ctrl/vcpu.h"
#include "fake_xen.h"

static struct ctrl *ctrl;

static void setup(void)
{
	fake_reset();
	cr_assert_eq(ctrl_open(&ctrl), 0);
}

static void teardown(void)
{
	cr_assert_eq(fake.buffers, 0u);
	cr_assert_eq(fake.mappings, 0u);
	ctrl_close(ctrl);
}

TestSuite(ctrl, .init = setup, .fini = teardown);

static unsigned int again;

static int domctl_life(struct xen_domctl *op)
{
	if (op->interface_version != XEN_DOMCTL_INTERFACE_VERSION)
		return -EACCES;
	switch (op->cmd) {
	case XEN_DOMCTL_createdomain:
		if (op->u.createdomain.flags != (XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap) ||
		    op->u.createdomain.handle[3] != 3 || op->u.createdomain.max_vcpus != 5)
			return -EINVAL;
		op->domain = 42;
		return 0;
	case XEN_DOMCTL_destroydomain:
		if (!again)
			return 0;
		again--;
		return again & 1 ? -EAGAIN : -ERESTART;
	case XEN_DOMCTL_getdomaininfo:
		op->domain = 9;
		op->u.getdomaininfo.domain = 9;
		op->u.getdomaininfo.flags = XEN_DOMINF_shutdown | 3u << XEN_DOMINF_shutdownshift;
		return 0;
	default:
		return 1;
	}
}

Test(ctrl, life_of_a_domain)
{
	uint8_t uuid[16] = {0, 1, 2, 3};
	struct xen_domctl_createdomain config;
	struct xen_domctl_getdomaininfo info;
	uint32_t domid = 0;

	fake.domctl = domctl_life;
	ctrl_domain_pvh_config(&config, uuid, 5);
	cr_assert_eq(ctrl_domain_create(ctrl, &domid, &config), 0);
	cr_assert_eq(domid, 42u);
	again = 7;
	cr_assert_eq(ctrl_domain_destroy(ctrl, 42), 0);
	cr_assert_eq(again, 0u);
	again = 2;
	cr_assert_eq(ctrl_domain_destroy_step(ctrl, 42), -EAGAIN);
	cr_assert_eq(ctrl_domain_destroy_step(ctrl, 42), -EAGAIN);
	cr_assert_eq(ctrl_domain_destroy_step(ctrl, 42), 0);
	/* The hypervisor skips to the next domain; the caller asked for one. */
	cr_assert_eq(ctrl_domain_info(ctrl, 8, &info), -ESRCH);
	cr_assert_eq(ctrl_domain_info(ctrl, 9, &info), 0);
	cr_assert(ctrl_domain_is_shutdown(&info));
	cr_assert_eq(ctrl_domain_shutdown_reason(&info), 3u);
}

Test(ctrl, errno_becomes_the_result)
{
	fake.fail_at = 1;
	fake.fail_errno = EPERM;
	cr_assert_eq(ctrl_domain_pause(ctrl, 1), -EPERM);
	cr_assert_eq(ctrl_domain_set_max_vcpus(ctrl, 1, 2), -ESRCH);
	cr_assert_eq(ctrl_domain_unpause(ctrl, FAKE_DOMID), -ENOSYS);
	cr_assert_eq(ctrl_domain_set_max_mem(ctrl, FAKE_DOMID, 4096), 0);
	cr_assert_eq(fake.max_kib, 4096u);
}

static int domctl_affinity(struct xen_domctl *op)
{
	struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;

	if (op->cmd != XEN_DOMCTL_setvcpuaffinity && op->cmd != XEN_DOMCTL_getvcpuaffinity)
		return 1;
	if (op->cmd == XEN_DOMCTL_getvcpuaffinity && a->flags & XEN_VCPUAFFINITY_SOFT)
		a->cpumap_soft.bitmap.p[0] = 0x81;
	/* Only CPUs 0..3 are there. */
	if (op->cmd == XEN_DOMCTL_setvcpuaffinity && a->flags & XEN_VCPUAFFINITY_HARD) {
		a->cpumap_hard.bitmap.p[0] &= 0xf;
		a->cpumap_hard.bitmap.p[1] = 0;
	}
	return a->vcpu == 1 && a->cpumap_hard.nr_bits + a->cpumap_soft.nr_bits == 12 ? 0 : -EINVAL;
}

Test(ctrl, affinity_goes_in_and_out)
{
	uint8_t hard[2] = {0x3c, 0x0f}, soft[2] = {0xff, 0xff};

	fake.domctl = domctl_affinity;
	cr_assert_eq(ctrl_vcpu_set_affinity(ctrl, 3, 1, hard, NULL, 12, false), 0);
	cr_assert_eq(hard[0], 0x0c);
	cr_assert_eq(hard[1], 0);
	cr_assert_eq(ctrl_vcpu_get_affinity(ctrl, 3, 1, NULL, soft, 12), 0);
	cr_assert_eq(soft[0], 0x81);
	cr_assert_eq(soft[1], 0);
	cr_assert_eq(ctrl_vcpu_get_affinity(ctrl, 3, 1, NULL, soft, 0), -EINVAL);
}

static int domctl_force(struct xen_domctl *op)
{
	return op->u.vcpuaffinity.flags == XEN_VCPUAFFINITY_FORCE ? 0 : -EINVAL;
}

Test(ctrl, affinity_may_be_only_forced)
{
	fake.domctl = domctl_force;
	cr_assert_eq(ctrl_vcpu_set_affinity(ctrl, 3, 1, NULL, NULL, 12, true), 0);
	cr_assert_eq(ctrl_vcpu_set_affinity(ctrl, 3, 1, NULL, NULL, 12, false), -EINVAL);
}

/* Pool 4 has CPUs 1 and 9; CPU 2 is free. */
static int sysctl_pool(struct xen_sysctl *op)
{
	struct xen_sysctl_cpupool_op *p = &op->u.cpupool_op;

	if (op->cmd != XEN_SYSCTL_cpupool_op)
		return -ENOSYS;
	switch (p->op) {
	case XEN_SYSCTL_CPUPOOL_OP_INFO:
		if (p->cpupool_id > 4)
			return -ENOENT;
		p->cpupool_id = 4;
		p->sched_id = XEN_SCHEDULER_NULL;
		p->n_dom = 3;
		p->cpumap.bitmap.p[0] = 2;
		p->cpumap.bitmap.p[1] = 2;
		return p->cpumap.nr_bits == CTRL_CPUPOOL_MAX_CPUS ? 0 : -EINVAL;
	case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
		p->cpumap.bitmap.p[0] = 4;
		return 0;
	case XEN_SYSCTL_CPUPOOL_OP_CREATE:
		if (p->cpupool_id != CTRL_CPUPOOL_ANY || p->sched_id != XEN_SCHEDULER_NULL)
			return -ENOENT;
		p->cpupool_id = 5;
		return 0;
	case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
		return p->cpupool_id == 4 ? -EBUSY : 0;
	case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
		return p->cpupool_id == 4 && p->cpu == 2 ? 0 : -ENODEV;
	case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
		return p->cpupool_id == 4 && p->cpu == 9 ? 0 : -EADDRNOTAVAIL;
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
		return p->cpupool_id == 4 && p->domid == 7 ? 0 : -ESRCH;
	default:
		return -ENOSYS;
	}
}

Test(ctrl, cpu_pools)
{
	struct ctrl_cpupool pool;
	uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8];
	uint32_t id = CTRL_CPUPOOL_ANY;

	fake.sysctl = sysctl_pool;
	cr_assert_eq(ctrl_cpupool_info(ctrl, 0, &pool), 0);
	cr_assert_eq(pool.id, 4u);
	cr_assert_eq(pool.nr_domains, 3u);
	cr_assert_str_eq(ctrl_sched_name(pool.sched_id), "null");
	cr_assert(pool.cpus[0] == 2 && pool.cpus[1] == 2 && !pool.cpus[2]);
	cr_assert_eq(ctrl_cpupool_info(ctrl, 5, &pool), -ENOENT);
	cr_assert_eq(ctrl_cpupool_free_cpus(ctrl, cpus), 0);
	cr_assert(cpus[0] == 4 && !cpus[1]);
	cr_assert_eq(ctrl_cpupool_create(ctrl, &id, XEN_SCHEDULER_CREDIT), -ENOENT);
	cr_assert_eq(ctrl_cpupool_create(ctrl, &id, XEN_SCHEDULER_NULL), 0);
	cr_assert_eq(id, 5u);
	cr_assert_eq(ctrl_cpupool_destroy(ctrl, 4), -EBUSY);
	cr_assert_eq(ctrl_cpupool_destroy(ctrl, 5), 0);
	cr_assert_eq(ctrl_cpupool_add_cpu(ctrl, 4, 2), 0);
	cr_assert_eq(ctrl_cpupool_add_cpu(ctrl, 4, 1), -ENODEV);
	cr_assert_eq(ctrl_cpupool_remove_cpu(ctrl, 4, 9), 0);
	cr_assert_eq(ctrl_cpupool_remove_cpu(ctrl, 4, 2), -EADDRNOTAVAIL);
	cr_assert_eq(ctrl_cpupool_move_domain(ctrl, 4, 7), 0);
	cr_assert_eq(ctrl_cpupool_move_domain(ctrl, 4, 8), -ESRCH);
}

Test(ctrl, schedulers_by_name)
{
	uint32_t id = 0;

	cr_assert_eq(ctrl_sched_by_name("Credit2", &id), 0);
	cr_assert_eq(id, (uint32_t)XEN_SCHEDULER_CREDIT2);
	cr_assert_eq(ctrl_sched_by_name("cr", &id), -ENOENT);
	cr_assert_str_eq(ctrl_sched_name(XEN_SCHEDULER_RTDS), "rtds");
	cr_assert_str_eq(ctrl_sched_name(99), "unknown");
}

static uint32_t claimed_domains;

static int sysctl_list(struct xen_sysctl *op)
{
	struct xen_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;

	if (op->cmd != XEN_SYSCTL_getdomaininfolist)
		return -ENOSYS;
	for (uint32_t i = 0; i < 3 && i < l->max_domains; i++)
		l->buffer.p[i].domain = (domid_t)(l->first_domain + i);
	l->num_domains = claimed_domains;
	return 0;
}

Test(ctrl, list_of_domains)
{
	struct xen_domctl_getdomaininfo info[4];

	fake.sysctl = sysctl_list;
	claimed_domains = 3;
	cr_assert_eq(ctrl_domain_list(ctrl, 5, info, 4), 3);
	cr_assert_eq(info[2].domain, 7);
	/* More than there was room for: never believed. */
	claimed_domains = 5;
	cr_assert_eq(ctrl_domain_list(ctrl, 5, info, 4), -EPROTO);
	cr_assert_eq(ctrl_domain_list(ctrl, 5, info, 0), 0);
}

static size_t log_size;

static int sysctl_console(struct xen_sysctl *op)
{
	struct xen_sysctl_readconsole *c = &op->u.readconsole;

	if (op->cmd != XEN_SYSCTL_readconsole)
		return -ENOSYS;
	if (c->count > log_size)
		c->count = (uint32_t)log_size;
	memset(c->buffer.p, 'x', c->count);
	if (c->clear)
		log_size = 0;
	c->index += c->count;
	return 0;
}

Test(ctrl, console_ring_of_any_size)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300000};
	char *text;
	size_t len;

	fake.sysctl = sysctl_console;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		log_size = sizes[i];
		cr_assert_eq(ctrl_host_console_read(ctrl, 0, &text, &len), 0);
		cr_assert_eq(len, sizes[i]);
		cr_assert_eq(strlen(text), len);
		free(text);
	}
	cr_assert_eq(ctrl_host_console_read(ctrl, 1, &text, &len), 0);
	cr_assert_eq(len, 300000u);
	cr_assert_eq(log_size, 0u);
	free(text);
	log_size = 100u << 20;
	cr_assert_eq(ctrl_host_console_read(ctrl, 0, &text, &len), -ENOBUFS);
	cr_assert_null(text);
}

Test(ctrl, populate_tells_how_far_it_came)
{
	static xen_pfn_t gfns[1500];

	for (size_t i = 0; i < 1500; i++)
		gfns[i] = i + 1;
	fake.free_pages = 1100;
	cr_assert_eq(ctrl_memory_populate(ctrl, FAKE_DOMID, 0, gfns, 1500), 1100);
	fake_reset();
	cr_assert_eq(ctrl_memory_populate(ctrl, FAKE_DOMID, 0, gfns, 1500), 1500);
	fake_reset();
	fake.fail_at = 2;
	fake.fail_errno = EFAULT;
	cr_assert_eq(ctrl_memory_populate(ctrl, FAKE_DOMID, 0, gfns, 1500), -EFAULT);
}

Test(ctrl, grants_outside_of_the_reserved_entries_are_refused)
{
	struct ctrl_grant grant = {8, 0, 1};

	cr_assert_eq(ctrl_gnttab_seed(ctrl, FAKE_DOMID, &grant, 1), -EINVAL);
	grant = (struct ctrl_grant){1, 0, 1ull << 32};
	cr_assert_eq(ctrl_gnttab_seed(ctrl, FAKE_DOMID, &grant, 1), -EINVAL);
	grant = (struct ctrl_grant){1, 3, 0x1234};
	cr_assert_eq(ctrl_gnttab_seed(ctrl, FAKE_DOMID, &grant, 1), 0);
	cr_assert_eq(fake.grants[1].domid, 3);
	cr_assert_eq(fake.grants[1].frame, 0x1234u);
	cr_assert_eq(fake.grants[1].flags, GTF_permit_access);
}

static uint32_t stats_given;

static int sysctl_stats(struct xen_sysctl *op)
{
	struct nacre_sysctl_sched_stats *s = NACRE_SYSCTL_ARG(op, sched_stats);
	struct nacre_sched_record *r = (void *)s->buffer.p;

	if (op->cmd != NACRE_SYSCTL_sched_stats)
		return 1;
	cr_assert_eq(s->record_size, sizeof(*r));
	cr_assert_eq(s->first_domain, 5);
	cr_assert_eq(s->nr, 2);
	cr_assert_eq(s->unused, 0);
	r[0].domid = 6;
	r[1].domid = 9;
	s->nr = stats_given;
	s->first_domain = 10;
	s->now_ns = 77;
	return 0;
}

Test(ctrl, sched_stats)
{
	struct nacre_sched_record r[3] = {{0}};
	uint64_t now_ns = 0;
	uint32_t next = 5;

	fake.sysctl = sysctl_stats;
	stats_given = 2;
	cr_assert_eq(ctrl_sched_stats(ctrl, &next, r, 2, &now_ns), 2);
	cr_assert_eq(next, 10);
	cr_assert_eq(now_ns, 77u);
	cr_assert_eq(r[1].domid, 9);
	/* More than there is room for cannot be true. */
	next = 5;
	stats_given = 3;
	cr_assert_eq(ctrl_sched_stats(ctrl, &next, r, 2, &now_ns), -EPROTO);
	fake.fail_at = 1;
	fake.fail_errno = ENOSYS;
	cr_assert_eq(ctrl_sched_stats(ctrl, &next, r, 2, &now_ns), -ENOSYS);
}
