/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The policy under a small dispatcher: virtual time, shares, no lost vCPU. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/sched.h>
#include "host.h"

#define MS 1000000LL

static struct {
	struct vcpu *curr;
	int64_t since, until;
} cpu[4];
static int64_t ran[16]; /* by domain index */
static struct domain *doms[16];

static void note_time(unsigned int c, int64_t now)
{
	for (int i = 0; cpu[c].curr && i < 16; i++)
		if (doms[i] == cpu[c].curr->domain)
			ran[i] += now - cpu[c].since;
}

static void dispatch(unsigned int c)
{
	struct vcpu *prev = cpu[c].curr;
	int64_t now = host.now.ns;
	struct sched_choice choice;

	host_on_cpu(c);
	choice = sched_policy->pick(c, prev, prev ? now - cpu[c].since : 0, host.now);
	note_time(c, now);
	cpu[c].curr = choice.next;
	cpu[c].since = now;
	cpu[c].until = choice.next && choice.slice_ns > 0 ? now + choice.slice_ns : INT64_MAX;
	if (prev && prev != choice.next)
		sched_policy->context_saved(prev, host.now);
	for (unsigned int k = 0; choice.next && k < nr_cpus_online; k++)
		cr_assert(k == c || cpu[k].curr != choice.next, "on two CPUs at once");
	if (choice.next)
		cr_assert(choice.next->hard.bits & (1ULL << c), "against its affinity");
}

static void run(int64_t ns)
{
	for (int64_t end = host.now.ns + ns; host.now.ns < end; host.now.ns += 50000) {
		for (unsigned int c = 0; c < nr_cpus_online; c++) {
			if (!(pcpus[c].work & WORK_SCHED) && host.now.ns < cpu[c].until)
				continue;
			pcpus[c].work = 0;
			dispatch(c);
		}
	}
	/* Account for those that still run. */
	for (unsigned int c = 0; c < nr_cpus_online; c++)
		if (cpu[c].curr)
			dispatch(c);
}

static void add(int i, uint16_t weight, unsigned int vcpus)
{
	doms[i] = host_domain(vcpus, 0);
	doms[i]->weight = weight;
	sched_policy->adjust(doms[i],
			     &(struct xen_domctl_scheduler_op){.cmd = XEN_DOMCTL_SCHEDOP_putinfo,
							       .u.credit2.weight = weight});
	domain_unpause_by_controller(doms[i]);
	for (unsigned int k = 0; k < vcpus; k++)
		vcpu_clear_flags(doms[i]->vcpu[k], VPF_DOWN);
}

static double share(int i)
{
	int64_t all = 0;

	for (int k = 0; k < 16; k++)
		all += ran[k];
	return (double)ran[i] / all;
}

Test(sched, weights_give_shares)
{
	host_boot(1, 64);
	add(0, 256, 1);
	add(1, 512, 1);
	add(2, 1024, 1);
	run(10000 * MS);
	cr_assert_float_eq(share(0), 1 / 7.0, 0.005, "%f %f %f", share(0), share(1), share(2));
	cr_assert_float_eq(share(1), 2 / 7.0, 0.005);
	cr_assert_float_eq(share(2), 4 / 7.0, 0.005);
}

Test(sched, no_cpu_idles_while_someone_waits)
{
	host_boot(4, 64);
	for (int i = 0; i < 6; i++)
		add(i, 256, 1);
	run(1000 * MS);
	for (unsigned int c = 0; c < 4; c++)
		cr_assert(cpu[c].curr);
	for (int i = 0; i < 6; i++)
		cr_assert_float_eq(share(i), 1 / 6.0, 0.02);
}

Test(sched, hard_affinity_is_strict_also_when_changed)
{
	struct cpumask one = {.bits = 1};

	host_boot(2, 64);
	add(0, 256, 1);
	add(1, 256, 1);
	run(100 * MS);
	cr_assert_eq(sched_set_affinity(doms[0]->vcpu[0], &one, NULL), 0);
	cr_assert_eq(sched_set_affinity(doms[1]->vcpu[0], &one, NULL), 0);
	run(100 * MS);
	cr_assert_null(cpu[1].curr);
	cr_assert_eq(sched_set_affinity(doms[0]->vcpu[0], &(struct cpumask){0}, NULL), -XEN_EINVAL);
}

