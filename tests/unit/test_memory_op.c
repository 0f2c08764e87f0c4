/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include "memop.h"

TestSuite(memory_op, .init = memop_boot);

Test(memory_op, populate_and_decrease)
{
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x100, 10, 0), 10);
	cr_assert_eq(d->tot_pages, 26);
	cr_assert_eq(type_at(0x109), P2M_RAM);
	cr_assert_eq(type_at(0x10a), P2M_NONE);
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x100, 10, 0), 10);
	cr_assert_eq(d->tot_pages, 16);
	cr_assert_eq(type_at(0x100), P2M_NONE);
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x100, 1, 0), 0, "nothing there");
	/* Superpages for the builder, not for guests above 2 MiB. */
	cr_assert_eq(extents(zero, XENMEM_populate_physmap, 0x200, 2, 9), 2);
	cr_assert_eq(d->tot_pages, 16 + 1024);
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x10000, 1, 10), 0);
	cr_assert_eq(extents(zero, XENMEM_populate_physmap, 0x10000, 1, 10), 1);
	cr_assert_eq(extents(zero, XENMEM_populate_physmap, 0, 1, 19), 0);
	cr_assert_eq(extents(zero, XENMEM_populate_physmap, 0, 1, 63), 0);
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x200, 1, 9), 1);
}

Test(memory_op, fresh_pages_are_clean)
{
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x100, 1, 0), 1);
	memset(mfn_to_virt(p2m_get(d, mk_gfn(0x100), NULL, NULL)), 0x5a, PAGE_SIZE);
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x100, 1, 0), 1);
	for (int i = 0; i < 100; i++) {
		const char *p;

		cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x200 + i, 1, 0), 1);
		p = mfn_to_virt(p2m_get(d, mk_gfn(0x200 + i), NULL, NULL));
		for (unsigned int k = 0; k < PAGE_SIZE; k++)
			if (p[k])
				cr_assert_fail("page %d, byte %u", i, k);
	}
}

Test(memory_op, limits_stop_half_way_with_the_count)
{
	d->max_pages = 20;
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x100, 10, 0), 4);
	cr_assert_eq(d->tot_pages, 20);
	cr_assert_eq(extents(v, XENMEM_increase_reservation, 0, 1, 0), 0);
	d->max_pages = 4096;
	cr_assert_eq(extents(v, XENMEM_increase_reservation, 0, 3, 0), 3);
	cr_assert_eq(d->tot_pages, 23);
}

Test(memory_op, extents_are_preemptible)
{
	hv_preempt(true);
	cr_assert_eq(extents(zero, XENMEM_populate_physmap, 0x400, 6, 9), 6);
	cr_assert_eq(hv_restarts, 5);
	cr_assert_eq(d->tot_pages, 16 + 6 * 512);
	cr_assert_eq(extents(zero, XENMEM_decrease_reservation, 0x400, 6, 9), 6);
	cr_assert_eq(hv_restarts, 5);
	cr_assert_eq(d->tot_pages, 16);
}

Test(memory_op, hostile_reservations)
{
	struct xen_memory_reservation r = {.domid = DOMID_SELF, .nr_extents = 1}, x;
	const uint64_t bad_gfn[] = {UINT64_MAX, P2M_MAX_GFN + 1, P2M_MAX_GFN - 3};

	cr_assert_eq(hv_call(v, do_memory_op, XENMEM_populate_physmap, BAD, 0), 0);
	cr_assert_eq(hv_call(v, do_memory_op, XENMEM_populate_physmap | 5 << 6, BAD, 0), 5);
	x = r;
	x.extent_start.p = (void *)BAD;
	cr_assert_eq(MOP(v, populate_physmap, &x), 0);
	x = r;
	x.nr_extents = ~0UL;
	x.extent_start.p = (void *)BUF2;
	cr_assert_eq(MOP(v, populate_physmap, &x), 0);
	x = r;
	x.domid = 4000;
	cr_assert_eq(MOP(v, populate_physmap, &x), 0);
	x.domid = 0;
	cr_assert_eq(MOP(v, populate_physmap, &x), -XEN_EPERM);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad_gfn); i++) {
		cr_assert_eq(extents(v, XENMEM_populate_physmap, bad_gfn[i], 1, 9), 0);
		cr_assert_eq(extents(v, XENMEM_decrease_reservation, bad_gfn[i], 1, 9), 0);
	}
	/* Address widths below a page's make no sense. */
	x = r;
	x.mem_flags = XENMEMF_address_bits(3);
	cr_assert_eq(MOP(v, populate_physmap, &x), 0);
	x.mem_flags = XENMEMF_populate_on_demand;
	cr_assert_eq(MOP(v, populate_physmap, &x), 0);
	cr_assert_eq(d->tot_pages, 16);
	cr_assert_eq(hv_call(v, do_memory_op, 63, BUF, 0), -XEN_ENOSYS);
	cr_assert_eq(hv_call(v, do_memory_op, XENMEM_memory_map | 1 << 6, BUF, 0), -XEN_ENOSYS);
}

