/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Credit2's parameters and single decisions; its goals are in tests/model. */
#include <criterion/criterion.h>
#include "sim.h"

static long adjust(struct sim_domain *dom, uint32_t cmd, uint16_t weight, uint16_t cap)
{
	struct xen_domctl_scheduler_op op = {.sched_id = XEN_SCHEDULER_CREDIT2,
					     .cmd = cmd,
					     .u.credit2 = {.weight = weight, .cap = cap}};

	return cpupool_adjust_domain(dom->d, &op);
}

static long ratelimit(uint32_t cmd, uint32_t us)
{
	struct xen_sysctl_scheduler_op op = {
		.sched_id = XEN_SCHEDULER_CREDIT2, .cmd = cmd, .u.sched_credit2.ratelimit_us = us};

	return cpupool_adjust(&op);
}

Test(sched, limits_of_the_parameters)
{
	struct sim_domain *dom;

	sim_boot(1, "socket", 1);
	dom = sim_add(2, 256, 0, LOAD_CPU, 0, 0);
	cr_assert_eq(adjust(dom, XEN_DOMCTL_SCHEDOP_putinfo, 512, 201), -XEN_EINVAL);
	cr_assert_eq(dom->d->weight, 256, "changed although refused");
	cr_assert_eq(adjust(dom, XEN_DOMCTL_SCHEDOP_putinfo, 0, 200), 0);
	cr_assert_eq(dom->d->weight, 256);
	cr_assert_eq(dom->d->cap, 200);
	cr_assert_eq(adjust(dom, XEN_DOMCTL_SCHEDOP_putinfo, 65535, 0), 0);
	cr_assert_eq(dom->d->weight, 65535);
	cr_assert_eq(adjust(dom, XEN_DOMCTL_SCHEDOP_getvcpuinfo, 0, 0), -XEN_EINVAL);
	cr_assert_eq(adjust(dom, XEN_DOMCTL_SCHEDOP_putvcpuinfo, 0, 0), -XEN_EINVAL);
	cr_assert_eq(adjust(dom, 77, 0, 0), -XEN_EINVAL);
	cr_assert_eq(ratelimit(XEN_SYSCTL_SCHEDOP_putinfo, 99), -XEN_EINVAL);
	cr_assert_eq(ratelimit(XEN_SYSCTL_SCHEDOP_putinfo, 500001), -XEN_EINVAL);
	cr_assert_eq(ratelimit(XEN_SYSCTL_SCHEDOP_putinfo, 100), 0);
	cr_assert_eq(ratelimit(XEN_SYSCTL_SCHEDOP_putinfo, 0), 0);
	cr_assert_eq(ratelimit(7, 0), -XEN_EINVAL);
}

Test(sched, a_limit_is_kept_and_zero_means_none)
{
	struct sim_domain *light;

	sim_boot(1, "socket", 1);
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	light = sim_add(1, 256, 0, LOAD_PERIODIC, 50 * US, 5 * MS);
	sim_ratelimit(0, 10000);
	sim_run(100 * MS);
	sim_reset_clocks();
	sim_run(2000 * MS);
	cr_assert_gt(light->worst, 2 * MS, "waited %ld us", light->worst / 1000);
	sim_ratelimit(0, 0);
	sim_run(10 * MS);
	sim_reset_clocks();
	sim_run(2000 * MS);
	cr_assert_eq(light->worst, 0, "waited %ld us", light->worst / 1000);
}

Test(sched, a_yielder_lets_the_other_run)
{
	sim_boot(1, "socket", 1);
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_run(50 * MS);
	for (int i = 0; i < 10; i++) {
		struct vcpu *was = pcpus[0].current;

		host_on_cpu(0);
		sched_yield_current();
		sim_settle();
		cr_assert_neq(pcpus[0].current, was);
	}
}

