/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Core half of hv/p2m.h: locking, chunking, references, teardown. */
#include "physmap.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/hypercall.h>
#include <hv/p2m.h>
#include <hv/printk.h>
#include <hv/unit.h>

/* Tables that a domain may have: what the toolstack gave, or enough for all its
 * memory in single pages and some spread.  A guest that maps here and there can
 * so use up only its own share, not the machine's memory. */
#define TABLES_MIN	256
#define PAGES_PER_TABLE 128
/* Entries cleared between two looks at the clock of a preemptible teardown. */
#define TEARDOWN_BATCH 64

static bool has_p2m(const struct domain *d)
{
	return !d->external && d->p2m.root.v && mfn_valid_value(d->p2m.root);
}

int p2m_create(struct domain *d)
{
	int rc;

	spin_init(&d->p2m.lock);
	d->p2m.root = mk_mfn(INVALID_FRAME);
	if (d->external)
		return 0;
	d->mempool_pages = TABLES_MIN;
	rc = hvm_p2m_alloc_root(&d->p2m);
	if (rc)
		d->p2m.root = mk_mfn(INVALID_FRAME);
	return rc;
}

/* The largest of 1 GiB, 2 MiB, 4 KiB that fits into @left frames at @gfn (and
 * @mfn, unless it is a hole that is made). */
static unsigned int chunk_order(gfn_t gfn, mfn_t mfn, uint64_t left)
{
	uint64_t align = gfn.v | (mfn_valid_value(mfn) ? mfn.v : 0);

	if (left >= (1UL << ORDER_1G) && !(align & ((1UL << ORDER_1G) - 1)))
		return ORDER_1G;
	if (left >= (1UL << ORDER_2M) && !(align & ((1UL << ORDER_2M) - 1)))
		return ORDER_2M;
	return ORDER_4K;
}

static bool range_valid(gfn_t gfn, unsigned int order)
{
	return order <= FRAME_MAX_ORDER && gfn.v <= P2M_MAX_GFN &&
	       (1ULL << order) - 1 <= P2M_MAX_GFN - gfn.v && !(gfn.v & ((1ULL << order) - 1));
}

static bool within_pool(const struct domain *d, unsigned int new_tables)
{
	uint64_t limit = TABLES_MIN + READ_ONCE(d->max_pages) / PAGES_PER_TABLE;

	return d->p2m.table_pages + new_tables <= MAX(limit, d->mempool_pages);
}

/*
 * Set [gfn, gfn + 2^order).  Only the first step can need memory: the steps of
 * one call lie below one upper-level entry (order <= 18), so its table exists
 * from the first step on, and a later step either finds or replaces tables.
 * A translation, or a table, that may be cached is flushed before this returns;
 * CPUs do not cache absent ones.
 */
static int set_range_locked(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order,
			    enum p2m_type type)
{
	struct p2m *p2m = &d->p2m;
	uint64_t left = 1ULL << order;
	bool flush = false;
	int rc = 0;

	while (left) {
		unsigned int o = chunk_order(gfn, mfn, left), have;
		enum p2m_type old;

		hvm_p2m_walk(p2m, gfn, &old, &have);
		if (type == P2M_NONE && old == P2M_NONE && have >= o)
			goto next;
		/* One new table for each level between the mapping there and this. */
		rc = -XEN_ENOMEM;
		if (have > o && !within_pool(d, (have - o) / 9))
			break;
		rc = hvm_p2m_set_entry(p2m, gfn, mfn, o, type);
		if (rc)
			break;
		flush |= old != P2M_NONE || have < o;
	next:
		gfn = gfn_add(gfn, 1ULL << o);
		if (mfn_valid_value(mfn))
			mfn = mfn_add(mfn, 1ULL << o);
		left -= 1ULL << o;
	}
	if (type != P2M_NONE && !rc && gfn.v - 1 > p2m->max_gfn)
		p2m->max_gfn = gfn.v - 1;
	if (flush)
		hvm_p2m_flush(d);
	return rc;
}

int p2m_set(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, enum p2m_type type)
{
	int rc;

	if (!has_p2m(d) || !range_valid(gfn, order))
		return -XEN_EINVAL;
	spin_lock(&d->p2m.lock);
	rc = set_range_locked(d, gfn, mfn, order, type);
	spin_unlock(&d->p2m.lock);
	return rc;
}

int p2m_clear(struct domain *d, gfn_t gfn, unsigned int order)
{
	return p2m_set(d, gfn, mk_mfn(INVALID_FRAME), order, P2M_NONE);
}

static bool range_holds_only(struct domain *d, gfn_t gfn, unsigned int order, uint32_t types)
{
	uint64_t g = gfn.v, end = g + (1ULL << order);

	while (g < end) {
		enum p2m_type old;
		unsigned int have;

		hvm_p2m_walk(&d->p2m, mk_gfn(g), &old, &have);
		if (!(types & (1u << old)))
			return false;
		g = (g | ((1ULL << have) - 1)) + 1;
	}
	return true;
}