/* XSA-231: a node's number was an index. There is one node, whatever is asked for. */
Test(memory_op, wild_node_numbers)
{
	struct xen_memory_reservation r = {.domid = DOMID_SELF, .nr_extents = 1};
	uint64_t gfn = 40;

	r.extent_start.p = (void *)BUF2;
	d->max_pages = 32;
	hv_put(v, BUF2, &gfn, sizeof(gfn));
	for (unsigned int node = 0; node < 256; node++) {
		long n;

		r.mem_flags = XENMEMF_exact_node(node);
		hv_put(v, BUF2, &gfn, sizeof(gfn));
		n = MOP(v, populate_physmap, &r);
		cr_assert(n == 0 || n == 1, "node %u: %ld", node, n);
		if (n)
			cr_assert_eq(extents(v, XENMEM_decrease_reservation, gfn, 1, 0), 1);
		cr_assert_eq(d->tot_pages, 16);
	}
}

Test(memory_op, queries)
{
	domid_t id = DOMID_SELF;

	cr_assert_eq(hv_call(v, do_memory_op, XENMEM_maximum_ram_page, 0, 0), (long)frame_table_nr);
	cr_assert_eq(MOP(v, current_reservation, &id), 16);
	cr_assert_eq(MOP(v, maximum_reservation, &id), 4096);
	cr_assert_eq(MOP(v, maximum_gpfn, &id), 15);
	id = d->id;
	cr_assert_eq(MOP(zero, current_reservation, &id), 16);
	id = 0;
	cr_assert_eq(MOP(v, current_reservation, &id), -XEN_EPERM);
	id = 4000;
	cr_assert_eq(MOP(v, current_reservation, &id), -XEN_ESRCH);
	cr_assert_eq(hv_call(v, do_memory_op, XENMEM_current_reservation, BAD, 0), -XEN_EFAULT);
}

struct e820 {
	uint64_t addr, size;
	uint32_t type;
} __attribute__((packed));

Test(memory_op, memory_maps_come_back_as_set)
{
	struct xen_foreign_memory_map f = {.domid = d->id,
					   .map = {.nr_entries = 3, .buffer.p = (void *)BUF2}};
	struct xen_memory_map m = {.nr_entries = 10, .buffer.p = (void *)BUF3};
	struct e820 map[3] = {{0, 0x1000, 1}, {0x1000, 0x2000, 2}, {0x9000, 1, 3}}, got[3];

	cr_assert_eq(MOP(v, memory_map, &m), -XEN_ENOSYS);
	hv_put(zero, BUF2, map, sizeof(map));
	cr_assert_eq(MOP(zero, set_memory_map, &f), 0);
	cr_assert_eq(MOP(zero, set_memory_map, &f), 0);
	cr_assert_eq(MOP(v, memory_map, &m), 0);
	cr_assert_eq(m.nr_entries, 3);
	hv_get(v, BUF3, got, sizeof(got));
	cr_assert_eq(memcmp(map, got, sizeof(map)), 0);
	m.nr_entries = 1;
	cr_assert_eq(MOP(v, memory_map, &m), 0);
	cr_assert_eq(m.nr_entries, 1);
	m.buffer.p = (void *)BAD;
	cr_assert_eq(MOP(v, memory_map, &m), -XEN_EFAULT);
	f.map.nr_entries = 1025;
	cr_assert_eq(MOP(zero, set_memory_map, &f), -XEN_EINVAL);
	f.map.nr_entries = UINT32_MAX;
	cr_assert_eq(MOP(zero, set_memory_map, &f), -XEN_EINVAL);
	f.domid = 0;
	f.map.nr_entries = 1;
	cr_assert_eq(MOP(v, set_memory_map, &f), -XEN_EPERM);
}

