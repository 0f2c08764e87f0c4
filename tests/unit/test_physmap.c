/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include "memop.h"

TestSuite(physmap, .init = memop_boot);

static long add(struct vcpu *who, unsigned int space, uint64_t idx, uint64_t gpfn)
{
	struct xen_add_to_physmap x = {
		.domid = DOMID_SELF, .space = space, .idx = idx, .gpfn = gpfn};

	return MOP(who, add_to_physmap, &x);
}

Test(physmap, shared_info_is_at_one_place)
{
	mfn_t m = virt_to_mfn(d->shared_info);

	cr_assert_eq(add(v, XENMAPSPACE_shared_info, 0, 9), 0);
	cr_assert_eq(p2m_get(d, mk_gfn(9), NULL, NULL).v, m.v);
	cr_assert_eq(type_at(9), P2M_SHARED);
	cr_assert_eq(d->tot_pages, 15, "the RAM that was there is freed");
	cr_assert_eq(add(v, XENMAPSPACE_shared_info, 0, 0x2000), 0);
	cr_assert_eq(type_at(9), P2M_NONE);
	cr_assert_eq(add(v, XENMAPSPACE_shared_info, 0, 0x2000), 0);
	cr_assert_eq(type_at(0x2000), P2M_SHARED);
	cr_assert_eq(add(v, XENMAPSPACE_shared_info, 1, 0x2001), -XEN_EINVAL);
	/* It cannot be freed as memory. */
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x2000, 1, 0), 0);
	host_kill(d);
}

Test(physmap, grant_frames_can_be_mapped)
{
	struct xen_remove_from_physmap r = {.domid = DOMID_SELF, .gpfn = 0x3002};
	mfn_t m;

	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 0, 0x3000), 0);
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 3, 0x3003), 0);
	cr_assert_eq(gnttab_get_frame(d, 3, false, &m), 0);
	frame_put(m);
	cr_assert_eq(p2m_get(d, mk_gfn(0x3003), NULL, NULL).v, m.v);
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 4, 0x3004), -XEN_EINVAL);
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, XENMAPIDX_grant_table_status, 0x3004),
		     -XEN_EINVAL);
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, UINT64_MAX, 0x3004), -XEN_EINVAL);
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 3, 0x3002), 0);
	cr_assert_eq(type_at(0x3003), P2M_NONE);
	cr_assert_eq(MOP(v, remove_from_physmap, &r), 0);
	cr_assert_eq(type_at(0x3002), P2M_NONE);
	cr_assert_eq(MOP(v, remove_from_physmap, &r), -XEN_ENOENT);
	r.gpfn = UINT64_MAX;
	cr_assert_eq(MOP(v, remove_from_physmap, &r), -XEN_ENOENT);
}

Test(physmap, pages_move)
{
	mfn_t m = p2m_get(d, mk_gfn(9), NULL, NULL);
	struct xen_add_to_physmap x = {.domid = DOMID_SELF,
				       .space = XENMAPSPACE_gmfn_range,
				       .size = 40,
				       .idx = 0x500,
				       .gpfn = 0x900};

	cr_assert_eq(add(v, XENMAPSPACE_gmfn, 9, 0x77), 0);
	cr_assert_eq(type_at(9), P2M_NONE);
	cr_assert_eq(p2m_get(d, mk_gfn(0x77), NULL, NULL).v, m.v);
	cr_assert_eq(d->tot_pages, 16);
	cr_assert_eq(add(v, XENMAPSPACE_gmfn, 0x77, 0x77), 0);
	cr_assert_eq(add(v, XENMAPSPACE_gmfn, 9, 0x78), -XEN_EINVAL);
	cr_assert_eq(add(v, XENMAPSPACE_gmfn, 0x77, P2M_MAX_GFN + 1), -XEN_ENOENT);
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x500, 40, 0), 40);
	hv_preempt(true);
	cr_assert_eq(MOP(v, add_to_physmap, &x), 0);
	cr_assert_geq(hv_restarts, 2);
	cr_assert_eq(type_at(0x500), P2M_NONE);
	cr_assert_eq(type_at(0x900 + 39), P2M_RAM);
	cr_assert_eq(d->tot_pages, 56);
	cr_assert_eq(add(v, 17, 0, 0x100), -XEN_EINVAL);
	cr_assert_eq(add(v, XENMAPSPACE_gmfn_foreign, 0, 0x100), -XEN_ENOSYS);
	cr_assert_eq(add(zero, XENMAPSPACE_shared_info, 0, 0x100), -XEN_EACCES);
}

