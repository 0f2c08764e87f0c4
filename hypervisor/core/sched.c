/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Mechanism of scheduling: the dispatch loop and the context switch. */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/hvm.h>
#include <hv/link.h>
#include <hv/livepatch.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/unit.h>

const struct sched_policy *sched_policy = &sched_credit2;

/* Per CPU: when its current vCPU was chosen, and the end of its slice. */
static struct dispatch {
	stime_t since;
	struct timer slice;
} dispatch[NR_CPUS];

static void slice_over(void *data)
{
	pcpu_raise((uintptr_t)data, WORK_SCHED);
}

static int sched_vcpu_create(struct vcpu *v)
{
	return v->domain->external ? 0 : sched_policy->vcpu_add(v);
}

static void sched_vcpu_destroy(struct vcpu *v)
{
	if (v->sched)
		sched_policy->vcpu_remove(v);
}

static int sched_domain_create(struct domain *d)
{
	return sched_policy->domain_add(d);
}

static void sched_domain_destroy(struct domain *d)
{
	sched_policy->domain_remove(d);
}

const struct unit sched_unit = {
	.name = "sched",
	.domain_create = sched_domain_create,
	.domain_destroy = sched_domain_destroy,
	.vcpu_create = sched_vcpu_create,
	.vcpu_destroy = sched_vcpu_destroy,
};

void sched_init(void)
{
	printk("Scheduler: %s\n", sched_policy->name);
}

int sched_cpu_up(unsigned int cpu)
{
	int rc = timers_cpu_up(cpu);

	if (rc)
		return rc;
	timer_init(&dispatch[cpu].slice, slice_over, (void *)(uintptr_t)cpu, cpu);
	pcpus[cpu].idle_since = arch_now();
	return sched_policy->cpu_add(cpu);
}

void sched_tickle(unsigned int cpu)
{
	pcpu_raise(cpu, WORK_SCHED);
}

void sched_wake(struct vcpu *v)
{
	if (v->sched)
		sched_policy->wake(v, arch_now());
}

void sched_sleep(struct vcpu *v)
{
	if (v->sched)
		sched_policy->sleep(v, arch_now());
}

void sched_yield_current(void)
{
	struct vcpu *v = this_cpu()->current;

	sched_policy->yield(v);
	pcpu_raise(this_cpu()->id, WORK_SCHED);
}

int sched_set_affinity(struct vcpu *v, const struct cpumask *hard, const struct cpumask *soft)
{
	uint64_t online = nr_cpus_online == 64 ? ~0ULL : (1ULL << nr_cpus_online) - 1;

	if (hard && !(hard->bits & online))
		return -XEN_EINVAL;
	if (hard)
		v->hard = *hard;
	if (soft)
		v->soft = *soft;
	if (v->sched)
		sched_policy->affinity(v);
	return 0;
}

/* --- context switch --------------------------------------------------------------- */

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
	sched_policy->context_saved(prev, now);
}

static void switch_to(struct pcpu *p, struct vcpu *next, stime_t now)
{
	p->current = next;
	if (!next) {
		p->idle_since = now;
		return;
	}
	vcpu_runstate_change(next, RUNSTATE_running, now);
	timer_migrate(&next->singleshot, p->id);
	timer_migrate(&next->periodic, p->id);
	hvm_load(next);
	vcpu_update_time(next);
	vcpu_update_runstate_area(next);
}

void sched_now(void)
{
	struct pcpu *p = this_cpu();
	struct dispatch *ds = &dispatch[p->id];
	struct vcpu *prev = p->current;
	stime_t now = arch_now();
	struct sched_choice c;

	c = sched_policy->pick(p->id, prev, stime_sub(now, ds->since), now);
	ds->since = now;
	if (c.next != prev) {
		switch_from(p, prev, now);
		switch_to(p, c.next, now);
	}
	if (c.next && c.slice_ns > 0)
		timer_set(&ds->slice, stime_add(now, c.slice_ns));
	else
		timer_stop(&ds->slice);
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
