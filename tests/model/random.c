/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "scenarios.h"
#include "sim_check.h"

static const char *const runqueues[] = {"cpu", "core", "socket", "node", "all"};

static struct sim_domain *any(void)
{
	return sim.nr_doms ? sim.dom[sim_random(sim.nr_doms)] : NULL;
}

static void add_any(void)
{
	static const enum load loads[] = {LOAD_CPU,   LOAD_CPU,	  LOAD_PERIODIC, LOAD_BURSTY,
					  LOAD_STORM, LOAD_YIELD, LOAD_ADVERSARY};
	unsigned int vcpus = 1 + (unsigned int)sim_random(sim_random(4) ? 4 : 24);
	uint16_t weight = sim_random(3) ? 256 : 1 + (uint16_t)sim_random(65535);
	uint16_t cap = sim_random(3) ? 0 : 1 + (uint16_t)sim_random(100 * vcpus);

	if (sim.nr_doms < 24)
		sim_add(vcpus, weight, cap, loads[sim_random(7)],
			10 * US + (int64_t)sim_random(5 * MS),
			10 * US + (int64_t)sim_random(20 * MS));
}

static uint64_t some_cpus(void)
{
	return sim_random(3) ? ~0ULL : 1 + sim_random((1ULL << sim.cpus) - 1);
}

static void pool_op(void)
{
	uint32_t pool = (uint32_t)sim_random(3), cpu = (uint32_t)sim_random(sim.cpus);
	struct sim_domain *dom = any();

	switch (sim_random(5)) {
	case 0:
		sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, XEN_SYSCTL_CPUPOOL_PAR_ANY, 0,
			    sim_random(2) ? XEN_SCHEDULER_CREDIT2 : XEN_SCHEDULER_NULL, NULL);
		break;
	case 1:
		sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_DESTROY, pool, 0, 0, NULL);
		break;
	case 2:
		sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, pool, cpu, 0, NULL);
		break;
	case 3:
		sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, pool, cpu, 0, NULL);
		break;
	default:
		if (dom)
			sim_pool_move(dom, pool);
	}
}

static void control(void)
{
	struct sim_domain *dom = any();

	switch (sim_random(9)) {
	case 0:
		add_any();
		break;
	case 1:
		if (dom && sim.nr_doms > 2)
			sim_remove(dom);
		break;
	case 2:
		if (dom)
			sim_set(dom, 1 + (uint16_t)sim_random(2000),
				sim_random(2) ? 0 : (uint16_t)sim_random(100 * dom->nr + 1));
		break;
	case 3:
	case 4:
		if (dom)
			sim_pin(&dom->vcpu[sim_random(dom->nr)], some_cpus(), some_cpus());
		break;
	case 5:
		if (dom) {
			sim_pause(dom, true);
			sim_run((int64_t)sim_random(2 * MS));
			sim_pause(dom, false);
		}
		break;
	case 6:
		sim_ratelimit(0, sim_random(3) ? 100 + (uint32_t)sim_random(5000) : 0);
		break;
	case 7:
		sim.stalled[sim_random(sim.cpus)] = host.now.ns + (int64_t)sim_random(30 * MS);
		sim_run(31 * MS);
		break;
	default:
		pool_op();
	}
}

void random_case(uint64_t seed)
{
	static const unsigned int cpus[] = {1, 2, 3, 4, 8, 17, 24};
	uint64_t rng = seed * 2654435761u;

	sim_boot(cpus[rng % 7], runqueues[rng / 7 % 5], seed);
	sim.latency = sim_random(2) ? (int64_t)sim_random(20 * US) : 0;
	for (uint64_t i = 1 + sim_random(8); i; i--)
		add_any();
	for (int step = 0; step < 30; step++) {
		sim_run((int64_t)sim_random(8 * MS));
		control();
	}
	sim_run(20 * MS);
	sim_settle();
	sim_check(false);
}
