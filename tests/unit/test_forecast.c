/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Forecasts of the scheduler, and the orders of nacre-simulate. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "order.h"

static struct forecast_machine machine;
static struct forecast_domain domains[8];
static struct forecast_result result[8];
static double simulated;
static const char *why;

/* @cpus CPUs of one socket in Pool-0. */
static void reset(unsigned int cpus)
{
	machine = (struct forecast_machine){.cpus = cpus, .nr_pools = 1, .domain = domains};
	for (unsigned int i = 0; i < cpus; i++)
		machine.cpu[i].core = i;
	machine.pool[0].ratelimit_us = 1000;
	machine.pool[0].cpus = (1ULL << cpus) - 1;
}

/* A busy one; its index. */
static struct forecast_domain *add(uint32_t vcpus, uint16_t weight, uint16_t cap)
{
	struct forecast_domain *d = &domains[machine.nr_domains++];

	*d = (struct forecast_domain){.domid = machine.nr_domains,
				      .vcpus = vcpus,
				      .weight = weight,
				      .cap = cap,
				      .run_ns = 10000000};
	memset(d->hard, 0xff, sizeof(d->hard));
	memset(d->soft, 0xff, sizeof(d->soft));
	return d;
}

static void run(unsigned int seconds)
{
	int rc = forecast_run(&machine, seconds, 30, result, &simulated, &why);

	cr_assert_eq(rc, 0, "%s", why);
	cr_assert_float_eq(simulated, seconds, 1e-9);
}

static void about(double is, double expected, double tolerance)
{
	cr_assert(is > expected - tolerance && is < expected + tolerance, "%f, expected %f", is,
		  expected);
}

Test(forecast, shares_follow_the_weights)
{
	reset(1);
	add(1, 256, 0);
	add(1, 512, 0);
	add(1, 1024, 0);
	run(10);
	about(result[0].share, 100.0 / 7, 0.1);
	about(result[1].share, 200.0 / 7, 0.1);
	about(result[2].share, 400.0 / 7, 0.1);
	cr_assert_gt(result[0].worst_wait_ns, 1000000);
	cr_assert_leq(result[0].worst_wait_ns, 20000000);
	cr_assert_eq(result[0].cap_loss, 0);
}

Test(forecast, a_cap_and_what_it_costs)
{
	reset(2);
	add(1, 256, 40);
	add(1, 256, 0);
	run(5);
	about(result[0].share, 40, 0.4);
	about(result[0].cap_loss, 60, 0.6);
	about(result[1].share, 100, 0.01);
	cr_assert_lt(result[0].worst_wait_ns, 100000, "parked is not waiting");
}

Test(forecast, load_is_heeded)
{
	struct forecast_domain *d;

	reset(1);
	d = add(1, 256, 0);
	d->run_ns = 2000000;
	d->block_ns = 8000000;
	d = add(1, 256, 0);
	d->run_ns = 0;
	run(20);
	about(result[0].share, 20, 1.5);
	cr_assert_eq(result[1].share, 0, "idle");
}

Test(forecast, affinity_and_vcpus_that_are_down)
{
	struct forecast_domain *d;

	reset(4);
	d = add(4, 256, 0);
	for (int i = 0; i < 4; i++)
		d->hard[i] = 1;
	d = add(2, 256, 0);
	d->down[1] = true;
	run(2);
	about(result[0].share, 100, 0.01);
	about(result[1].share, 100, 0.01);
}

Test(forecast, pools)
{
	reset(4);
	machine.nr_pools = 2;
	machine.pool[0].cpus = 3;
	machine.pool[1] = (struct forecast_pool){.id = 5, .null = true, .cpus = 8};
	add(4, 256, 0);
	add(2, 256, 0)->pool = 5;
	run(2);
	about(result[0].share, 200, 0.01);
	about(result[1].share, 100, 0.01);
}