Test(memory_op, the_machine_map_is_domain0s)
{
	struct xen_memory_map m = {.nr_entries = 10, .buffer.p = (void *)BUF3};
	struct e820 got;

	cr_assert_eq(MOP(v, machine_memory_map, &m), -XEN_ENOSYS);
	cr_assert_eq(MOP(zero, machine_memory_map, &m), 0);
	cr_assert_eq(m.nr_entries, 1);
	hv_get(zero, BUF3, &got, sizeof(got));
	cr_assert_eq(got.addr, PAGE_SIZE); /* frame 0 is not given to the allocator */
	cr_assert_eq(got.size, (frame_table_nr - 1) << PAGE_SHIFT);
}

Test(memory_op, resources_for_domain0)
{
	struct xen_mem_acquire_resource r = {.domid = d->id, .type = XENMEM_resource_grant_table};
	struct xen_mem_acquire_resource q = r;
	uint64_t list[2];
	mfn_t m;

	cr_assert_eq(MOP(zero, acquire_resource, &q), 0);
	cr_assert_eq(q.nr_frames, 4);
	r.nr_frames = 2;
	r.frame = 1;
	r.frame_list.p = (void *)BUF2;
	cr_assert_eq(MOP(zero, acquire_resource, &r), 0);
	hv_get(zero, BUF2, list, sizeof(list));
	cr_assert_eq(gnttab_get_frame(d, 2, false, &m), 0);
	frame_put(m);
	cr_assert_eq(list[1], m.v);
}

Test(memory_op, wrong_resources_are_refused)
{
	const struct xen_mem_acquire_resource r = {.domid = d->id,
						   .type = XENMEM_resource_grant_table,
						   .nr_frames = 2,
						   .frame_list.p = (void *)BUF2};
	struct xen_mem_acquire_resource q = r;

	q.frame = 3;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q.frame = UINT64_MAX;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q = r;
	q.nr_frames = UINT32_MAX;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q = r;
	q.frame_list.p = NULL;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q = r;
	q.type = XENMEM_resource_ioreq_server;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q = r;
	q.id = XENMEM_resource_grant_table_id_status;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q = r;
	q.pad = 1;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EINVAL);
	q = r;
	q.domid = DOMID_SELF;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_EPERM);
	q.domid = 4000;
	cr_assert_eq(MOP(zero, acquire_resource, &q), -XEN_ESRCH);
	q.domid = 0;
	cr_assert_eq(MOP(v, acquire_resource, &q), -XEN_EACCES);
}

Test(memory_op, claims_are_checked)
{
	struct xen_memory_reservation r = {.domid = d->id, .nr_extents = 1000}, x;

	x = r;
	x.nr_extents = 5000;
	cr_assert_eq(MOP(zero, claim_pages, &x), -XEN_EINVAL, "more than it may have");
	x.nr_extents = 16;
	cr_assert_eq(MOP(zero, claim_pages, &x), -XEN_EINVAL, "it has that already");
	x.nr_extents = 0;
	cr_assert_eq(MOP(zero, claim_pages, &x), 0);
	x = r;
	d->max_pages = 1u << 20;
	x.nr_extents = 1u << 19;
	cr_assert_eq(MOP(zero, claim_pages, &x), -XEN_ENOMEM);
	x = r;
	x.extent_order = 1;
	cr_assert_eq(MOP(zero, claim_pages, &x), -XEN_EINVAL);
	x = r;
	cr_assert_eq(MOP(v, claim_pages, &x), -XEN_EPERM);
	x.domid = DOMID_SELF;
	cr_assert_eq(MOP(v, claim_pages, &x), -XEN_EINVAL);
}

