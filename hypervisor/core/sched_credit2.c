/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Credit2: who runs next.  Running burns credit, in inverse proportion to the
 * weight; of those who wait, who has most credit is next; when nobody in the queue
 * has any left, all get new credit.  Semantics and constants are Xen 4.17's, with
 * these differences: a reset costs O(1) (credit is kept relative to the sum of all
 * resets); debt is bounded by one longest slice of the vCPU's own time, so that
 * a light vCPU pays for the least time it may run; credit left to one that runs
 * at a reset is not cut.
 */
#include "credit2.h"

#include <hv/printk.h>

/* --- credit ------------------------------------------------------------------ */

int64_t c2_floor(const struct c2_unit *u)
{
	return -C2_SLICE_MAX * u->rq->max_weight / u->weight;
}

void c2_burn(struct c2_unit *u, int64_t now)
{
	const struct c2_runq *rq = u->rq;
	int64_t ran = now - u->start, cost = ran;

	if (ran <= 0)
		return;
	u->start = now;
	u->stayed += ran;
	if (c2_domain(u)->per_period)
		u->budget -= ran;
	if (u->weight != rq->max_weight) {
		int64_t sum = ran * rq->max_weight + u->residual;

		cost = sum / u->weight;
		u->residual = sum % u->weight;
	}
	u->base -= cost;
	if (u->base + rq->added < -C2_SLICE_MAX && u->base + rq->added < c2_floor(u))
		c2_set_credit(u, c2_floor(u));
}

static struct c2_unit *of_node(struct runq_node *n)
{
	return n ? CONTAINER_OF(n, struct c2_unit, node) : NULL;
}

/*
 * A new epoch: everyone gets the same, enough for the best of @next and those who
 * wait to have some.  @next alone may be a light one deep in debt that the rate limit
 * keeps on: to forgive that would cut what others have, and be a gift.  Those that
 * wait or sleep get theirs by rq->added.
 */
static void reset_credits(struct c2_runq *rq, struct c2_unit *next, int64_t now)
{
	const struct c2_unit *top = of_node(rq->queue.first);
	int64_t credit = c2_credit(next), add = C2_INIT;

	if (top)
		credit = MAX(credit, c2_credit(top));
	if (credit < 0)
		add += C2_INIT * (-credit / C2_INIT);
	for (uint64_t m = rq->cpus; m; m &= m - 1) {
		unsigned int cpu = (unsigned int)__builtin_ctzll(m);
		struct c2_unit *u = c2_cpus[cpu].curr;

		if (!u)
			continue;
		c2_burn(u, now);
		if (c2_domain(u)->per_period && u->budget <= 0 && u != next)
			c2_tickle_cpu(rq, cpu);
		u->base = MIN(u->base, C2_INIT + C2_SLICE_MAX - rq->added - add);
	}
	rq->added += add;
	rq->resets++;
}

/* --- queue ---------------------------------------------------------------------- */

void c2_enqueue(struct c2_unit *u, int64_t now)
{
	struct vcpu *v = u->v;
	struct runq_cpus cpus = {.allowed = v->hard.bits, .home = c2_allowed(u) & 1ULL << v->cpu};

	c2_set_credit(u, c2_credit(u));
	runq_insert(&u->rq->queue, &u->node, u->base, cpus);
	u->rq->vain = 0;
	if (!u->loaded)
		c2_update_load(u->rq, u, 1, now);
	if (v->runstate != RUNSTATE_runnable)
		vcpu_runstate_change(v, RUNSTATE_runnable, (stime_t){now});
}

void c2_dequeue(struct c2_unit *u)
{
	runq_remove(&u->rq->queue, &u->node);
}

/* The rate limit does not keep it waiting any more. */
static void held_till(struct c2_unit *u, int64_t now)
{
	if (u->held)
		u->v->stats.held_ns += (uint64_t)(now - u->held);
	u->held = 0;
}

static void c2_wake(struct vcpu *v, stime_t now)
{
	struct c2_unit *u = c2_unit(v);

	/* A running one is looked at again by pick or context_saved. */
	if (!u->rq || !vcpu_runnable(v) || v->running || runq_queued(&u->node))
		return;
	c2_enqueue(u, now.ns);
	c2_tickle(u, now.ns);
}

