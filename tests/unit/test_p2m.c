/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/p2m.h>
#include "hvcall.h"

static struct domain *d;

static void boot(void)
{
	hv_boot(2, 128);
	d = hv_guest(1, 16);
	d->max_pages = 20000;
}

TestSuite(p2m, .init = boot);

static mfn_t page(unsigned int order)
{
	mfn_t m;

	cr_assert_eq(frame_alloc_domain(d, order, INVALID_FRAME, &m), 0);
	return m;
}

static mfn_t at(uint64_t gfn, enum p2m_type *type)
{
	return p2m_get(d, mk_gfn(gfn), type, NULL);
}

Test(p2m, maps_and_clears_any_order)
{
	enum p2m_type type;

	for (unsigned int order = 0; order <= 12; order++) {
		mfn_t m = page(order);
		uint64_t gfn = 0x100000;

		cr_assert_eq(p2m_set(d, mk_gfn(gfn), m, order, P2M_RAM), 0);
		for (uint64_t i = 0; i < 1ULL << order; i++) {
			cr_assert_eq(at(gfn + i, &type).v, m.v + i);
			cr_assert_eq(type, P2M_RAM);
		}
		cr_assert_eq(at(gfn + (1ULL << order), &type).v, INVALID_FRAME);
		cr_assert_geq(d->p2m.max_gfn, gfn + (1ULL << order) - 1);
		cr_assert_eq(p2m_clear(d, mk_gfn(gfn), order), 0);
		for (uint64_t i = 0; i < 1ULL << order; i++)
			cr_assert_eq(at(gfn + i, &type).v, INVALID_FRAME);
		for (uint64_t i = 0; i < 1ULL << order; i++)
			cr_assert_eq(frame_release_domain(d, mfn_add(m, i)), 0);
	}
}

Test(p2m, refuses_what_is_out_of_range)
{
	mfn_t m = page(0);

	cr_assert_eq(p2m_set(d, mk_gfn(P2M_MAX_GFN + 1), m, 0, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(p2m_set(d, mk_gfn(UINT64_MAX), m, 0, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(p2m_set(d, mk_gfn(P2M_MAX_GFN), m, 9, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(p2m_set(d, mk_gfn(1), m, 9, P2M_RAM), -XEN_EINVAL, "unaligned");
	cr_assert_eq(p2m_set(d, mk_gfn(0), m, 19, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(p2m_set(dom0, mk_gfn(0), m, 0, P2M_RAM), -XEN_EINVAL, "has no map");
	cr_assert_eq(p2m_set(d, mk_gfn(P2M_MAX_GFN), m, 0, P2M_RAM), 0);
	cr_assert_eq(p2m_get(d, mk_gfn(UINT64_MAX), NULL, NULL).v, INVALID_FRAME);
	cr_assert_not(p2m_get_page(d, mk_gfn(UINT64_MAX), false, &m));
	cr_assert_not(p2m_get_page(dom0, mk_gfn(0), false, &m));
}

Test(p2m, flushes_only_what_may_be_cached)
{
	mfn_t m = page(0);
	uint32_t before = host.flushes;

	cr_assert_eq(p2m_set(d, mk_gfn(0x2000), m, 0, P2M_RAM), 0);
	cr_assert_eq(host.flushes, before);
	cr_assert_eq(p2m_set(d, mk_gfn(0x2000), m, 0, P2M_RAM_RO), 0);
	cr_assert_eq(host.flushes, before + 1);
	cr_assert_eq(p2m_clear(d, mk_gfn(0x2000), 0), 0);
	cr_assert_eq(host.flushes, before + 2);
	cr_assert_eq(p2m_clear(d, mk_gfn(0x2000), 0), 0);
	cr_assert_eq(host.flushes, before + 2);
}

Test(p2m, references_follow_the_type)
{
	static const struct {
		enum p2m_type type;
		bool read, write;
	} rows[] = {
		{P2M_RAM, true, true},	    {P2M_RAM_RO, true, false},	 {P2M_SHARED, true, true},
		{P2M_GRANT_RW, true, true}, {P2M_GRANT_RO, true, false}, {P2M_FOREIGN, true, true},
		{P2M_APIC, false, false},   {P2M_NONE, false, false},
	};
	mfn_t m = page(0), got;

	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		cr_assert_eq(p2m_set(d, mk_gfn(0x3000), m, 0, rows[i].type), 0);
		for (int write = 0; write < 2; write++) {
			bool want = write ? rows[i].write : rows[i].read;

			cr_assert_eq(p2m_get_page(d, mk_gfn(0x3000), write, &got), want);
			if (want)
				frame_put(got);
		}
	}
	cr_assert_eq(frame_table[m.v].count, 1);
	cr_assert_eq(p2m_clear(d, mk_gfn(0x3000), 0), 0);
}

/* A map that still names a frame its domain gave up must not lend it out. */
Test(p2m, a_freed_frame_is_not_lent)
{
	enum p2m_type type;
	mfn_t m = at(3, &type), got, again;
	struct domain *other = hv_guest(1, 8);

	cr_assert_eq(frame_release_domain(d, m), 0);
	cr_assert_not(p2m_get_page(d, mk_gfn(3), false, &got));
	/* Not even when another domain owns it now. */
	other->max_pages = 100000;
	do
		cr_assert_eq(frame_alloc_domain(other, 0, INVALID_FRAME, &again), 0);
	while (again.v != m.v);
	cr_assert_not(p2m_get_page(d, mk_gfn(3), false, &got));
}

Test(p2m, teardown_is_preemptible_and_complete)
{
	struct hv_usage before;
	unsigned int rounds = 0;
	struct domain *t;
	mfn_t m;

	host_kill(hv_guest(1, 300)); /* what grows once */
	before = hv_usage();
	t = hv_guest(1, 300);
	/* A foreign page: the map holds the reference. */
	cr_assert(p2m_get_page(d, mk_gfn(2), true, &m));
	cr_assert_eq(p2m_set(t, mk_gfn(0x9000), m, 0, P2M_FOREIGN), 0);
	cr_assert_eq(frame_table[m.v].count, 2);
	this_cpu()->work = 1;
	while (domain_kill(t) == -XEN_ERESTART)
		rounds++;
	this_cpu()->work = 0;
	domain_put(t);
	cr_assert_gt(rounds, 3);
	cr_assert_eq(frame_table[m.v].count, 1);
	cr_assert(hv_usage_same(before, hv_usage()));
}

/* A guest that spreads its pages meets its own limit, not the machine's. */
Test(p2m, tables_are_bounded)
{
	mfn_t m = page(0);

	d->max_pages = 1280;
	d->p2m.table_pages = 256 + 10;
	cr_assert_eq(p2m_set(d, mk_gfn(1ULL << 30), m, 0, P2M_RAM), -XEN_ENOMEM);
	cr_assert_eq(p2m_set(d, mk_gfn(0x40), m, 0, P2M_RAM), 0, "needs no table");
	cr_assert_eq(p2m_clear(d, mk_gfn(0x40), 0), 0);
	d->mempool_pages = 256 + 12;
	cr_assert_eq(p2m_set(d, mk_gfn(1ULL << 30), m, 0, P2M_RAM), -XEN_ENOMEM);
	d->mempool_pages++;
	cr_assert_eq(p2m_set(d, mk_gfn(1ULL << 30), m, 0, P2M_RAM), 0);
}