Test(forecast, starved_all_the_time)
{
	reset(1);
	machine.nr_pools = 1;
	machine.pool[0].null = true;
	add(1, 256, 0);
	add(1, 256, 0);
	run(2);
	about(result[0].share, 100, 0.01);
	cr_assert_eq(result[1].share, 0);
	cr_assert_geq(result[1].worst_wait_ns, 2000000000, "it waits for ever");
}

Test(forecast, a_pool_without_cpus_runs_nobody)
{
	reset(2);
	machine.nr_pools = 2;
	machine.pool[1] = (struct forecast_pool){.id = 1, .ratelimit_us = 1000, .cpus = 0};
	add(1, 256, 0)->pool = 1;
	cr_assert_eq(forecast_run(&machine, 1, 30, result, &simulated, &why), -EINVAL);
	cr_assert_str_eq(why, "a domain is in a pool that cannot run it");
}

Test(forecast, ends_when_its_time_is_up)
{
	reset(8);
	for (int i = 0; i < 8; i++) {
		struct forecast_domain *d = add(128, 256, 0);

		d->run_ns = 20000;
		d->block_ns = 100000;
	}
	cr_assert_eq(forecast_run(&machine, 3600, 1, result, &simulated, &why), 0);
	cr_assert_gt(simulated, 0);
	cr_assert_lt(simulated, 3600);
}

/* --- orders -------------------------------------------------------------------------- */

#define CPUS  "\"cpus\":[{\"core\":0,\"socket\":0,\"node\":0}]"
#define POOLS "\"pools\":[{\"id\":0,\"ratelimit_us\":1000,\"cpus\":1}]"
#define DOMAIN(weight, cap)                                                                        \
	"{\"domid\":1,\"pool\":0,\"weight\":" weight ",\"cap\":" cap                               \
	",\"weight_after\":512,\"cap_after\":0,\"run_ns\":1000,\"block_ns\":0,"                    \
	"\"vcpus\":[{\"hard\":-1,\"soft\":1,\"down\":true}]}"
#define ORDER(seconds, domain)                                                                     \
	"{\"seconds\":" seconds ",\"cpu_seconds\":5,\"machine\":{" CPUS "," POOLS                  \
	",\"domains\":[" domain "]}}"

static int read(const char *text, struct order *o, char say[128])
{
	struct json *v = json_parse(text, strlen(text), &json_default_limits, NULL, 0);
	int rc;

	cr_assert(v, "the test's JSON is broken: %s", text);
	rc = order_read(o, v, say, 128);
	json_free(v);
	return rc;
}

Test(order, is_read)
{
	struct order o;
	char say[128] = "";

	cr_assert_eq(read(ORDER("10", DOMAIN("256", "100")), &o, say), 0, "%s", say);
	cr_assert_eq(o.seconds, 10);
	cr_assert_eq(o.machine.nr_domains, 1);
	cr_assert_eq(o.machine.domain[0].hard[0], ~0ULL);
	cr_assert_eq(o.machine.domain[0].soft[0], 1);
	cr_assert(o.machine.domain[0].down[0]);
	cr_assert_eq(o.machine.domain[0].cap, 100);
	cr_assert_eq(o.after[0].weight, 512);
	order_free(&o);
}

Test(order, is_checked)
{
	static const struct {
		const char *text, *say;
	} bad[] = {
		{ORDER("0", DOMAIN("256", "0")), "order: seconds is missing or out of range"},
		{ORDER("3601", DOMAIN("256", "0")), "order: seconds is missing or out of range"},
		{ORDER("1", DOMAIN("0", "0")), "domain: weight is missing or out of range"},
		{ORDER("1", DOMAIN("65536", "0")), "domain: weight is missing or out of range"},
		{ORDER("1", DOMAIN("1", "101")), "domain: cap is missing or out of range"},
		{ORDER("1", "{}"), "domain: vcpus is missing or out of range"},
		{"{\"seconds\":1,\"cpu_seconds\":1}", "machine: cpus is missing or out of range"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct order o;
		char say[128] = "";

		cr_assert_eq(read(bad[i].text, &o, say), -1, "%s", bad[i].text);
		cr_assert_str_eq(say, bad[i].say);
		order_free(&o);
	}
}