static struct xen_add_to_physmap_batch batch(unsigned int space, unsigned int n)
{
	return (struct xen_add_to_physmap_batch){.domid = DOMID_SELF,
						 .space = (uint16_t)space,
						 .size = (uint16_t)n,
						 .idxs.p = (void *)BUF2,
						 .gpfns.p = (void *)(BUF2 + 0x400),
						 .errs.p = (void *)(BUF2 + 0x800)};
}

Test(physmap, batches_report_each_entry)
{
	struct xen_add_to_physmap_batch b = batch(XENMAPSPACE_gmfn, 40);
	uint64_t idx[40], gpfn[40];
	int err[40];

	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x500, 20, 0), 20);
	for (int i = 0; i < 40; i++) {
		idx[i] = 0x500 + i;
		gpfn[i] = 0x900 + i;
	}
	hv_put(v, BUF2, idx, sizeof(idx));
	hv_put(v, BUF2 + 0x400, gpfn, sizeof(gpfn));
	hv_preempt(true);
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), 0);
	cr_assert_geq(hv_restarts, 2);
	hv_get(v, BUF2 + 0x800, err, sizeof(err));
	for (int i = 0; i < 40; i++)
		cr_assert_eq(err[i], i < 20 ? 0 : -XEN_EINVAL);
}

Test(physmap, batches_check_their_arguments)
{
	struct xen_add_to_physmap_batch b = batch(XENMAPSPACE_gmfn_range, 1);
	uint64_t zeroes[2] = {0};
	int err;

	hv_put(v, BUF2, zeroes, sizeof(zeroes));
	hv_put(v, BUF2 + 0x400, zeroes, sizeof(zeroes));
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), -XEN_EOPNOTSUPP);
	b = batch(XENMAPSPACE_gmfn_foreign, 1);
	b.u.foreign_domid = 0;
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), 0);
	hv_get(v, BUF2 + 0x800, &err, sizeof(err));
	cr_assert_eq(err, -XEN_EPERM);
	b = batch(XENMAPSPACE_gmfn, 1);
	b.u.res0 = 1;
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), 0);
	hv_get(v, BUF2 + 0x800, &err, sizeof(err));
	cr_assert_eq(err, 0, "what only foreign pages need is not looked at");
	b = batch(XENMAPSPACE_gmfn, 1);
	b.errs.p = (void *)BAD;
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), -XEN_EFAULT);
	b = batch(XENMAPSPACE_gmfn, 1);
	b.idxs.p = (void *)BAD;
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), -XEN_EFAULT);
	b = batch(XENMAPSPACE_gmfn, 1);
	b.domid = 4000;
	cr_assert_eq(MOP(v, add_to_physmap_batch, &b), -XEN_ESRCH);
}

/* A privileged guest, as domain 0 is on bare metal. */
Test(physmap, foreign_pages_hold_their_frame)
{
	struct domain *p = hv_guest(1, 16), *other = hv_guest(1, 16);
	struct xen_add_to_physmap_batch b = batch(XENMAPSPACE_gmfn_foreign, 1);
	struct xen_remove_from_physmap r = {.domid = DOMID_SELF, .gpfn = 0x800};
	uint64_t idx = 7, gpfn = 0x800;
	mfn_t m = p2m_get(other, mk_gfn(7), NULL, NULL);
	enum p2m_type type;
	int err;

	b.u.foreign_domid = other->id;
	p->privileged = true;
	hv_put(p->vcpu[0], BUF2, &idx, sizeof(idx));
	hv_put(p->vcpu[0], BUF2 + 0x400, &gpfn, sizeof(gpfn));
	cr_assert_eq(MOP(p->vcpu[0], add_to_physmap_batch, &b), 0);
	hv_get(p->vcpu[0], BUF2 + 0x800, &err, sizeof(err));
	cr_assert_eq(err, 0);
	cr_assert_eq(p2m_get(p, mk_gfn(0x800), &type, NULL).v, m.v);
	cr_assert_eq(type, P2M_FOREIGN);
	cr_assert_eq(frame_table[m.v].count, 2);
	host_kill(other);
	cr_assert_eq(frame_table[m.v].count, 1);
	p->privileged = false;
	cr_assert_eq(MOP(p->vcpu[0], remove_from_physmap, &r), 0);
	cr_assert_eq(frame_table[m.v].count, 0);
	host_kill(p);
}

