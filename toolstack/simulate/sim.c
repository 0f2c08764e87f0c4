/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "sim.h"

#include <hv/arch.h>
#include <hv/cmdline.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim sim;
void (*sim_checker)(bool quick);

static uint64_t seed;
static struct sim_vcpu **heap; /* sleepers, earliest first */
static size_t nr_heap, cap_heap;
static int64_t work_at[NR_CPUS]; /* when it reacts to its work bits; -1: not asked */
static int64_t charged;
static struct sim_domain *by_id[DOMID_FIRST_RESERVED];

void sim_fail(const char *file, int line, const char *what, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: seed %lu, %.3f ms, event %lu: not true: %s: ", file, line,
		(unsigned long)seed, (double)host.now.ns / 1e6, (unsigned long)sim.events, what);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

uint64_t sim_random(uint64_t below)
{
	/* xorshift64*: any good generator that is the same everywhere. */
	sim.rng ^= sim.rng >> 12;
	sim.rng ^= sim.rng << 25;
	sim.rng ^= sim.rng >> 27;
	return (sim.rng * 0x2545f4914f6cdd1dULL >> 11) % below;
}

static int64_t about(int64_t ns)
{
	return ns ? ns / 2 + (int64_t)sim_random((uint64_t)ns) + 1 : 0;
}

/* --- sleepers ---------------------------------------------------------------------- */

static void put(size_t i, struct sim_vcpu *sv)
{
	heap[i] = sv;
	sv->slot = (int)i;
}

static void sift(size_t i)
{
	struct sim_vcpu *sv = heap[i];
	size_t c;

	for (; i && sv->wake_at < heap[(i - 1) / 2]->wake_at; i = (i - 1) / 2)
		put(i, heap[(i - 1) / 2]);
	for (; (c = 2 * i + 1) < nr_heap; i = c) {
		if (c + 1 < nr_heap && heap[c + 1]->wake_at < heap[c]->wake_at)
			c++;
		if (heap[c]->wake_at >= sv->wake_at)
			break;
		put(i, heap[c]);
	}
	put(i, sv);
}

static void sleep_until(struct sim_vcpu *sv, int64_t when)
{
	sv->wake_at = when;
	if (nr_heap == cap_heap) {
		struct sim_vcpu **more;

		cap_heap = 2 * cap_heap + 64;
		more = realloc(heap, cap_heap * sizeof(*heap));
		CHECK(more, "no memory");
		heap = more;
	}
	put(nr_heap++, sv);
	sift(nr_heap - 1);
}

static void forget_sleep(struct sim_vcpu *sv)
{
	size_t i = (size_t)sv->slot;
	struct sim_vcpu *last;

	if (sv->slot < 0)
		return;
	last = heap[--nr_heap];
	if (last != sv) {
		put(i, last);
		sift(i);
	}
	sv->slot = -1;
}

/* --- workloads ------------------------------------------------------------------------ */

static int64_t next_run(const struct sim_domain *dom)
{
	switch (dom->load) {
	case LOAD_CPU:
		return INT64_MAX;
	case LOAD_PERIODIC:
	case LOAD_STORM:
		return dom->run;
	case LOAD_ADVERSARY:
		return dom->run - 1000;
	case LOAD_IDLE:
		return 1;
	default:
		return about(dom->run);
	}
}

static int64_t next_wake(const struct sim_domain *dom)
{
	int64_t now = host.now.ns;

	switch (dom->load) {
	case LOAD_PERIODIC:
	case LOAD_STORM:
		return now + dom->sleep - (now - dom->phase) % dom->sleep;
	case LOAD_ADVERSARY:
		return now + 1000;
	case LOAD_IDLE:
		return INT64_MAX;
	default:
		return now + about(dom->sleep);
	}
}

/* The current vCPU of @cpu has run until its next action. */
static void act(unsigned int cpu, struct sim_vcpu *sv)
{
	host_on_cpu(cpu);
	sv->left = next_run(sv->dom);
	if (sv->dom->load == LOAD_YIELD) {
		sched_yield_current();
		return;
	}
	vcpu_set_flags(sv->v, VPF_BLOCKED);
	sleep_until(sv, next_wake(sv->dom));
}

static struct sim_vcpu *of_vcpu(const struct vcpu *v)
{
	struct sim_domain *dom = v ? by_id[v->domain->id] : NULL;

	return dom ? &dom->vcpu[v->id] : NULL;
}

/* --- time -------------------------------------------------------------------------------- */

static struct sim_vcpu *current[NR_CPUS];

static void track_lag(int64_t all)
{
	double weights = 0;

	for (unsigned int i = 0; i < sim.nr_doms; i++)
		weights += sim.dom[i]->d->weight;
	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		struct sim_domain *dom = sim.dom[i];

		dom->ideal += (double)all * dom->d->weight / weights;
		if (dom->ideal - (double)dom->ran > dom->max_lag)
			dom->max_lag = dom->ideal - (double)dom->ran;
	}
}

