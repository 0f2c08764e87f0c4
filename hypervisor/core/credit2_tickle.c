/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Credit2: which CPU is told that somebody waits.  An idle one it would like, then
 * any idle one, also of another queue, then the one whose current vCPU has least
 * credit.  Queue's lock held throughout.
 */
#include "credit2.h"

void c2_tickle_cpu(struct c2_runq *rq, unsigned int cpu)
{
	uint64_t bit = 1ULL << cpu;

	if (rq->tickled & bit)
		return;
	rq->tickled |= bit;
	sched_tickle(cpu);
}

/* Cores of which all threads idle, of @idle. */
static uint64_t idle_cores(const struct c2_runq *rq, uint64_t idle, uint64_t mask)
{
	uint64_t out = 0;

	for (uint64_t m = idle & mask; m; m &= m - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(m);
		uint64_t threads = c2_cpus[cpu].siblings & rq->cpus;

		if ((idle & threads) == threads)
			out |= 1ULL << cpu;
	}
	return out;
}

/* Tell an idle CPU of @mask that @rq has work: @home, but rather a core that is all
 * idle.  @of: the CPU's own queue. */
static bool tickle_idle(struct c2_runq *rq, struct c2_runq *of, uint64_t mask, unsigned int home)
{
	uint64_t idle, bit;

	while ((idle = __atomic_load_n(&of->idle, __ATOMIC_SEQ_CST)) & mask) {
		uint64_t best = idle_cores(of, idle, mask);

		best = best ? best : idle & mask;
		bit = best & 1ULL << home ? 1ULL << home : best & -best;
		/* Another queue's waker may be faster. */
		if (__atomic_fetch_and(&of->idle, ~bit, __ATOMIC_SEQ_CST) & bit) {
			unsigned int cpu = (unsigned int)__builtin_ctzll(bit);

			if (of != rq)
				__atomic_store_n(&c2_cpus[cpu].called_by, rq, __ATOMIC_SEQ_CST);
			sched_tickle(cpu);
			return true;
		}
	}
	return false;
}

/* An idle CPU of another queue will find nothing in its own, and come here. */
static bool tickle_neighbour(struct c2_runq *rq, uint64_t hard)
{
	for (uint64_t m = READ_ONCE(rq->pool->runqs) & ~(1ULL << (rq - c2_runqs)); m; m &= m - 1) {
		struct c2_runq *other = &c2_runqs[__builtin_ctzll(m)];

		if (tickle_idle(rq, other, hard, 0))
			return true;
	}
	return false;
}

/* True if an idle CPU of @other, not @but, can run one that waits in @rq, and was told. */
static bool help_from(struct c2_runq *rq, struct c2_runq *other, uint64_t but)
{
	for (uint64_t m = __atomic_load_n(&other->idle, __ATOMIC_SEQ_CST) & ~but; m; m &= m - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(m);

		if (runq_first_allowed(&rq->queue, cpu) && tickle_idle(rq, other, m & -m, cpu))
			return true;
	}
	return false;
}

/* Telling one is enough, it will call this, too. */
void c2_spread(struct c2_runq *rq, uint64_t but)
{
	if (!rq->queue.nr || help_from(rq, rq, but))
		return;
	for (uint64_t m = READ_ONCE(rq->pool->runqs) & ~(1ULL << (rq - c2_runqs)); m; m &= m - 1)
		if (help_from(rq, &c2_runqs[__builtin_ctzll(m)], but))
			return;
}

/*
 * Tell the CPU whose current vCPU has least credit, if that is less than @u's.  One
 * within its rate limit is told only if there is no other, that which is first
 * at its end: it sets its timer to that.
 */
static bool tickle_busy(struct c2_runq *rq, const struct c2_unit *u, uint64_t mask, int64_t now)
{
	int64_t limit = (int64_t)rq->pool->ratelimit_us * 1000 - C2_TOLERANCE;
	int64_t most = 0, longest = -1;
	unsigned int best = NR_CPUS, soonest = NR_CPUS;

	for (uint64_t m = mask & ~rq->tickled; m; m &= m - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(m);
		struct c2_unit *curr = c2_cpus[cpu].curr;
		int64_t score;

		if (!curr)
			continue;
		c2_burn(curr, now);
		score = c2_credit(u) - c2_credit(curr) -
			(cpu == u->v->cpu ? 0 : c2_migrate_resist());
		/* It would run better elsewhere. */
		if (!(curr->v->soft.bits & 1ULL << cpu))
			score += C2_INIT;
		if (score <= 0)
			continue;
		if (now - curr->since < limit) {
			if (now - curr->since > longest) {
				longest = now - curr->since;
				soonest = cpu;
			}
		} else if (score > most) {
			most = score;
			best = cpu;
		}
	}
	best = best < NR_CPUS ? best : soonest;
	if (best == NR_CPUS)
		return false;
	c2_tickle_cpu(rq, best);
	return true;
}

void c2_tickle(struct c2_unit *u, int64_t now)
{
	struct c2_runq *rq = u->rq;
	uint64_t allowed = c2_allowed(u), soft = allowed & u->v->soft.bits;

	if (soft && tickle_idle(rq, rq, soft, u->v->cpu))
		return;
	if (tickle_idle(rq, rq, allowed, u->v->cpu) || tickle_neighbour(rq, u->v->hard.bits))
		return;
	if (soft && soft != allowed && tickle_busy(rq, u, soft, now))
		return;
	tickle_busy(rq, u, allowed, now);
}
