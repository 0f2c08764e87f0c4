/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Delays, stalls, storms, affinity and pools. */
#include "scenarios.h"
#include "sim.h"

#include <stdio.h>

/* The error of each domain's share of the time used, in percent of all of it. */
static double worst_error(void)
{
	double total = 0, weights = 0, worst = 0;

	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		total += (double)sim.dom[i]->ran;
		weights += sim.dom[i]->d->weight;
	}
	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		double e =
			100 * ((double)sim.dom[i]->ran / total - sim.dom[i]->d->weight / weights);

		worst = MAX(worst, e < 0 ? -e : e);
	}
	return worst;
}

/* --- delays ------------------------------------------------------------------------------ */

/* Light periodic and bursty domains among eight CPU-bound vCPUs for each CPU. */
static void wakes(uint64_t seed, unsigned int cpus, const char *runqueue, int64_t latency)
{
	uint64_t delays = 0, late = 0;
	int64_t worst = 0;

	sim_boot(cpus, runqueue, seed);
	sim.latency = latency;
	sim.late_after = 1000 * US + 100 * US;
	for (unsigned int i = 0; i < 8; i++)
		sim_add(cpus, 256, 0, LOAD_CPU, 0, 0);
	for (unsigned int i = 0; i < cpus; i++)
		sim_add(1, 256, 0, i & 1 ? LOAD_BURSTY : LOAD_PERIODIC, 100 * US, 10 * MS);
	sim_run(200 * MS);
	sim_reset_clocks();
	sim_run(60000 * MS);
	for (unsigned int i = 8; i < sim.nr_doms; i++) {
		delays += sim.dom[i]->delays;
		late += sim.dom[i]->late;
		worst = MAX(worst, sim.dom[i]->worst);
	}
	printf(" %lu wake-ups, %lu late, longest %.3f ms", delays, late, (double)worst / 1e6);
	CHECK(late * 10000 <= delays, "%lu of %lu late", late, delays);
}

static void wakes_on_1(uint64_t seed)
{
	wakes(seed, 1, "socket", 0);
}

static void wakes_on_4(uint64_t seed)
{
	wakes(seed, 4, "socket", 0);
}

static void wakes_on_4_queues(uint64_t seed)
{
	wakes(seed, 4, "cpu", 0);
}

/* CPUs take up to 50 us to notice that they are wanted. */
static void wakes_late_kicks(uint64_t seed)
{
	wakes(seed, 4, "socket", 50 * US);
}

/* One busy vCPU that nobody waits for has a long slice; who wakes cuts it short. */
static void wakes_beside_one(uint64_t seed)
{
	sim_boot(1, "socket", seed);
	sim.late_after = 1000 * US + 100 * US;
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_add(1, 256, 0, LOAD_BURSTY, 50 * US, 7 * MS);
	sim_run(50 * MS);
	sim_reset_clocks();
	sim_run(20000 * MS);
	printf(" %lu wake-ups, %lu late, longest %.3f ms", sim.dom[1]->delays, sim.dom[1]->late,
	       (double)sim.dom[1]->worst / 1e6);
	CHECK(sim.dom[1]->delays > 2000 && !sim.dom[1]->late, "late");
}

/* Of a random machine: a CPU that was told found the work taken, and another idle one
 * that could have run who still waited was not told.  As long as random.c stays as it is. */
static void idle_is_told(uint64_t seed)
{
	random_case(795);
}

/* Likewise: idle CPUs that leave the work to a better one, which was told but is held up,
 * called each other for ever. */
static void calls_end(uint64_t seed)
{
	random_case(1001473);
}

/* One that keeps its CPU for 100 ms without an interrupt starves nobody, not even
 * itself afterwards. */
static void stall(uint64_t seed)
{
	sim_boot(1, "socket", seed);
	for (int i = 0; i < 4; i++)
		sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_run(100 * MS);
	sim.stalled[0] = host.now.ns + 100 * MS;
	sim_run(101 * MS);
	sim_reset_clocks();
	sim_run(200 * MS);
	for (unsigned int i = 0; i < 4; i++) {
		printf(" %.1f", (double)sim.dom[i]->ran / 1e6);
		CHECK(sim.dom[i]->ran > 30 * MS, "domain %u starves", i);
	}
	printf(" ms of 200 each");
}

