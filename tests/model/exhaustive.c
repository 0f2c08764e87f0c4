/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * All orders of what can happen to three domains on two CPUs, up to a depth: CPUs
 * react or not, time passes, vCPUs block, wake, yield and are pinned.  What must
 * always be true is checked after each step, and at the end everyone gets to run.
 */
#include "scenarios.h"
#include "sim_check.h"

#include <stdio.h>

#define STEP (700 * US)

enum action {
	REACT_0,
	REACT_1,
	TIME,
	TOGGLE_0,
	TOGGLE_1,
	TOGGLE_2,
	YIELD_0,
	YIELD_1,
	PIN_0,
	PIN_2,
	NR_ACTIONS
};

static struct sim_domain *dom[3];

static void react(unsigned int cpu)
{
	host_on_cpu(cpu);
	if (host.deadline[cpu].ns <= host.now.ns)
		timers_run();
	if (pcpus[cpu].work & WORK_SCHED) {
		pcpus[cpu].work = 0;
		sched_now();
	}
}

static void toggle(struct vcpu *v)
{
	host_on_cpu(v->cpu);
	if (v->pause_flags & VPF_BLOCKED)
		vcpu_unblock(v);
	else
		vcpu_set_flags(v, VPF_BLOCKED);
}

static void act(enum action a)
{
	struct vcpu *v;

	switch (a) {
	case REACT_0:
	case REACT_1:
		react(a - REACT_0);
		break;
	case TIME:
		host.now.ns += STEP;
		break;
	case TOGGLE_0:
	case TOGGLE_1:
	case TOGGLE_2:
		toggle(dom[a - TOGGLE_0]->vcpu[0].v);
		break;
	case YIELD_0:
	case YIELD_1:
		host_on_cpu(a - YIELD_0);
		if (pcpus[a - YIELD_0].current)
			sched_yield_current();
		break;
	case PIN_0:
	case PIN_2:
		v = dom[a == PIN_2 ? 2 : 0]->vcpu[0].v;
		host_on_cpu(0);
		sched_set_affinity(v, &(struct cpumask){v->hard.bits == 1 ? ~0ULL : 1}, NULL);
		break;
	default:
		break;
	}
}

static bool ran(const struct sim_domain *d)
{
	return vcpu_cpu_time(d->vcpu[0].v) > 0;
}

/* Sequence number @n, one digit for each step. */
static void play(uint64_t n, unsigned int depth)
{
	uint64_t rest = n;

	dom[0] = sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	dom[1] = sim_add(1, 1024, 0, LOAD_CPU, 0, 0);
	dom[2] = sim_add(1, 512, 30, LOAD_CPU, 0, 0);
	for (unsigned int i = 0; i < depth; i++, rest /= NR_ACTIONS) {
		act((enum action)(rest % NR_ACTIONS));
		sim_check(false);
	}
	for (int i = 0; i < 3; i++)
		if (dom[i]->vcpu[0].v->pause_flags & VPF_BLOCKED)
			vcpu_unblock(dom[i]->vcpu[0].v);
	for (int i = 0; i < 40; i++) {
		host.now.ns += STEP;
		react(0);
		react(1);
	}
	sim_check(false);
	for (int i = 0; i < 3; i++)
		CHECK(ran(dom[i]), "sequence %lu: domain %d never ran", n, i);
	for (int i = 0; i < 3; i++) {
		domain_pause_nosync(dom[i]->d);
		react(0);
		react(1);
	}
	for (int i = 0; i < 3; i++)
		sim_remove(dom[i]);
}

static void exhaustive(const char *runqueue, uint64_t depth)
{
	uint64_t all = 1;

	for (unsigned int i = 0; i < depth; i++)
		all *= NR_ACTIONS;
	sim_boot(2, runqueue, 1);
	for (uint64_t n = 0; n < all; n++)
		play(n, (unsigned int)depth);
	printf(" %lu sequences of %lu steps", all, depth);
}

void exhaustive_apart(uint64_t depth)
{
	exhaustive("cpu", depth);
}

void exhaustive_together(uint64_t depth)
{
	exhaustive("socket", depth);
}
