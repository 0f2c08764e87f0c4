/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Ordered run queue: an AVL tree whose nodes lie in the scheduler's units.  The
 * largest key comes first, among equal keys who came first.  Each subtree knows
 * which CPUs its nodes may run on and were last on, so the best node for one CPU
 * is found without a look at those that may not run there.  All is O(log n), the
 * first node O(1).  The caller's lock guards it.
 */
#ifndef CORE_RUNQ_H
#define CORE_RUNQ_H

#include <hv/types.h>

/* Which CPUs: masks with a bit per CPU. */
struct runq_cpus {
	uint64_t allowed; /* may run there */
	uint64_t home;	  /* ran there last, of those allowed */
};

struct runq_node {
	struct runq_node *parent, *child[2]; /* [0]: before this one */
	int64_t key;
	struct runq_cpus own, all; /* all: of the subtree */
	int32_t height;		   /* 0: not queued */
};

struct runq {
	struct runq_node *root, *first;
	uint32_t nr;
};

/* @n is in no queue; sets its key and its masks. */
void runq_insert(struct runq *q, struct runq_node *n, int64_t key, struct runq_cpus cpus);
/* @n is in @q. */
void runq_remove(struct runq *q, struct runq_node *n);
/* The next in order, or NULL. */
struct runq_node *runq_next(const struct runq_node *n);
/* The first that may run on @cpu; the first that may and last ran there. */
struct runq_node *runq_first_allowed(const struct runq *q, unsigned int cpu);
struct runq_node *runq_first_home(const struct runq *q, unsigned int cpu);

static inline bool runq_queued(const struct runq_node *n)
{
	return n->height;
}

#endif
