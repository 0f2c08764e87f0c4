/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "runq.h"

static int32_t height(const struct runq_node *n)
{
	return n ? n->height : 0;
}

/* Height and masks from the children's; false: nothing changed, nor will above. */
static bool refresh(struct runq_node *n)
{
	const struct runq_node *l = n->child[0], *r = n->child[1];
	int32_t h = 1 + MAX(height(l), height(r));
	struct runq_cpus all = n->own;
	bool changed;

	if (l) {
		all.allowed |= l->all.allowed;
		all.home |= l->all.home;
	}
	if (r) {
		all.allowed |= r->all.allowed;
		all.home |= r->all.home;
	}
	changed = h != n->height || all.allowed != n->all.allowed || all.home != n->all.home;
	n->height = h;
	n->all = all;
	return changed;
}

/* Put @to where @from hangs. */
static void replace(struct runq *q, struct runq_node *from, struct runq_node *to)
{
	struct runq_node *p = from->parent;

	if (!p)
		q->root = to;
	else
		p->child[p->child[1] == from] = to;
	if (to)
		to->parent = p;
}

/* The child on @side comes up, @n goes down; returns the child. */
static struct runq_node *rotate(struct runq *q, struct runq_node *n, int side)
{
	struct runq_node *c = n->child[side], *inner = c->child[!side];

	replace(q, n, c);
	n->child[side] = inner;
	if (inner)
		inner->parent = n;
	c->child[!side] = n;
	n->parent = c;
	refresh(n);
	refresh(c);
	return c;
}

/* From @n up: heights within one of each other, masks right. */
static void rebalance(struct runq *q, struct runq_node *n)
{
	while (n) {
		int32_t old = n->height, lean = height(n->child[1]) - height(n->child[0]);
		struct runq_cpus all = n->all;

		if (lean >= -1 && lean <= 1) {
			if (!refresh(n))
				return;
		} else {
			int side = lean > 0;
			struct runq_node *c = n->child[side];

			if (height(c->child[!side]) > height(c->child[side]))
				rotate(q, c, !side);
			n = rotate(q, n, side);
			if (n->height == old && n->all.allowed == all.allowed &&
			    n->all.home == all.home)
				return;
		}
		n = n->parent;
	}
}

void runq_insert(struct runq *q, struct runq_node *n, int64_t key, struct runq_cpus cpus)
{
	struct runq_node *p = NULL, *at = q->root;
	bool first = true;
	int side = 0;

	*n = (struct runq_node){.key = key, .own = cpus, .all = cpus, .height = 1};
	while (at) {
		p = at;
		side = key <= at->key;
		first = first && !side;
		at = at->child[side];
	}
	n->parent = p;
	q->nr++;
	if (first)
		q->first = n;
	if (!p) {
		q->root = n;
		return;
	}
	p->child[side] = n;
	rebalance(q, p);
}

struct runq_node *runq_next(const struct runq_node *n)
{
	struct runq_node *next = n->child[1];

	if (next) {
		while (next->child[0])
			next = next->child[0];
		return next;
	}
	for (next = n->parent; next && next->child[1] == n; next = next->parent)
		n = next;
	return next;
}

void runq_remove(struct runq *q, struct runq_node *n)
{
	struct runq_node *fix = n->parent, *heir = NULL;

	if (q->first == n)
		q->first = runq_next(n);
	q->nr--;
	if (n->child[0] && n->child[1]) {
		heir = runq_next(n);
		fix = heir->parent == n ? heir : heir->parent;
		replace(q, heir, heir->child[1]);
		replace(q, n, heir);
		for (int side = 0; side < 2; side++) {
			heir->child[side] = n->child[side];
			if (heir->child[side])
				heir->child[side]->parent = heir;
		}
		/* The heir stands where @n stood: what is above compares with that. */
		heir->height = n->height;
		heir->all = n->all;
	} else {
		replace(q, n, n->child[n->child[0] == NULL]);
	}
	n->height = 0;
	rebalance(q, fix);
	/* The climb may end below, but @n's own masks are missing from here on. */
	if (heir && fix != heir)
		rebalance(q, heir);
}

static struct runq_node *first_with(struct runq_node *n, uint64_t bit, size_t mask)
{
#define HAS(cpus) (*(const uint64_t *)((const char *)&(cpus) + mask) & bit)
	while (n && HAS(n->all)) {
		if (n->child[0] && HAS(n->child[0]->all))
			n = n->child[0];
		else if (HAS(n->own))
			return n;
		else
			n = n->child[1];
	}
	return NULL;
#undef HAS
}

struct runq_node *runq_first_allowed(const struct runq *q, unsigned int cpu)
{
	uint64_t bit = 1ULL << cpu;

	if (q->first && (q->first->own.allowed & bit))
		return q->first;
	return first_with(q->root, bit, offsetof(struct runq_cpus, allowed));
}

struct runq_node *runq_first_home(const struct runq *q, unsigned int cpu)
{
	return first_with(q->root, 1ULL << cpu, offsetof(struct runq_cpus, home));
}
