/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Mechanism of scheduling: the dispatch loop and the context switch. */
#include "cpupool.h"

#include <hv/arch.h>
#include <hv/heap.h>
#include <hv/hvm.h>
#include <hv/link.h>
#include <hv/livepatch.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <hv/unit.h>

/* Per CPU: which pool it works for, and the end of its current vCPU's slice. */
static struct dispatch {
	struct cpupool *pool; /* NULL: none */
	bool leaving;
	struct timer slice;
} dispatch[NR_CPUS];

static void slice_over(void *data)
{
	pcpu_raise((uintptr_t)data, WORK_SCHED);
}

/* --- life of domains and vCPUs ---------------------------------------------------- */

static int sched_vcpu_create(struct vcpu *v)
{
	if (v->domain->external)
		return 0;
	/* Memory for any policy: the domain may change its pool. */
	v->sched = heap_alloc(MAX(sched_credit2.unit_size, sched_null.unit_size));
	if (!v->sched)
		return -XEN_ENOMEM;
	spin_lock(&cpupool_lock);
	v->domain->cpupool->policy->vcpu_add(v);
	spin_unlock(&cpupool_lock);
	return 0;
}

static void sched_vcpu_destroy(struct vcpu *v)
{
	if (!v->sched)
		return;
	spin_lock(&cpupool_lock);
	v->domain->cpupool->policy->vcpu_remove(v);
	spin_unlock(&cpupool_lock);
	heap_free(v->sched);
	v->sched = NULL;
}

static int sched_domain_create(struct domain *d)
{
	int rc;

	d->sched = heap_alloc(MAX(sched_credit2.domain_size, sched_null.domain_size));
	if (!d->sched)
		return -XEN_ENOMEM;
	rc = cpupool_domain_add(d, d->external ? 0 : d->config.cpupool_id);
	if (rc) {
		heap_free(d->sched);
		d->sched = NULL;
	}
	return rc;
}

static int sched_domain_relinquish(struct domain *d)
{
	if (!d->sched)
		return 0;
	spin_lock(&cpupool_lock);
	d->cpupool->policy->domain_remove(d);
	spin_unlock(&cpupool_lock);
	return 0;
}

static void sched_domain_destroy(struct domain *d)
{
	if (!d->sched)
		return;
	cpupool_domain_remove(d);
	heap_free(d->sched);
	d->sched = NULL;
}

const struct unit sched_unit = {
	.name = "sched",
	.domain_create = sched_domain_create,
	.domain_relinquish = sched_domain_relinquish,
	.domain_destroy = sched_domain_destroy,
	.vcpu_create = sched_vcpu_create,
	.vcpu_destroy = sched_vcpu_destroy,
};

void sched_move_domain(struct domain *d, struct cpupool *p)
{
	struct cpupool *old = d->cpupool;

	old->policy->domain_remove(d);
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && d->vcpu[i]->sched)
			old->policy->vcpu_remove(d->vcpu[i]);
	memset(d->sched, 0, MAX(sched_credit2.domain_size, sched_null.domain_size));
	d->cpupool = p;
	p->policy->domain_add(d);
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = d->vcpu[i];

		if (!v || !v->sched)
			continue;
		v->hard.bits = v->soft.bits = ~0ULL;
		p->policy->vcpu_add(v);
	}
}

/* --- CPUs ---------------------------------------------------------------------------- */

void sched_init(void)
{
	cpupools_init();
	memset(dispatch, 0, sizeof(dispatch));
	printk("Scheduler: %s\n", sched_default->name);
}

int sched_cpu_up(unsigned int cpu)
{
	int rc = timers_cpu_up(cpu);

	if (rc)
		return rc;
	timer_init(&dispatch[cpu].slice, slice_over, (void *)(uintptr_t)cpu, cpu);
	pcpus[cpu].idle_since = arch_now();
	return cpupool_cpu_up(cpu);
}

struct cpupool *sched_cpu_pool(unsigned int cpu)
{
	return __atomic_load_n(&dispatch[cpu].pool, __ATOMIC_ACQUIRE);
}

void sched_cpu_join(unsigned int cpu, struct cpupool *p)
{
	__atomic_store_n(&dispatch[cpu].pool, p, __ATOMIC_RELEASE);
	sched_tickle(cpu);
}

bool sched_cpu_leave(unsigned int cpu)
{
	if (!sched_cpu_pool(cpu))
		return true;
	WRITE_ONCE(dispatch[cpu].leaving, true);
	sched_tickle(cpu);
	return false;
}

void sched_tickle(unsigned int cpu)
{
	pcpu_raise(cpu, WORK_SCHED);
}

/* --- states of vCPUs --------------------------------------------------------------------- */

static spinlock_t *lock_vcpu(const struct vcpu *v)
{
	for (;;) {
		spinlock_t *l = READ_ONCE(v->sched_lock);

		spin_lock(l);
		if (READ_ONCE(v->sched_lock) == l)
			return l;
		spin_unlock(l);
	}
}

void sched_wake(struct vcpu *v)
{
	spinlock_t *l;

	if (!v->sched)
		return;
	l = lock_vcpu(v);
	v->domain->cpupool->policy->wake(v, arch_now());
	spin_unlock(l);
}

void sched_sleep(struct vcpu *v)
{
	spinlock_t *l;

	if (!v->sched)
		return;
	l = lock_vcpu(v);
	v->domain->cpupool->policy->sleep(v, arch_now());
	spin_unlock(l);
}

void sched_yield_current(void)
{
	struct pcpu *p = this_cpu();
	struct vcpu *v = p->current;

	v->domain->cpupool->policy->yield(v);
	/* Nobody to kick: this CPU is here. */
	__atomic_fetch_or(&p->work, WORK_SCHED, __ATOMIC_RELAXED);
}