int p2m_set_over(struct domain *d, gfn_t gfn, mfn_t mfn, unsigned int order, enum p2m_type type,
		 uint32_t over)
{
	int rc = -XEN_EINVAL;

	if (!has_p2m(d) || !range_valid(gfn, order))
		return rc;
	spin_lock(&d->p2m.lock);
	if (range_holds_only(d, gfn, order, over))
		rc = set_range_locked(d, gfn, mfn, order, type);
	spin_unlock(&d->p2m.lock);
	return rc;
}

static mfn_t walk_locked(struct domain *d, gfn_t gfn, enum p2m_type *type, unsigned int *order)
{
	*type = P2M_NONE;
	*order = 0;
	if (gfn.v > P2M_MAX_GFN)
		return mk_mfn(INVALID_FRAME);
	return hvm_p2m_walk(&d->p2m, gfn, type, order);
}

mfn_t p2m_get(struct domain *d, gfn_t gfn, enum p2m_type *type, unsigned int *order)
{
	enum p2m_type t = P2M_NONE;
	unsigned int o = 0;
	mfn_t mfn = mk_mfn(INVALID_FRAME);

	if (has_p2m(d)) {
		spin_lock(&d->p2m.lock);
		mfn = walk_locked(d, gfn, &t, &o);
		spin_unlock(&d->p2m.lock);
	}
	if (type)
		*type = t;
	if (order)
		*order = o;
	return mfn;
}

int p2m_take(struct domain *d, gfn_t gfn, uint32_t types, mfn_t *mfn, enum p2m_type *type)
{
	unsigned int order;
	int rc = -XEN_EINVAL;

	*mfn = mk_mfn(INVALID_FRAME);
	*type = P2M_NONE;
	if (!has_p2m(d))
		return rc;
	spin_lock(&d->p2m.lock);
	*mfn = walk_locked(d, gfn, type, &order);
	if (*type == P2M_NONE)
		rc = -XEN_ENOENT;
	else if (types & (1u << *type))
		rc = set_range_locked(d, gfn, mk_mfn(INVALID_FRAME), 0, P2M_NONE);
	spin_unlock(&d->p2m.lock);
	return rc;
}

/* RAM must still be the domain's own: a teardown frees frames before the map. */
static bool take_ref(struct domain *d, mfn_t mfn, enum p2m_type type, bool write)
{
	uint16_t owner;

	switch (type) {
	case P2M_RAM_RO:
		if (write)
			return false;
		/* fall through */
	case P2M_RAM:
		return frame_get(mfn, d);
	case P2M_GRANT_RO:
		if (write)
			return false;
		/* fall through */
	case P2M_SHARED:
	case P2M_GRANT_RW:
	case P2M_FOREIGN:
		return frame_get_any(mfn, &owner);
	default:
		return false;
	}
}

bool p2m_get_page(struct domain *d, gfn_t gfn, bool write, mfn_t *out)
{
	enum p2m_type type;
	unsigned int order;
	mfn_t mfn;
	bool ok;

	if (!has_p2m(d))
		return false;
	spin_lock(&d->p2m.lock);
	mfn = walk_locked(d, gfn, &type, &order);
	ok = mfn_valid_value(mfn) && take_ref(d, mfn, type, write);
	spin_unlock(&d->p2m.lock);
	if (ok)
		*out = mfn;
	return ok;
}

/*
 * From the top downwards, so that max_gfn remembers where a preempted call goes
 * on.  P2M_FOREIGN entries own a reference; grants' references belong to the
 * maptrack (gnttab.c), which has given them up by now.  A dying domain grows no
 * more, so what it claimed is free for others.
 */
int p2m_teardown(struct domain *d)
{
	struct p2m *p2m = &d->p2m;
	unsigned int steps = 0;

	frame_claim(d, 0);
	while (has_p2m(d)) {
		enum p2m_type type;
		unsigned int order;
		uint64_t base;
		mfn_t mfn;
		int rc;

		if (++steps % TEARDOWN_BATCH == 0 && hypercall_preempt_check())
			return -XEN_ERESTART;
		spin_lock(&p2m->lock);
		mfn = walk_locked(d, mk_gfn(p2m->max_gfn), &type, &order);
		base = p2m->max_gfn & ~((1ULL << order) - 1);
		rc = type == P2M_NONE ? 0
				      : set_range_locked(d, mk_gfn(base), mk_mfn(INVALID_FRAME),
							 order, P2M_NONE);
		p2m->max_gfn = base ? base - 1 : 0;
		spin_unlock(&p2m->lock);
		/* Clearing a whole entry never splits, so it needs no memory. */
		BUG_ON(rc);
		if (type == P2M_FOREIGN)
			frame_put(mfn);
		if (!base)
			break;
	}
	return 0;
}

void p2m_free(struct domain *d)
{
	if (has_p2m(d))
		hvm_p2m_free_tables(&d->p2m);
	d->p2m.root = mk_mfn(INVALID_FRAME);
}

const struct unit p2m_unit = {
	.name = "p2m",
	.domain_create = p2m_create,
	.domain_relinquish = p2m_teardown,
	.domain_destroy = p2m_free,
};
