/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/sched.h>
#include <xen/domctl.h>
#include "hvcall.h"

static struct vcpu *zero;

static void boot(void)
{
	hv_boot(4, 64);
	zero = dom0->vcpu[0];
}

TestSuite(domctl, .init = boot);

static const struct xen_domctl_createdomain good = {
	.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap | XEN_DOMCTL_CDF_oos_off,
	.max_vcpus = 2,
	.max_evtchn_port = 1023,
	.max_grant_frames = -1,
	.max_maptrack_frames = -1,
	.grant_opts = XEN_DOMCTL_GRANT_version(1),
	.handle = {1, 2, 3},
	.arch.emulation_flags = XEN_X86_EMU_LAPIC,
};

static long create(const struct xen_domctl_createdomain *c, domid_t want, domid_t *id)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_createdomain, .domain = want, .u.createdomain = *c};
	long rc = hv_domctl(zero, &op);

	*id = op.domain;
	return rc;
}

static long simple(unsigned int cmd, domid_t id)
{
	struct xen_domctl op = {.cmd = cmd, .domain = id};

	return hv_domctl(zero, &op);
}

static struct xen_domctl_getdomaininfo info_of(domid_t id)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getdomaininfo, .domain = id};

	cr_assert_eq(hv_domctl(zero, &op), 0);
	return op.u.getdomaininfo;
}

static long max_vcpus(domid_t id, uint32_t n)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_max_vcpus, .domain = id, .u.max_vcpus.max = n};

	return hv_domctl(zero, &op);
}

Test(domctl, a_domain_from_birth_to_death)
{
	struct xen_domctl mem = {.cmd = XEN_DOMCTL_max_mem, .u.max_mem.max_memkb = 4096};
	struct xen_domctl_getdomaininfo i;
	struct hv_usage before;
	domid_t id;

	for (int round = 0; round < 3; round++) {
		if (round == 1)
			before = hv_usage();
		cr_assert_eq(create(&good, 0, &id), 0);
		mem.domain = id;
		cr_assert_eq(hv_domctl(zero, &mem), 0);
		cr_assert_eq(max_vcpus(id, 2), 0);
		i = info_of(id);
		cr_assert_eq(i.domain, id);
		cr_assert_eq(i.max_pages, 1024);
		cr_assert_eq(i.max_vcpu_id, 1);
		cr_assert_eq(memcmp(i.handle, good.handle, sizeof(i.handle)), 0);
		cr_assert(i.flags & XEN_DOMINF_paused);
		cr_assert_eq(simple(XEN_DOMCTL_unpausedomain, id), 0);
		cr_assert_not(info_of(id).flags & XEN_DOMINF_paused);
		cr_assert_eq(simple(XEN_DOMCTL_pausedomain, id), 0);
		cr_assert_eq(simple(XEN_DOMCTL_destroydomain, id), 0);
		cr_assert_eq(simple(XEN_DOMCTL_pausedomain, id), -XEN_ESRCH);
		cr_assert_eq(simple(XEN_DOMCTL_destroydomain, id), -XEN_ESRCH);
	}
	cr_assert(hv_usage_same(before, hv_usage()));
}