/* All wake at once, on a beat. */
static void storm(uint64_t seed)
{
	sim_boot(8, "core", seed);
	sim.latency = 2 * US;
	for (int i = 0; i < 16; i++)
		sim_add(64, 256, 0, LOAD_STORM, 20 * US, 20 * MS);
	sim_run(500 * MS);
	printf(" %lu switches of 1024 vCPUs on 8 CPUs", sim.switches);
	for (unsigned int i = 0; i < sim.nr_doms; i++)
		for (unsigned int k = 0; k < 64; k++)
			CHECK(sim.dom[i]->vcpu[k].ran >= 20 * 20 * US, "d%uv%u ran %ld us", i, k,
			      sim.dom[i]->vcpu[k].ran / 1000);
}

static void yielders(uint64_t seed)
{
	sim_boot(2, "socket", seed);
	for (int i = 0; i < 4; i++)
		sim_add(2, 256, 0, LOAD_YIELD, 20 * US, 0);
	sim_run(1000 * MS);
	printf(" %lu switches, error %.3f %%", sim.switches, worst_error());
	CHECK(sim.switches > 50000, "nobody yields");
	CHECK(worst_error() < 2, "unfair by %.2f %%", worst_error());
}

/* All kinds of load at once: those that want all they can get have it by weight. */
static void mix(uint64_t seed)
{
	double ratio;

	sim_boot(4, "socket", seed);
	sim.latency = 5 * US;
	sim_add(4, 256, 0, LOAD_CPU, 0, 0);
	sim_add(4, 512, 0, LOAD_CPU, 0, 0);
	sim_add(4, 256, 0, LOAD_YIELD, 50 * US, 0);
	sim_add(4, 256, 0, LOAD_ADVERSARY, 1000 * US, 0);
	sim_add(4, 256, 30, LOAD_CPU, 0, 0);
	sim_add(2, 256, 0, LOAD_PERIODIC, 200 * US, 10 * MS);
	sim_add(2, 1024, 0, LOAD_BURSTY, 300 * US, 7 * MS);
	sim_add(32, 128, 0, LOAD_STORM, 10 * US, 25 * MS);
	sim_run(500 * MS);
	sim_reset_clocks();
	sim_run(10000 * MS);
	ratio = (double)sim.dom[1]->ran / (double)sim.dom[0]->ran;
	printf(" weights 2:1 get %.3f:1, capped %.3f %%", ratio, (double)sim.dom[4]->ran / 1e8);
	CHECK(ratio > 1.98 && ratio < 2.02, "%.3f", ratio);
	CHECK(sim.dom[4]->ran <= 3005 * MS, "beyond the cap: %ld us", sim.dom[4]->ran / 1000);
}

/* Two queues, all work in one of them: balancing and idle CPUs spread it. */
static void spread(uint64_t seed)
{
	sim_boot(4, "cpu", seed);
	for (int i = 0; i < 8; i++) {
		struct sim_domain *dom = sim_add(1, 256, 0, LOAD_CPU, 0, 0);

		sim_pin(&dom->vcpu[0], 1, ~0ULL);
	}
	sim_run(2000 * MS);
	for (unsigned int i = 0; i < sim.nr_doms; i++)
		sim_pin(&sim.dom[i]->vcpu[0], ~0ULL, ~0ULL);
	sim_run(3000 * MS);
	sim_reset_clocks();
	sim_run(2000 * MS);
	printf(" error %.3f %%", worst_error());
	for (unsigned int c = 0; c < 4; c++)
		CHECK(sim.busy[c] >= 1999 * MS, "CPU %u idles", c);
	CHECK(worst_error() < 3, "load is not spread");
}

