/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The real nested page tables on the fake machine's memory. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <hv/frame.h>
#include "host.h"

/* The fake machine has functions of the same names. */
#define hvm_p2m_alloc_root  npt_alloc_root
#define hvm_p2m_free_tables npt_free_tables
#define hvm_p2m_set_entry   npt_set_entry
#define hvm_p2m_walk	    npt_walk
#include "arch/x86/npt.c"

static struct domain *d;
static struct p2m *p2m;
static uint64_t free_before;

static void boot(void)
{
	host_boot(1, 64);
	d = calloc(1, sizeof(*d));
	p2m = &d->p2m;
	free_before = frames_free();
	cr_assert_eq(npt_alloc_root(p2m), 0);
}

static void end(void)
{
	npt_free_tables(p2m);
	cr_assert_eq(p2m->table_pages, 0);
	cr_assert_eq(frames_free(), free_before);
	free(d);
}

TestSuite(npt, .init = boot, .fini = end);

static void expect(uint64_t gfn, uint64_t mfn, enum p2m_type type, unsigned int order)
{
	enum p2m_type t;
	unsigned int o;
	mfn_t m = npt_walk(p2m, mk_gfn(gfn), &t, &o);

	cr_assert_eq(m.v, mfn, "gfn %lx leads to %lx instead of %lx", gfn, m.v, mfn);
	cr_assert_eq(t, type);
	cr_assert_eq(o, order, "gfn %lx: order %u instead of %u", gfn, o, order);
}

static int set(uint64_t gfn, uint64_t mfn, unsigned int order, enum p2m_type type)
{
	return npt_set_entry(p2m, mk_gfn(gfn), mk_mfn(mfn), order, type);
}

/* The hardware's view: permission bits along the walk. */
static uint64_t hardware_pte(uint64_t gfn)
{
	uint64_t *table = mfn_to_virt(p2m->root), pte;

	for (unsigned int level = TOP_LEVEL;; level--) {
		pte = table[index_at(mk_gfn(gfn), level)];
		if (is_leaf(pte, level))
			return pte;
		cr_assert_eq(pte & (PTE_P | PTE_W | PTE_U | PTE_NX), PTE_P | PTE_W | PTE_U);
		table = table_of(pte);
	}
}

Test(npt, empty_map_is_one_hole)
{
	expect(0, INVALID_FRAME, P2M_NONE, 27);
	expect(P2M_MAX_GFN, INVALID_FRAME, P2M_NONE, 27);
}

Test(npt, pages_of_three_sizes)
{
	cr_assert_eq(set(0x12345, 0x777, ORDER_4K, P2M_RAM), 0);
	expect(0x12345, 0x777, P2M_RAM, 0);
	expect(0x12346, INVALID_FRAME, P2M_NONE, 0);
	cr_assert_eq(set(0x200, 0x1000, ORDER_2M, P2M_RAM), 0);
	expect(0x200, 0x1000, P2M_RAM, 9);
	expect(0x2ff, 0x10ff, P2M_RAM, 9);
	cr_assert_eq(set(0x40000, 0x80000, ORDER_1G, P2M_RAM), 0);
	expect(0x40000 + 0x12345, 0x80000 + 0x12345, P2M_RAM, 18);
	cr_assert_eq(set(P2M_MAX_GFN, 0x5, ORDER_4K, P2M_RAM), 0);
	expect(P2M_MAX_GFN, 5, P2M_RAM, 0);
}

Test(npt, splitting_keeps_the_rest)
{
	cr_assert_eq(set(0x40000, 0x80000, ORDER_1G, P2M_RAM), 0);
	cr_assert_eq(set(0x40203, 0x99, ORDER_4K, P2M_RAM_RO), 0);
	expect(0x40203, 0x99, P2M_RAM_RO, 0);
	expect(0x40202, 0x80202, P2M_RAM, 0);
	expect(0x40204, 0x80204, P2M_RAM, 0);
	expect(0x40400, 0x80400, P2M_RAM, 9);
	cr_assert_eq(set(0x40202, INVALID_FRAME, ORDER_4K, P2M_NONE), 0);
	expect(0x40202, INVALID_FRAME, P2M_NONE, 0);
}