/* Claimed memory is there for the claimer, and for nobody else. */
Test(memory_op, claims_hold)
{
	struct xen_memory_reservation r = {.domid = d->id};
	struct domain *other = hv_guest(1, 16);
	struct xen_domctl_getdomaininfo info;
	uint64_t left;
	mfn_t m;

	other->max_pages = d->max_pages = 1u << 20;
	r.nr_extents = d->tot_pages + frames_free() - 5;
	cr_assert_eq(MOP(zero, claim_pages, &r), 0);
	cr_assert_eq(MOP(zero, claim_pages, &r), -XEN_EINVAL, "one claim at a time");
	left = frames_claimed();
	cr_assert_eq(left, frames_free() - 5);
	for (int i = 0; i < 5; i++)
		cr_assert_eq(frame_alloc_domain(other, 0, INVALID_FRAME, &m), 0);
	cr_assert_eq(frame_alloc_domain(other, 0, INVALID_FRAME, &m), -XEN_ENOMEM);
	cr_assert_null(pages_alloc(0));
	cr_assert_eq(frame_alloc_domain(d, 3, INVALID_FRAME, &m), 0);
	cr_assert_eq(frames_claimed(), left - 8);
	domain_getinfo(d, &info);
	cr_assert_eq(info.outstanding_pages, left - 8);
	r.nr_extents = 0;
	cr_assert_eq(MOP(zero, claim_pages, &r), 0);
	cr_assert_eq(frames_claimed(), 0);
	cr_assert_eq(frame_alloc_domain(other, 0, INVALID_FRAME, &m), 0);
	r.nr_extents = d->tot_pages + 100;
	cr_assert_eq(MOP(zero, claim_pages, &r), 0);
	host_kill(d);
	cr_assert_eq(frames_claimed(), 0, "a claim dies with its domain");
}

Test(memory_op, odds_and_ends)
{
	struct xen_reserved_device_memory_map m = {.flags = XENMEM_RDM_ALL, .nr_entries = 5};
	struct xen_pod_target t = {.domid = d->id, .target_pages = 100};
	uint8_t zeroes[128] = {0};

	cr_assert_eq(MOP(zero, reserved_device_memory_map, &m), 0);
	cr_assert_eq(m.nr_entries, 0);
	m.flags = 8;
	cr_assert_eq(MOP(zero, reserved_device_memory_map, &m), -XEN_EINVAL);
	cr_assert_eq(MOP(zero, set_pod_target, &t), 0);
	cr_assert_eq(t.tot_pages, 16);
	t.target_pages = 5000;
	cr_assert_eq(MOP(zero, set_pod_target, &t), -XEN_EINVAL);
	cr_assert_eq(MOP(v, get_pod_target, &t), -XEN_EPERM);
	cr_assert_eq(MOP(zero, get_pod_target, &t), 0);
	cr_assert_eq(mop(v, XENMEM_machphys_mapping, zeroes, 128), -XEN_ENOSYS);
	cr_assert_eq(mop(v, XENMEM_get_vnumainfo, zeroes, 128), -XEN_EPERM);
	cr_assert_eq(mop(zero, XENMEM_get_vnumainfo, zeroes, 128), -XEN_EOPNOTSUPP);
	cr_assert_eq(mop(v, XENMEM_get_sharing_freed_pages, zeroes, 128), 0);
	for (unsigned int cmd = 3; cmd < 29; cmd++) {
		long rc = hv_call(v, do_memory_op, cmd, BAD, 0);

		cr_assert(rc == -XEN_EFAULT || rc == -XEN_ENOSYS || rc == -XEN_EOPNOTSUPP ||
				  rc == -XEN_EACCES || rc == 0,
			  "op %u gives %ld", cmd, rc);
	}
}

Test(memory_op, unaligned_extents_go_page_by_page)
{
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x103, 1, 2), 1);
	cr_assert_eq(d->tot_pages, 20);
	cr_assert_eq(type_at(0x102), P2M_NONE);
	cr_assert_eq(type_at(0x103), P2M_RAM);
	cr_assert_eq(type_at(0x106), P2M_RAM);
	cr_assert_eq(type_at(0x107), P2M_NONE);
	/* The last page finds no room: none of them stays. */
	for (uint32_t n = 1; n < 4; n++) {
		host.p2m_steps = n;
		cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x201, 1, 2), 0);
		host.p2m_steps = 0;
		cr_assert_eq(d->tot_pages, 20);
		for (uint64_t g = 0x200; g < 0x206; g++)
			cr_assert_eq(type_at(g), P2M_NONE);
	}
}