Test(domctl, configurations_are_checked)
{
	struct xen_domctl_createdomain c;
	domid_t id;

#define REFUSED(change, code)                                                                      \
	do {                                                                                       \
		c = good;                                                                          \
		change;                                                                            \
		cr_assert_eq(create(&c, 0, &id), -(code), #change);                                \
	} while (0)
	REFUSED(c.flags = XEN_DOMCTL_CDF_hap, XEN_EINVAL);
	REFUSED(c.flags = XEN_DOMCTL_CDF_hvm, XEN_EINVAL);
	REFUSED(c.flags |= XEN_DOMCTL_CDF_iommu, XEN_EINVAL);
	REFUSED(c.flags |= XEN_DOMCTL_CDF_nested_virt, XEN_EINVAL);
	REFUSED(c.flags |= XEN_DOMCTL_CDF_vpmu, XEN_EINVAL);
	REFUSED(c.flags |= 1u << 31, XEN_EINVAL);
	REFUSED(c.iommu_opts = 1, XEN_EINVAL);
	REFUSED(c.max_vcpus = 0, XEN_EINVAL);
	REFUSED(c.max_vcpus = 129, XEN_EINVAL);
	REFUSED(c.max_vcpus = UINT32_MAX, XEN_EINVAL);
	REFUSED(c.max_grant_frames = 0, XEN_EINVAL);
	REFUSED(c.max_grant_frames = INT32_MAX, XEN_EINVAL);
	REFUSED(c.max_maptrack_frames = INT32_MAX, XEN_EINVAL);
	REFUSED(c.grant_opts = 0, XEN_EINVAL);
	REFUSED(c.grant_opts = 16, XEN_EINVAL);
	REFUSED(c.grant_opts = 3, XEN_EINVAL);
	REFUSED(c.vmtrace_size = 4096, XEN_EINVAL);
	REFUSED(c.cpupool_id = 1, XEN_ESRCH);
	REFUSED(c.arch.emulation_flags = XEN_X86_EMU_ALL, XEN_EOPNOTSUPP);
	REFUSED(c.arch.emulation_flags = 0, XEN_EOPNOTSUPP);
	REFUSED(c.arch.misc_flags = 2, XEN_EINVAL);
#undef REFUSED
	cr_assert_eq(create(&good, 17, &id), 0);
	cr_assert_eq(id, 17);
	cr_assert_eq(create(&good, 17, &id), -XEN_EEXIST);
	cr_assert_eq(create(&good, DOMID_INVALID, &id), 0);
	cr_assert_neq(id, 17);
}

Test(domctl, vcpus_are_made_once_and_as_many_as_promised)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getvcpuinfo};
	domid_t id;

	cr_assert_eq(create(&good, 0, &id), 0);
	op.domain = id;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ESRCH);
	cr_assert_eq(max_vcpus(id, 1), -XEN_EINVAL);
	cr_assert_eq(max_vcpus(id, 3), -XEN_EINVAL);
	cr_assert_eq(max_vcpus(id, 2), 0);
	cr_assert_eq(max_vcpus(id, 2), 0);
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.getvcpuinfo.online, 0);
	op.u.getvcpuinfo.vcpu = 2;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
}

Test(domctl, only_the_privileged_with_the_right_version)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_pausedomain, .domain = d->id};

	cr_assert_eq(hv_domctl(d->vcpu[0], &op), -XEN_EPERM);
	op.interface_version = XEN_DOMCTL_INTERFACE_VERSION + 1;
	hv_put(zero, BUF, &op, sizeof(op));
	cr_assert_eq(hv_call(zero, do_domctl, BUF, 0, 0), -XEN_EACCES);
	cr_assert_eq(hv_call(zero, do_domctl, BAD, 0, 0), -XEN_EFAULT);
	for (unsigned int cmd = 0; cmd < 100; cmd++) {
		op = (struct xen_domctl){.cmd = cmd, .domain = d->id};
		cr_assert_eq(hv_domctl(d->vcpu[0], &op), -XEN_EPERM);
	}
}

Test(domctl, getdomaininfo_searches)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getdomaininfo, .domain = 0};
	domid_t a, b;

	cr_assert_eq(create(&good, 5, &a), 0);
	cr_assert_eq(create(&good, 9, &b), 0);
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.domain, 0);
	op.domain = 1;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.domain, 5);
	op.domain = 6;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.domain, 9);
	op.domain = 10;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ESRCH);
}

Test(domctl, pauses_nest_and_domain0_is_spared)
{
	domid_t id;

	cr_assert_eq(create(&good, 0, &id), 0);
	cr_assert_eq(simple(XEN_DOMCTL_pausedomain, id), 0);
	cr_assert_eq(simple(XEN_DOMCTL_unpausedomain, id), 0);
	cr_assert(info_of(id).flags & XEN_DOMINF_paused);
	cr_assert_eq(simple(XEN_DOMCTL_unpausedomain, id), 0);
	cr_assert_eq(simple(XEN_DOMCTL_unpausedomain, id), -XEN_EINVAL);
	cr_assert_eq(simple(XEN_DOMCTL_pausedomain, 0), -XEN_EINVAL);
	cr_assert_eq(simple(XEN_DOMCTL_destroydomain, 0), -XEN_EINVAL);
	cr_assert_eq(simple(XEN_DOMCTL_resumedomain, 0), -XEN_EINVAL);
}

