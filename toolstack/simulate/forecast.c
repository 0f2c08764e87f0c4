/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "forecast.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <hv/cmdline.h>
#include <hv/nacre_sysctl.h>

#include "sim.h"

_Static_assert(FORECAST_CPUS == NR_CPUS && FORECAST_VCPUS == MAX_VCPUS &&
		       FORECAST_DOMAINS <= SIM_DOMAINS,
	       "what the hypervisor can have");

/* Until the queues have found their balance. */
#define WARM_UP (200 * MS)
#define STEP	(50 * MS)

static const struct forecast_machine *machine;

static void topology(unsigned int cpu, uint32_t *core, uint32_t *socket, uint32_t *node)
{
	*core = machine->cpu[cpu].core;
	*socket = machine->cpu[cpu].socket;
	*node = machine->cpu[cpu].node;
}

static const struct forecast_pool *pool_of(const struct forecast_machine *m, uint32_t id)
{
	for (unsigned int i = 0; i < m->nr_pools; i++)
		if (m->pool[i].id == id)
			return &m->pool[i];
	return NULL;
}

/* All CPUs start in Pool-0, as after boot: those of other pools, and free ones, go. */
static int build_pools(const struct forecast_machine *m, const char **why)
{
	const struct forecast_pool *first = pool_of(m, 0);
	uint64_t own = first ? first->cpus : 0;

	*why = "the pools cannot be made";
	for (unsigned int c = 0; c < m->cpus; c++)
		if (!(own & 1ULL << c) && sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, c, 0, NULL))
			return -EINVAL;
	for (unsigned int i = 0; i < m->nr_pools; i++) {
		const struct forecast_pool *p = &m->pool[i];
		uint32_t sched = p->null ? XEN_SCHEDULER_NULL : XEN_SCHEDULER_CREDIT2;

		if (p->id && sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, p->id, 0, sched, NULL))
			return -EINVAL;
		for (unsigned int c = 0; p->id && c < m->cpus; c++)
			if ((p->cpus & 1ULL << c) &&
			    sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, p->id, c, 0, NULL))
				return -EINVAL;
		if (!p->null)
			sim_ratelimit(p->id, p->ratelimit_us);
	}
	return 0;
}

static enum load load_of(const struct forecast_domain *f)
{
	if (!f->run_ns)
		return LOAD_IDLE;
	return f->block_ns ? LOAD_BURSTY : LOAD_CPU;
}

static int build_domain(const struct forecast_machine *m, const struct forecast_domain *f,
			const char **why)
{
	const struct forecast_pool *pool = pool_of(m, f->pool);
	struct sim_domain *dom =
		sim_add(f->vcpus, f->weight, 0, load_of(f), f->run_ns, f->block_ns);

	if (!pool || (f->pool && sim_pool_move(dom, f->pool))) {
		*why = "a domain is in a pool that cannot run it";
		return -EINVAL;
	}
	if (!pool->null)
		sim_set(dom, f->weight, f->cap);
	for (uint32_t i = 0; i < f->vcpus; i++) {
		if (f->down[i])
			vcpu_set_flags(dom->vcpu[i].v, VPF_DOWN);
		if (f->hard[i] & pool->cpus)
			sim_pin(&dom->vcpu[i], f->hard[i], f->soft[i]);
	}
	return 0;
}

static int64_t parked_ns(const struct sim_domain *dom)
{
	struct nacre_sched_record r;

	sched_domain_stats(dom->d, &r);
	return (int64_t)r.sum.parked_ns;
}

static double cpu_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(const struct forecast_machine *m, unsigned int seconds, double limit,
		    struct forecast_result *out, double *simulated)
{
	int64_t parked[FORECAST_DOMAINS], start, end;

	sim_run(WARM_UP);
	for (unsigned int i = 0; i < m->nr_domains; i++)
		parked[i] = parked_ns(sim.dom[i]);
	sim_reset_clocks();
	start = host.now.ns;
	end = start + seconds * 1000 * MS;
	/* At least one step, however slow it is. */
	do {
		sim_run(MIN(STEP, end - host.now.ns));
	} while (host.now.ns < end && cpu_time() < limit);
	*simulated = (double)(host.now.ns - start) / 1e9;
	for (unsigned int i = 0; i < m->nr_domains; i++) {
		double per = 100 / (double)(host.now.ns - start);

		out[i].share = (double)sim.dom[i]->ran * per;
		out[i].worst_wait_ns = sim_longest_wait(sim.dom[i]);
		out[i].cap_loss = (double)(parked_ns(sim.dom[i]) - parked[i]) * per;
	}
}

int forecast_run(const struct forecast_machine *m, unsigned int seconds, unsigned int cpu_seconds,
		 struct forecast_result *out, double *simulated, const char **why)
{
	const struct forecast_pool *first = pool_of(m, 0);
	double limit = cpu_time() + cpu_seconds;
	int rc;

	machine = m;
	host_topology = topology;
	cmdline_parse(m->options);
	snprintf(boot_options.sched, sizeof(boot_options.sched), "%s",
		 first && first->null ? "null" : "credit2");
	sim_boot(m->cpus, NULL, 1);
	rc = build_pools(m, why);
	for (unsigned int i = 0; !rc && i < m->nr_domains; i++)
		rc = build_domain(m, &m->domain[i], why);
	if (!rc)
		measure(m, seconds, limit, out, simulated);
	return rc;
}
