/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Credit2, its core: credits burnt in inverse proportion to weight, one run
 * queue in order of credit for all CPUs, reset when the best has none left,
 * hard affinity, rate limit, and caps: a domain's vCPUs share a budget of CPU time
 * that is filled up every period.  Several run queues and load balancing are not
 * here yet.  Constants are those of Xen 4.17.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/sched.h>

#define CREDIT_INIT	     10000000LL /* ns */
#define CREDIT_CARRYOVER     500000LL
#define CREDIT_MIN	     (-10000000LL)
#define SLICE_MIN	     500000LL
#define SLICE_MAX	     10000000LL
#define MIGRATE_RESIST	     500000LL
#define RATELIMIT_DEFAULT_US 1000
#define DEFAULT_WEIGHT	     256
#define CAP_PERIOD	     10000000LL

struct unit_c2 {
	struct list all;  /* every vCPU of the pool */
	struct list runq; /* linked while queued */
	struct vcpu *v;
	int64_t credit;
	int64_t ran_ns; /* without a break, for the rate limit */
	bool queued;
};

struct domain_c2 {
	struct domain *d;
	int64_t budget;	    /* ns left in this period; what was run too long is owed */
	int64_t per_period; /* 0: not capped */
	stime_t period_end;
	struct timer refill;
};

static struct {
	spinlock_t lock;
	struct list all, runq;
	uint64_t cpus, idle; /* masks; idle: no current and not yet tickled */
	uint16_t max_weight;
	uint32_t ratelimit_us;
	struct vcpu *curr[NR_CPUS];
} pool = {
	.all = LIST_INIT(pool.all),
	.runq = LIST_INIT(pool.runq),
	.max_weight = DEFAULT_WEIGHT,
	.ratelimit_us = RATELIMIT_DEFAULT_US,
};

static struct unit_c2 *unit_of(const struct vcpu *v)
{
	return v->sched;
}

static int64_t credit_of(const struct vcpu *v)
{
	return unit_of(v)->credit;
}

static bool has_budget(const struct vcpu *v)
{
	const struct domain_c2 *dom = v->domain->sched;

	return !dom->per_period || dom->budget > 0;
}

/* All below: pool.lock held unless stated. */

static void burn(struct vcpu *v, int64_t ran_ns)
{
	struct unit_c2 *u = unit_of(v);
	struct domain_c2 *dom = v->domain->sched;

	if (dom->per_period)
		dom->budget -= ran_ns;
	u->ran_ns += ran_ns;
	u->credit -= ran_ns * pool.max_weight / v->domain->weight;
	if (u->credit < CREDIT_MIN)
		u->credit = CREDIT_MIN;
}

static void enqueue(struct unit_c2 *u)
{
	struct list *p;

	if (u->queued)
		return;
	list_for_each (p, &pool.runq)
		if (list_entry(p, struct unit_c2, runq)->credit < u->credit)
			break;
	list_add_before(p, &u->runq);
	u->queued = true;
}

static void dequeue(struct unit_c2 *u)
{
	if (!u->queued)
		return;
	list_del(&u->runq);
	u->queued = false;
}

/* Everyone gets the initial credit on top of what he has, up to the carry-over
 * limit; relative order does not change, so the queue stays sorted. */
static void reset_credits(void)
{
	struct list *p;

	list_for_each (p, &pool.all) {
		struct unit_c2 *u = list_entry(p, struct unit_c2, all);

		u->credit = MIN(u->credit + CREDIT_INIT, CREDIT_INIT + CREDIT_CARRYOVER);
	}
}

static void update_max_weight(void)
{
	struct list *p;

	pool.max_weight = 1;
	list_for_each (p, &pool.all) {
		struct domain *d = list_entry(p, struct unit_c2, all)->v->domain;

		if (d->weight > pool.max_weight)
			pool.max_weight = d->weight;
	}
}

/* Find a CPU that should run @v and tell it. */
static void tickle_for(struct vcpu *v)
{
	uint64_t allowed = v->hard.bits & pool.cpus, idle = allowed & pool.idle;
	unsigned int best = NR_CPUS;
	int64_t lowest = credit_of(v) - MIGRATE_RESIST;

	if (!has_budget(v))
		return;
	if (idle) {
		best = idle & (1ULL << v->cpu) ? v->cpu : (unsigned int)__builtin_ctzll(idle);
		pool.idle &= ~(1ULL << best);
		sched_tickle(best);
		return;
	}
	for (uint64_t m = allowed; m; m &= m - 1) {
		unsigned int cpu = __builtin_ctzll(m);

		if (pool.curr[cpu] && credit_of(pool.curr[cpu]) < lowest) {
			lowest = credit_of(pool.curr[cpu]);
			best = cpu;
		}
	}
	if (best < NR_CPUS)
		sched_tickle(best);
}