Test(sched, a_sleeper_is_woken_and_nobody_is_lost)
{
	host_boot(2, 64);
	srand(4);
	for (int i = 0; i < 8; i++)
		add(i, 256, 2);
	for (int n = 0; n < 20000; n++) {
		struct vcpu *v = doms[rand() % 8]->vcpu[rand() % 2];

		host_on_cpu(rand() % 2);
		if (rand() % 2)
			vcpu_set_flags(v, VPF_BLOCKED);
		else
			vcpu_unblock(v);
		run(50000);
	}
	for (int i = 0; i < 8; i++)
		for (int k = 0; k < 2; k++)
			vcpu_unblock(doms[i]->vcpu[k]);
	memset(ran, 0, sizeof(ran));
	run(1000 * MS);
	for (int i = 0; i < 8; i++)
		cr_assert_gt(share(i), 0.05, "domain %d starves", i);
}

Test(sched, a_yielder_lets_the_other_run)
{
	host_boot(1, 64);
	add(0, 256, 1);
	add(1, 256, 1);
	run(50 * MS);
	for (int i = 0; i < 10; i++) {
		struct vcpu *was = cpu[0].curr;

		sched_policy->yield(was);
		dispatch(0);
		cr_assert_neq(cpu[0].curr, was);
	}
}

static void cap(int i, uint16_t percent)
{
	cr_assert_eq(sched_policy->adjust(
			     doms[i],
			     &(struct xen_domctl_scheduler_op){.cmd = XEN_DOMCTL_SCHEDOP_putinfo,
							       .u.credit2.cap = percent}),
		     0);
}

/* The clock moves in steps of 50 us here, and the timers with it. */
static double share_of_one_cpu(int i, int64_t ns)
{
	memset(ran, 0, sizeof(ran));
	for (int64_t t = 0; t < ns; t += 50000) {
		host_advance(0);
		run(50000);
	}
	return (double)ran[i] / (double)ns;
}

Test(sched, caps_hold_with_idle_cpus_around)
{
	static const uint16_t percents[] = {5, 50, 150};

	host_boot(2, 64);
	add(0, 256, 2);
	for (int i = 0; i < 3; i++) {
		cap(0, percents[i]);
		share_of_one_cpu(0, 100 * MS); /* from one cap to the next */
		cr_assert_float_eq(share_of_one_cpu(0, 2000 * MS), percents[i] / 100.0, 0.01,
				   "cap %u", percents[i]);
	}
	cap(0, 0);
	cr_assert_float_eq(share_of_one_cpu(0, 1000 * MS), 2.0, 0.01);
}

Test(sched, a_capped_domain_leaves_the_rest_to_others)
{
	host_boot(1, 64);
	add(0, 65535, 1);
	add(1, 1, 1);
	cap(0, 20);
	share_of_one_cpu(0, 100 * MS);
	cr_assert_float_eq(share_of_one_cpu(0, 2000 * MS), 0.2, 0.01);
	cr_assert_float_eq(share(1), 0.8, 0.01);
	host_kill(doms[0]); /* its timer goes with it */
	cr_assert_eq(pcpus[0].timers.nr, 0);
}

Test(sched, limits_of_the_parameters)
{
	struct xen_domctl_scheduler_op op = {.cmd = XEN_DOMCTL_SCHEDOP_putinfo};
	struct xen_sysctl_scheduler_op g = {.cmd = XEN_SYSCTL_SCHEDOP_putinfo};

	host_boot(1, 64);
	add(0, 256, 1);
	op.u.credit2.cap = 101;
	cr_assert_eq(sched_policy->adjust(doms[0], &op), -XEN_EINVAL);
	op.u.credit2.cap = 100;
	cr_assert_eq(sched_policy->adjust(doms[0], &op), 0);
	op.cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	cr_assert_eq(sched_policy->adjust(doms[0], &op), 0);
	cr_assert_eq(op.u.credit2.cap, 100);
	cr_assert_eq(op.u.credit2.weight, 256);
	g.u.sched_credit2.ratelimit_us = 99;
	cr_assert_eq(sched_policy->adjust_global(&g), -XEN_EINVAL);
	g.u.sched_credit2.ratelimit_us = 0;
	cr_assert_eq(sched_policy->adjust_global(&g), 0);
}
