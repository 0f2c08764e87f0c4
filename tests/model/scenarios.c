/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Shares, lag, caps and delays that the scheduler promises. */
#include "scenarios.h"
#include "sim.h"

#include <stdio.h>
#include <string.h>

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

/* Weights on @cpus CPUs, as many vCPUs in each domain: over any ten seconds. */
static void shares(uint64_t seed, unsigned int cpus, const char *runqueue, const uint16_t *weights,
		   unsigned int n)
{
	double worst = 0;

	sim_boot(cpus, runqueue, seed);
	for (unsigned int i = 0; i < n; i++)
		sim_add(cpus, weights[i], 0, LOAD_CPU, 0, 0);
	for (int window = 0; window < 3; window++) {
		sim_reset_clocks();
		sim_run(10000 * MS + (int64_t)sim_random(MS));
		worst = MAX(worst, worst_error());
	}
	printf(" worst error %.3f %%", worst);
	CHECK(worst < 0.5, "shares off by %.3f %%", worst);
}

static const uint16_t one_two_four[] = {256, 512, 1024}, extreme[] = {256, 65535};

static void shares_1_2_4(uint64_t seed)
{
	shares(seed, 1, "socket", one_two_four, 3);
}

static void shares_1_2_4_on_4(uint64_t seed)
{
	shares(seed, 4, "socket", one_two_four, 3);
}

static void shares_1_2_4_on_16(uint64_t seed)
{
	shares(seed, 16, "all", one_two_four, 3);
}

static void shares_extreme(uint64_t seed)
{
	shares(seed, 1, "socket", extreme, 2);
}

static void shares_extreme_on_4(uint64_t seed)
{
	shares(seed, 4, "socket", extreme, 2);
}

/* How far behind the ideal weighted share anybody ever is. */
static void lag(uint64_t seed, const uint16_t *weights, unsigned int n)
{
	double worst = 0;

	sim_boot(1, "socket", seed);
	for (unsigned int i = 0; i < n; i++)
		sim_add(1, weights ? weights[i] : 1 + (uint16_t)sim_random(65535), 0, LOAD_CPU, 0,
			0);
	sim_reset_clocks();
	sim.track_lag = true;
	sim_run(20000 * MS);
	for (unsigned int i = 0; i < n; i++)
		worst = MAX(worst, sim.dom[i]->max_lag);
	printf(" %u domains, lag at most %.3f ms", n, worst / 1e6);
	CHECK(worst <= 10e6, "lag of %.3f ms", worst / 1e6);
}

static void lag_1_2_4(uint64_t seed)
{
	lag(seed, one_two_four, 3);
}

static void lag_extreme(uint64_t seed)
{
	lag(seed, extreme, 2);
}

static void lag_many(uint64_t seed)
{
	static const uint16_t same[16] = {256, 256, 256, 256, 256, 256, 256, 256,
					  256, 256, 256, 256, 256, 256, 256, 256};

	lag(seed, same, 16);
}

/* --- caps ----------------------------------------------------------------------------- */

#define PERIOD (10 * MS)

/* Ten periods in a row must not exceed ten budgets by more than the shortest run. */
static struct {
	int64_t at[1024];
	unsigned int nr;
	int64_t worst, budget, next;
} cap;

static void watch_cap(void)
{
	if (host.now.ns < cap.next)
		return;
	cap.at[cap.nr % 1024] = sim.dom[0]->ran;
	if (cap.nr >= 10) {
		int64_t used = cap.at[cap.nr % 1024] - cap.at[(cap.nr - 10) % 1024];

		cap.worst = MAX(cap.worst, used - 10 * cap.budget);
	}
	cap.nr++;
	cap.next += PERIOD;
}

static void cap_holds(uint64_t seed, uint16_t percent, unsigned int vcpus, enum load load)
{
	double error;

	sim_boot(4, "socket", seed);
	sim_add(vcpus, 256, percent, load, 2 * MS, 3 * MS);
	sim_run(50 * MS);
	memset(&cap, 0, sizeof(cap));
	cap.budget = PERIOD * percent / 100;
	cap.next = host.now.ns + PERIOD;
	sim_reset_clocks();
	sim.watch = watch_cap;
	sim_run(1000 * MS);
	error = 100 * ((double)sim.dom[0]->ran / 1e9) - percent;
	printf(" cap %u %%, %u vCPUs: %+.3f %%, over ten periods %+.3f ms", percent, vcpus, error,
	       (double)cap.worst / 1e6);
	CHECK(error < 1 && (load != LOAD_CPU || error > -1), "off by %.3f %%", error);
	CHECK(cap.worst <= 500 * US, "exceeded by %ld us", cap.worst / 1000);
}

