/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include <hv/heap.h>
#include <xen/memory.h>
#include "core/gnttab.h"
#include "grant_guest.h"

/* "third" is granted by "middle" what "granter" granted to "middle". */
static struct domain *granter, *middle, *third;
static struct vcpu *gv, *mv, *tv;
static grant_entry_v2_t *table, *mtable;
static grant_status_t *status, *mstatus;

static long set_version(struct vcpu *v, uint32_t version)
{
	struct gnttab_set_version s = {.version = version};

	return GOP(v, set_version, &s);
}

static uint32_t version_of(struct vcpu *v)
{
	struct gnttab_get_version q = {.dom = DOMID_SELF};

	cr_assert_eq(GOP(v, get_version, &q), 0);
	return q.version;
}

static void boot(void)
{
	hv_boot(2, 64);
	granter = hv_guest(1, 32);
	middle = hv_guest(1, 32);
	third = hv_guest(1, 32);
	gv = granter->vcpu[0];
	mv = middle->vcpu[0];
	tv = third->vcpu[0];
	cr_assert_eq(set_version(gv, 2), 0);
	cr_assert_eq(set_version(mv, 2), 0);
	table = grant_frame_of(granter, 0, false);
	mtable = grant_frame_of(middle, 0, false);
	status = grant_frame_of(granter, 0, true);
	mstatus = grant_frame_of(middle, 0, true);
}

TestSuite(gnttab_v2, .init = boot);

static void grant(uint32_t ref, domid_t to, uint64_t gfn, uint16_t flags)
{
	table[ref].full_page.frame = gfn;
	table[ref].hdr.domid = to;
	table[ref].hdr.flags = GTF_permit_access | flags;
}

static void grant_part(uint32_t ref, domid_t to, uint64_t gfn, uint16_t start, uint16_t length)
{
	grant(ref, to, gfn, GTF_sub_page);
	table[ref].sub_page.page_off = start;
	table[ref].sub_page.length = length;
}

/* The middle passes on @ref2 of @from to @to. */
static void pass_on(uint32_t ref, domid_t to, domid_t from, uint32_t ref2, uint16_t flags)
{
	mtable[ref].transitive.trans_domid = from;
	mtable[ref].transitive.gref = ref2;
	mtable[ref].hdr.domid = to;
	mtable[ref].hdr.flags = GTF_transitive | flags;
}

static int16_t copy(struct vcpu *v, struct domain *from, uint32_t ref, uint16_t offset,
		    uint16_t len, bool to_grant)
{
	struct gnttab_copy c = {.len = len};
	struct gnttab_copy_ptr grant = {.u.ref = ref, .domid = from->id, .offset = offset},
			       own = {.u.gmfn = 7, .domid = DOMID_SELF, .offset = offset};

	c.source = to_grant ? own : grant;
	c.dest = to_grant ? grant : own;
	c.flags = to_grant ? GNTCOPY_dest_gref : GNTCOPY_source_gref;
	cr_assert_eq(GOP(v, copy, &c), 0);
	return c.status;
}
#define COPY_IN(v, from, ref, offset, len)  copy(v, from, ref, offset, len, false)
#define COPY_OUT(v, from, ref, offset, len) copy(v, from, ref, offset, len, true)

