/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <hv/timer.h>
#include "host.h"

static stime_t fired_at[1024];
static int fired;

static void boot(void)
{
	host_boot(2, 64);
}

static void note(void *data)
{
	fired_at[(uintptr_t)data] = host.now;
	fired++;
}

TestSuite(timer, .init = boot);

Test(timer, fires_once_and_not_early)
{
	struct timer t;

	timer_init(&t, note, (void *)0, 0);
	timer_set(&t, (stime_t){1000});
	cr_assert(timer_armed(&t));
	cr_assert_eq(host.deadline[0].ns, 1000);
	host_advance(999);
	cr_assert_eq(fired, 0);
	host_advance(1);
	cr_assert_eq(fired, 1);
	cr_assert(!timer_armed(&t));
	host_advance(100000);
	cr_assert_eq(fired, 1);
}

Test(timer, the_past_fires_at_once)
{
	struct timer t;

	host_advance(5000);
	timer_init(&t, note, (void *)0, 0);
	timer_set(&t, (stime_t){10});
	cr_assert_leq(host.deadline[0].ns, host.now.ns);
	host_advance(0);
	cr_assert_eq(fired, 1);
}

Test(timer, another_cpus_timer_makes_it_look)
{
	struct timer t;

	pcpus[1].work = 0; /* it has looked for something to run since it came up */
	timer_init(&t, note, (void *)0, 1);
	timer_set(&t, (stime_t){100});
	cr_assert(pcpus[1].work & WORK_TIMER);
	cr_assert_eq(host.kicks[1], 1);
	host_advance(100);
	cr_assert_eq(fired, 1);
}

Test(timer, migration_keeps_the_deadline)
{
	struct timer t;

	timer_init(&t, note, (void *)0, 0);
	timer_set(&t, (stime_t){100});
	timer_migrate(&t, 1);
	cr_assert_eq(t.cpu, 1);
	cr_assert_eq(pcpus[0].timers.nr, 0);
	host_advance(100);
	cr_assert_eq(fired, 1);
}

Test(timer, order_holds_for_random_use)
{
	static struct timer t[1000];

	srand(3);
	cr_assert_eq(timers_reserve(1000), 0);
	for (int i = 0; i < 1000; i++)
		timer_init(&t[i], note, (void *)(uintptr_t)i, 0);
	for (int i = 0; i < 20000; i++) {
		struct timer *x = &t[rand() % 1000];

		if (rand() % 4)
			timer_set(x, (stime_t){rand() % 1000000});
		else
			timer_stop(x);
		for (uint32_t k = 1; k < pcpus[0].timers.nr; k++)
			cr_assert(!stime_before(pcpus[0].timers.heap[k]->expires,
						pcpus[0].timers.heap[(k - 1) / 2]->expires));
	}
	for (int i = 0; i < 1000; i++)
		timer_set(&t[i], (stime_t){1 + rand() % 1000000});
	for (int step = 0; step < 1000; step++)
		host_advance(1000);
	cr_assert_eq(fired, 1000);
	for (int i = 0; i < 1000; i++) {
		cr_assert_geq(fired_at[i].ns, t[i].expires.ns);
		cr_assert_lt(fired_at[i].ns, t[i].expires.ns + 1000);
	}
}