/* Book the time until now on who has run. */
static void charge(void)
{
	int64_t ran = host.now.ns - charged, all = 0;

	charged = host.now.ns;
	if (!ran)
		return;
	for (unsigned int c = 0; c < sim.cpus; c++) {
		struct sim_vcpu *sv = current[c];

		if (!sv)
			continue;
		sv->ran += ran;
		sv->dom->ran += ran;
		sim.busy[c] += ran;
		all += ran;
		if (sv->left != INT64_MAX)
			sv->left -= ran;
	}
	if (sim.track_lag)
		track_lag(all);
}

static void note_current(unsigned int cpu)
{
	struct sim_vcpu *sv = of_vcpu(pcpus[cpu].current);

	if (sv == current[cpu])
		return;
	current[cpu] = sv;
	sim.switches++;
	if (sv) {
		uint64_t waited = sv->v->runstate_time[RUNSTATE_runnable];

		sv->dom->longest_wait = MAX(sv->dom->longest_wait, (int64_t)(waited - sv->waited));
		sv->waited = waited;
	}
	if (sv && sv->woken) {
		int64_t delay = host.now.ns - sv->woken;

		sv->woken = 0;
		sv->dom->delays++;
		sv->dom->late += delay > sim.late_after;
		if (delay > sv->dom->worst)
			sv->dom->worst = delay;
	}
}

/* One turn of the dispatch loop of core/sched.c. */
static void dispatch(unsigned int cpu)
{
	uint32_t work = pcpus[cpu].work;

	pcpus[cpu].work = 0;
	host_on_cpu(cpu);
	if (work & WORK_TIMER)
		timers_run();
	if (work & WORK_SCHED)
		sched_now();
	note_current(cpu);
}

/* CPUs that were asked to look, in any order; those that are due. */
static bool react(bool now)
{
	unsigned int first = (unsigned int)sim_random(sim.cpus);
	bool any = false;

	for (unsigned int i = 0; i < sim.cpus; i++) {
		unsigned int c = (first + i) % sim.cpus;

		if (host.deadline[c].ns <= host.now.ns)
			pcpus[c].work |= WORK_TIMER;
		if (!pcpus[c].work)
			continue;
		if (work_at[c] < 0)
			work_at[c] = host.now.ns +
				     (sim.latency ? (int64_t)sim_random((uint64_t)sim.latency) : 0);
		if (sim.stalled[c] > host.now.ns || (!now && work_at[c] > host.now.ns))
			continue;
		work_at[c] = -1;
		dispatch(c);
		any = true;
	}
	return any;
}

void sim_settle(void)
{
	charge();
	while (react(true))
		;
}

static int64_t next_event(int64_t end)
{
	int64_t next = end;

	for (unsigned int c = 0; c < sim.cpus; c++) {
		int64_t at = pcpus[c].work ? work_at[c] : host.deadline[c].ns;

		/* A stalled CPU's guest goes on, its interrupts come later. */
		next = MIN(next, MAX(at, sim.stalled[c]));
		if (current[c] && current[c]->left != INT64_MAX && !current[c]->wake_at)
			next = MIN(next, host.now.ns + MAX(current[c]->left, 0));
	}
	if (nr_heap)
		next = MIN(next, heap[0]->wake_at);
	return MAX(next, host.now.ns);
}

static void wake_due(void)
{
	while (nr_heap && heap[0]->wake_at <= host.now.ns) {
		struct sim_vcpu *sv = heap[0];

		forget_sleep(sv);
		sv->wake_at = 0;
		host_on_cpu((unsigned int)sim_random(sim.cpus));
		if (READ_ONCE(sv->v->pause_flags) == VPF_BLOCKED && !sv->v->running)
			sv->woken = host.now.ns;
		vcpu_unblock(sv->v);
	}
}

void sim_run(int64_t ns)
{
	int64_t end = host.now.ns + ns;

	sim_settle();
	while (host.now.ns < end) {
		host.now.ns = next_event(end);
		charge();
		sim.events++;
		wake_due();
		for (unsigned int c = 0; c < sim.cpus; c++)
			if (current[c] && current[c]->left <= 0 && !current[c]->wake_at)
				act(c, current[c]);
		while (react(false))
			;
		if (sim_checker)
			sim_checker(sim.events % 64 != 0);
		if (sim.watch)
			sim.watch();
	}
}

int64_t sim_longest_wait(const struct sim_domain *dom)
{
	int64_t longest = dom->longest_wait;

	for (unsigned int i = 0; i < dom->nr; i++) {
		struct vcpu_runstate_info now;

		/* Some may have had no CPU since. */
		vcpu_runstate_get(dom->vcpu[i].v, &now);
		longest =
			MAX(longest, (int64_t)(now.time[RUNSTATE_runnable] - dom->vcpu[i].waited));
	}
	return longest;
}

void sim_reset_clocks(void)
{
	charge();
	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		struct sim_domain *dom = sim.dom[i];

		if (!dom)
			continue;
		dom->ran = dom->worst = dom->longest_wait = 0;
		dom->ideal = dom->max_lag = 0;
		dom->delays = dom->late = 0;
	}
	memset(sim.busy, 0, sizeof(sim.busy));
}