/* Best queued vCPU that may run on @cpu now. */
static struct vcpu *candidate(unsigned int cpu, const struct vcpu *prev)
{
	struct list *p;

	list_for_each (p, &pool.runq) {
		struct vcpu *v = list_entry(p, struct unit_c2, runq)->v;

		/* One whose context is still being saved elsewhere is not ready. */
		if ((v->hard.bits & (1ULL << cpu)) && (!v->running || v == prev) && has_budget(v))
			return v;
	}
	return NULL;
}

static bool keep_running(const struct vcpu *prev, unsigned int cpu, const struct vcpu *next)
{
	if (!vcpu_runnable(prev) || !(prev->hard.bits & (1ULL << cpu)) || !has_budget(prev))
		return false;
	if (!next)
		return true;
	if (prev->yielding)
		return false;
	return unit_of(prev)->ran_ns < (int64_t)pool.ratelimit_us * 1000 ||
	       credit_of(prev) >= credit_of(next);
}

/* One that only the rate limit keeps running may be in debt while others still
 * have credit, of which a reset would take what is over the carry-over limit. */
static bool all_spent(const struct vcpu *next, unsigned int cpu)
{
	const struct vcpu *waiter = candidate(cpu, NULL);

	return credit_of(next) <= 0 && (!waiter || credit_of(waiter) <= 0);
}

static int64_t slice_for(const struct vcpu *v, unsigned int cpu)
{
	const struct vcpu *waiter = candidate(cpu, NULL);
	const struct domain_c2 *dom = v->domain->sched;
	int64_t slice = SLICE_MAX;

	/* Credit is not time: a lighter vCPU burns it faster. */
	if (waiter)
		slice = (credit_of(v) - MAX(credit_of(waiter), 0)) * v->domain->weight /
			pool.max_weight;
	/* Its siblings may be running on the same budget. */
	if (dom->per_period)
		slice = MIN(slice, dom->budget / v->domain->max_vcpus);
	return slice < SLICE_MIN ? SLICE_MIN : MIN(slice, SLICE_MAX);
}

static struct sched_choice c2_pick(unsigned int cpu, struct vcpu *prev, int64_t ran_ns, stime_t now)
{
	struct sched_choice c = {NULL, 0};
	struct vcpu *next;

	spin_lock(&pool.lock);
	if (prev)
		burn(prev, ran_ns);
	next = candidate(cpu, prev);
	if (prev && keep_running(prev, cpu, next)) {
		next = prev;
	} else if (prev && vcpu_runnable(prev)) {
		enqueue(unit_of(prev));
	}
	if (prev)
		prev->yielding = false;
	if (next) {
		dequeue(unit_of(next));
		if (all_spent(next, cpu))
			reset_credits();
		if (next != prev)
			unit_of(next)->ran_ns = 0;
		next->running = true;
		WRITE_ONCE(next->cpu, cpu);
		c.next = next;
		c.slice_ns = slice_for(next, cpu);
		pool.idle &= ~(1ULL << cpu);
	} else {
		pool.idle |= 1ULL << cpu;
	}
	pool.curr[cpu] = next;
	spin_unlock(&pool.lock);
	return c;
}

static void c2_context_saved(struct vcpu *prev, stime_t now)
{
	spin_lock(&pool.lock);
	__atomic_store_n(&prev->running, false, __ATOMIC_RELEASE);
	/* Woken while it was being switched out, or put back by pick. */
	if (vcpu_runnable(prev)) {
		enqueue(unit_of(prev));
		tickle_for(prev);
	}
	spin_unlock(&pool.lock);
}

static void c2_wake(struct vcpu *v, stime_t now)
{
	spin_lock(&pool.lock);
	/* A running one is looked at again by pick or context_saved. */
	if (vcpu_runnable(v) && !v->running) {
		enqueue(unit_of(v));
		tickle_for(v);
	}
	spin_unlock(&pool.lock);
}

static void c2_sleep(struct vcpu *v, stime_t now)
{
	spin_lock(&pool.lock);
	dequeue(unit_of(v));
	if (v->running)
		sched_tickle(v->cpu);
	spin_unlock(&pool.lock);
}

static void c2_yield(struct vcpu *v)
{
	v->yielding = true;
}

static void c2_affinity(struct vcpu *v)
{
	spin_lock(&pool.lock);
	if (v->running && !(v->hard.bits & (1ULL << v->cpu)))
		sched_tickle(v->cpu);
	else if (unit_of(v)->queued)
		tickle_for(v);
	spin_unlock(&pool.lock);
}