static void c2_sleep(struct vcpu *v, stime_t now)
{
	struct c2_unit *u = c2_unit(v);

	if (!u->rq || vcpu_runnable(v))
		return;
	if (v->running) {
		c2_tickle_cpu(u->rq, v->cpu);
	} else if (runq_queued(&u->node)) {
		c2_dequeue(u);
		c2_update_load(u->rq, u, -1, now.ns);
		held_till(u, now.ns);
		vcpu_runstate_change(
			v, v->pause_flags & VPF_BLOCKED ? RUNSTATE_blocked : RUNSTATE_offline, now);
	}
}

static void c2_yield(struct vcpu *v)
{
	c2_unit(v)->yielding = true;
}

/* --- choice ------------------------------------------------------------------------ */

/* Runs outside its soft affinity while a CPU of that idles; perhaps in another queue. */
static bool would_rather_move(struct c2_unit *u, unsigned int cpu)
{
	uint64_t soft = u->v->hard.bits & u->v->soft.bits;

	if (soft & 1ULL << cpu)
		return false;
	if (soft & __atomic_load_n(&u->rq->idle, __ATOMIC_RELAXED))
		return true;
	u->move_to = c2_idle_queue(u->rq->pool, soft);
	return u->move_to;
}

static bool may_go_on(struct c2_unit *u, unsigned int cpu, int64_t now)
{
	return vcpu_runnable(u->v) && (c2_allowed(u) & 1ULL << cpu) && !u->move_to &&
	       !would_rather_move(u, cpu) && c2_budget(u, now);
}

static int64_t ratelimit_ns(const struct c2_runq *rq)
{
	return (int64_t)rq->pool->ratelimit_us * 1000;
}

/*
 * The best that waits for @cpu and has more credit than @prev: markedly more if it
 * would have to move.  One that yields makes room for anybody.
 */
static struct c2_unit *best_waiting(struct c2_runq *rq, unsigned int cpu,
				    const struct c2_unit *prev)
{
	struct c2_unit *best = of_node(runq_first_allowed(&rq->queue, cpu)), *home = best;

	if (!best || !prev)
		return best;
	if (best->v->cpu != cpu)
		home = of_node(runq_first_home(&rq->queue, cpu));
	if (prev->yielding)
		return home && c2_credit(home) + c2_migrate_resist() >= c2_credit(best) ? home
											: best;
	if (c2_credit(best) < c2_credit(prev) + c2_migrate_resist())
		best = home;
	return best && c2_credit(best) > c2_credit(prev) ? best : NULL;
}

/* @prev: the current one if it may go on, else NULL. */
static struct c2_unit *candidate(struct c2_runq *rq, unsigned int cpu, struct c2_unit *prev,
				 int64_t now)
{
	struct c2_unit *best;

	while ((best = best_waiting(rq, cpu, prev))) {
		if (prev && !prev->yielding && now - prev->since < ratelimit_ns(rq)) {
			if (!best->held) {
				best->held = now;
				best->v->stats.holds++;
			}
			return prev;
		}
		if (c2_budget(best, now))
			return best;
		/* Parked: it waits for its domain's budget now. */
		held_till(best, now);
		c2_dequeue(best);
		c2_update_load(rq, best, -1, now);
	}
	return prev;
}

/* Out of the queue, onto @cpu. */
static void take(struct c2_unit *u, unsigned int cpu, int64_t now)
{
	c2_dequeue(u);
	c2_set_credit(u, c2_credit(u));
	if (u->v->cpu != cpu) {
		/* Not for those that move all the time: it would be income. */
		if (u->stayed >= C2_INIT / 2)
			u->base += C2_COMPENSATE;
		u->stayed = 0;
		WRITE_ONCE(u->v->cpu, cpu);
	}
	u->start = u->since = now;
	u->v->running = true;
	held_till(u, now);
}

/* Nobody has credit: neither @next nor who waits, nor who must leave the CPU. */
static bool epoch_over(struct c2_runq *rq, const struct c2_unit *next, const struct c2_unit *prev)
{
	const struct c2_unit *top = of_node(rq->queue.first);

	if (c2_credit(next) > 0 || (top && c2_credit(top) > 0))
		return false;
	return !prev || prev == next || c2_credit(prev) <= 0;
}

/*
 * Until its credit is used up, or as low as that of who waits; at least the minimum,
 * or what the rate limit still gives it.  Never more than the budget of its cap: four
 * vCPUs that each run a minimum too long would make a cap a suggestion.
 */