int sched_set_affinity(struct vcpu *v, const struct cpumask *hard, const struct cpumask *soft)
{
	struct cpumask h = hard ? *hard : v->hard, s = soft ? *soft : v->soft;
	int rc = 0;

	spin_lock(&cpupool_lock);
	if (!(h.bits & cpupool_cpus(v->domain))) {
		rc = -XEN_EINVAL;
	} else if (v->sched) {
		v->domain->cpupool->policy->affinity(v, h, s, arch_now());
	} else {
		v->hard = h;
		v->soft = s;
	}
	spin_unlock(&cpupool_lock);
	return rc;
}

static void add_stats(const struct vcpu *v, struct nacre_sched_record *r)
{
	const uint64_t *from = (const uint64_t *)&v->stats;
	uint64_t *to = (uint64_t *)&r->sum;
	spinlock_t *l = lock_vcpu(v);
	struct vcpu_runstate_info info;

	vcpu_runstate_get(v, &info);
	for (int i = 0; i < 4; i++)
		r->state_ns[i] += info.time[i];
	for (size_t i = 0; i < sizeof(v->stats) / sizeof(*to); i++)
		to[i] += from[i];
	v->domain->cpupool->policy->stats(v, &r->sum, arch_now().ns);
	spin_unlock(l);
	r->nr_vcpus++;
}

void sched_domain_stats(struct domain *d, struct nacre_sched_record *r)
{
	memset(r, 0, sizeof(*r));
	spin_lock(&cpupool_lock);
	r->domid = d->id;
	if (d->cpupool) { /* else half made */
		r->cpupool = d->cpupool->id;
		r->sched_id = d->cpupool->policy->id;
	}
	for (unsigned int i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && d->vcpu[i]->sched)
			add_stats(d->vcpu[i], r);
	spin_unlock(&cpupool_lock);
}

/* --- context switch ------------------------------------------------------------------------- */

static int runstate_when_off(const struct vcpu *v)
{
	uint32_t flags = READ_ONCE(v->pause_flags);

	if (!flags)
		return RUNSTATE_runnable;
	return flags & VPF_BLOCKED ? RUNSTATE_blocked : RUNSTATE_offline;
}

static void switch_from(struct pcpu *p, struct vcpu *prev, stime_t now)
{
	if (!prev) {
		p->idle_ns += stime_sub(now, p->idle_since);
		return;
	}
	hvm_save(prev);
	vcpu_runstate_change(prev, runstate_when_off(prev), now);
	p->current = NULL;
	/* From here on another CPU may run it. */
	dispatch[p->id].pool->policy->context_saved(prev, now);
}

static void switch_to(struct pcpu *p, struct vcpu *next, stime_t now)
{
	p->current = next;
	if (!next) {
		p->idle_since = now;
		return;
	}
	vcpu_runstate_change(next, RUNSTATE_running, now);
	next->stats.cpu_moves += next->last_cpu != p->id && next->last_cpu != ~0u;
	next->last_cpu = p->id;
	timer_migrate(&next->singleshot, p->id);
	timer_migrate(&next->periodic, p->id);
	hvm_load(next);
	vcpu_update_time(next);
	vcpu_update_runstate_area(next);
}

/* Not inlined: most passes end without it. */
static __attribute__((noinline)) void switch_over(struct pcpu *p, struct vcpu *prev,
						  struct vcpu *next, stime_t now)
{
	switch_from(p, prev, now);
	switch_to(p, next, now);
}

/* The end of the slice.  What is armed and comes earlier stays: asking once too
 * often costs less than a change of the timer in each pass. */
static void set_slice(struct dispatch *ds, struct sched_choice c, stime_t now)
{
	stime_t end = stime_add(now, c.slice_ns);
	bool armed = timer_armed(&ds->slice);

	if (!c.next || c.slice_ns <= 0) {
		if (armed)
			timer_stop(&ds->slice);
		return;
	}
	if (!armed || stime_before(end, ds->slice.expires) || !stime_before(now, ds->slice.expires))
		timer_set(&ds->slice, end);
}

void sched_now(void)
{
	struct pcpu *p = this_cpu();
	struct dispatch *ds = &dispatch[p->id];
	struct cpupool *pool = __atomic_load_n(&ds->pool, __ATOMIC_ACQUIRE);
	struct vcpu *prev = p->current;
	stime_t now = arch_now();
	struct sched_choice c;

	if (!pool)
		return;
	c = pool->policy->pick(p->id, prev, now);
	set_slice(ds, c, now);
	if (c.next != prev)
		switch_over(p, prev, c.next, now);
	if (!c.next && READ_ONCE(ds->leaving)) {
		pool->policy->cpu_gone(p->id);
		ds->leaving = false;
		__atomic_store_n(&ds->pool, NULL, __ATOMIC_RELEASE);
	}
}

void sched_loop(void)
{
	struct pcpu *p = this_cpu();

	pcpu_raise(p->id, WORK_SCHED | WORK_TIMER);
	for (;;) {
		uint32_t work;

		arch_irq_window();
		work = __atomic_exchange_n(&p->work, 0, __ATOMIC_SEQ_CST);
		if (work & WORK_PATCH)
			livepatch_rendezvous();
		if (work & WORK_TIMER)
			timers_run();
		if (work & WORK_LINK)
			link_work();
		if (work & WORK_SCHED)
			sched_now();
		if (READ_ONCE(p->work))
			continue;
		if (p->current)
			hvm_run(p->current);
		else
			arch_idle(&p->work);
	}
}
