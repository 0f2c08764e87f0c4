/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxl's context, its log and its calls that wait. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_nacred.h"
#include "libxl_fixture.h"
#include "libxl_internal.h"

TestSuite(libxl_ctx, .init = libxl_fixture_start, .fini = libxl_fixture_stop);

Test(libxl_ctx, wrong_version)
{
	libxl_ctx *ctx = (void *)1;

	cr_assert_eq(libxl_ctx_alloc(&ctx, LIBXL_VERSION + 1, 0, libxl_fixture_logger),
		     ERROR_VERSION);
	cr_assert_null(ctx);
	cr_assert_eq(libxl_ctx_free(NULL), 0);
}

Test(libxl_ctx, nobody_answers)
{
	libxl_ctx *ctx;

	fake_nacred_stop();
	cr_assert_eq(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, libxl_fixture_logger), ERROR_FAIL);
	cr_assert_null(ctx);
	cr_assert(strstr(libxl_fixture_log, "cannot reach nacred at "), "%s", libxl_fixture_log);
	cr_assert(strstr(libxl_fixture_log, "nacre up"), "%s", libxl_fixture_log);
}

Test(libxl_ctx, without_logger)
{
	libxl_ctx *ctx;

	cr_assert_eq(libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL), 0);
	cr_assert_eq(libxl__call(ctx, "domain.pause", libxl__domain_params(9), NULL),
		     ERROR_DOMAIN_NOTFOUND);
	libxl_ctx_free(ctx);
}

Test(libxl_ctx, refusal_is_logged_as_libxl_does)
{
	static const struct fake_answer answers[] = {
		LIBXL_FIXTURE_HELLO,
		{.method = "domain.pause",
		 .is_error = true,
		 .json = "{\"code\":-32006,\"message\":\"no\",\"data\":{\"code\":\"x.y\","
			 "\"detail\":\"cannot\\u001b[2J do it\",\"hint\":\"do that\"}}"},
	};
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(answers, 2);
	cr_assert_eq(libxl__call(ctx, "domain.pause", libxl__domain_params(7), NULL), ERROR_INVAL);
	cr_assert(strstr(libxl_fixture_log, "libxl: test_libxl_ctx.c:"), "%s", libxl_fixture_log);
	cr_assert(strstr(libxl_fixture_log, "_impl: Domain 7:cannot?[2J do it; do that"), "%s",
		  libxl_fixture_log);
	libxl_ctx_free(ctx);
}

Test(libxl_ctx, result)
{
	static const struct fake_answer answers[] = {
		LIBXL_FIXTURE_HELLO,
		{.method = "host.info", .json = "{\"nr_cpus\":4}"},
	};
	libxl_ctx *ctx = libxl_fixture_ctx();
	struct json *result;

	fake_nacred_script(answers, 2);
	cr_assert_eq(libxl__query(ctx, "host.info", NULL, &result), 0);
	cr_assert_eq(json_int(json_get(result, "nr_cpus"), 0), 4);
	json_free(result);
	cr_assert_str_empty(libxl_fixture_log);
	libxl_ctx_free(ctx);
}

Test(libxl_ctx, goes_on_after_nacred_was_restarted)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_stop();
	fake_nacred_start(libxl_fixture_socket);
	cr_assert_eq(libxl__call(ctx, "system.hello", NULL, NULL), 0);
	libxl_ctx_free(ctx);
}

static void *start_later(void *arg)
{
	static const struct timespec restart = {.tv_nsec = 300000000};

	nanosleep(&restart, NULL);
	fake_nacred_start(libxl_fixture_socket);
	return NULL;
}

/* Nothing was sent yet, so that a change may wait as well as a read. */
Test(libxl_ctx, waits_for_a_nacred_that_is_being_started)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	pthread_t thread;

	fake_nacred_stop();
	cr_assert_eq(pthread_create(&thread, NULL, start_later, NULL), 0);
	cr_assert_eq(libxl__call(ctx, "system.hello", NULL, NULL), 0);
	pthread_join(thread, NULL);
	libxl_ctx_free(ctx);
}

Test(libxl_ctx, reads_are_repeated_changes_are_not)
{
	static const struct fake_answer answers[] = {
		LIBXL_FIXTURE_HELLO,
		{.method = "domain.list", .hang_up = true},
		{.method = "domain.pause", .hang_up = true},
	};
	libxl_ctx *ctx = libxl_fixture_ctx();
	const char *at;

	fake_nacred_script(answers, 3);
	cr_assert_eq(libxl__query(ctx, "domain.list", NULL, NULL), ERROR_FAIL);
	at = strstr(fake_nacred_requests(), "domain.list");
	cr_assert(at && strstr(at + 1, "domain.list"));
	cr_assert_eq(libxl__call(ctx, "domain.pause", NULL, NULL), ERROR_FAIL);
	at = strstr(fake_nacred_requests(), "domain.pause");
	cr_assert(at && !strstr(at + 1, "domain.pause"));
	cr_assert(strstr(libxl_fixture_log, "nacred closed the connection during domain.pause"));
	libxl_ctx_free(ctx);
}

Test(libxl_ctx, connections_are_used_again)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	int i;

	for (i = 0; i < 100; i++)
		cr_assert_eq(libxl__query(ctx, "system.hello", NULL, NULL), 0);
	cr_assert_eq(fake_nacred_clients(), 1);
	libxl_ctx_free(ctx);
}
