/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Nested page tables (APM vol. 2, 15.25): four levels of the ordinary long-mode
 * format, every entry marked "user" because guest accesses count as such.  The
 * type of a mapping is kept in bits 9 to 11, which the processor ignores, also
 * in entries that are not present.
 */
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/p2m.h>
#include <hv/printk.h>

#define PTE_P	       (1ULL << 0)
#define PTE_W	       (1ULL << 1)
#define PTE_U	       (1ULL << 2)
#define PTE_A	       (1ULL << 5)
#define PTE_D	       (1ULL << 6)
#define PTE_PS	       (1ULL << 7)
#define PTE_NX	       (1ULL << 63)
#define PTE_TYPE_SHIFT 9
#define PTE_TYPE(t)    ((uint64_t)(t) << PTE_TYPE_SHIFT)
#define PTE_ADDR       0x000ffffffffff000ULL
#define PTE_TABLE      (PTE_P | PTE_W | PTE_U | PTE_A)

#define ENTRIES	  512
#define TOP_LEVEL 3 /* levels 3..0; a level's entry covers 2^(9 * level) frames */

_Static_assert(P2M_APIC <= 7, "three bits for the type");

static unsigned int level_order(unsigned int level)
{
	return 9 * level;
}

static unsigned int index_at(gfn_t gfn, unsigned int level)
{
	return (unsigned int)(gfn.v >> level_order(level)) & (ENTRIES - 1);
}

static uint64_t *table_of(uint64_t pte)
{
	return mfn_to_virt(maddr_to_mfn((maddr_t){pte & PTE_ADDR}));
}

static bool is_leaf(uint64_t pte, unsigned int level)
{
	return level == 0 || !(pte & PTE_P) || (pte & PTE_PS);
}

static enum p2m_type type_of(uint64_t pte)
{
	return (enum p2m_type)(pte >> PTE_TYPE_SHIFT & 7);
}

static uint64_t leaf(mfn_t mfn, unsigned int level, enum p2m_type type)
{
	uint64_t pte = PTE_TYPE(type) | mfn_to_maddr(mfn).v | PTE_P | PTE_U | PTE_A | PTE_D;

	if (level > 0)
		pte |= PTE_PS;
	switch (type) {
	case P2M_NONE:
	case P2M_APIC:
		return PTE_TYPE(type);
	case P2M_RAM:
		return pte | PTE_W;
	case P2M_RAM_RO:
		return pte;
	case P2M_GRANT_RO:
		return pte | PTE_NX;
	case P2M_SHARED:
	case P2M_GRANT_RW:
	case P2M_FOREIGN:
		return pte | PTE_W | PTE_NX;
	}
	BUG();
}

/* Entries are read by other CPUs' page walkers: one write, never torn. */
static void set_pte(uint64_t *slot, uint64_t pte)
{
	__atomic_store_n(slot, pte, __ATOMIC_RELEASE);
}

static uint64_t *new_table(struct p2m *p2m)
{
	uint64_t *t = pages_alloc(0);

	if (t)
		p2m->table_pages++;
	return t;
}

int hvm_p2m_alloc_root(struct p2m *p2m)
{
	uint64_t *t = new_table(p2m);

	if (!t)
		return -XEN_ENOMEM;
	p2m->root = virt_to_mfn(t);
	return 0;
}

/* Recursion is three deep. */
static void free_table(struct p2m *p2m, uint64_t *table, unsigned int level)
{
	for (unsigned int i = 0; i < ENTRIES; i++)
		if (!is_leaf(table[i], level))
			free_table(p2m, table_of(table[i]), level - 1);
	pages_free(table, 0);
	p2m->table_pages--;
}

void hvm_p2m_free_tables(struct p2m *p2m)
{
	free_table(p2m, mfn_to_virt(p2m->root), TOP_LEVEL);
	p2m->root = mk_mfn(INVALID_FRAME);
}

/* Replace the leaf in @slot, at @level > 0, by a table that says the same. */
static int split(struct p2m *p2m, uint64_t *slot, unsigned int level)
{
	uint64_t old = *slot, *t = new_table(p2m);
	enum p2m_type type = type_of(old);
	mfn_t mfn = maddr_to_mfn((maddr_t){old & PTE_ADDR});

	if (!t)
		return -XEN_ENOMEM;
	for (unsigned int i = 0; i < ENTRIES; i++)
		t[i] = leaf(mfn_add(mfn, (uint64_t)i << level_order(level - 1)), level - 1, type);
	set_pte(slot, PTE_TABLE | mfn_to_maddr(virt_to_mfn(t)).v);
	if (old & PTE_P)
		counter_inc(CNT_P2M_SPLIT);
	return 0;
}

static bool have_1g(void)
{
	static int known = -1;
	struct cpuid_leaf_out l;

	if (known < 0) {
		arch_cpuid(0x80000001, 0, &l);
		known = l.d >> 26 & 1;
	}
	return known;
}