Test(npt, replacing_tables_frees_them_after_a_flush)
{
	uint64_t pages;
	uint32_t flushes;

	cr_assert_eq(set(0x200, 0x1000, ORDER_2M, P2M_RAM), 0);
	pages = p2m->table_pages;
	cr_assert_eq(set(0x201, 0x55, ORDER_4K, P2M_RAM), 0);
	cr_assert_eq(p2m->table_pages, pages + 1);
	flushes = host.flushes;
	cr_assert_eq(set(0x200, 0x3000, ORDER_2M, P2M_RAM), 0);
	cr_assert_eq(p2m->table_pages, pages);
	cr_assert_eq(host.flushes, flushes + 1, "walkers may still be in it");
	expect(0x201, 0x3001, P2M_RAM, 9);
	cr_assert_eq(set(0, INVALID_FRAME, ORDER_1G, P2M_NONE), 0);
	expect(0x201, INVALID_FRAME, P2M_NONE, 18);
}

Test(npt, rights_of_each_type)
{
	static const struct {
		enum p2m_type type;
		uint64_t bits;
	} rights[] = {
		{P2M_RAM, PTE_P | PTE_W | PTE_U},
		{P2M_RAM_RO, PTE_P | PTE_U},
		{P2M_SHARED, PTE_P | PTE_W | PTE_U | PTE_NX},
		{P2M_GRANT_RO, PTE_P | PTE_U | PTE_NX},
		{P2M_GRANT_RW, PTE_P | PTE_W | PTE_U | PTE_NX},
		{P2M_FOREIGN, PTE_P | PTE_W | PTE_U | PTE_NX},
		{P2M_APIC, 0},
		{P2M_NONE, 0},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(rights); i++) {
		cr_assert_eq(set(7, 0x1234, ORDER_4K, rights[i].type), 0);
		cr_assert_eq(hardware_pte(7) & (PTE_P | PTE_W | PTE_U | PTE_NX), rights[i].bits);
		expect(7, rights[i].bits ? 0x1234 : INVALID_FRAME, rights[i].type, 0);
	}
}

