/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Nested page tables of the fake machine: a hash of 4 KiB entries. */
#include <stdlib.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/p2m.h>
#include <hv/pcpu.h>
#include "host.h"

#define BUCKETS 4096

struct entry {
	struct entry *next;
	uint64_t gfn, mfn;
	enum p2m_type type;
	unsigned int order;
};

struct table {
	struct entry *bucket[BUCKETS];
};

/* p2m.root holds the table's number: a frame number would be the real thing. */
static struct table *tables[4096];

int hvm_p2m_alloc_root(struct p2m *p2m)
{
	for (uint64_t i = 1; i < ARRAY_SIZE(tables); i++) {
		if (tables[i])
			continue;
		tables[i] = calloc(1, sizeof(struct table));
		p2m->root = mk_mfn(i);
		return tables[i] ? 0 : -XEN_ENOMEM;
	}
	return -XEN_ENOMEM;
}

static struct entry **find(const struct p2m *p2m, uint64_t gfn)
{
	struct entry **e = &tables[p2m->root.v]->bucket[gfn % BUCKETS];

	while (*e && (*e)->gfn != gfn)
		e = &(*e)->next;
	return e;
}

static int set_one(struct p2m *p2m, uint64_t gfn, uint64_t mfn, unsigned int order,
		   enum p2m_type type)
{
	struct entry **at = find(p2m, gfn), *e = *at;

	if (type == P2M_NONE) {
		if (e) {
			*at = e->next;
			free(e);
		}
		return 0;
	}
	if (!e) {
		e = *at = calloc(1, sizeof(*e));
		if (!e)
			return -XEN_ENOMEM;
		e->gfn = gfn;
	}
	e->mfn = mfn;
	e->type = type;
	e->order = order;
	return 0;
}

/* What is left of a large mapping that a smaller one cuts into is small. */
static void split_around(struct p2m *p2m, uint64_t gfn, unsigned int order)
{
	const struct entry *e = *find(p2m, gfn);
	unsigned int had = e ? e->order : 0;
	uint64_t base = gfn & ~((1ULL << had) - 1);

	if (had <= order)
		return;
	for (uint64_t i = 0; i < 1ULL << had; i++) {
		struct entry *at = *find(p2m, base + i);

		if (at)
			at->order = ORDER_4K;
	}
}

int hvm_p2m_set_entry(struct p2m *p2m, gfn_t gfn, mfn_t mfn, unsigned int order, enum p2m_type type)
{
	if (host.p2m_steps && !--host.p2m_steps)
		return -XEN_ENOMEM;
	split_around(p2m, gfn.v, order);
	for (uint64_t i = 0; i < 1ULL << order; i++)
		if (set_one(p2m, gfn.v + i, mfn.v + i, order, type))
			return -XEN_ENOMEM;
	return 0;
}

/* As real tables have it: a hole is as large as the entry that says so. */
static unsigned int hole_order(const struct p2m *p2m, uint64_t gfn)
{
	unsigned int order = 27;

	for (int i = 0; i < BUCKETS && order; i++) {
		const struct entry *e = tables[p2m->root.v]->bucket[i];

		for (; e && order; e = e->next)
			while (order && e->gfn >> order == gfn >> order)
				order -= 9;
	}
	return order;
}

mfn_t hvm_p2m_walk(const struct p2m *p2m, gfn_t gfn, enum p2m_type *type, unsigned int *order)
{
	const struct entry *e = *find(p2m, gfn.v);

	if (type)
		*type = e ? e->type : P2M_NONE;
	if (order)
		*order = e ? e->order : hole_order(p2m, gfn.v);
	return mk_mfn(e ? e->mfn : INVALID_FRAME);
}

void hvm_p2m_free_tables(struct p2m *p2m)
{
	struct table *t = tables[p2m->root.v];

	if (!p2m->root.v || !t)
		return;
	for (int i = 0; i < BUCKETS; i++) {
		while (t->bucket[i]) {
			struct entry *e = t->bucket[i];

			t->bucket[i] = e->next;
			free(e);
		}
	}
	free(t);
	tables[p2m->root.v] = NULL;
}

void hvm_p2m_flush(struct domain *d)
{
	d->p2m.flush_gen++;
	host.flushes++;
}