Test(sched, affinity_is_strict_at_once)
{
	struct sim_domain *a, *b;

	sim_boot(2, "socket", 1);
	a = sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	b = sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_run(10 * MS);
	sim_pin(&a->vcpu[0], 1, ~0ULL);
	sim_pin(&b->vcpu[0], 1, ~0ULL);
	cr_assert_null(pcpus[1].current);
	sim_reset_clocks();
	sim_run(100 * MS);
	cr_assert_eq(sim.busy[1], 0);
	cr_assert_float_eq((double)a->ran, 50e6, 2e6);
	cr_assert_eq(sched_set_affinity(a->vcpu[0].v, &(struct cpumask){4}, NULL), -XEN_EINVAL);
	cr_assert_eq(a->vcpu[0].v->hard.bits, 1, "changed although refused");
}

Test(sched, whole_idle_cores_are_preferred)
{
	struct sim_domain *a;

	/* The fake machine's cores have one thread, so any idle CPU is one: the last
	 * CPU is kept, and a busy one left. */
	sim_boot(2, "socket", 1);
	a = sim_add(1, 256, 0, LOAD_BURSTY, 1 * MS, 1 * MS);
	sim_run(100 * MS);
	cr_assert(sim.busy[0] == 0 || sim.busy[1] == 0, "wanders about");
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_run(20 * MS);
	sim_reset_clocks();
	sim_run(1000 * MS);
	cr_assert_eq(a->worst, 0, "waits %ld us beside an idle CPU", a->worst / 1000);
}

Test(sched, statistics)
{
	struct sim_domain *capped, *light;
	struct nacre_sched_record r;
	struct nacre_sched_counts *s = &r.sum;

	sim_boot(1, "socket", 1);
	capped = sim_add(1, 256, 30, LOAD_CPU, 0, 0);
	light = sim_add(1, 256, 0, LOAD_PERIODIC, 50 * US, 700 * US);
	sim_run(1000 * MS);
	sched_domain_stats(capped->d, &r);
	cr_assert_float_eq((double)s->parked_ns, 7e8, 1e7, "parked %lu ns", s->parked_ns);
	cr_assert(s->parks >= 99 && s->parks <= 110, "%lu", s->parks);
	cr_assert_eq(s->wakes, 0);
	sched_domain_stats(light->d, &r);
	cr_assert(s->wakes > 1000 && s->wakes <= 1430, "%lu", s->wakes);
	cr_assert_gt(s->held_ns, 0);
	cr_assert_lt(s->held_ns, 500 * 1000000ULL);
	for (int i = 1; i < NACRE_WAKE_BUCKETS; i++)
		s->wake_delay[0] += s->wake_delay[i];
	cr_assert(s->wake_delay[0] == s->wakes || s->wake_delay[0] + 1 == s->wakes);
	cr_assert_gt(s->resets, 20);
	cr_assert(s->holds > 10 && s->holds <= s->wakes, "%lu", s->holds);
	cr_assert_eq(s->cpu_moves, 0, "one CPU");
}

static uint64_t all_states(const struct nacre_sched_record *r)
{
	return r->state_ns[0] + r->state_ns[1] + r->state_ns[2] + r->state_ns[3];
}

Test(sched, each_nanosecond_is_in_one_state)
{
	struct sim_domain *capped, *other;
	struct nacre_sched_record before, r;

	sim_boot(1, "socket", 1);
	other = sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	capped = sim_add(2, 256, 30, LOAD_CPU, 0, 0);
	sim_run(15 * MS); /* it ends while the capped one is parked */
	sched_domain_stats(capped->d, &before);
	sim_run(1000 * MS);
	sched_domain_stats(capped->d, &r);
	cr_assert_eq(all_states(&r) - all_states(&before), 2 * 1000 * MS);
	cr_assert_float_eq((double)r.state_ns[RUNSTATE_running], 3045e5, 5e6);
	/* Parked ones do not wait for a CPU, and nothing else takes these offline. */
	cr_assert_eq(r.sum.parked_ns - before.sum.parked_ns,
		     r.state_ns[RUNSTATE_offline] - before.state_ns[RUNSTATE_offline]);
	cr_assert_gt(r.sum.parks, 100);
	sched_domain_stats(other->d, &r);
	cr_assert_eq(r.sum.parked_ns, 0);
}