/* So that what was one superpage becomes one again. */
Test(memory_op, pages_come_back_to_their_place)
{
	struct domain *other = hv_guest(1, 16);
	uint64_t base;

	cr_assert_eq(extents(zero, XENMEM_populate_physmap, 0x400, 1, 9), 1);
	base = p2m_get(d, mk_gfn(0x400), NULL, NULL).v;
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x410, 200, 0), 200);
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x410, 200, 0), 200);
	for (uint64_t i = 0; i < 512; i++)
		cr_assert_eq(p2m_get(d, mk_gfn(0x400 + i), NULL, NULL).v, base + i);
	/* Somebody else may have got it meanwhile. */
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x410, 1, 0), 1);
	other->max_pages = 100;
	cr_assert_eq(frame_alloc_domain_at(other, mk_mfn(base + 0x10)), 0);
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x410, 1, 0), 1);
	cr_assert_neq(p2m_get(d, mk_gfn(0x410), NULL, NULL).v, base + 0x10);
}

Test(memory_op, exchange_takes_nothing_from_a_translated_guest)
{
	struct xen_memory_exchange ok = {.in = {.nr_extents = 1,
						.domid = DOMID_SELF,
						.extent_start.p = (void *)BUF2},
					 .out = {.nr_extents = 1,
						 .domid = DOMID_SELF,
						 .extent_start.p = (void *)BUF2}},
				   x = ok;
	uint64_t gfn = 9;

	hv_put(v, BUF2, &gfn, sizeof(gfn));
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EOPNOTSUPP);
	cr_assert_eq(x.nr_exchanged, 0);
	cr_assert_eq(type_at(9), P2M_RAM);
	x.nr_exchanged = 1;
	cr_assert_eq(MOP(v, exchange, &x), 0);
	x.nr_exchanged = 2;
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EINVAL);
	x = ok;
	x.out.nr_extents = 2;
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EINVAL);
	x = ok;
	x.in.extent_order = x.out.extent_order = 10;
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EPERM);
	x = ok;
	x.in.domid = x.out.domid = 0;
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EPERM);
	x = ok;
	x.in.extent_start.p = (void *)BAD;
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EFAULT);
	gfn = 0x700;
	hv_put(v, BUF2, &gfn, sizeof(gfn));
	x = ok;
	cr_assert_eq(MOP(v, exchange, &x), -XEN_EINVAL);
}

Test(memory_op, thirty_two_bit_callers)
{
	struct {
		uint32_t list, nr, order, flags;
		domid_t dom;
	} r = {BUF2, 3, 0, 0, DOMID_SELF};
	struct {
		domid_t dom;
		uint16_t size;
		uint32_t space, idx, gpfn;
	} x = {DOMID_SELF, 0, XENMAPSPACE_shared_info, 0, 0x2000};
	uint32_t list[3] = {0x100, 0x101, 0x102};

	hv_put(v, BUF, &r, sizeof(r));
	hv_put(v, BUF2, list, sizeof(list));
	cr_assert_eq(hv_call32(v, do_memory_op, XENMEM_populate_physmap, BUF, 0), 3);
	cr_assert_eq(type_at(0x102), P2M_RAM);
	hv_put(v, BUF, &x, sizeof(x));
	cr_assert_eq(hv_call32(v, do_memory_op, XENMEM_add_to_physmap, BUF, 0), 0);
	cr_assert_eq(type_at(0x2000), P2M_SHARED);
}

Test(memory_op, failing_allocations_change_nothing)
{
	struct xen_foreign_memory_map f = {.domid = d->id,
					   .map = {.nr_entries = 1000, .buffer.p = (void *)BUF2}};
	struct hv_usage before;

	host_take_memory(3);
	before = hv_usage();
	cr_assert_eq(extents(v, XENMEM_populate_physmap, 0x100, 10, 0), 3);
	cr_assert_eq(extents(v, XENMEM_decrease_reservation, 0x100, 3, 0), 3);
	cr_assert(hv_usage_same(before, hv_usage()));
	host_return_memory();
	host_take_memory(0);
	cr_assert_eq(MOP(zero, set_memory_map, &f), -XEN_ENOMEM);
	host_return_memory();
	cr_assert_eq(MOP(zero, set_memory_map, &f), 0);
}
