/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Scheduler parameters in libxl: what xl 4.17.7 lets its users read in the log, and numbers. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fake_nacred.h"
#include "libxl_fixture.h"
#include "libxl_internal.h"

static libxl_ctx *ctx;

static void setup(void)
{
	libxl_fixture_start();
	ctx = libxl_fixture_ctx();
}

static void teardown(void)
{
	libxl_ctx_free(ctx);
	libxl_fixture_stop();
}

TestSuite(libxl_sched, .init = setup, .fini = teardown, .timeout = 60);

static void domain_of(const char *sched)
{
	static char json[128];
	static struct fake_answer answer = {.method = "sched.credit2.get", .json = json};

	snprintf(json, sizeof(json), "{\"domains\":[{\"sched\":\"%s\"}]}", sched);
	fake_nacred_script(&answer, 1);
	libxl_fixture_log[0] = '\0';
}

static void logged(const char *text)
{
	const char *at = strstr(libxl_fixture_log, text);

	cr_expect(at && at[strlen(text)] == '\n', "no %s in %s", text, libxl_fixture_log);
	libxl_fixture_log[0] = '\0';
}

Test(libxl_sched, domain_of_a_scheduler_that_is_not_there)
{
	libxl_domain_sched_params p;

	libxl_domain_sched_params_init(&p);
	domain_of("credit2");
	p.sched = LIBXL_SCHEDULER_CREDIT;
	cr_expect_eq(libxl_domain_sched_params_set(ctx, 7, &p), ERROR_FAIL);
	logged("refuse_other: Domain 7:Getting domain sched credit: Invalid argument");
	p.sched = LIBXL_SCHEDULER_RTDS;
	cr_expect_eq(libxl_domain_sched_params_set(ctx, 0, &p), ERROR_FAIL);
	logged(": Getting domain sched rtds: Invalid argument");
	domain_of("arinc653");
	p.sched = LIBXL_SCHEDULER_UNKNOWN;
	cr_expect_eq(libxl_domain_sched_params_set(ctx, 7, &p), ERROR_INVAL);
	logged("Domain 7:Unknown scheduler");
}

Test(libxl_sched, no_such_domain)
{
	libxl_domain_sched_params p;
	libxl_scheduler sched;

	fake_nacred_script(NULL, 0);
	cr_expect_eq(libxl_domain_sched_params_get(ctx, 77, &p), ERROR_INVAL);
	logged("Domain 77:Unknown scheduler");
	cr_expect_eq(libxl_domain_sched_params_get(ctx, 77, &p), ERROR_INVAL);
	cr_expect(strstr(libxl_fixture_log,
			 "_get: getinfolist failed 0: No such file or directory\n"));
	libxl_fixture_log[0] = '\0';
	for (sched = LIBXL_SCHEDULER_CREDIT; sched <= LIBXL_SCHEDULER_CREDIT2; sched++) {
		p.sched = sched;
		cr_expect_eq(libxl_domain_sched_params_set(ctx, 77, &p), ERROR_INVAL);
		cr_expect_str_empty(libxl_fixture_log);
	}
}

Test(libxl_sched, single_vcpus)
{
	libxl_vcpu_sched_params p;

	libxl_vcpu_sched_params_init(&p);
	domain_of("credit2");
	cr_expect_eq(libxl_vcpu_sched_params_get(ctx, 7, &p), ERROR_INVAL);
	logged("libxl_vcpu_sched_params_get: Domain 7:per-VCPU parameter getting not supported for "
	       "this scheduler");
	cr_expect_eq(libxl_vcpu_sched_params_get_all(ctx, 0, &p), ERROR_INVAL);
	logged("_get_all: per-VCPU parameter getting not supported for this scheduler");
	cr_expect_eq(libxl_vcpu_sched_params_set_all(ctx, 7, &p), ERROR_INVAL);
	logged("Domain 7:per-VCPU parameter setting not supported for this scheduler");
	p.sched = LIBXL_SCHEDULER_RTDS;
	cr_expect_eq(libxl_vcpu_sched_params_set(ctx, 7, &p), ERROR_FAIL);
	logged("Domain 7:Setting vcpu sched rtds: Invalid argument");
	p.sched = LIBXL_SCHEDULER_SEDF;
	cr_expect_eq(libxl_vcpu_sched_params_set(ctx, 7, &p), ERROR_FEATURE_REMOVED);
	fake_nacred_script(NULL, 0);
	cr_expect_eq(libxl_vcpu_sched_params_get(ctx, 77, &p), ERROR_INVAL);
	logged("Domain 77:Unknown scheduler");
	libxl_vcpu_sched_params_dispose(&p);
}

Test(libxl_sched, pools)
{
	static const struct fake_answer none = {
		.method = "sched.params.get",
		.json = "{\"pools\":[{\"id\":1,\"sched\":\"null\",\"ratelimit_us\":null}]}"};
	libxl_sched_credit2_params p2;
	libxl_sched_credit_params p;

	fake_nacred_script(&none, 1);
	cr_expect_eq(libxl_sched_credit2_params_get(ctx, 1, &p2), ERROR_FAIL);
	logged(": getting Credit2 scheduler parameters: the scheduler is null");
	cr_expect_eq(libxl_sched_credit_params_get(ctx, 0, &p), ERROR_FAIL);
	logged(": getting Credit scheduler parameters: Invalid argument");
}
