/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The null scheduler: each CPU belongs to one vCPU, which runs there whenever it
 * wants to.  An online vCPU that finds no free CPU waits until one becomes free.
 * CPUs help themselves: only CPU n gives CPU n away or takes a vCPU for it.
 *
 * Locks: wait_lock, then a CPU's.  v->sched_lock is that of its CPU, or wait_lock.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/printk.h>
#include <hv/sched.h>

struct null_unit {
	struct list waiting; /* in pool->waiting */
	struct vcpu *v;
	bool assigned;
};

static struct null_cpu {
	spinlock_t lock;
	struct vcpu *v; /* whose it is; written with both locks */
} cpus[NR_CPUS];

static spinlock_t wait_lock = SPINLOCK_INIT;

static struct null_unit *unit_of(const struct vcpu *v)
{
	return v->sched;
}

static bool online(const struct vcpu *v)
{
	return !(READ_ONCE(v->pause_flags) & VPF_DOWN);
}

static bool fits(const struct vcpu *v, unsigned int cpu)
{
	return cpupool_cpus(v->domain) & v->hard.bits & 1ULL << cpu;
}

/* wait_lock held: into the line, and a free CPU that may have it is told. */
static void wait_for_cpu(struct vcpu *v)
{
	uint64_t mask = cpupool_cpus(v->domain) & v->hard.bits, free = 0;

	list_del(&unit_of(v)->waiting);
	list_append(&v->domain->cpupool->waiting, &unit_of(v)->waiting);
	for (uint64_t m = mask; m; m &= m - 1)
		if (!READ_ONCE(cpus[__builtin_ctzll(m)].v))
			free |= m & -m;
	if (free & v->soft.bits)
		free &= v->soft.bits;
	/* Not known whether another one got there first: then that asks again. */
	for (; free; free &= free - 1)
		sched_tickle((unsigned int)__builtin_ctzll(free));
}

/* Both locks held. */
static void let_go(struct null_cpu *c)
{
	struct vcpu *v = c->v;

	WRITE_ONCE(c->v, NULL);
	unit_of(v)->assigned = false;
	WRITE_ONCE(v->sched_lock, &wait_lock);
	if (online(v))
		wait_for_cpu(v);
}

/* wait_lock held. Soft affinity first. */
static struct vcpu *next_for(struct cpupool *p, unsigned int cpu)
{
	struct vcpu *second = NULL;
	struct list *l;

	list_for_each (l, &p->waiting) {
		struct vcpu *v = list_entry(l, struct null_unit, waiting)->v;

		if (!fits(v, cpu) || v->running)
			continue;
		if (v->soft.bits & 1ULL << cpu)
			return v;
		second = second ? second : v;
	}
	return second;
}

/* On @cpu: whose is it from now on? */
static void settle(struct cpupool *p, unsigned int cpu)
{
	struct null_cpu *c = &cpus[cpu];
	struct vcpu *v;

	spin_lock(&wait_lock);
	spin_lock(&c->lock);
	if (c->v && !c->v->running && !(fits(c->v, cpu) && online(c->v)))
		let_go(c);
	v = c->v ? NULL : next_for(p, cpu);
	if (v) {
		list_del(&unit_of(v)->waiting);
		unit_of(v)->assigned = true;
		WRITE_ONCE(v->cpu, cpu);
		WRITE_ONCE(v->sched_lock, &c->lock);
		WRITE_ONCE(c->v, v);
	}
	spin_unlock(&c->lock);
	spin_unlock(&wait_lock);
}

static struct sched_choice null_pick(unsigned int cpu, struct vcpu *prev, stime_t now)
{
	struct cpupool *p = sched_cpu_pool(cpu);
	struct null_cpu *c = &cpus[cpu];
	struct sched_choice choice = {NULL, 0};

	if (!prev && (!c->v || !fits(c->v, cpu) || !online(c->v)))
		settle(p, cpu);
	spin_lock(&c->lock);
	if (c->v && vcpu_runnable(c->v) && fits(c->v, cpu)) {
		choice.next = c->v;
		c->v->running = true;
	}
	spin_unlock(&c->lock);
	return choice;
}

static void null_context_saved(struct vcpu *prev, stime_t now)
{
	struct null_cpu *c = &cpus[prev->cpu];
	bool stays;

	spin_lock(&c->lock);
	__atomic_store_n(&prev->running, false, __ATOMIC_RELEASE);
	stays = fits(prev, prev->cpu) && online(prev);
	/* Woken while it was being switched out; or the CPU is another's from now on. */
	if (!stays || vcpu_runnable(prev))
		sched_tickle((unsigned int)(c - cpus));
	spin_unlock(&c->lock);
}