Test(gnttab_v2, uses_show_in_the_status_word)
{
	struct gnttab_map_grant_ref m, n;

	grant(300, 0, 9, 0); /* beyond the first frame */
	cr_assert_eq(grant_map(dom0->vcpu[0], granter, 300, GNTMAP_host_map, 0, &m),
		     GNTST_bad_gntref);
	grant_frame_of(granter, 1, false);
	table = grant_frame_of(granter, 1, false);
	grant(300 - 256, 0, 9, 0);
	cr_assert_eq(grant_map(dom0->vcpu[0], granter, 300, GNTMAP_host_map, 0, &m), GNTST_okay);
	cr_assert_eq(m.dev_bus_addr >> 12, p2m_get(granter, mk_gfn(9), NULL, NULL).v);
	cr_assert_eq(table[300 - 256].hdr.flags, GTF_permit_access);
	cr_assert_eq(status[300], GTF_reading | GTF_writing);
	cr_assert_eq(
		grant_map(dom0->vcpu[0], granter, 300, GNTMAP_host_map | GNTMAP_readonly, 0, &n),
		GNTST_okay);
	cr_assert_eq(grant_unmap(dom0->vcpu[0], &m), GNTST_okay);
	cr_assert_eq(status[300], GTF_reading);
	cr_assert_eq(grant_unmap(dom0->vcpu[0], &n), GNTST_okay);
	cr_assert_eq(status[300], 0);
	cr_assert_eq(refs_of(granter, 9), 1);
}