/* Their credit is always at its upper bound: only the order in which they come out of
 * the park decides who gets the budget, and it must not be the same one each time. */
Test(sched, parked_ones_take_turns)
{
	struct sim_domain *capped;

	sim_boot(1, "socket", 1);
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	capped = sim_add(3, 16384, 5, LOAD_CPU, 0, 0);
	sim_run(3000 * MS);
	for (int i = 0; i < 3; i++)
		cr_assert_float_eq((double)capped->vcpu[i].ran, 50e6, 2e6, "vCPU %d ran %ld us", i,
				   capped->vcpu[i].ran / 1000);
}

Test(sched, counts_go_on_in_another_pool)
{
	uint32_t id = XEN_SYSCTL_CPUPOOL_PAR_ANY;
	struct nacre_sched_record before, after;
	struct sim_domain *dom;

	sim_boot(2, "socket", 1);
	dom = sim_add(1, 256, 30, LOAD_CPU, 0, 0);
	cr_assert_eq(sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 1, 0, NULL), 0);
	cr_assert_eq(sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, id, 0, XEN_SCHEDULER_NULL, &id), 0);
	cr_assert_eq(sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, id, 1, 0, NULL), 0);
	sim_run(1005 * MS);
	sched_domain_stats(dom->d, &before);
	cr_assert_gt(before.sum.parks, 90);
	cr_assert_eq(sim_pool_move(dom, id), 0);
	sim_run(100 * MS);
	sched_domain_stats(dom->d, &after);
	cr_assert_eq(after.cpupool, id);
	cr_assert_eq(after.sched_id, XEN_SCHEDULER_NULL);
	cr_assert_eq(after.sum.parks, before.sum.parks);
	cr_assert_geq(after.sum.parked_ns, before.sum.parked_ns);
	cr_assert_geq(after.sum.resets, before.sum.resets);
	cr_assert_eq(after.sum.cpu_moves, before.sum.cpu_moves + 1);
}

Test(sched, moves_between_cpus_and_queues_are_told_apart)
{
	struct sim_domain *dom;
	struct nacre_sched_record r;

	sim_boot(2, "cpu", 1); /* a queue for each CPU */
	dom = sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_pin(&dom->vcpu[0], 1, ~0ULL);
	sim_run(10 * MS);
	sched_domain_stats(dom->d, &r);
	cr_assert_leq(r.sum.cpu_moves, 1);
	for (int i = 1; i <= 4; i++) {
		struct nacre_sched_record was = r;

		sim_pin(&dom->vcpu[0], 1ULL << i % 2, ~0ULL);
		sim_run(10 * MS);
		sched_domain_stats(dom->d, &r);
		cr_assert_eq(r.sum.cpu_moves, was.sum.cpu_moves + 1);
		cr_assert_eq(r.sum.queue_moves, was.sum.queue_moves + 1);
	}
}

Test(sched, moves_within_a_queue)
{
	struct sim_domain *dom;
	struct nacre_sched_record r, was;

	sim_boot(2, "all", 1);
	dom = sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_pin(&dom->vcpu[0], 1, ~0ULL);
	sim_run(10 * MS);
	sched_domain_stats(dom->d, &was);
	sim_pin(&dom->vcpu[0], 2, ~0ULL);
	sim_run(10 * MS);
	sched_domain_stats(dom->d, &r);
	cr_assert_eq(r.sum.cpu_moves, was.sum.cpu_moves + 1);
	cr_assert_eq(r.sum.queue_moves, 0);
}
