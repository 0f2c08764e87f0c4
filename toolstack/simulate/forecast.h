/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the scheduler would do with a set of domains: a description of CPUs, pools
 * and domains is built in the simulator, which runs the hypervisor's own policy.
 * The state is the process's, so there is one forecast for a process.
 */
#ifndef SIMULATE_FORECAST_H
#define SIMULATE_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#define FORECAST_CPUS	 64
#define FORECAST_VCPUS	 128
#define FORECAST_POOLS	 64
#define FORECAST_DOMAINS 1024
#define FORECAST_SECONDS 3600
/* Shorter ones would cost more time than they tell: the load is the same. */
#define FORECAST_BURST_MIN_NS 10000

struct forecast_cpu {
	uint32_t core, socket, node;
};

struct forecast_pool {
	uint32_t id;
	bool null;	       /* the policy: null, else credit2 */
	uint32_t ratelimit_us; /* of credit2 */
	uint64_t cpus;
};

/* Each vCPU runs for @run_ns and then blocks for @block_ns, both varying by half. */
struct forecast_domain {
	uint32_t domid, pool, vcpus;
	uint16_t weight, cap;
	int64_t run_ns, block_ns; /* run 0: idle; block 0: never blocks */
	uint64_t hard[FORECAST_VCPUS], soft[FORECAST_VCPUS];
	bool down[FORECAST_VCPUS]; /* not online */
};

struct forecast_machine {
	unsigned int cpus, nr_pools, nr_domains;
	char options[1024]; /* the hypervisor's command line */
	struct forecast_cpu cpu[FORECAST_CPUS];
	struct forecast_pool pool[FORECAST_POOLS];
	struct forecast_domain *domain;
};

struct forecast_result {
	double share;	       /* percent of one CPU */
	int64_t worst_wait_ns; /* runnable without a CPU, at a stretch */
	double cap_loss;       /* percent of one CPU that was wanted while parked */
};

/*
 * @seconds of virtual time, or fewer when that takes longer than @cpu_seconds of
 * this process's; *simulated: how many.  @out has a row for each domain.  0, or
 * -EINVAL with @why when the hypervisor refuses a part of the description.
 */
int forecast_run(const struct forecast_machine *m, unsigned int seconds, unsigned int cpu_seconds,
		 struct forecast_result *out, double *simulated, const char **why);

#endif
