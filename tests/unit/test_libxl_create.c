/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxl_domain_create_new: what goes to nacred, what comes back, word of the console. */
#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>

#include "fake_nacred.h"
#include "libxl_context.h"
#include "libxl_fixture.h"

TestSuite(libxl_create, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 60);

#define CREATED                                                                                    \
	{                                                                                          \
		.method = "domain.create", .json = "{\"domid\":9,\"name\":\"web\"}"                \
	}

static const struct fake_answer made[] = {
	LIBXL_FIXTURE_HELLO,
	CREATED,
	{.method = "domain.wait", .json = "{\"domid\":9,\"reached\":true}"},
};
static const struct fake_answer no_console[] = {
	LIBXL_FIXTURE_HELLO,
	CREATED,
	{.method = "domain.wait", .json = "{\"domid\":9,\"reached\":false}"},
};
static const struct fake_answer slow[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.destroy", .json = "{\"domid\":9}"},
	{.method = "domain.create",
	 .is_error = true,
	 .hold = true,
	 .json = "{\"code\":-32022,\"message\":\"it was destroyed while it was being built\"}"},
};
static const struct fake_answer slow_console[] = {
	LIBXL_FIXTURE_HELLO,
	CREATED,
	{.method = "domain.wait", .json = "{\"domid\":9,\"reached\":true}", .hold = true},
};

static void fill(libxl_domain_config *config)
{
	libxl_domain_config_init(config);
	config->c_info.type = LIBXL_DOMAIN_TYPE_PVH;
	config->c_info.name = strdup("web");
	libxl_domain_build_info_init_type(&config->b_info, LIBXL_DOMAIN_TYPE_PVH);
	config->b_info.max_memkb = 65536;
}

static int nr_calls, last_rc, nr_consoles;
static uint32_t console_domid, domid;

static void called(libxl_ctx *ctx, int rc, void *user)
{
	nr_calls++;
	last_rc = rc;
}

static void console_there(libxl_ctx *ctx, libxl_event *event, void *user)
{
	cr_assert_eq(event->type, LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE);
	cr_assert_eq(event->for_user, 77);
	cr_assert_eq(user, &nr_consoles);
	cr_assert_eq(nr_calls, 0); /* before the operation is over */
	nr_consoles++;
	console_domid = event->domid;
	cr_assert_eq(domid, event->domid); /* so that it can be attached to */
	libxl_event_free(ctx, event);
}

static const libxl_asyncprogress_how console_how = {
	.callback = console_there, .for_event = 77, .for_callback = &nr_consoles};

static void turn(libxl_ctx *ctx)
{
	struct pollfd fds[8];
	struct timeval now;
	int nr = 8, timeout = 100;

	gettimeofday(&now, NULL);
	cr_assert_eq(libxl_osevent_beforepoll(ctx, &nr, fds, &timeout, now), 0);
	poll(fds, (nfds_t)nr, timeout);
	gettimeofday(&now, NULL);
	libxl_osevent_afterpoll(ctx, nr, fds, now);
}

Test(libxl_create, synchronous)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;

	fill(&config);
	fake_nacred_script(made, 3);
	cr_assert_eq(libxl_domain_create_new(ctx, &config, &domid, NULL, &console_how), 0);
	cr_assert_eq(domid, 9);
	cr_assert_eq(nr_consoles, 1);
	cr_assert_eq(console_domid, 9);
	cr_assert(strstr(fake_nacred_requests(), "\"name\":\"web\""), "%s", fake_nacred_requests());
	cr_assert(strstr(fake_nacred_requests(), "\"max_memkb\":65536"));
	cr_assert(strstr(fake_nacred_requests(), "\"paused\":true"));
	cr_assert(strstr(fake_nacred_requests(), "\"keep_ended\":true"));
	cr_assert(strstr(fake_nacred_requests(), "\"uuid\":\""));
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}

/* Who does not ask for the console does not wait for it. */
Test(libxl_create, without_console)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;

	fill(&config);
	fake_nacred_script(made, 3);
	cr_assert_eq(libxl_domain_create_new(ctx, &config, &domid, NULL, NULL), 0);
	cr_assert_null(strstr(fake_nacred_requests(), "domain.wait"));
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}

Test(libxl_create, console_does_not_come)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;

	fill(&config);
	fake_nacred_script(no_console, 3);
	cr_assert_eq(libxl_domain_create_new(ctx, &config, &domid, NULL, &console_how), 0);
	cr_assert_eq(domid, 9);
	cr_assert_eq(nr_consoles, 0);
	cr_assert(strstr(libxl_fixture_log, "Domain 9:its console is not available"));
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}

Test(libxl_create, refused)
{
	static const struct fake_answer refused[] = {
		LIBXL_FIXTURE_HELLO,
		{.method = "domain.create",
		 .is_error = true,
		 .json = "{\"code\":-32006,\"message\":\"no\",\"data\":{\"detail\":\"no "
			 "kernel\"}}"},
	};
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;

	domid = 5;
	fill(&config);
	fake_nacred_script(refused, 2);
	cr_assert_eq(libxl_domain_create_new(ctx, &config, &domid, NULL, &console_how),
		     ERROR_INVAL);
	cr_assert_eq(domid, (uint32_t)INVALID_DOMID);
	cr_assert(strstr(libxl_fixture_log, "libxl_domain_create_new: no kernel"), "%s",
		  libxl_fixture_log);
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}

Test(libxl_create, aborted_while_it_is_made)
{
	libxl_asyncop_how how = {.callback = called};
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;

	fill(&config);
	fake_nacred_script(slow, 3);
	cr_assert_eq(libxl_domain_create_new(ctx, &config, &domid, &how, &console_how), 0);
	cr_assert_eq(libxl_ao_abort(ctx, &how), 0);
	cr_assert(fake_nacred_await("domain.destroy", 10000));
	cr_assert_eq(nr_calls, 0);
	fake_nacred_release();
	while (!nr_calls)
		turn(ctx);
	cr_assert_eq(last_rc, ERROR_ABORTED);
	cr_assert_eq(domid, (uint32_t)INVALID_DOMID);
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}

Test(libxl_create, aborted_while_the_console_is_awaited)
{
	libxl_asyncop_how how = {.u.for_event = 4};
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_domain_config config;
	libxl_event *event;

	fill(&config);
	fake_nacred_script(slow_console, 3);
	cr_assert_eq(libxl_domain_create_new(ctx, &config, &domid, &how, &console_how), 0);
	while (!fake_nacred_await("domain.wait", 0))
		turn(ctx);
	cr_assert_eq(libxl_ao_abort(ctx, &how), 0);
	cr_assert_eq(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_assert_eq(event->u.operation_complete.rc, ERROR_ABORTED);
	cr_assert_eq(event->domid, 9);
	cr_assert_eq(domid, 9); /* it exists */
	libxl_event_free(ctx, event);
	libxl_domain_config_dispose(&config);
	libxl_ctx_free(ctx);
}