static int64_t slice(struct c2_runq *rq, unsigned int cpu, struct c2_unit *u,
		     const struct c2_unit *prev, int64_t now)
{
	const struct c2_unit *waits = of_node(runq_first_allowed(&rq->queue, cpu));
	int64_t held = ratelimit_ns(rq) - (now - u->since), least = MAX(C2_SLICE_MIN, held);
	int64_t credit = c2_credit(u), ns, other = 0;

	if (waits)
		other = c2_credit(waits);
	if (prev && prev != u)
		other = MAX(other, c2_credit(prev));
	ns = credit - MAX(other, 0);
	/* Someone better waits only for the end of the rate limit. */
	if (ns < 0 && held > 0)
		least = held;
	if (ns > 0 && u->weight != rq->max_weight)
		ns = ns * u->weight / rq->max_weight;
	ns = MIN(MAX(ns, least), MAX(C2_SLICE_MAX, held));
	if (c2_domain(u)->per_period) {
		int64_t left = MIN(u->budget, READ_ONCE(c2_domain(u)->period_end.ns) - now);

		ns = MIN(ns, MAX(left, C2_TOLERANCE));
	}
	return ns;
}

/* Queue's lock held. */
static struct sched_choice choose(struct c2_runq *rq, unsigned int cpu, struct c2_unit *prev,
				  int64_t now)
{
	struct sched_choice none = {NULL, 0};
	struct c2_unit *next, *back = NULL; /* back: will be queued again */
	uint64_t bit = 1ULL << cpu;

	rq->tickled &= ~bit;
	if (prev) {
		c2_burn(prev, now);
		back = may_go_on(prev, cpu, now) ? prev : NULL;
	}
	next = rq->cpus & bit ? candidate(rq, cpu, back, now) : NULL;
	if (prev)
		prev->yielding = false;
	c2_cpus[cpu].curr = next;
	if (!next) {
		if (rq->cpus & bit)
			__atomic_fetch_or(&rq->idle, bit, __ATOMIC_SEQ_CST);
		c2_update_load(rq, NULL, 0, now);
		rq->vain |= bit;
		c2_spread(rq, rq->vain);
		return none;
	}
	if (!prev)
		__atomic_fetch_and(&rq->idle, ~bit, __ATOMIC_SEQ_CST);
	if (next != prev)
		take(next, cpu, now);
	if (!prev)
		c2_spread(rq, 0);
	if (epoch_over(rq, next, back)) {
		reset_credits(rq, next, now);
		c2_balance(rq, now);
	}
	return (struct sched_choice){next->v, slice(rq, cpu, next, back, now)};
}

/* Called for help by another queue, it has found work in its own, or nothing that it
 * may run: pass the call on. */
static void answer_call(unsigned int cpu)
{
	struct c2_runq *rq = __atomic_exchange_n(&c2_cpus[cpu].called_by, NULL, __ATOMIC_SEQ_CST);

	if (!rq)
		return;
	spin_lock(&rq->lock);
	if (!c2_cpus[cpu].curr)
		rq->vain |= 1ULL << cpu;
	if (rq->pool)
		c2_spread(rq, c2_cpus[cpu].curr ? 0 : rq->vain);
	spin_unlock(&rq->lock);
}

/*
 * The common case, told apart early because it is that of each yield and each end
 * of a slice on a machine that is not overcommitted: nobody else waits, and nothing
 * keeps the current one, which has credit, from going on.  Its slice, or 0.
 */
static int64_t alone(struct c2_runq *rq, unsigned int cpu, struct c2_unit *u, int64_t now)
{
	const struct vcpu *v = u->v;
	int64_t credit;

	if (rq->queue.nr || u->move_to || c2_domain(u)->per_period || !vcpu_runnable(v) ||
	    !(v->hard.bits & v->soft.bits & rq->cpus & 1ULL << cpu))
		return 0;
	c2_burn(u, now);
	credit = u->base + rq->added;
	if (credit <= 0)
		return 0;
	rq->tickled &= ~(1ULL << cpu);
	u->yielding = false;
	if (u->weight != rq->max_weight)
		credit = credit * u->weight / rq->max_weight;
	return MIN(MAX(credit, C2_SLICE_MIN), C2_SLICE_MAX);
}

/* Not inlined: its many registers would be saved in the common case, too. */
static __attribute__((noinline)) struct sched_choice
pick_among(struct c2_runq *rq, unsigned int cpu, struct c2_unit *u, int64_t now)
{
	struct sched_choice c;

	do {
		spin_lock(&rq->lock);
		c = choose(rq, cpu, u, now);
		spin_unlock(&rq->lock);
		u = NULL;
		/* Nothing here: perhaps a neighbour has too much. */
	} while (!c.next && c2_steal(cpu, now));
	if (READ_ONCE(c2_cpus[cpu].called_by))
		answer_call(cpu);
	return c;
}