/* The slot of @gfn at @level, making the tables above it. */
static uint64_t *slot_at(struct p2m *p2m, gfn_t gfn, unsigned int level)
{
	uint64_t *table = mfn_to_virt(p2m->root);

	for (unsigned int l = TOP_LEVEL; l > level; l--) {
		uint64_t *slot = &table[index_at(gfn, l)];

		if (is_leaf(*slot, l) && split(p2m, slot, l))
			return NULL;
		table = table_of(*slot);
	}
	return &table[index_at(gfn, level)];
}

/* A table below @slot goes away: no CPU may walk through it any more. */
static void replace(struct p2m *p2m, uint64_t *slot, unsigned int level, uint64_t pte)
{
	uint64_t old = *slot;

	set_pte(slot, pte);
	if (is_leaf(old, level))
		return;
	hvm_p2m_flush(CONTAINER_OF(p2m, struct domain, p2m));
	free_table(p2m, table_of(old), level - 1);
}

/* What a table at @level must hold, entry by entry, to say no more than one RAM
 * mapping above it would.  The ends differ first when pages come one by one. */
static bool is_whole(const uint64_t *table, unsigned int level)
{
	mfn_t first = maddr_to_mfn((maddr_t){table[0] & PTE_ADDR});

	if (first.v & ((1ULL << level_order(level + 1)) - 1) ||
	    table[0] != leaf(first, level, P2M_RAM))
		return false;
	for (unsigned int i = ENTRIES - 1; i; i--)
		if (table[i] !=
		    leaf(mfn_add(first, (uint64_t)i << level_order(level)), level, P2M_RAM))
			return false;
	return true;
}

/* RAM was mapped at @gfn and @level: make a superpage again of a table that became
 * whole by it.  Xen leaves such tables; a guest that once ballooned is slower for
 * ever. */
static void heal(struct p2m *p2m, gfn_t gfn, unsigned int level)
{
	for (; level < 1 || (level < 2 && have_1g()); level++) {
		uint64_t *slot = slot_at(p2m, gfn, level + 1), *table = table_of(*slot);

		if (!is_whole(table, level))
			return;
		counter_inc(CNT_P2M_HEAL);
		replace(p2m, slot, level + 1,
			leaf(maddr_to_mfn((maddr_t){table[0] & PTE_ADDR}), level + 1, P2M_RAM));
	}
}

/* A present 1 GiB mapping where the processor has none. */
static int set_as_2m(struct p2m *p2m, gfn_t gfn, mfn_t mfn, enum p2m_type type)
{
	for (unsigned int i = 0; i < ENTRIES; i++) {
		uint64_t n = (uint64_t)i << ORDER_2M;
		uint64_t *slot = slot_at(p2m, gfn_add(gfn, n), 1);

		/* Only the first step makes tables, so failing changes nothing. */
		if (!slot)
			return -XEN_ENOMEM;
		replace(p2m, slot, 1, leaf(mfn_add(mfn, n), 1, type));
	}
	return 0;
}

int hvm_p2m_set_entry(struct p2m *p2m, gfn_t gfn, mfn_t mfn, unsigned int order, enum p2m_type type)
{
	unsigned int level = order / 9;
	uint64_t align = (1ULL << order) - 1, *slot;
	bool present = type != P2M_NONE && type != P2M_APIC;

	if ((order != ORDER_4K && order != ORDER_2M && order != ORDER_1G) || gfn.v > P2M_MAX_GFN)
		return -XEN_EINVAL;
	if ((gfn.v & align) || (present && ((mfn.v & align) || mfn.v > PTE_ADDR >> PAGE_SHIFT)))
		return -XEN_EINVAL;
	if (order == ORDER_1G && present && !have_1g())
		return set_as_2m(p2m, gfn, mfn, type);
	slot = slot_at(p2m, gfn, level);
	if (!slot)
		return -XEN_ENOMEM;
	replace(p2m, slot, level, leaf(mfn, level, type));
	if (type == P2M_RAM)
		heal(p2m, gfn, level);
	return 0;
}

mfn_t hvm_p2m_walk(const struct p2m *p2m, gfn_t gfn, enum p2m_type *type, unsigned int *order)
{
	uint64_t *table = mfn_to_virt(p2m->root), pte = 0;
	unsigned int level = TOP_LEVEL;

	for (;; level--) {
		pte = READ_ONCE(table[index_at(gfn, level)]);
		if (is_leaf(pte, level))
			break;
		table = table_of(pte);
	}
	*order = level_order(level);
	*type = type_of(pte);
	if (!(pte & PTE_P))
		return mk_mfn(INVALID_FRAME);
	return mfn_add(maddr_to_mfn((maddr_t){pte & PTE_ADDR}), gfn.v & ((1ULL << *order) - 1));
}