/* --- control ------------------------------------------------------------------------------- */

void sim_boot(unsigned int cpus, const char *runqueue, uint64_t s)
{
	seed = s;
	sim = (struct sim){.rng = (s + 1) * 0x9e3779b97f4a7c15ULL, .cpus = cpus};
	memset(work_at, -1, sizeof(work_at));
	if (runqueue)
		snprintf(boot_options.credit2_runqueue, sizeof(boot_options.credit2_runqueue), "%s",
			 runqueue);
	host_boot(cpus, 1024);
	for (unsigned int c = 0; c < cpus; c++) {
		host.deadline[c] = STIME_NEVER;
		pcpus[c].work = WORK_SCHED;
	}
	sim_settle();
}

struct sim_domain *sim_add(unsigned int vcpus, uint16_t weight, uint16_t cap, enum load load,
			   int64_t run, int64_t sleep)
{
	struct sim_domain *dom = calloc(1, sizeof(*dom));

	CHECK(dom, "no memory");
	host_on_cpu(0);
	*dom = (struct sim_domain){.load = load, .run = run, .sleep = sleep, .nr = vcpus};
	dom->phase = sleep ? (int64_t)sim_random((uint64_t)sleep) : 0;
	dom->d = host_domain(vcpus, 0);
	CHECK(dom->d, "no domain");
	CHECK(sim.nr_doms < SIM_DOMAINS, "too many domains");
	sim.dom[sim.nr_doms++] = dom;
	by_id[dom->d->id] = dom;
	if (dom->d->cpupool->policy == &sched_credit2)
		sim_set(dom, weight, cap);
	for (unsigned int i = 0; i < vcpus; i++) {
		dom->vcpu[i] = (struct sim_vcpu){
			.v = dom->d->vcpu[i], .dom = dom, .left = next_run(dom), .slot = -1};
		vcpu_clear_flags(dom->d->vcpu[i], VPF_DOWN);
	}
	domain_unpause_by_controller(dom->d);
	return dom;
}

void sim_set(struct sim_domain *dom, uint16_t weight, uint16_t cap)
{
	struct xen_domctl_scheduler_op op = {.sched_id = dom->d->cpupool->policy->id,
					     .cmd = XEN_DOMCTL_SCHEDOP_putinfo,
					     .u.credit2 = {.weight = weight, .cap = cap}};

	charge();
	CHECK(!cpupool_adjust_domain(dom->d, &op), "weight %u cap %u", weight, cap);
}

void sim_pin(struct sim_vcpu *sv, uint64_t hard, uint64_t soft)
{
	charge();
	sched_set_affinity(sv->v, &(struct cpumask){hard}, &(struct cpumask){soft});
	sim_settle();
}

void sim_pause(struct sim_domain *dom, bool pause)
{
	charge();
	if (!pause) {
		domain_unpause_by_controller(dom->d);
		return;
	}
	/* The hypervisor waits until all are off their CPUs; here they are let go first. */
	domain_pause_nosync(dom->d);
	sim_settle();
	domain_pause_by_controller(dom->d);
	domain_unpause(dom->d);
}

void sim_remove(struct sim_domain *dom)
{
	domain_pause_nosync(dom->d);
	sim_settle();
	for (unsigned int i = 0; i < dom->nr; i++)
		forget_sleep(&dom->vcpu[i]);
	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		if (sim.dom[i] == dom) {
			sim.dom[i] = sim.dom[--sim.nr_doms];
			break;
		}
	}
	host_on_cpu((unsigned int)sim_random(sim.cpus));
	by_id[dom->d->id] = NULL;
	host_kill(dom->d);
	free(dom);
}

int sim_pool_op(uint32_t op, uint32_t pool, uint32_t cpu, uint32_t sched, uint32_t *id)
{
	struct xen_sysctl_cpupool_op o = {
		.op = op, .cpupool_id = pool, .cpu = cpu, .sched_id = sched};
	int rc;

	charge();
	host_on_cpu(0);
	while ((rc = cpupool_op(&o)) == -XEN_ERESTART)
		sim_settle();
	if (id)
		*id = o.cpupool_id;
	sim_settle();
	return rc;
}

int sim_pool_move(struct sim_domain *dom, uint32_t pool)
{
	struct xen_sysctl_cpupool_op o = {
		.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN, .cpupool_id = pool, .domid = dom->d->id};
	int rc;

	domain_pause_nosync(dom->d);
	sim_settle();
	host_on_cpu(0);
	rc = cpupool_op(&o);
	domain_unpause(dom->d);
	sim_settle();
	return rc;
}

void sim_ratelimit(uint32_t pool, uint32_t us)
{
	struct xen_sysctl_scheduler_op op = {.cpupool_id = pool,
					     .sched_id = XEN_SCHEDULER_CREDIT2,
					     .cmd = XEN_SYSCTL_SCHEDOP_putinfo,
					     .u.sched_credit2.ratelimit_us = us};

	CHECK(!cpupool_adjust(&op), "ratelimit %u", us);
}