static long affinity(unsigned int cmd, domid_t id, uint32_t flags, uint8_t *hard, uint8_t *soft)
{
	struct xen_domctl op = {.cmd = cmd, .domain = id};
	struct xen_domctl_vcpuaffinity *a = &op.u.vcpuaffinity;
	long rc;

	a->flags = flags;
	a->cpumap_hard.bitmap.p = (void *)BUF2;
	a->cpumap_soft.bitmap.p = (void *)(BUF2 + 64);
	a->cpumap_hard.nr_bits = a->cpumap_soft.nr_bits = 128;
	hv_put(zero, BUF2, hard, 16);
	hv_put(zero, BUF2 + 64, soft, 16);
	rc = hv_domctl(zero, &op);
	hv_get(zero, BUF2, hard, 16);
	hv_get(zero, BUF2 + 64, soft, 16);
	return rc;
}

Test(domctl, affinities_are_set_and_told)
{
	const uint32_t both = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT;
	uint8_t hard[16] = {0xf6, 0xff}, soft[16] = {0x3, 0xff, 0xff};
	struct domain *d = hv_guest(1, 16);

	cr_assert_eq(affinity(XEN_DOMCTL_setvcpuaffinity, d->id, both, hard, soft), 0);
	/* What takes effect, of four CPUs. */
	cr_assert_eq(hard[0], 6);
	cr_assert_eq(hard[1], 0);
	cr_assert_eq(soft[0], 2);
	memset(hard, 0xaa, sizeof(hard));
	memset(soft, 0xaa, sizeof(soft));
	cr_assert_eq(affinity(XEN_DOMCTL_getvcpuaffinity, d->id, both, hard, soft), 0);
	cr_assert_eq(hard[0], 6);
	cr_assert_eq(soft[0], 3);
	cr_assert_eq(hard[15], 0);
	memset(hard, 0, sizeof(hard));
	cr_assert_eq(affinity(XEN_DOMCTL_setvcpuaffinity, d->id, both, hard, soft), -XEN_EINVAL);
	hard[0] = 0xf0; /* none that exists */
	cr_assert_eq(affinity(XEN_DOMCTL_setvcpuaffinity, d->id, both, hard, soft), -XEN_EINVAL);
	cr_assert_eq(affinity(XEN_DOMCTL_setvcpuaffinity, d->id, 0, hard, soft), -XEN_EINVAL);
	cr_assert_eq(affinity(XEN_DOMCTL_setvcpuaffinity, d->id, 8, hard, soft), -XEN_EINVAL);
	cr_assert_eq(affinity(XEN_DOMCTL_getvcpuaffinity, 4000, both, hard, soft), -XEN_ESRCH);
}

Test(domctl, hostile_bitmaps)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_setvcpuaffinity, .domain = d->id};
	struct xen_domctl_vcpuaffinity *a = &op.u.vcpuaffinity;

	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard.bitmap.p = (void *)BAD;
	a->cpumap_hard.nr_bits = 64;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EFAULT);
	a->cpumap_hard.nr_bits = 0;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL, "an empty mask");
	a->cpumap_hard.nr_bits = UINT32_MAX;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EFAULT);
	op.cmd = XEN_DOMCTL_getvcpuaffinity;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EFAULT);
	a->cpumap_hard.bitmap.p = (void *)BUF2;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EFAULT, "past the end of the arena");
}

Test(domctl, scheduling_parameters)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_scheduler_op, .domain = d->id};
	struct xen_domctl_scheduler_op *s = &op.u.scheduler_op;

	s->sched_id = XEN_SCHEDULER_CREDIT2;
	s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(s->u.credit2.weight, 256);
	s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	s->u.credit2.weight = 512;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	s->u.credit2.weight = 0;
	s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(s->u.credit2.weight, 512);
	s->cmd = XEN_DOMCTL_SCHEDOP_getvcpuinfo;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
	s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	s->sched_id = XEN_SCHEDULER_CREDIT;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
}

