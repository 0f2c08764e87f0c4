/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Caps: met by those who want more, exceeded by nobody. */
#include "scenarios.h"
#include "sim.h"

#include "../../hypervisor/core/credit2.h"

#include <stdio.h>
#include <string.h>

#define PERIOD (10 * MS)

/* Ten periods in a row, counted by the domain's own refills, must not exceed ten
 * budgets by more than the shortest run. */
static struct {
	int64_t at[1024];
	unsigned int nr;
	int64_t worst, budget;
	uint64_t period;
} cap;

static void watch_cap(void)
{
	const struct c2_domain *c = sim.dom[0]->d->sched;

	if (c->period == cap.period)
		return;
	cap.period = c->period;
	cap.at[cap.nr % 1024] = sim.dom[0]->ran;
	if (cap.nr >= 10) {
		int64_t used = cap.at[cap.nr % 1024] - cap.at[(cap.nr - 10) % 1024];

		cap.worst = MAX(cap.worst, used - 10 * cap.budget);
	}
	cap.nr++;
}

static void cap_holds(uint64_t seed, uint16_t percent, unsigned int vcpus, enum load load)
{
	double error; /* percent of the cap */

	sim_boot(4, "socket", seed);
	sim_add(vcpus, 256, percent, load, 2 * MS, 3 * MS);
	sim_run(50 * MS);
	memset(&cap, 0, sizeof(cap));
	cap.budget = PERIOD * percent / 100;
	cap.worst = INT64_MIN;
	sim_reset_clocks();
	sim.watch = watch_cap;
	sim_run(1000 * MS);
	error = 100 * ((double)sim.dom[0]->ran / 1e7 / percent - 1);
	printf(" %u vCPUs, off by %+.3f %% of the cap, over ten periods by %+.3f ms at most", vcpus,
	       error, (double)cap.worst / 1e6);
	CHECK(cap.nr >= 99, "%u periods", cap.nr);
	/* All of these want more. */
	CHECK(error < 1 && error > -1, "off by %.3f %%", error);
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

static void cap_bursty(uint64_t seed)
{
	cap_holds(seed, 20, 4, LOAD_BURSTY);
}

static void cap_adversary(uint64_t seed)
{
	cap_holds(seed, 20, 4, LOAD_ADVERSARY);
}

static void cap_yielder(uint64_t seed)
{
	cap_holds(seed, 20, 4, LOAD_YIELD);
}

static void cap_storm(uint64_t seed)
{
	cap_holds(seed, 20, 64, LOAD_STORM);
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

const struct scenario scenarios_caps[] = {
	{"cap_5", cap_5},
	{"cap_5_of_4", cap_5_of_4},
	{"cap_50", cap_50},
	{"cap_150", cap_150},
	{"cap_150_of_4", cap_150_of_4},
	{"cap_bursty", cap_bursty},
	{"cap_adversary", cap_adversary},
	{"cap_yielder", cap_yielder},
	{"cap_storm", cap_storm},
	{"cap_next_to_others", cap_next_to_others},
	{NULL, NULL},
};
