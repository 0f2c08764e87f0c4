/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Shares over any ten seconds, and lag at any instant. */
#include "scenarios.h"
#include "sim.h"

#include <stdio.h>
#include <string.h>

/* --- shares ------------------------------------------------------------------------ */

#define GRID   (10 * MS)
#define WINDOW 1000 /* of the grid */
#define SHARES 8

/* What each had at the last points of the grid: a window begins at each of them. */
static struct {
	int64_t ran[WINDOW][SHARES], next;
	unsigned int nr;
	double points, relative; /* worst errors: of all the time, of one's own share */
} slide;

static void compare(const int64_t *now, const int64_t *then)
{
	double total = 0, weights = 0;

	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		total += (double)(now[i] - then[i]);
		weights += sim.dom[i]->d->weight;
	}
	for (unsigned int i = 0; i < sim.nr_doms; i++) {
		double due = sim.dom[i]->d->weight / weights;
		double e = (double)(now[i] - then[i]) / total - due;

		e = e < 0 ? -e : e;
		slide.points = MAX(slide.points, 100 * e);
		slide.relative = MAX(slide.relative, 100 * e / due);
	}
}

static void watch_shares(void)
{
	int64_t now[SHARES], *then = slide.ran[slide.nr % WINDOW];

	if (host.now.ns < slide.next)
		return;
	for (unsigned int i = 0; i < sim.nr_doms; i++)
		now[i] = sim.dom[i]->ran;
	if (slide.nr >= WINDOW)
		compare(now, then);
	memcpy(then, now, sizeof(now));
	slide.nr++;
	slide.next += GRID;
}

/* Weights on @cpus CPUs, as many vCPUs in each domain. */
static void shares(uint64_t seed, unsigned int cpus, const char *runqueue, const uint16_t *weights,
		   unsigned int n)
{
	sim_boot(cpus, runqueue, seed);
	sim.latency = 2 * US;
	for (unsigned int i = 0; i < n; i++)
		sim_add(cpus, weights[i], 0, LOAD_CPU, 0, 0);
	slide.next = GRID;
	sim.watch = watch_shares;
	sim_run(32000 * MS);
	printf(" %u windows of 10 s, off by at most %.3f %% of the time, %.3f %% of a share",
	       slide.nr - WINDOW, slide.points, slide.relative);
	CHECK(slide.nr > 3 * WINDOW, "%u points", slide.nr);
	CHECK(slide.points < 0.5, "shares off by %.3f %%", slide.points);
	/* The light one's share of ten seconds is 39 ms: two of the shortest runs are 2.5 %. */
	CHECK(weights[1] == 65535 || slide.relative < 0.5, "a share off by %.3f %%",
	      slide.relative);
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

/* --- lag --------------------------------------------------------------------------- */

/* How far behind the ideal weighted share a domain ever is: between two events it
 * changes in a straight line, so the events are all the instants. */
static void lag(uint64_t seed, unsigned int cpus, const uint16_t *weights, unsigned int n)
{
	double worst = 0;

	sim_boot(cpus, "socket", seed);
	sim.latency = 2 * US;
	for (unsigned int i = 0; i < n; i++)
		sim_add(cpus, weights[i], 0, LOAD_CPU, 0, 0);
	sim_reset_clocks();
	sim.track_lag = true;
	sim_run(20000 * MS);
	for (unsigned int i = 0; i < n; i++)
		worst = MAX(worst, sim.dom[i]->max_lag);
	printf(" %u domains on %u CPUs, lag at most %.3f ms", n, cpus, worst / 1e6);
	/* C2_SLICE_MAX */
	CHECK(worst <= 10e6, "lag of %.3f ms", worst / 1e6);
}

static void lag_1_2_4(uint64_t seed)
{
	lag(seed, 1, one_two_four, 3);
}

static void lag_1_2_4_on_4(uint64_t seed)
{
	lag(seed, 4, one_two_four, 3);
}

static void lag_extreme(uint64_t seed)
{
	lag(seed, 1, extreme, 2);
}

static void lag_extreme_on_4(uint64_t seed)
{
	lag(seed, 4, extreme, 2);
}

static void lag_many(uint64_t seed)
{
	static const uint16_t same[16] = {256, 256, 256, 256, 256, 256, 256, 256,
					  256, 256, 256, 256, 256, 256, 256, 256};

	lag(seed, 1, same, 16);
}

static void lag_random(uint64_t seed)
{
	uint16_t weights[6];

	sim.rng = seed * 2654435761u + 1;
	for (int i = 0; i < 6; i++)
		weights[i] = 1 + (uint16_t)sim_random(65535);
	lag(seed, 1, weights, 6);
}

/* --- adversaries --------------------------------------------------------------------- */

/* Who sleeps just before an edge of the accounting gains nothing. */
static void adversary(uint64_t seed, int64_t edge)
{
	sim_boot(1, "socket", seed);
	sim_add(1, 256, 0, LOAD_CPU, 0, 0);
	sim_add(1, 256, 0, LOAD_ADVERSARY, edge, 0);
	sim_run(100 * MS);
	sim_reset_clocks();
	sim_run(5000 * MS);
	printf(" honest %.2f %%, adversary %.2f %%", (double)sim.dom[0]->ran / 5e7,
	       (double)sim.dom[1]->ran / 5e7);
	CHECK(sim.dom[1]->ran < 2525 * MS, "the adversary gains");
}

static void adversary_of_slice_min(uint64_t seed)
{
	adversary(seed, 500 * US);
}

static void adversary_of_ratelimit(uint64_t seed)
{
	adversary(seed, 1000 * US);
}

static void adversary_of_slice_max(uint64_t seed)
{
	adversary(seed, 10 * MS);
}

const struct scenario scenarios_fairness[] = {
	{"shares_1_2_4", shares_1_2_4},
	{"shares_1_2_4_on_4", shares_1_2_4_on_4},
	{"shares_1_2_4_on_16", shares_1_2_4_on_16},
	{"shares_extreme", shares_extreme},
	{"shares_extreme_on_4", shares_extreme_on_4},
	{"lag_1_2_4", lag_1_2_4},
	{"lag_1_2_4_on_4", lag_1_2_4_on_4},
	{"lag_extreme", lag_extreme},
	{"lag_extreme_on_4", lag_extreme_on_4},
	{"lag_many", lag_many},
	{"lag_random", lag_random},
	{"adversary_of_slice_min", adversary_of_slice_min},
	{"adversary_of_ratelimit", adversary_of_ratelimit},
	{"adversary_of_slice_max", adversary_of_slice_max},
	{NULL, NULL},
};