Test(domctl, time_and_identity)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_settimeoffset, .domain = d->id};
	uint32_t version = d->shared_info->wc_version;

	op.u.settimeoffset.time_offset_seconds = 3600;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(d->shared_info->wc_sec, 1000003600);
	cr_assert_eq(d->shared_info->wc_version, version + 2);
	op = (struct xen_domctl){.cmd = XEN_DOMCTL_setdomainhandle, .domain = d->id};
	memset(op.u.setdomainhandle.handle, 7, sizeof(xen_domain_handle_t));
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(info_of(d->id).handle[15], 7);
	op = (struct xen_domctl){.cmd = XEN_DOMCTL_settscinfo, .domain = d->id};
	cr_assert_eq(hv_domctl(zero, &op), 0);
	op.u.tsc_info.tsc_mode = 1;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EOPNOTSUPP);
	op.cmd = XEN_DOMCTL_gettscinfo;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.tsc_info.gtsc_khz, 1000000);
	op = (struct xen_domctl){.cmd = XEN_DOMCTL_get_address_size, .domain = d->id};
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.address_size.size, 64);
}

Test(domctl, paging_pool)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_get_paging_mempool_size, .domain = d->id};

	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.paging_mempool.size, 1 << 20); /* what each domain starts with */
	op.cmd = XEN_DOMCTL_set_paging_mempool_size;
	op.u.paging_mempool.size = 3 << 20;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	op.u.paging_mempool.size = 12345;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
	op.u.paging_mempool.size = 1ULL << 60;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
	op.cmd = XEN_DOMCTL_get_paging_mempool_size;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.paging_mempool.size, 3 << 20);
	op = (struct xen_domctl){.cmd = XEN_DOMCTL_shadow_op, .domain = d->id};
	op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(op.u.shadow_op.mb, 3);
	op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION;
	op.u.shadow_op.mb = 5;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_eq(d->mempool_pages, 5 * 256);
	op.u.shadow_op.op = XEN_DOMCTL_SHADOW_OP_ENABLE;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
}

Test(domctl, page_types)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getpageframeinfo3, .domain = d->id};
	uint64_t pfn[3] = {3, 0x9999, UINT64_MAX};

	hv_put(zero, BUF2, pfn, sizeof(pfn));
	op.u.getpageframeinfo3.num = 3;
	op.u.getpageframeinfo3.array.p = (void *)BUF2;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	hv_get(zero, BUF2, pfn, sizeof(pfn));
	cr_assert_eq(pfn[0], XEN_DOMCTL_PFINFO_NOTAB);
	cr_assert_eq(pfn[1], XEN_DOMCTL_PFINFO_XTAB);
	cr_assert_eq(pfn[2], XEN_DOMCTL_PFINFO_XTAB);
	op.u.getpageframeinfo3.num = 1025;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_E2BIG);
}

Test(domctl, policies_go_out_and_come_back)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_get_cpu_policy};
	struct xen_domctl_cpu_policy *p = &op.u.cpu_policy;
	domid_t id;

	cr_assert_eq(create(&good, 0, &id), 0);
	op.domain = id;
	p->nr_leaves = 128;
	p->nr_msrs = 4;
	p->leaves.p = (void *)BUF2;
	p->msrs.p = (void *)(BUF2 + 0x2000);
	cr_assert_eq(hv_domctl(zero, &op), 0);
	cr_assert_gt(p->nr_leaves, 5);
	op.cmd = XEN_DOMCTL_set_cpu_policy;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	p->nr_leaves = 129;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_E2BIG);
	op.cmd = XEN_DOMCTL_get_cpu_policy;
	p->nr_leaves = 1;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ENOBUFS);
	p->nr_leaves = 128;
	p->leaves.p = (void *)BAD;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EFAULT);
	cr_assert_eq(simple(XEN_DOMCTL_unpausedomain, id), 0);
	op.cmd = XEN_DOMCTL_set_cpu_policy;
	p->nr_leaves = p->nr_msrs = 0;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EEXIST, "it has run");
}

