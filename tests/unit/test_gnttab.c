/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include <xen/grant_table.h>
#include "grant_guest.h"

static struct domain *granter, *user;
static struct vcpu *gv, *uv, *zero;
static grant_entry_v1_t *table; /* the granter's */

static void boot(void)
{
	hv_boot(2, 64);
	granter = hv_guest(1, 32);
	user = hv_guest(1, 32);
	gv = granter->vcpu[0];
	uv = user->vcpu[0];
	zero = dom0->vcpu[0];
	table = grant_frame_of(granter, 0, false);
}

TestSuite(gnttab, .init = boot);

static void grant(uint32_t ref, domid_t to, uint32_t gfn, uint16_t flags)
{
	table[ref].domid = to;
	table[ref].frame = gfn;
	table[ref].flags = GTF_permit_access | flags;
}

static int16_t map(struct vcpu *v, uint32_t ref, uint32_t flags, uint64_t gfn,
		   struct gnttab_map_grant_ref *m)
{
	return grant_map(v, granter, ref, flags, gfn, m);
}
#define unmap grant_unmap

Test(gnttab, a_guest_maps_uses_and_unmaps)
{
	struct gnttab_map_grant_ref m;
	enum p2m_type type;

	strcpy(ram(granter, 9), "from the granter");
	grant(5, user->id, 9, 0);
	cr_assert_eq(map(uv, 5, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	cr_assert_eq(p2m_get(user, mk_gfn(0x1000), &type, NULL).v,
		     p2m_get(granter, mk_gfn(9), NULL, NULL).v);
	cr_assert_eq(type, P2M_GRANT_RW);
	cr_assert_str_eq(ram(user, 0x1000), "from the granter");
	cr_assert_eq(table[5].flags, GTF_permit_access | GTF_reading | GTF_writing);
	cr_assert_eq(refs_of(granter, 9), 2);
	cr_assert_eq(unmap(uv, &m), GNTST_okay);
	cr_assert_eq(table[5].flags, GTF_permit_access);
	cr_assert_eq(refs_of(granter, 9), 1);
	cr_assert_eq(p2m_get(user, mk_gfn(0x1000), NULL, NULL).v, INVALID_FRAME);
	cr_assert_eq(unmap(uv, &m), GNTST_bad_handle);
}

Test(gnttab, domain0_gets_the_machine_address)
{
	struct gnttab_map_grant_ref m, n;

	grant(8, 0, 10, 0);
	cr_assert_eq(map(zero, 8, GNTMAP_host_map, 0, &m), GNTST_okay);
	cr_assert_eq(m.dev_bus_addr, p2m_get(granter, mk_gfn(10), NULL, NULL).v << 12);
	cr_assert_eq(map(zero, 8, GNTMAP_host_map | GNTMAP_readonly, 0, &n), GNTST_okay);
	cr_assert_neq(m.handle, n.handle);
	cr_assert_eq(unmap(zero, &m), GNTST_okay);
	/* The reader is still there. */
	cr_assert_eq(table[8].flags, GTF_permit_access | GTF_reading);
	cr_assert_eq(unmap(zero, &n), GNTST_okay);
	cr_assert_eq(table[8].flags, GTF_permit_access);
}

Test(gnttab, refuses_what_was_not_granted)
{
	struct gnttab_map_grant_ref m, again;

	grant(9, 0, 9, 0);
	cr_assert_eq(map(uv, 9, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(map(uv, 10, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(map(uv, 1u << 20, GNTMAP_host_map, 0x1000, &m), GNTST_bad_gntref);
	cr_assert_eq(map(uv, UINT32_MAX, GNTMAP_host_map, 0x1000, &m), GNTST_bad_gntref);
	grant(11, user->id, 9, GTF_readonly);
	cr_assert_eq(map(uv, 11, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(map(uv, 11, GNTMAP_host_map | GNTMAP_readonly, 0x1000, &m), GNTST_okay);
	cr_assert_eq(unmap(uv, &m), GNTST_okay);
	cr_assert_eq(map(uv, 11, 0, 0x1000, &m), GNTST_bad_gntref);
	cr_assert_eq(map(uv, 11, GNTMAP_device_map, 0x1000, &m), GNTST_general_error);
	cr_assert_eq(
		map(uv, 11, GNTMAP_host_map | GNTMAP_readonly | GNTMAP_contains_pte, 0x1000, &m),
		GNTST_general_error);
	cr_assert_eq(map(uv, 11, GNTMAP_host_map | GNTMAP_readonly | 1u << 16, 0x1000, &m),
		     GNTST_general_error);
	/* Pages that are not the granter's own memory. */
	grant(12, user->id, 0x70000, 0);
	cr_assert_eq(map(uv, 12, GNTMAP_host_map, 0x1000, &m), GNTST_bad_page);
	cr_assert_eq(table[12].flags, GTF_permit_access);
	/* Over an existing grant, and out of range. */
	grant(13, user->id, 9, 0);
	cr_assert_eq(map(uv, 13, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	cr_assert_eq(map(uv, 13, GNTMAP_host_map, 0x1000, &again), GNTST_general_error);
	cr_assert_eq(map(uv, 13, GNTMAP_host_map, 1ULL << 40, &again), GNTST_general_error);
	cr_assert_eq(refs_of(granter, 9), 2);
	again = (struct gnttab_map_grant_ref){.flags = GNTMAP_host_map, .dom = 4000};
	cr_assert_eq(GOP(uv, map_grant_ref, &again), 0);
	cr_assert_eq(again.status, GNTST_bad_domain);
}

/* A mapped page of another cannot be granted on. */
Test(gnttab, grants_are_not_transitive)
{
	struct gnttab_map_grant_ref m, n = {.flags = GNTMAP_host_map, .ref = 3, .dom = user->id};
	grant_entry_v1_t *mine;

	grant(9, user->id, 9, 0);
	cr_assert_eq(map(uv, 9, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	mine = grant_frame_of(user, 0, false);
	mine[3] = (grant_entry_v1_t){GTF_permit_access, 0, 0x1000};
	cr_assert_eq(GOP(zero, map_grant_ref, &n), 0);
	cr_assert_eq(n.status, GNTST_bad_page);
}

Test(gnttab, the_frame_is_fixed_while_in_use)
{
	struct gnttab_map_grant_ref m, n;

	grant(9, 0, 9, 0);
	cr_assert_eq(map(zero, 9, GNTMAP_host_map, 0, &m), GNTST_okay);
	/* The guest scribbles its entry: later maps get what the first got. */
	table[9].frame = 12;
	cr_assert_eq(map(zero, 9, GNTMAP_host_map, 0, &n), GNTST_okay);
	cr_assert_eq(n.dev_bus_addr, m.dev_bus_addr);
	table[9].flags = 0;
	cr_assert_eq(unmap(zero, &m), GNTST_okay);
	cr_assert_eq(unmap(zero, &n), GNTST_okay);
	cr_assert_eq(refs_of(granter, 9), 1);
	cr_assert_eq(refs_of(granter, 12), 1);
}

Test(gnttab, maptrack_ends_at_its_limit)
{
	struct gnttab_map_grant_ref m, first = {0};
	unsigned int n = 0;

	grant(9, user->id, 9, GTF_readonly);
	while (map(uv, 9, GNTMAP_host_map | GNTMAP_readonly, 0x1000 + n, &m) == GNTST_okay) {
		if (!n)
			first = m;
		n++;
	}
	cr_assert_eq(m.status, GNTST_no_device_space);
	cr_assert_eq(n, 4 * 256); /* host_domain() gives four frames */
	cr_assert_eq(unmap(uv, &first), GNTST_okay);
	cr_assert_eq(map(uv, 9, GNTMAP_host_map | GNTMAP_readonly, 0x1000, &m), GNTST_okay);
	cr_assert_eq(m.handle, first.handle);
	host_kill(user);
	cr_assert_eq(refs_of(granter, 9), 1);
	cr_assert_eq(table[9].flags, GTF_permit_access | GTF_readonly);
}

/* XSA-316: what a failing operation took it gives back. */
Test(gnttab, failures_use_nothing_up)
{
	struct gnttab_map_grant_ref m;

	grant(9, 0, 9, 0);
	grant(10, user->id, 0x70000, 0);
	grant(11, user->id, 9, 0);
	for (int n = 0; n < 3 * 1024; n++) { /* more than there are handles */
		cr_assert_eq(map(uv, 9, GNTMAP_host_map, 0x1000, &m), GNTST_general_error);
		cr_assert_eq(map(uv, 10, GNTMAP_host_map, 0x1000, &m), GNTST_bad_page);
		cr_assert_eq(map(uv, 11, GNTMAP_host_map, 1ULL << 40, &m), GNTST_general_error);
	}
	cr_assert_eq(table[9].flags | table[10].flags | table[11].flags, GTF_permit_access);
	cr_assert_eq(map(uv, 11, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	cr_assert_eq(refs_of(granter, 9), 2);
}

/* XSA-380: many mappings are undone a few at a time. */
Test(gnttab, the_dead_let_go_in_steps)
{
	struct gnttab_map_grant_ref m;
	unsigned int steps = 1;

	grant(9, user->id, 9, GTF_readonly);
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert_eq(map(uv, 9, GNTMAP_host_map | GNTMAP_readonly, 0x1000 + i, &m),
			     GNTST_okay);
	this_cpu()->work = WORK_SCHED; /* there always is something better to do */
	while (domain_kill(user) == -XEN_ERESTART)
		steps++;
	this_cpu()->work = 0;
	domain_put(user);
	cr_assert_geq(steps, 1024 / 64);
	cr_assert_eq(refs_of(granter, 9), 1);
}

Test(gnttab, unmapping_wants_the_right_address)
{
	struct gnttab_map_grant_ref m;
	struct gnttab_unmap_grant_ref u;

	grant(9, user->id, 9, 0);
	cr_assert_eq(map(uv, 9, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	u = (struct gnttab_unmap_grant_ref){.host_addr = 0x2000 << 12, .handle = m.handle};
	cr_assert_eq(GOP(uv, unmap_grant_ref, &u), 0);
	cr_assert_eq(u.status, GNTST_general_error);
	u = (struct gnttab_unmap_grant_ref){.host_addr = m.host_addr,
					    .dev_bus_addr = m.dev_bus_addr + PAGE_SIZE,
					    .handle = m.handle};
	cr_assert_eq(GOP(uv, unmap_grant_ref, &u), 0);
	cr_assert_eq(u.status, GNTST_general_error);
	u = (struct gnttab_unmap_grant_ref){.handle = m.handle}; /* keep the host mapping */
	cr_assert_eq(GOP(uv, unmap_grant_ref, &u), 0);
	cr_assert_eq(u.status, GNTST_okay);
	cr_assert_eq(refs_of(granter, 9), 2);
	u = (struct gnttab_unmap_grant_ref){.host_addr = m.host_addr, .handle = 77};
	cr_assert_eq(GOP(uv, unmap_grant_ref, &u), 0);
	cr_assert_eq(u.status, GNTST_bad_handle);
	u.handle = UINT32_MAX;
	cr_assert_eq(GOP(uv, unmap_grant_ref, &u), 0);
	cr_assert_eq(u.status, GNTST_bad_handle);
	cr_assert_eq(unmap(uv, &m), GNTST_okay);
}

Test(gnttab, copies_between_all_kinds_of_ends)
{
	struct gnttab_copy c = {.len = 100};

	for (int i = 0; i < 4096; i++) {
		ram(granter, 9)[i] = (char)(i * 7);
		ram(user, 7)[i] = 0;
	}
	grant(9, user->id, 9, GTF_readonly);
	c.source.u.ref = 9;
	c.source.domid = granter->id;
	c.source.offset = 50;
	c.dest.u.gmfn = 7;
	c.dest.domid = DOMID_SELF;
	c.dest.offset = 3996;
	c.flags = GNTCOPY_source_gref;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_okay);
	cr_assert_eq(memcmp(ram(user, 7) + 3996, ram(granter, 9) + 50, 100), 0);
	cr_assert_eq(ram(user, 7)[3995], 0);
	cr_assert_eq(table[9].flags, GTF_permit_access | GTF_readonly);
	/* Read-only means that it is no destination. */
	c.dest = c.source;
	c.source.u.gmfn = 7;
	c.source.domid = DOMID_SELF;
	c.flags = GNTCOPY_dest_gref;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_general_error);
	cr_assert_eq(refs_of(granter, 9), 1);
	cr_assert_eq(refs_of(user, 7), 1);
}

Test(gnttab, copies_stay_within_pages_and_rights)
{
	struct gnttab_copy ok = {.source.domid = DOMID_SELF,
				 .source.u.gmfn = 7,
				 .dest.domid = DOMID_SELF,
				 .dest.u.gmfn = 6,
				 .len = 4096},
			   c = ok;

	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_okay);
	c = ok;
	c.source.offset = 1;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_bad_copy_arg);
	c = ok;
	c.dest.offset = 0xffff;
	c.len = 0xffff;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_bad_copy_arg);
	c = ok;
	c.source.domid = granter->id;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_permission_denied);
	c = ok;
	c.dest.u.gmfn = 0x70000;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_bad_page);
	c = ok;
	c.dest.u.gmfn = UINT64_MAX;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_bad_page);
	c = ok;
	c.flags = GNTCOPY_source_gref;
	c.source.domid = 4000;
	cr_assert_eq(GOP(uv, copy, &c), 0);
	cr_assert_eq(c.status, GNTST_bad_domain);
}

Test(gnttab, set_up_answers)
{
	struct gnttab_query_size q = {.dom = DOMID_SELF};
	struct gnttab_get_version v = {.dom = DOMID_SELF};
	struct gnttab_set_version s = {.version = 3};
	struct gnttab_setup_table t = {.dom = DOMID_SELF, .nr_frames = 3};

	cr_assert_eq(GOP(gv, query_size, &q), 0);
	cr_assert_eq(q.status, GNTST_okay);
	cr_assert_eq(q.nr_frames, 1);
	cr_assert_eq(q.max_nr_frames, 4);
	cr_assert_eq(GOP(gv, get_version, &v), 0);
	cr_assert_eq(v.version, 1);
	cr_assert_eq(GOP(gv, set_version, &s), -XEN_EINVAL);
	cr_assert_eq(s.version, 1);
	s.version = 1;
	cr_assert_eq(GOP(gv, set_version, &s), 0);
	t.frame_list.p = (void *)BUF2;
	cr_assert_eq(GOP(gv, setup_table, &t), 0);
	cr_assert_eq(t.status, GNTST_okay);
	cr_assert_eq(GOP(gv, query_size, &q), 0);
	cr_assert_eq(q.nr_frames, 3);
	t.nr_frames = 5;
	cr_assert_eq(GOP(gv, setup_table, &t), 0);
	cr_assert_eq(t.status, GNTST_general_error);
	t.nr_frames = 1;
	t.frame_list.p = (void *)BAD;
	cr_assert_eq(GOP(gv, setup_table, &t), 0);
	cr_assert_eq(t.status, GNTST_bad_virt_addr);
	t.dom = q.dom = v.dom = user->id;
	cr_assert_eq(GOP(gv, setup_table, &t), 0);
	cr_assert_eq(t.status, GNTST_permission_denied);
	cr_assert_eq(GOP(gv, query_size, &q), 0);
	cr_assert_eq(q.status, GNTST_permission_denied);
	cr_assert_eq(GOP(gv, get_version, &v), -XEN_EPERM);
	v.dom = 4000;
	cr_assert_eq(GOP(gv, get_version, &v), -XEN_ESRCH);
}

Test(gnttab, wrong_calls_get_xens_codes)
{
	uint8_t q[256] = {0};

	cr_assert_eq(gop(gv, GNTTABOP_query_size, q, 16, 2), -XEN_EINVAL);
	cr_assert_eq(gop(gv, GNTTABOP_cache_flush, q, 16, 1), -XEN_ENOSYS);
	cr_assert_eq(gop(gv, 99, q, 16, 1), -XEN_ENOSYS);
	cr_assert_eq(hv_call(gv, do_grant_table_op, GNTTABOP_copy, BUF, UINT32_MAX), -XEN_EINVAL);
	for (unsigned int cmd = 0; cmd < 13; cmd++) {
		bool absent = cmd == GNTTABOP_dump_table || cmd == GNTTABOP_transfer ||
			      cmd == GNTTABOP_unmap_and_replace ||
			      cmd == GNTTABOP_get_status_frames || cmd == GNTTABOP_cache_flush;

		cr_assert_eq(hv_call(gv, do_grant_table_op, cmd, BAD, 1),
			     absent ? -XEN_ENOSYS : -XEN_EFAULT);
	}
	cr_assert_eq(hv_call(gv, do_grant_table_op, GNTTABOP_copy, BAD, 0), 0);
}

Test(gnttab, entries_swap_unless_in_use)
{
	struct gnttab_swap_grant_ref s = {.ref_a = 20, .ref_b = 21};
	struct gnttab_map_grant_ref m;

	grant(20, user->id, 9, 0);
	grant(21, 0, 10, GTF_readonly);
	cr_assert_eq(GOP(gv, swap_grant_ref, &s), 0);
	cr_assert_eq(s.status, GNTST_okay);
	cr_assert_eq(table[20].frame, 10);
	cr_assert_eq(table[21].domid, user->id);
	cr_assert_eq(map(uv, 21, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	cr_assert_eq(GOP(gv, swap_grant_ref, &s), 0);
	cr_assert_eq(s.status, GNTST_eagain);
	s.ref_b = 1u << 20;
	cr_assert_eq(GOP(gv, swap_grant_ref, &s), 0);
	cr_assert_eq(s.status, GNTST_bad_gntref);
}

Test(gnttab, long_lists_are_continued)
{
	struct gnttab_copy c[60] = {0};

	for (int i = 0; i < 60; i++) {
		c[i].source.domid = c[i].dest.domid = DOMID_SELF;
		c[i].source.u.gmfn = 7;
		c[i].dest.u.gmfn = 6;
		c[i].len = 1;
		c[i].source.offset = c[i].dest.offset = (uint16_t)i;
		c[i].status = 1;
		c[i].flags = i % 8 == 7 ? GNTCOPY_source_gref : 0; /* XSA-318: some fail */
		ram(user, 7)[i] = (char)(i + 1);
		ram(user, 6)[i] = 0;
	}
	hv_preempt(true);
	cr_assert_eq(gop(uv, GNTTABOP_copy, c, sizeof(c[0]), 60), 0);
	cr_assert_geq(hv_restarts, 3);
	for (int i = 0; i < 60; i++) {
		bool fails = i % 8 == 7;

		cr_assert_eq(c[i].status, fails ? GNTST_general_error : GNTST_okay);
		cr_assert_eq(ram(user, 6)[i], fails ? 0 : i + 1);
	}
}

Test(gnttab, a_mapping_outlives_the_granter)
{
	struct gnttab_map_grant_ref m, n;
	domid_t id = granter->id;
	mfn_t mfn = p2m_get(granter, mk_gfn(9), NULL, NULL);

	strcpy(ram(granter, 9), "still there");
	grant(9, user->id, 9, 0);
	cr_assert_eq(map(uv, 9, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
	host_kill(granter);
	/* Dead, but its number and the page stay until nobody uses them. */
	cr_assert_null(domain_get(id));
	cr_assert_str_eq(ram(user, 0x1000), "still there");
	cr_assert_eq(frame_table[mfn.v].owner, id);
	n = (struct gnttab_map_grant_ref){
		.host_addr = 0x1001 << 12, .flags = GNTMAP_host_map, .ref = 9, .dom = id};
	cr_assert_eq(GOP(uv, map_grant_ref, &n), 0);
	cr_assert_eq(n.status, GNTST_bad_domain);
	cr_assert_eq(unmap(uv, &m), GNTST_okay);
	cr_assert_eq(frame_table[mfn.v].count, 0);
	cr_assert(domain_next(id) == user);
}

Test(gnttab, both_dying_orders_leave_nothing)
{
	struct gnttab_map_grant_ref m;
	struct hv_usage before;

	host_kill(granter);
	host_kill(user);
	before = hv_usage();
	for (int order = 0; order < 2; order++) {
		granter = hv_guest(1, 32);
		user = hv_guest(1, 32);
		grant_frame_of(granter, 2, false);
		table = grant_frame_of(granter, 0, false);
		grant(9, user->id, 9, 0);
		cr_assert_eq(map(user->vcpu[0], 9, GNTMAP_host_map, 0x1000, &m), GNTST_okay);
		host_kill(order ? granter : user);
		host_kill(order ? user : granter);
		cr_assert(hv_usage_same(before, hv_usage()), "order %d", order);
	}
}

static void random_entry(void)
{
	((grant_entry_v1_t *)grant_frame_of(rand() % 2 ? granter : user, 0, false))[rand() % 8] =
		(grant_entry_v1_t){(uint16_t)(rand() % 32), (domid_t)(granter->id + rand() % 2),
				   (uint32_t)rand() % 40};
}

/* Random operations of two guests on each other; sanitizers and counts judge. */
Test(gnttab, hostile_use_leaks_nothing)
{
	struct hv_usage before;
	uint8_t arg[64];

	host_kill(granter);
	host_kill(user);
	before = hv_usage();
	granter = hv_guest(1, 32);
	user = hv_guest(1, 32);
	srand(7);
	for (int n = 0; n < 20000; n++) {
		struct domain *d = rand() % 2 ? granter : user;

		random_entry();
		for (unsigned int i = 0; i < sizeof(arg); i++)
			arg[i] = rand() % 3 ? 0 : (uint8_t)rand();
		if (rand() % 2) {
			struct gnttab_map_grant_ref m = {
				.host_addr = (uint64_t)(16 + rand() % 48) << 12,
				.flags = (uint32_t)rand() % 8,
				.ref = (uint32_t)rand() % 8,
				.dom = (domid_t)(granter->id + rand() % 2)};
			memcpy(arg, &m, sizeof(m));
		}
		gop(d->vcpu[0], (unsigned int)rand() % 12, arg, sizeof(arg), 1);
	}
	host_kill(granter);
	host_kill(user);
	cr_assert(hv_usage_same(before, hv_usage()));
}