static void cap_5(uint64_t seed)
{
	cap_holds(seed, 5, 1, LOAD_CPU);
}

static void cap_5_of_4(uint64_t seed)
{
	cap_holds(seed, 5, 4, LOAD_CPU);
}

static void cap_50(uint64_t seed)
{
	cap_holds(seed, 50, 1, LOAD_CPU);
}

static void cap_150(uint64_t seed)
{
	cap_holds(seed, 150, 2, LOAD_CPU);
}

static void cap_150_of_4(uint64_t seed)
{
	cap_holds(seed, 150, 4, LOAD_CPU);
}

static void cap_abuser(uint64_t seed)
{
	cap_holds(seed, 20, 4, LOAD_BURSTY);
}

static void cap_next_to_others(uint64_t seed)
{
	sim_boot(1, "socket", seed);
	sim_add(1, 65535, 20, LOAD_CPU, 0, 0);
	sim_add(1, 1, 0, LOAD_CPU, 0, 0);
	sim_run(100 * MS);
	sim_reset_clocks();
	sim_run(2000 * MS);
	printf(" capped %.3f %%, other %.3f %%", (double)sim.dom[0]->ran / 2e7,
	       (double)sim.dom[1]->ran / 2e7);
	CHECK(sim.dom[0]->ran < 402 * MS && sim.dom[0]->ran > 396 * MS, "cap");
	CHECK(sim.dom[0]->ran + sim.dom[1]->ran == 2000 * MS, "idle time");
	sim_remove(sim.dom[0]);
}

/* --- delays ------------------------------------------------------------------------------ */

/* Light periodic and bursty domains among eight CPU-bound vCPUs for each CPU. */
static void wakes(uint64_t seed, unsigned int cpus, const char *runqueue)
{
	uint64_t delays = 0, late = 0;
	int64_t worst = 0;

	sim_boot(cpus, runqueue, seed);
	sim.late_after = 1000 * US + 100 * US;
	for (unsigned int i = 0; i < 8; i++)
		sim_add(cpus, 256, 0, LOAD_CPU, 0, 0);
	for (unsigned int i = 0; i < cpus; i++)
		sim_add(1, 256, 0, i & 1 ? LOAD_BURSTY : LOAD_PERIODIC, 100 * US, 10 * MS);
	sim_run(200 * MS);
	sim_reset_clocks();
	sim_run(60000 * MS / cpus);
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
	wakes(seed, 1, "socket");
}

static void wakes_on_4(uint64_t seed)
{
	wakes(seed, 4, "socket");
}

static void wakes_on_4_queues(uint64_t seed)
{
	wakes(seed, 4, "cpu");
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

/* Who sleeps just before it is charged gains nothing. */
static void adversary(uint64_t seed)
{
	sim_boot(1, "socket", seed);
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_add(1, 256, 0, LOAD_ADVERSARY, 1000 * US, 0);
	sim_run(100 * MS);
	sim_reset_clocks();
	sim_run(5000 * MS);
	printf(" honest %.2f %%, adversary %.2f %%", (double)sim.dom[0]->ran / 5e7,
	       (double)sim.dom[1]->ran / 5e7);
	CHECK(sim.dom[1]->ran < 2600 * MS, "the adversary gains");
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

const struct scenario scenarios[] = {
	{"shares_1_2_4", shares_1_2_4},
	{"shares_1_2_4_on_4", shares_1_2_4_on_4},
	{"shares_1_2_4_on_16", shares_1_2_4_on_16},
	{"shares_extreme", shares_extreme},
	{"shares_extreme_on_4", shares_extreme_on_4},
	{"lag_1_2_4", lag_1_2_4},
	{"lag_extreme", lag_extreme},
	{"lag_many", lag_many},
	{"cap_5", cap_5},
	{"cap_5_of_4", cap_5_of_4},
	{"cap_50", cap_50},
	{"cap_150", cap_150},
	{"cap_150_of_4", cap_150_of_4},
	{"cap_abuser", cap_abuser},
	{"cap_next_to_others", cap_next_to_others},
	{"wakes_on_1", wakes_on_1},
	{"wakes_on_4", wakes_on_4},
	{"wakes_on_4_queues", wakes_on_4_queues},
	{"stall", stall},
	{"adversary", adversary},
	{"storm", storm},
	{"yielders", yielders},
	{"spread", spread},
	{"soft_affinity", soft_affinity},
	{"pools", pools},
	{NULL, NULL},
};