Test(domctl, a_vcpu_can_be_looked_at)
{
	struct domain *d = hv_guest(1, 16);
	struct xen_domctl op = {.cmd = XEN_DOMCTL_getvcpucontext, .domain = d->id};
	vcpu_guest_context_t c;

	op.u.vcpucontext.ctxt.p = (void *)BUF2;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_ENODATA);
	d->vcpu[0]->initialised = true;
	d->vcpu[0]->regs.rip = 0x1234;
	d->vcpu[0]->regs.r15 = 15;
	cr_assert_eq(hv_domctl(zero, &op), 0);
	hv_get(zero, BUF2, &c, sizeof(c));
	cr_assert_eq(c.user_regs.rip, 0x1234);
	cr_assert_eq(c.user_regs.r15, 15);
	cr_assert(c.flags & VGCF_in_kernel);
	op.u.vcpucontext.ctxt.p = (void *)BAD;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EFAULT);
	op.u.vcpucontext.vcpu = 1;
	cr_assert_eq(hv_domctl(zero, &op), -XEN_EINVAL);
}

Test(domctl, destroying_is_preemptible)
{
	struct domain *d = hv_guest(2, 1000);

	hv_preempt(true);
	cr_assert_eq(simple(XEN_DOMCTL_destroydomain, d->id), 0);
	cr_assert_geq(hv_restarts, 10);
	cr_assert_eq(d->tot_pages, 0);
	cr_assert(info_of(d->id).flags & XEN_DOMINF_dying);
	cr_assert_eq(simple(XEN_DOMCTL_pausedomain, d->id), -XEN_ESRCH);
	domain_put(d);
}

Test(domctl, a_dying_domain_is_only_looked_at)
{
	struct xen_domctl mem = {.cmd = XEN_DOMCTL_max_mem, .u.max_mem.max_memkb = 1 << 20};
	struct domain *d = hv_guest(1, 1000);

	this_cpu()->work = WORK_SCHED;
	cr_assert_eq(domain_kill(d), -XEN_ERESTART);
	this_cpu()->work = 0;
	mem.domain = d->id;
	cr_assert_eq(hv_domctl(zero, &mem), -XEN_ESRCH);
	cr_assert_eq(simple(XEN_DOMCTL_unpausedomain, d->id), -XEN_ESRCH);
	cr_assert_eq(simple(XEN_DOMCTL_destroydomain, d->id), 0);
	domain_put(d);
}

/* Creation with 0, 1, 2, ... free frames: it works, or leaves nothing. */
Test(domctl, creation_survives_any_failing_allocation)
{
	struct hv_usage before;
	long rc = -XEN_ENOMEM;
	unsigned int n;
	domid_t id;

	cr_assert_eq(create(&good, 0, &id), 0);
	cr_assert_eq(max_vcpus(id, 2), 0);
	cr_assert_eq(simple(XEN_DOMCTL_destroydomain, id), 0);
	for (n = 0; rc; n++) {
		cr_assert_lt(n, 200);
		host_take_memory(n);
		before = hv_usage();
		rc = create(&good, 0, &id);
		if (!rc) {
			rc = max_vcpus(id, 2);
			cr_assert_eq(simple(XEN_DOMCTL_destroydomain, id), 0);
		}
		cr_assert(rc == 0 || rc == -XEN_ENOMEM, "%ld with %u frames", rc, n);
		cr_assert(hv_usage_same(before, hv_usage()), "with %u frames", n);
		host_return_memory();
	}
	cr_assert_gt(n, 3);
}

/* Whatever the control domain sends, an answer comes. */
Test(domctl, random_calls)
{
	struct domain *d = hv_guest(1, 16);

	srand(11);
	for (int n = 0; n < 20000; n++) {
		struct xen_domctl op;
		uint8_t *raw = (uint8_t *)&op;

		for (unsigned int i = 0; i < sizeof(op); i++)
			raw[i] = rand() % 3 ? 0 : (uint8_t)rand();
		op.cmd = (uint32_t)rand() % 90;
		op.domain = d->id;
		if (op.cmd == XEN_DOMCTL_destroydomain || op.cmd == XEN_DOMCTL_createdomain)
			continue;
		hv_domctl(zero, &op);
	}
	host_kill(d);
}