/* A hypervisor page that moves leaves alone what is at its old place now. */
Test(physmap, moving_a_shared_page_spares_its_successor)
{
	struct xen_remove_from_physmap r = {.domid = DOMID_SELF, .gpfn = 0x3000};

	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 0, 0x3000), 0);
	cr_assert_eq(MOP(v, remove_from_physmap, &r), 0);
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x3000, 1, 0), 1);
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 0, 0x3001), 0);
	cr_assert_eq(type_at(0x3000), P2M_RAM);
	cr_assert_eq(add(v, XENMAPSPACE_shared_info, 0, 0x3002), 0);
	r.gpfn = 0x3002;
	cr_assert_eq(MOP(v, remove_from_physmap, &r), 0);
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x3002, 1, 0), 1);
	cr_assert_eq(add(v, XENMAPSPACE_shared_info, 0, 0x3003), 0);
	cr_assert_eq(type_at(0x3002), P2M_RAM);
}

/* Each change of the map in turn finds no memory for a table. */
Test(physmap, failing_tables_lose_no_page)
{
	struct hv_usage before;
	bool failed = true;

	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x500, 1, 0), 1);
	before = hv_usage();
	for (uint32_t n = 1; failed; n++) {
		cr_assert_lt(n, 20);
		host.p2m_steps = n;
		failed = add(v, XENMAPSPACE_gmfn, 0x500, 0x600) != 0;
		if (failed && type_at(0x500) == P2M_NONE && type_at(0x600) == P2M_NONE) {
			/* Even putting it back failed: then it was freed, not lost. */
			cr_assert_eq(d->tot_pages, 16);
			break;
		}
		host.p2m_steps = 0;
		cr_assert_eq(d->tot_pages, 17);
		cr_assert(hv_usage_same(before, hv_usage()));
	}
	host.p2m_steps = 1;
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x700, 1, 3), 0);
	host.p2m_steps = 0;
	cr_assert_leq(d->tot_pages, 17);
	host_kill(d);
}

Test(physmap, failing_allocations_change_nothing)
{
	struct hv_usage before;

	host_take_memory(0);
	before = hv_usage();
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 3, 0x3003), -XEN_ENOMEM);
	cr_assert_eq(hv_usage().frames, before.frames);
	host_return_memory();
	cr_assert_eq(add(v, XENMAPSPACE_grant_table, 3, 0x3003), 0);
}

static void random_step(void)
{
	uint64_t x = 0x40 + (uint64_t)rand() % 32, y = 0x40 + (uint64_t)rand() % 32;
	struct xen_remove_from_physmap r = {.domid = DOMID_SELF, .gpfn = x};

	switch (rand() % 6) {
	case 0:
		extents(v, XENMEM_populate_physmap, x, 1, 0);
		break;
	case 1:
		extents(v, XENMEM_decrease_reservation, x, 1, 0);
		break;
	case 2:
		add(v, XENMAPSPACE_gmfn, x, y);
		break;
	case 3:
		add(v, XENMAPSPACE_shared_info, 0, x);
		break;
	case 4:
		add(v, XENMAPSPACE_grant_table, (uint64_t)rand() % 5, x);
		break;
	default:
		MOP(v, remove_from_physmap, &r);
	}
}

/* A guest that gives away, moves and takes back pages at random. */
Test(physmap, random_use_keeps_the_books)
{
	struct hv_usage before;

	host_kill(d);
	before = hv_usage();
	d = hv_guest(1, 16);
	v = d->vcpu[0];
	d->max_pages = 64;
	srand(3);
	for (int i = 0; i < 5000; i++) {
		random_step();
		cr_assert_leq(d->tot_pages, 64);
	}
	host_kill(d);
	cr_assert(hv_usage_same(before, hv_usage()));
}
