/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Credit2: between run queues.  An idle CPU takes who waits elsewhere at once; at
 * each reset the average loads of two queues are brought nearer by moving a unit
 * one way, the other way, or both.
 */
#include "credit2.h"

/* So many units of a queue are looked at in one go; the next go starts behind. */
#define LOOK 24

struct c2_runq *c2_idle_queue(const struct cpupool *p, uint64_t mask)
{
	for (uint64_t m = READ_ONCE(p->runqs); m && mask; m &= m - 1) {
		struct c2_runq *rq = &c2_runqs[__builtin_ctzll(m)];

		if (__atomic_load_n(&rq->idle, __ATOMIC_RELAXED) & mask)
			return rq;
	}
	return NULL;
}

/* A CPU that it would rather have idles, or has been told and comes. */
static bool better_served(const struct c2_unit *u, unsigned int cpu)
{
	uint64_t soft = c2_allowed(u) & u->v->soft.bits;

	for (uint64_t m = u->v->soft.bits & 1ULL << cpu ? 0 : soft; m; m &= m - 1)
		if (!c2_cpus[__builtin_ctzll(m)].curr)
			return true;
	return false;
}

/* The first that @cpu may take from @rq; the search ends after a few. */
static struct c2_unit *booty(struct c2_runq *rq, unsigned int cpu)
{
	struct runq_node *n = runq_first_allowed(&rq->queue, cpu);

	for (int i = 0; n && i < LOOK; i++, n = runq_next(n)) {
		struct c2_unit *u = CONTAINER_OF(n, struct c2_unit, node);

		if ((n->own.allowed & 1ULL << cpu) && !better_served(u, cpu))
			return u;
	}
	return NULL;
}

bool c2_steal(unsigned int cpu, int64_t now)
{
	struct c2_runq *own = c2_cpus[cpu].rq;
	uint64_t others = READ_ONCE(own->pool->runqs) & ~(1ULL << (own - c2_runqs));
	bool got = false;

	for (uint64_t m = others; m && !got; m &= m - 1) {
		struct c2_runq *rq = &c2_runqs[__builtin_ctzll(m)];
		struct c2_unit *u = NULL;

		if (!READ_ONCE(rq->queue.nr))
			continue;
		c2_lock_two(own, rq);
		if ((own->cpus & 1ULL << cpu) && rq->pool == own->pool)
			u = booty(rq, cpu);
		if (u) {
			c2_move(u, own, cpu, now);
			c2_spread(rq, 0);
		}
		got = u != NULL;
		c2_unlock_two(own, rq);
	}
	return got;
}

/* --- average load ------------------------------------------------------------------- */

struct side {
	struct c2_runq *rq;
	struct c2_unit *unit[LOOK];
	int64_t load[LOOK];
	unsigned int nr;
};

/* The queue whose average load differs most from @rq's. */
static struct c2_runq *most_different(const struct c2_runq *rq)
{
	struct c2_runq *best = NULL;
	int64_t most = 0;

	for (uint64_t m = READ_ONCE(rq->pool->runqs); m; m &= m - 1) {
		struct c2_runq *other = &c2_runqs[__builtin_ctzll(m)];
		int64_t diff = READ_ONCE(other->load_avg) - rq->load_avg;

		diff = diff < 0 ? -diff : diff;
		if (other != rq && diff > most) {
			most = diff;
			best = other;
		}
	}
	return best;
}

/* With CPUs to spare only a difference of a whole unit counts. */
static bool worth_it(const struct c2_runq *a, const struct c2_runq *b)
{
	int64_t most = MAX(a->load_avg, b->load_avg), diff = a->load_avg - b->load_avg;
	int cpus = MAX(c2_count(a->cpus), c2_count(b->cpus));
	int shift = C2_LOAD_PRECISION + (most < (int64_t)cpus << C2_LOAD_PRECISION
						 ? boot_options.credit2_balance_under
						 : boot_options.credit2_balance_over);

	return (diff < 0 ? -diff : diff) >= 1LL << MIN(MAX(shift, 0), 40);
}

/* Units of @s->rq that may go to @to; @soft: only those that like it there. */
static void collect(struct side *s, const struct c2_runq *to, bool soft, int64_t now)
{
	struct list *head = &s->rq->units;

	s->nr = 0;
	for (uint32_t n = MIN(s->rq->nr_units, LOOK); n; n--) {
		struct c2_unit *u = list_entry(head->next, struct c2_unit, all);
		uint64_t there = u->v->hard.bits & to->cpus;

		list_del(&u->all);
		list_append(head, &u->all);
		if (!there || u->move_to || (soft && !(there & u->v->soft.bits)))
			continue;
		c2_update_load(s->rq, u, 0, now);
		s->unit[s->nr] = u;
		s->load[s->nr++] = u->load_avg;
	}
}

/* The exchange that leaves least difference; index nr: nobody. */
static bool best_exchange(const struct side *a, const struct side *b, unsigned int *out_a,
			  unsigned int *out_b)
{
	int64_t diff = a->rq->load_avg - b->rq->load_avg, best = diff < 0 ? -diff : diff;

	*out_a = a->nr;
	*out_b = b->nr;
	for (unsigned int i = 0; i <= a->nr; i++) {
		int64_t push = i < a->nr ? a->load[i] : 0;

		for (unsigned int k = 0; k <= b->nr; k++) {
			int64_t pull = k < b->nr ? b->load[k] : 0;
			int64_t left = diff - 2 * push + 2 * pull;

			left = left < 0 ? -left : left;
			if (left < best) {
				best = left;
				*out_a = i;
				*out_b = k;
			}
		}
	}
	return *out_a < a->nr || *out_b < b->nr;
}

static void send(struct c2_unit *u, struct c2_runq *to, int64_t now)
{
	uint64_t there = u->v->hard.bits & to->cpus, liked = there & u->v->soft.bits;

	if (u->v->running) {
		u->move_to = to;
		c2_tickle_cpu(u->rq, u->v->cpu);
		return;
	}
	there = liked ? liked : there;
	c2_move(u, to, (unsigned int)__builtin_ctzll(there), now);
	if (runq_queued(&u->node))
		c2_tickle(u, now);
}

void c2_balance(struct c2_runq *rq, int64_t now)
{
	struct c2_runq *other = most_different(rq);
	struct side a = {.rq = rq}, b = {.rq = other};
	unsigned int push = 0, pull = 0;
	bool found = false;

	/* Against the order of locks, so do not wait. */
	if (!other || !worth_it(rq, other) || !spin_trylock(&other->lock))
		return;
	c2_update_load(rq, NULL, 0, now);
	c2_update_load(other, NULL, 0, now);
	for (int step = 0; step < 2 && !found && other->cpus && worth_it(rq, other); step++) {
		collect(&a, other, step == 0, now);
		collect(&b, rq, step == 0, now);
		found = best_exchange(&a, &b, &push, &pull);
	}
	if (found && push < a.nr)
		send(a.unit[push], other, now);
	if (found && pull < b.nr)
		send(b.unit[pull], rq, now);
	spin_unlock(&other->lock);
}