static void null_wake(struct vcpu *v, stime_t now)
{
	if (!v->sched || !unit_of(v)->v || !vcpu_runnable(v))
		return;
	if (!v->running && v->runstate != RUNSTATE_runnable)
		vcpu_runstate_change(v, RUNSTATE_runnable, now);
	if (unit_of(v)->assigned)
		sched_tickle(v->cpu);
	else
		wait_for_cpu(v);
}

/* Also an idle CPU is told: one that went offline gives it back. */
static void null_sleep(struct vcpu *v, stime_t now)
{
	if (unit_of(v)->assigned) {
		sched_tickle(v->cpu);
	} else if (unit_of(v)->v && !online(v)) {
		list_del(&unit_of(v)->waiting);
	}
	if (!v->running)
		vcpu_runstate_change(
			v, v->pause_flags & VPF_BLOCKED ? RUNSTATE_blocked : RUNSTATE_offline, now);
}

static void null_yield(struct vcpu *v)
{
}

static void null_affinity(struct vcpu *v, struct cpumask hard, struct cpumask soft, stime_t now)
{
	struct null_cpu *c;

	spin_lock(&wait_lock);
	c = &cpus[v->cpu];
	spin_lock(&c->lock);
	v->hard = hard;
	v->soft = soft;
	if (unit_of(v)->assigned)
		sched_tickle(v->cpu);
	else if (online(v))
		wait_for_cpu(v);
	spin_unlock(&c->lock);
	spin_unlock(&wait_lock);
}

static void null_vcpu_add(struct vcpu *v)
{
	struct null_unit *u = unit_of(v);
	uint64_t mask = cpupool_cpus(v->domain) & v->hard.bits;

	list_init(&u->waiting);
	spin_lock(&wait_lock);
	u->v = v;
	u->assigned = false;
	v->cpu = (uint32_t)__builtin_ctzll(mask ? mask : cpupool_cpus(v->domain));
	WRITE_ONCE(v->sched_lock, &wait_lock);
	if (online(v))
		wait_for_cpu(v);
	spin_unlock(&wait_lock);
}

static void null_vcpu_remove(struct vcpu *v)
{
	struct null_cpu *c = &cpus[v->cpu];

	ASSERT(!v->running);
	spin_lock(&wait_lock);
	spin_lock(&c->lock);
	if (unit_of(v)->assigned) {
		WRITE_ONCE(c->v, NULL);
		WRITE_ONCE(v->sched_lock, &wait_lock);
		sched_tickle(v->cpu);
	}
	list_del(&unit_of(v)->waiting);
	*unit_of(v) = (struct null_unit){.v = NULL};
	spin_unlock(&c->lock);
	spin_unlock(&wait_lock);
}

static void null_pool_init(struct cpupool *p)
{
}

static int null_cpu_add(struct cpupool *p, unsigned int cpu)
{
	return 0;
}

/* It gives its vCPU up by itself, when it is asked to choose. */
static void null_cpu_stop(struct cpupool *p, unsigned int cpu)
{
}

static void null_cpu_gone(unsigned int cpu)
{
	struct null_cpu *c = &cpus[cpu];

	spin_lock(&wait_lock);
	spin_lock(&c->lock);
	if (c->v)
		let_go(c);
	spin_unlock(&c->lock);
	spin_unlock(&wait_lock);
}

static void null_domain_add(struct domain *d)
{
	d->weight = d->cap = 0;
}

static void null_domain_remove(struct domain *d)
{
}

/* No parameters: Xen accepts the calls and changes nothing. */
static int null_adjust(struct domain *d, struct xen_domctl_scheduler_op *op)
{
	return 0;
}

static int null_adjust_global(struct cpupool *p, struct xen_sysctl_scheduler_op *op)
{
	return 0;
}

static void null_stats(const struct vcpu *v, struct nacre_sched_counts *sum, int64_t now)
{
}

const struct sched_policy sched_null = {
	.name = "null",
	.id = XEN_SCHEDULER_NULL,
	.unit_size = sizeof(struct null_unit),
	.domain_size = 1,
	.pool_init = null_pool_init,
	.cpu_add = null_cpu_add,
	.cpu_stop = null_cpu_stop,
	.cpu_gone = null_cpu_gone,
	.domain_add = null_domain_add,
	.domain_remove = null_domain_remove,
	.vcpu_add = null_vcpu_add,
	.vcpu_remove = null_vcpu_remove,
	.wake = null_wake,
	.sleep = null_sleep,
	.yield = null_yield,
	.affinity = null_affinity,
	.pick = null_pick,
	.context_saved = null_context_saved,
	.adjust = null_adjust,
	.adjust_global = null_adjust_global,
	.stats = null_stats,
};