Test(npt, refuses_what_makes_no_sense)
{
	cr_assert_eq(set(1, 0x200, ORDER_2M, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(set(0x200, 1, ORDER_2M, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(set(0, 0, 5, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(set(P2M_MAX_GFN + 1, 0, ORDER_4K, P2M_RAM), -XEN_EINVAL);
	cr_assert_eq(set(0, 1ULL << 40, ORDER_4K, P2M_RAM), -XEN_EINVAL);
	expect(0, INVALID_FRAME, P2M_NONE, 27);
}

Test(npt, lack_of_memory_leaves_the_map_as_it_was)
{
	cr_assert_eq(set(0x40000, 0x80000, ORDER_1G, P2M_RAM), 0);
	for (uint64_t leave = 0; leave < 2; leave++) {
		host_take_memory(leave);
		cr_assert_eq(set(0x40203, 0x99, ORDER_4K, P2M_RAM), -XEN_ENOMEM);
		host_return_memory();
		for (uint64_t g = 0x40000; g < 0x80000; g += 0x101) {
			enum p2m_type type;
			unsigned int order;
			mfn_t mfn = npt_walk(p2m, mk_gfn(g), &type, &order);

			cr_assert_eq(mfn.v, g + 0x40000);
			cr_assert_eq(type, P2M_RAM);
		}
	}
	cr_assert_eq(set(0x40203, 0x99, ORDER_4K, P2M_RAM), 0);
}

/* Against a plain array: random changes of random sizes in 16 MiB. */
Test(npt, agrees_with_a_plain_map)
{
	static struct {
		uint64_t mfn;
		enum p2m_type type;
	} model[4096];

	for (unsigned int i = 0; i < ARRAY_SIZE(model); i++)
		model[i].mfn = INVALID_FRAME;
	srand(7);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int order = rand() % 8 ? 0 : 9;
		uint64_t gfn = (uint64_t)(rand() % 4096) & ~((1ULL << order) - 1);
		enum p2m_type type = rand() % 3 ? (enum p2m_type)(1 + rand() % 6) : P2M_NONE;
		uint64_t mfn = type == P2M_NONE ? INVALID_FRAME : (uint64_t)(rand() % 1000) << 9;

		cr_assert_eq(set(gfn, mfn, order, type), 0);
		for (uint64_t k = 0; k < 1ULL << order; k++) {
			model[gfn + k].mfn = type == P2M_NONE ? INVALID_FRAME : mfn + k;
			model[gfn + k].type = type;
		}
		gfn = (uint64_t)(rand() % 4096);
		mfn = npt_walk(p2m, mk_gfn(gfn), &type, &order).v;
		cr_assert_eq(mfn, model[gfn].mfn);
		cr_assert_eq(type, model[gfn].type);
	}
}

static void fill_2m(uint64_t gfn, uint64_t mfn, unsigned int but)
{
	for (uint64_t i = 0; i < ENTRIES; i++)
		if (i != but)
			cr_assert_eq(set(gfn + i, mfn + i, ORDER_4K, P2M_RAM), 0);
}

Test(npt, a_table_that_becomes_whole_is_healed)
{
	uint64_t splits = counter_read(CNT_P2M_SPLIT), heals = counter_read(CNT_P2M_HEAL), pages;
	uint32_t flushes;

	cr_assert_eq(set(0x400, 0x1000, ORDER_2M, P2M_RAM), 0);
	pages = p2m->table_pages;
	cr_assert_eq(set(0x477, INVALID_FRAME, ORDER_4K, P2M_NONE), 0);
	cr_assert_eq(counter_read(CNT_P2M_SPLIT), splits + 1);
	expect(0x400, 0x1000, P2M_RAM, 0);
	/* Another frame, another right: no. */
	cr_assert_eq(set(0x477, 0x9000, ORDER_4K, P2M_RAM), 0);
	cr_assert_eq(set(0x477, 0x1077, ORDER_4K, P2M_RAM_RO), 0);
	cr_assert_eq(set(0x478, 0x1078, ORDER_4K, P2M_RAM), 0);
	expect(0x400, 0x1000, P2M_RAM, 0);
	cr_assert_eq(counter_read(CNT_P2M_HEAL), heals);
	flushes = host.flushes;
	cr_assert_eq(set(0x477, 0x1077, ORDER_4K, P2M_RAM), 0);
	expect(0x477, 0x1077, P2M_RAM, 9);
	cr_assert_eq(counter_read(CNT_P2M_HEAL), heals + 1);
	cr_assert_eq(p2m->table_pages, pages);
	cr_assert_eq(host.flushes, flushes + 1, "walkers may still be in the table");
	/* Frames in order, but not where a superpage could be. */
	fill_2m(0x800, 0x2001, ENTRIES);
	expect(0x800, 0x2001, P2M_RAM, 0);
	/* The last one to come may be any. */
	for (unsigned int last = 0; last < ENTRIES; last += 73) {
		fill_2m(0xc00, 0x4000, last);
		expect(0xc00 + (last ? 0 : 1), 0x4000 + (last ? 0 : 1), P2M_RAM, 0);
		cr_assert_eq(set(0xc00 + last, 0x4000 + last, ORDER_4K, P2M_RAM), 0);
		expect(0xc00, 0x4000, P2M_RAM, 9);
		cr_assert_eq(set(0xc00, INVALID_FRAME, ORDER_2M, P2M_NONE), 0);
	}
}

Test(npt, healing_goes_up_to_1g)
{
	cr_assert_eq(set(0x40000, 0x80000, ORDER_1G, P2M_RAM), 0);
	cr_assert_eq(set(0x40203, INVALID_FRAME, ORDER_4K, P2M_NONE), 0);
	expect(0x40000, 0x80000, P2M_RAM, 9);
	expect(0x40200, 0x80200, P2M_RAM, 0);
	cr_assert_eq(set(0x40203, 0x80203, ORDER_4K, P2M_RAM), 0);
	expect(0x40203, 0x80203, P2M_RAM, have_1g() ? 18 : 9);
}