Test(gnttab_v2, refuses_what_was_not_granted)
{
	struct gnttab_map_grant_ref m;

	grant(9, middle->id, 9, GTF_readonly);
	cr_assert_eq(grant_map(tv, granter, 9, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(grant_map(mv, granter, 9, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(COPY_OUT(mv, granter, 9, 0, 1), GNTST_general_error);
	grant(10, middle->id, 0x70000, 0);
	cr_assert_eq(grant_map(mv, granter, 10, GNTMAP_host_map, 0x1000, &m), GNTST_bad_page);
	grant(10, middle->id, UINT64_MAX, 0);
	cr_assert_eq(grant_map(mv, granter, 10, GNTMAP_host_map, 0x1000, &m), GNTST_bad_page);
	table[10].hdr.flags = GTF_accept_transfer;
	cr_assert_eq(grant_map(mv, granter, 10, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	for (int i = 0; i < 12; i++)
		cr_assert_eq(status[i], 0);
}

Test(gnttab_v2, parts_of_pages_are_copied_but_not_mapped)
{
	struct gnttab_map_grant_ref m;

	grant_part(9, middle->id, 9, 100, 50);
	memset(ram(granter, 9), 'g', PAGE_SIZE);
	cr_assert_eq(grant_map(mv, granter, 9, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(COPY_IN(mv, granter, 9, 100, 50), GNTST_okay);
	cr_assert_eq(ram(middle, 7)[149], 'g');
	cr_assert_eq(COPY_IN(mv, granter, 9, 99, 2), GNTST_general_error);
	cr_assert_eq(COPY_IN(mv, granter, 9, 149, 2), GNTST_general_error);
	cr_assert_eq(COPY_OUT(mv, granter, 9, 149, 1), GNTST_okay);
	cr_assert_eq(COPY_OUT(mv, granter, 9, 150, 1), GNTST_general_error);
	/* Ends that lie beyond the page do not widen it. */
	grant_part(9, middle->id, 9, 4000, UINT16_MAX);
	cr_assert_eq(COPY_IN(mv, granter, 9, 4000, 96), GNTST_okay);
	cr_assert_eq(COPY_IN(mv, granter, 9, 4000, 97), GNTST_bad_copy_arg);
	cr_assert_eq(status[9], 0);
	cr_assert_eq(refs_of(granter, 9), 1);
}

/* While a copy is under way on another vCPU, so to speak. */
Test(gnttab_v2, parts_in_use_are_not_mapped_either)
{
	struct gnttab_map_grant_ref m;
	struct grant_use use;

	grant_part(9, middle->id, 9, 100, 50);
	cr_assert_eq(grant_pin_get(granter, 9, middle->id, true, false, &use), GNTST_okay);
	cr_assert_eq(use.start, 100);
	cr_assert_eq(use.length, 50);
	table[9].hdr.flags = GTF_permit_access; /* the guest changes its mind */
	cr_assert_eq(grant_map(mv, granter, 9, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(COPY_IN(mv, granter, 9, 0, 100), GNTST_general_error);
	cr_assert_eq(status[9], GTF_reading | GTF_writing);
	grant_pin_put(granter, 9, true, use.mfn);
	cr_assert_eq(status[9], 0);
	cr_assert_eq(grant_map(mv, granter, 9, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
}

Test(gnttab_v2, transitive_grants_serve_copies)
{
	struct gnttab_map_grant_ref m;

	grant(9, middle->id, 9, 0);
	pass_on(12, third->id, granter->id, 9, 0);
	strcpy(ram(granter, 9), "two steps away");
	cr_assert_eq(COPY_IN(tv, middle, 12, 0, 100), GNTST_okay);
	cr_assert_str_eq(ram(third, 7), "two steps away");
	cr_assert_eq(COPY_OUT(tv, middle, 12, 0, 100), GNTST_okay);
	cr_assert_eq(grant_map(tv, middle, 12, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(COPY_IN(tv, granter, 9, 0, 1), GNTST_general_error, "not to the third");
	pass_on(12, third->id, granter->id, 9, GTF_readonly);
	cr_assert_eq(COPY_IN(tv, middle, 12, 0, 1), GNTST_okay);
	cr_assert_eq(COPY_OUT(tv, middle, 12, 0, 1), GNTST_general_error);
	/* Nobody can pass on more than he has. */
	pass_on(12, third->id, granter->id, 9, 0);
	grant(9, middle->id, 9, GTF_readonly);
	cr_assert_eq(COPY_OUT(tv, middle, 12, 0, 1), GNTST_general_error);
	grant_part(9, middle->id, 9, 100, 50);
	cr_assert_eq(COPY_IN(tv, middle, 12, 100, 50), GNTST_okay);
	cr_assert_eq(COPY_IN(tv, middle, 12, 99, 1), GNTST_general_error);
	cr_assert_eq(mstatus[12], 0);
	cr_assert_eq(status[9], 0);
	cr_assert_eq(refs_of(granter, 9), 1);
	cr_assert_eq(set_version(mv, 1), 0, "nothing is left in use");
}

/* XSA-226: chains and circles must end, and leave nothing behind. */
Test(gnttab_v2, transitive_grants_go_one_step)
{
	struct hv_usage before;

	grant(9, middle->id, 9, 0);
	pass_on(12, third->id, granter->id, 9, 0);
	before = hv_usage();
	pass_on(13, third->id, middle->id, 12, 0); /* itself */
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_general_error);
	mtable[14].full_page.frame = 9;
	mtable[14].hdr.domid = middle->id;
	mtable[14].hdr.flags = GTF_permit_access;
	pass_on(13, third->id, middle->id, 14, 0);
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_general_error);
	pass_on(13, third->id, 4000, 9, 0);
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_general_error);
	pass_on(13, third->id, DOMID_SELF, 9, 0);
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_general_error);
	pass_on(13, third->id, granter->id, 1u << 30, 0);
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_bad_gntref);
	/* A chain of two. */
	table[10].transitive.trans_domid = middle->id;
	table[10].transitive.gref = 12;
	table[10].hdr.domid = middle->id;
	table[10].hdr.flags = GTF_transitive;
	pass_on(13, third->id, granter->id, 10, 0);
	pass_on(12, granter->id, granter->id, 9, 0);
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_general_error);
	for (int i = 0; i < 16; i++) {
		cr_assert_eq(status[i], 0);
		cr_assert_eq(mstatus[i], 0);
	}
	cr_assert(hv_usage_same(before, hv_usage()));
	cr_assert_eq(refs_of(granter, 9), 1);
	host_kill(granter);
	pass_on(13, third->id, granter->id, 9, 0);
	cr_assert_eq(COPY_IN(tv, middle, 13, 0, 1), GNTST_general_error);
}

Test(gnttab_v2, version_changes_keep_the_reserved_entries)
{
	struct gnttab_map_grant_ref m;
	grant_entry_v1_t *v1 = (grant_entry_v1_t *)table;
	struct hv_usage before;

	/* xenstored keeps its page all the time. */
	grant(GNTTAB_RESERVED_XENSTORE, 0, 9, 0);
	grant(20, 0, 10, 0);
	cr_assert_eq(
		grant_map(dom0->vcpu[0], granter, GNTTAB_RESERVED_XENSTORE, GNTMAP_host_map, 0, &m),
		GNTST_okay);
	before = hv_usage();
	cr_assert_eq(set_version(gv, 1), 0);
	cr_assert_eq(hv_usage().frames, before.frames + 1, "the status frame");
	cr_assert_eq(version_of(gv), 1);
	cr_assert_eq(v1[1].flags, GTF_permit_access | GTF_reading | GTF_writing);
	cr_assert_eq(v1[1].domid, 0);
	cr_assert_eq(v1[1].frame, 9);
	cr_assert_eq(v1[40].flags, 0, "where entry 20 was");
	cr_assert_eq(set_version(gv, 2), 0);
	status = grant_frame_of(granter, 0, true);
	cr_assert_eq(table[1].hdr.flags, GTF_permit_access);
	cr_assert_eq(table[1].full_page.frame, 9);
	cr_assert_eq(status[1], GTF_reading | GTF_writing);
	cr_assert_eq(grant_unmap(dom0->vcpu[0], &m), GNTST_okay);
	cr_assert_eq(status[1], 0);
	cr_assert_eq(refs_of(granter, 9), 1);
}

/* XSA-255: no change while entries are in use that would be lost. */
Test(gnttab_v2, version_changes_are_refused_while_entries_are_used)
{
	struct gnttab_map_grant_ref m;

	grant(8, 0, 9, 0);
	cr_assert_eq(grant_map(dom0->vcpu[0], granter, 8, GNTMAP_host_map, 0, &m), GNTST_okay);
	cr_assert_eq(set_version(gv, 2), 0, "it is 2");
	cr_assert_eq(set_version(gv, 1), -XEN_EBUSY);
	cr_assert_eq(version_of(gv), 2);
	cr_assert_eq(grant_unmap(dom0->vcpu[0], &m), GNTST_okay);
	table[2].full_page.frame = 1ULL << 32;
	table[2].hdr.flags = GTF_permit_access;
	cr_assert_eq(set_version(gv, 1), -XEN_ERANGE);
	table[2].hdr.flags = GTF_transitive;
	cr_assert_eq(set_version(gv, 1), -XEN_ERANGE);
	table[2].hdr.flags = GTF_accept_transfer;
	cr_assert_eq(set_version(gv, 1), 0);
	cr_assert_eq(((grant_entry_v1_t *)table)[2].flags, 0);
	cr_assert_eq(set_version(gv, 0), -XEN_EINVAL);
	cr_assert_eq(set_version(gv, 3), -XEN_EINVAL);
}

static long add_frame(struct vcpu *v, uint64_t idx, uint64_t gfn)
{
	struct xen_add_to_physmap x = {
		.domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .idx = idx, .gpfn = gfn};

	return HV_OP(v, do_memory_op, XENMEM_add_to_physmap, &x);
}

/* XSA-379, 387: a status page that went must be nowhere in the guest's map. */
Test(gnttab_v2, status_pages_go_for_good)
{
	mfn_t mfn;

	cr_assert_eq(add_frame(gv, XENMAPIDX_grant_table_status, 0x3000), 0);
	cr_assert_eq(gnttab_get_frame(granter, 0, true, &mfn), 0);
	cr_assert_eq(p2m_get(granter, mk_gfn(0x3000), NULL, NULL).v, mfn.v);
	/* At one place at a time (XSA-384). */
	cr_assert_eq(add_frame(gv, XENMAPIDX_grant_table_status, 0x3001), 0);
	cr_assert_eq(p2m_get(granter, mk_gfn(0x3000), NULL, NULL).v, INVALID_FRAME);
	cr_assert_eq(set_version(gv, 1), 0);
	cr_assert_eq(p2m_get(granter, mk_gfn(0x3001), NULL, NULL).v, INVALID_FRAME);
	/* We still hold it, so it is not somebody else's yet. */
	cr_assert_eq(frame_table[mfn.v].count, 1);
	cr_assert_not(frame_get(mfn, granter));
	/* What one is told who mapped it meanwhile, on another vCPU. */
	cr_assert_eq(gnttab_note_gfn(granter, 0, true, mfn, 0x3002), 0x3002);
	cr_assert_eq(add_frame(gv, XENMAPIDX_grant_table_status, 0x3002), -XEN_EINVAL);
	cr_assert_eq(set_version(gv, 2), 0);
	cr_assert_eq(gnttab_note_gfn(granter, 0, true, mfn, 0x3002), 0x3002);
	frame_put(mfn);
	cr_assert_eq(frame_table[mfn.v].count, 0);
	cr_assert_eq(add_frame(gv, XENMAPIDX_grant_table_status, 0x3002), 0);
	host_kill(granter);
}

/* XSA-382: status frames are as many as the entries need. */
Test(gnttab_v2, status_frames_end_with_the_entries)
{
	struct xen_domctl_createdomain config = granter->config;
	struct xen_mem_acquire_resource r = {.type = XENMEM_resource_grant_table,
					     .id = XENMEM_resource_grant_table_id_status,
					     .nr_frames = 1,
					     .frame_list.p = (void *)BUF2};
	struct gnttab_set_version s = {.version = 2};
	uint64_t mfn;
	mfn_t m;

	cr_assert_eq(gnttab_get_frame(granter, 1, true, &m), -XEN_EINVAL);
	cr_assert_eq(gnttab_get_frame(granter, UINT32_MAX, true, &m), -XEN_EINVAL);
	config.max_grant_frames = 20;
	host_kill(granter);
	granter = host_domain_with(&config, 8);
	gv = granter->vcpu[0];
	cr_assert_eq(gnttab_max_frames(granter, true), 3);
	cr_assert_eq(gnttab_get_frame(granter, 0, true, &m), -XEN_EINVAL, "version 1");
	cr_assert_eq(GOP(gv, set_version, &s), 0);
	cr_assert_eq(gnttab_get_frame(granter, 1, true, &m), 0);
	frame_put(m);
	grant_frame_of(granter, 15, false); /* 16 frames are what two status frames need */
	cr_assert_eq(gnttab_get_frame(granter, 2, true, &m), -XEN_EINVAL, "24 frames are too many");
	grant_frame_of(granter, 16, false);
	r.domid = granter->id;
	r.frame = 2;
	cr_assert_eq(HV_OP(dom0->vcpu[0], do_memory_op, XENMEM_acquire_resource, &r), 0);
	hv_get(dom0->vcpu[0], BUF2, &mfn, sizeof(mfn));
	cr_assert_eq((void *)grant_frame_of(granter, 2, true), mfn_to_virt(mk_mfn(mfn)));
	host_kill(granter);
}

Test(gnttab_v2, some_domains_have_version_1_only)
{
	struct xen_domctl_createdomain config = granter->config;
	struct gnttab_set_version s = {.version = 2};

	config.grant_opts = XEN_DOMCTL_GRANT_version(1);
	host_kill(granter);
	granter = host_domain_with(&config, 8);
	cr_assert_eq(GOP(granter->vcpu[0], set_version, &s), -XEN_ENOSYS);
	cr_assert_eq(s.version, 1);
	cr_assert_eq(set_version(dom0->vcpu[0], 2), -XEN_ENOSYS);
}

Test(gnttab_v2, failing_allocations_change_nothing)
{
	struct hv_usage before;

	cr_assert_eq(set_version(gv, 1), 0);
	((grant_entry_v1_t *)table)[3] = (grant_entry_v1_t){GTF_permit_access, 0, 9};
	host_take_memory(0);
	while (heap_alloc(512))
		;
	before = hv_usage();
	cr_assert_eq(set_version(gv, 2), -XEN_ENOMEM);
	cr_assert(hv_usage_same(before, hv_usage()));
	cr_assert_eq(version_of(gv), 1);
	cr_assert_eq(((grant_entry_v1_t *)table)[3].frame, 9);
	host_return_memory();
}

Test(gnttab_v2, swaps_take_the_status_along)
{
	struct gnttab_swap_grant_ref s = {.ref_a = 20, .ref_b = 21};
	struct gnttab_map_grant_ref m;

	grant(20, middle->id, 9, 0);
	grant(21, 0, 10, GTF_readonly);
	cr_assert_eq(GOP(gv, swap_grant_ref, &s), 0);
	cr_assert_eq(s.status, GNTST_okay);
	cr_assert_eq(table[20].full_page.frame, 10);
	cr_assert_eq(table[21].hdr.domid, middle->id);
	cr_assert_eq(grant_map(mv, granter, 21, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	cr_assert_eq(GOP(gv, swap_grant_ref, &s), 0);
	cr_assert_eq(s.status, GNTST_eagain);
	s.ref_a = s.ref_b;
	cr_assert_eq(GOP(gv, swap_grant_ref, &s), 0);
	cr_assert_eq(s.status, GNTST_okay, "nothing to do");
}

static void random_entry(void)
{
	grant_entry_v2_t *e = rand() % 2 ? &table[rand() % 10] : &mtable[rand() % 10];

	for (int i = 0; i < 4; i++)
		e->__spacer[i] = (uint32_t)rand() % 12;
	e->hdr.flags = (uint16_t)(rand() % 32 | (rand() % 4 ? 0 : GTF_sub_page));
	e->hdr.domid = (domid_t)(granter->id + rand() % 3);
	if (rand() % 2)
		e->transitive.trans_domid = (domid_t)(granter->id + rand() % 3);
}

/* Random operations of three guests on each other; sanitizers and counts judge. */
Test(gnttab_v2, hostile_use_leaks_nothing)
{
	struct vcpu *v[3] = {gv, mv, tv};
	uint8_t arg[64];
	uint32_t refs = 0;

	srand(1);
	for (int n = 0; n < 30000; n++) {
		struct gnttab_map_grant_ref m;

		random_entry();
		switch (rand() % 4) {
		case 0:
			grant_map(v[rand() % 3], rand() % 2 ? granter : middle,
				  (uint32_t)rand() % 12,
				  GNTMAP_host_map | (rand() % 2 ? GNTMAP_readonly : 0),
				  0x1000 + (uint64_t)rand() % 8, &m);
			break;
		case 1:
			m = (struct gnttab_map_grant_ref){
				.host_addr = (0x1000 + (uint64_t)rand() % 8) << 12,
				.handle = (uint32_t)rand() % 12};
			grant_unmap(v[rand() % 3], &m);
			break;
		case 2:
			copy(v[rand() % 3], rand() % 2 ? granter : middle, (uint32_t)rand() % 12,
			     (uint16_t)(rand() % 12), (uint16_t)(rand() % 4096), rand() % 2);
			break;
		default:
			memset(arg, rand(), sizeof(arg));
			arg[0] = (uint8_t)(rand() % 4);
			gop(v[rand() % 2], GNTTABOP_set_version, arg, 4, 1);
		}
	}
	host_kill(third);
	host_kill(middle);
	for (uint64_t gfn = 0; gfn < 32; gfn++)
		refs += refs_of(granter, gfn);
	cr_assert_eq(refs, 32);
	host_kill(granter);
}
