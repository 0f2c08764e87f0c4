/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The ordered run queue against a plain list, and its shape. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "../../hypervisor/core/runq.h"

#define N 512

static struct runq q;
static struct runq_node node[N];
static unsigned int order[N], seq; /* when each was put in */

static bool before(const struct runq_node *a, const struct runq_node *b)
{
	return a->key > b->key || (a->key == b->key && order[a - node] < order[b - node]);
}

/* Height, order and masks of a subtree; returns its height. */
static int check(const struct runq_node *n, const struct runq_node *parent)
{
	struct runq_cpus all;
	int h[2];

	if (!n)
		return 0;
	all = n->own;
	cr_assert_eq(n->parent, parent);
	for (int side = 0; side < 2; side++) {
		const struct runq_node *c = n->child[side];

		h[side] = check(c, n);
		all.allowed |= c ? c->all.allowed : 0;
		all.home |= c ? c->all.home : 0;
		cr_assert(!c || before(c, n) == !side);
	}
	cr_assert_leq(abs(h[0] - h[1]), 1, "out of balance");
	cr_assert_eq(n->height, 1 + MAX(h[0], h[1]));
	cr_assert_eq(n->all.allowed, all.allowed);
	cr_assert_eq(n->all.home, all.home);
	return n->height;
}

static struct runq_node *reference(unsigned int cpu, bool home)
{
	struct runq_node *best = NULL;

	for (int i = 0; i < N; i++) {
		uint64_t mask = home ? node[i].own.home : node[i].own.allowed;

		if (runq_queued(&node[i]) && (mask & 1ULL << cpu) &&
		    (!best || before(&node[i], best)))
			best = &node[i];
	}
	return best;
}

static void toggle(int i, int64_t keys)
{
	uint64_t allowed = rand() % 3 ? ~0ULL : 1ULL << (rand() % 64) | 1ULL << (rand() % 64);

	if (runq_queued(&node[i])) {
		runq_remove(&q, &node[i]);
		return;
	}
	order[i] = seq++;
	runq_insert(&q, &node[i], rand() % keys,
		    (struct runq_cpus){allowed, allowed & 1ULL << (rand() % 64)});
}

Test(runq, agrees_with_a_plain_list)
{
	srand(1);
	for (int step = 0; step < 30000; step++) {
		unsigned int cpu = rand() % 64, nr = 0;
		const struct runq_node *n, *last = NULL;

		toggle(rand() % (step % 7000 < 3500 ? N : 6), 40);
		cr_assert_eq(runq_first_allowed(&q, cpu), reference(cpu, false));
		cr_assert_eq(runq_first_home(&q, cpu), reference(cpu, true));
		if (step % 16)
			continue;
		check(q.root, NULL);
		for (n = q.first; n; last = n, n = runq_next(n), nr++)
			cr_assert(!last || before(last, n));
		cr_assert_eq(nr, q.nr);
	}
}

Test(runq, empty_and_alone)
{
	cr_assert_null(runq_first_allowed(&q, 0));
	runq_insert(&q, &node[0], -5, (struct runq_cpus){2, 2});
	cr_assert_eq(q.first, &node[0]);
	cr_assert_null(runq_first_allowed(&q, 0));
	cr_assert_eq(runq_first_home(&q, 1), &node[0]);
	runq_remove(&q, &node[0]);
	cr_assert_null(q.first);
	cr_assert_null(q.root);
	cr_assert_not(runq_queued(&node[0]));
}