/* Soft affinity is obeyed while its CPU has room, ignored rather than idle. */
static void soft_affinity(uint64_t seed)
{
	struct sim_domain *a, *b;

	sim_boot(2, "cpu", seed);
	a = sim_add(1, 256, 0, LOAD_BURSTY, 2 * MS, 2 * MS);
	sim_pin(&a->vcpu[0], ~0ULL, 2);
	sim_reset_clocks();
	sim_run(1000 * MS);
	CHECK(sim.busy[0] < 20 * MS && sim.busy[1] > 200 * MS, "%ld %ld", sim.busy[0], sim.busy[1]);
	b = sim_add(1, 65535, 0, LOAD_CPU, 0, 0);
	sim_pin(&b->vcpu[0], 2, ~0ULL);
	sim_run(100 * MS);
	sim_reset_clocks();
	sim_run(1000 * MS);
	printf(" alone there, elsewhere when that is busy: %.1f ms", (double)sim.busy[0] / 1e6);
	CHECK(sim.busy[0] > 100 * MS, "waits although a CPU idles");
}

/* A CPU leaves under load, comes back to another pool with another policy. */
static void pools(uint64_t seed)
{
	struct sim_domain *d[6];
	uint32_t id;

	sim_boot(4, "socket", seed);
	for (int i = 0; i < 6; i++)
		d[i] = sim_add(2, 256, i == 5 ? 50 : 0, LOAD_CPU, 0, 0);
	sim_pin(&d[0]->vcpu[0], 8, ~0ULL);
	sim_run(50 * MS);
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 3, 0, NULL), "remove");
	CHECK(d[0]->vcpu[0].v->hard.bits == ~0ULL, "pinned to a CPU that is not there");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, 0, 2, 0, NULL), "remove");
	sim_run(50 * MS);
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_CREATE, XEN_SYSCTL_CPUPOOL_PAR_ANY, 0,
			   XEN_SCHEDULER_NULL, &id),
	      "create");
	CHECK(sim_pool_move(d[1], id) == -XEN_ENOENT, "no CPU there");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, id, 2, 0, NULL), "add");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, id, 3, 0, NULL), "add");
	CHECK(!sim_pool_move(d[1], id) && !sim_pool_move(d[5], id), "move");
	sim_reset_clocks();
	sim_run(100 * MS);
	/* Null: the first two have the CPUs for themselves, the others wait. */
	CHECK(d[1]->ran == 200 * MS && !d[5]->ran, "%ld %ld", d[1]->ran, d[5]->ran);
	sim_remove(d[1]);
	sim_run(100 * MS);
	CHECK(d[5]->ran >= 199 * MS, "who waited has the CPUs now: %ld", d[5]->ran);
	CHECK(sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_DESTROY, id, 0, 0, NULL) == -XEN_EBUSY, "in use");
	CHECK(!sim_pool_move(d[5], 0), "back");
	sim_run(50 * MS);
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, id, 2, 0, NULL), "remove");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_RMCPU, id, 3, 0, NULL), "remove");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_DESTROY, id, 0, 0, NULL), "destroy");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, 2, 0, NULL), "add");
	CHECK(!sim_pool_op(XEN_SYSCTL_CPUPOOL_OP_ADDCPU, 0, 3, 0, NULL), "add");
	sim_reset_clocks();
	sim_run(1000 * MS);
	printf(" error %.3f %% after all is back", worst_error());
	CHECK(worst_error() < 1, "unfair by %.2f %%", worst_error());
}

const struct scenario scenarios_life[] = {
	{"wakes_on_1", wakes_on_1},
	{"wakes_on_4", wakes_on_4},
	{"wakes_on_4_queues", wakes_on_4_queues},
	{"wakes_late_kicks", wakes_late_kicks},
	{"wakes_beside_one", wakes_beside_one},
	{"idle_is_told", idle_is_told},
	{"calls_end", calls_end},
	{"stall", stall},
	{"storm", storm},
	{"yielders", yielders},
	{"mix", mix},
	{"spread", spread},
	{"soft_affinity", soft_affinity},
	{"pools", pools},
	{NULL, NULL},
};