static int c2_cpu_add(unsigned int cpu)
{
	spin_lock(&pool.lock);
	pool.cpus |= 1ULL << cpu;
	pool.idle |= 1ULL << cpu;
	spin_unlock(&pool.lock);
	return 0;
}

/* A new period: the budget is filled up, but never beyond one period's worth. */
static void refill(void *data)
{
	struct domain_c2 *dom = data;

	spin_lock(&pool.lock);
	dom->budget = MIN(dom->budget + dom->per_period, dom->per_period);
	dom->period_end = stime_add(dom->period_end, CAP_PERIOD);
	for (unsigned int i = 0; i < dom->d->max_vcpus; i++) {
		struct vcpu *v = dom->d->vcpu[i];

		if (v && v->sched && unit_of(v)->queued)
			tickle_for(v);
	}
	spin_unlock(&pool.lock);
	if (dom->per_period)
		timer_set(&dom->refill, dom->period_end);
}

static void set_cap(struct domain *d, uint16_t cap)
{
	struct domain_c2 *dom = d->sched;

	timer_stop(&dom->refill);
	spin_lock(&pool.lock);
	d->cap = cap;
	dom->per_period = CAP_PERIOD * cap / 100;
	dom->budget = 0;
	dom->period_end = arch_now();
	spin_unlock(&pool.lock);
	refill(dom); /* starts the first period, or frees those that had no budget */
}

static int c2_domain_add(struct domain *d)
{
	struct domain_c2 *dom = heap_alloc(sizeof(*dom));

	if (!dom)
		return -XEN_ENOMEM;
	dom->d = d;
	timer_init(&dom->refill, refill, dom, this_cpu()->id);
	d->sched = dom;
	d->weight = DEFAULT_WEIGHT;
	return 0;
}

static void c2_domain_remove(struct domain *d)
{
	struct domain_c2 *dom = d->sched;

	if (!dom)
		return;
	timer_kill(&dom->refill);
	d->sched = NULL;
	heap_free(dom);
}

static int c2_vcpu_add(struct vcpu *v)
{
	struct unit_c2 *u = heap_alloc(sizeof(*u));

	if (!u)
		return -XEN_ENOMEM;
	u->v = v;
	u->credit = CREDIT_INIT;
	list_init(&u->runq);
	v->sched = u;
	spin_lock(&pool.lock);
	list_append(&pool.all, &u->all);
	v->cpu = (v->domain->id + v->id) % nr_cpus_online;
	update_max_weight();
	spin_unlock(&pool.lock);
	return 0;
}

static void c2_vcpu_remove(struct vcpu *v)
{
	struct unit_c2 *u = unit_of(v);

	spin_lock(&pool.lock);
	dequeue(u);
	list_del(&u->all);
	update_max_weight();
	spin_unlock(&pool.lock);
	v->sched = NULL;
	heap_free(u);
}

static int c2_adjust(struct domain *d, struct xen_domctl_scheduler_op *op)
{
	uint16_t weight = op->u.credit2.weight, cap = op->u.credit2.cap;

	switch (op->cmd) {
	case XEN_DOMCTL_SCHEDOP_getinfo:
		op->u.credit2.weight = d->weight;
		op->u.credit2.cap = d->cap;
		return 0;
	case XEN_DOMCTL_SCHEDOP_putinfo:
		if (cap > 100 * d->max_vcpus)
			return -XEN_EINVAL;
		if (cap != d->cap)
			set_cap(d, cap);
		if (weight) { /* 0: leave it */
			spin_lock(&pool.lock);
			d->weight = weight;
			update_max_weight();
			spin_unlock(&pool.lock);
		}
		return 0;
	default:
		return -XEN_EINVAL;
	}
}

static int c2_adjust_global(struct xen_sysctl_scheduler_op *op)
{
	uint32_t limit = op->u.sched_credit2.ratelimit_us;

	switch (op->cmd) {
	case XEN_SYSCTL_SCHEDOP_getinfo:
		op->u.sched_credit2.ratelimit_us = pool.ratelimit_us;
		return 0;
	case XEN_SYSCTL_SCHEDOP_putinfo:
		if (limit && (limit < XEN_SYSCTL_SCHED_RATELIMIT_MIN ||
			      limit > XEN_SYSCTL_SCHED_RATELIMIT_MAX))
			return -XEN_EINVAL;
		pool.ratelimit_us = limit;
		return 0;
	default:
		return -XEN_EINVAL;
	}
}

const struct sched_policy sched_credit2 = {
	.name = "credit2",
	.id = XEN_SCHEDULER_CREDIT2,
	.cpu_add = c2_cpu_add,
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
};