static struct sched_choice c2_pick(unsigned int cpu, struct vcpu *prev, stime_t now)
{
	struct c2_runq *rq = c2_cpus[cpu].rq;
	struct sched_choice c = {prev, 0};

	if (!prev)
		return pick_among(rq, cpu, NULL, now.ns);
	spin_lock(&rq->lock);
	c.slice_ns = alone(rq, cpu, c2_unit(prev), now.ns);
	spin_unlock(&rq->lock);
	return c.slice_ns ? c : pick_among(rq, cpu, c2_unit(prev), now.ns);
}

static void c2_context_saved(struct vcpu *prev, stime_t now)
{
	struct c2_unit *u = c2_unit(prev);
	struct domain *d = prev->domain;
	struct c2_runq *rq = u->rq;
	bool unpark, elsewhere;

	spin_lock(&rq->lock);
	__atomic_store_n(&prev->running, false, __ATOMIC_RELEASE);
	unpark = c2_budget_return(u, now.ns);
	elsewhere = u->move_to || !c2_allowed(u);
	/* Not running any more, it could be destroyed before we are done. */
	if (unpark || elsewhere)
		domain_ref(d);
	/* Woken while it was being switched out, or still runnable. */
	if (vcpu_runnable(prev) && !elsewhere) {
		c2_enqueue(u, now.ns);
		c2_tickle(u, now.ns);
	} else if (!vcpu_runnable(prev) && u->loaded) {
		c2_update_load(rq, u, -1, now.ns);
	}
	spin_unlock(&rq->lock);
	if (elsewhere)
		c2_relocate(u, now.ns);
	if (unpark)
		c2_unpark(d->sched);
	if (unpark || elsewhere)
		domain_put(d);
}

/* --- parameters -------------------------------------------------------------------- */

static void c2_domain_add(struct domain *d)
{
	d->weight = C2_WEIGHT;
	d->cap = 0;
	c2_cap_init(d);
}

static void c2_domain_remove(struct domain *d)
{
	struct c2_domain *dom = d->sched;

	timer_kill(&dom->refill);
}

static void c2_vcpu_add(struct vcpu *v)
{
	struct c2_unit *u = c2_unit(v);
	struct c2_runq *rq;

	*u = (struct c2_unit){.v = v, .weight = v->domain->weight};
	list_init(&u->all);
	list_init(&u->parked);
	v->cpu = c2_choose_cpu(u);
	rq = c2_cpus[v->cpu].rq;
	spin_lock(&rq->lock);
	c2_attach(u, rq, v->cpu);
	c2_set_credit(u, C2_INIT);
	if (vcpu_runnable(v))
		c2_wake(v, arch_now());
	spin_unlock(&rq->lock);
}

static void c2_vcpu_remove(struct vcpu *v)
{
	struct c2_unit *u = c2_unit(v);
	struct c2_runq *rq = c2_lock_unit(u);

	if (!rq)
		return;
	ASSERT(!v->running);
	if (runq_queued(&u->node))
		c2_dequeue(u);
	if (u->loaded)
		c2_update_load(rq, u, -1, arch_now().ns);
	c2_cap_forget(u);
	c2_detach(u);
	spin_unlock(&rq->lock);
}

const struct sched_policy sched_credit2 = {
	.name = "credit2",
	.id = XEN_SCHEDULER_CREDIT2,
	.unit_size = sizeof(struct c2_unit),
	.domain_size = sizeof(struct c2_domain),
	.pool_init = c2_pool_init,
	.cpu_add = c2_cpu_add,
	.cpu_stop = c2_cpu_stop,
	.cpu_gone = c2_cpu_gone,
	.domain_add = c2_domain_add,
	.domain_remove = c2_domain_remove,
	.vcpu_add = c2_vcpu_add,
	.vcpu_remove = c2_vcpu_remove,
	.wake = c2_wake,
	.sleep = c2_sleep,
	.yield = c2_yield,
	.affinity = c2_affinity,
	.pick = c2_pick,
	.context_saved = c2_context_saved,
	.adjust = c2_adjust,
	.adjust_global = c2_adjust_global,
	.stats = c2_stats,
};
