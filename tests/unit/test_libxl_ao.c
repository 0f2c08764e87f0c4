/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Asynchronous operations in their three forms, and what ends them otherwise. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fake_nacred.h"
#include "libxl_fixture.h"
#include "libxl_context.h"

TestSuite(libxl_ao, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 60);

#define PAUSED                                                                                     \
	{                                                                                          \
		.method = "domain.pause", .json = "{\"domid\":7,\"name\":\"a\"}"                   \
	}

static const struct fake_answer paused[] = {LIBXL_FIXTURE_HELLO, PAUSED};
static const struct fake_answer held[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.pause", .json = "{\"domid\":7}", .hold = true},
	{.method = "domain.destroy", .json = "{\"domid\":7}", .hold = true},
};
static const struct fake_answer dying[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.pause", .hang_up = true},
};

static int nr_calls, last_rc;
static void *last_user;

static void called(libxl_ctx *ctx, int rc, void *user)
{
	nr_calls++;
	last_rc = rc;
	last_user = user;
}

/* The caller's loop as libxl_event.h shows it, one turn of it. */
static void turn(libxl_ctx *ctx)
{
	struct pollfd fds[8];
	struct timeval now;
	int nr = 8, timeout = -1;

	gettimeofday(&now, NULL);
	cr_assert_eq(libxl_osevent_beforepoll(ctx, &nr, fds, &timeout, now), 0);
	cr_assert_geq(poll(fds, (nfds_t)nr, timeout), 0);
	gettimeofday(&now, NULL);
	libxl_osevent_afterpoll(ctx, nr, fds, now);
}

Test(libxl_ao, synchronous)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), 0);
	cr_assert(strstr(fake_nacred_requests(), "\"params\":{\"domain\":7}"));
	cr_assert_eq(libxl_domain_unpause(ctx, 8, NULL), ERROR_FAIL);
	cr_assert(strstr(libxl_fixture_log,
			 "libxl_domain_unpause: unable to get domain type for domid=8"),
		  "%s", libxl_fixture_log);
	cr_assert_eq(libxl_domain_destroy(ctx, 8, NULL), ERROR_DOMAIN_NOTFOUND);
	cr_assert(strstr(libxl_fixture_log,
			 "libxl_domain_destroy: Domain 8:Destruction of domain failed"),
		  "%s", libxl_fixture_log);
	libxl_ctx_free(ctx);
}

Test(libxl_ao, callback)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.callback = called, .u.for_callback = &how};

	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(nr_calls, 0);
	while (!nr_calls)
		turn(ctx);
	cr_assert_eq(last_rc, 0);
	cr_assert_eq(last_user, &how);
	cr_assert_eq(libxl_domain_unpause(ctx, 7, &how), 0);
	while (nr_calls == 1)
		turn(ctx);
	cr_assert_eq(last_rc, ERROR_FAIL);
	libxl_ctx_free(ctx);
}

Test(libxl_ao, event)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.u.for_event = 0x123456789abcdef0};
	libxl_event *event;

	fake_nacred_script(held, 3);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL),
		     ERROR_NOT_READY);
	fake_nacred_await("domain.pause", 10000);
	fake_nacred_release();
	cr_assert_eq(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_assert_eq(event->type, LIBXL_EVENT_TYPE_OPERATION_COMPLETE);
	cr_assert_eq(event->for_user, how.u.for_event);
	cr_assert_eq(event->domid, 7);
	cr_assert_eq(event->u.operation_complete.rc, 0);
	libxl_event_free(ctx, event);
	cr_assert_eq(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL),
		     ERROR_NOT_READY);
	libxl_ctx_free(ctx);
}

static int wanted(const libxl_event *event, void *user)
{
	return event->for_user == *(uint64_t *)user;
}

Test(libxl_ao, predicate_chooses)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.u.for_event = 1};
	uint64_t number = 2;
	libxl_event *event;

	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	how.u.for_event = 2;
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, wanted, &number), 0);
	cr_assert_eq(event->for_user, 2);
	libxl_event_free(ctx, event);
	number = 1;
	cr_assert_eq(libxl_event_check(ctx, &event, 1u << LIBXL_EVENT_TYPE_DOMAIN_DEATH, wanted,
				       &number),
		     ERROR_NOT_READY);
	cr_assert_eq(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, wanted, &number), 0);
	libxl_event_free(ctx, event);
	libxl_ctx_free(ctx);
}

/* More calls than nacred takes at once, answered together. */
Test(libxl_ao, many_at_once)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.callback = called};
	int i;

	fake_nacred_script(held, 3);
	for (i = 0; i < 300; i++)
		cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(ctx->channel.nr_sent, LIBXL__CALLS_SENT);
	fake_nacred_release();
	while (nr_calls < 300)
		turn(ctx);
	libxl_ctx_free(ctx);
}

Test(libxl_ao, nacred_dies_during_a_change)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(dying, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), ERROR_FAIL);
	cr_assert(strstr(libxl_fixture_log,
			 "Domain 7:nacred closed the connection during domain.pause"),
		  "%s", libxl_fixture_log);
	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), 0);
	libxl_ctx_free(ctx);
}

/* What does no harm twice is asked again of the nacred that comes back. */
Test(libxl_ao, nacred_comes_back)
{
	static const struct fake_answer again[] = {LIBXL_FIXTURE_HELLO};
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.callback = called};

	fake_nacred_script(held, 3);
	cr_assert_eq(libxl_domain_destroy(ctx, 7, &how), 0);
	cr_assert(fake_nacred_await("domain.destroy", 10000));
	fake_nacred_stop();
	fake_nacred_script(again, 1); /* the domain is not found any more */
	turn(ctx);
	cr_assert_eq(nr_calls, 0);
	cr_assert_eq(fake_nacred_start(libxl_fixture_socket), 0);
	while (!nr_calls)
		turn(ctx);
	cr_assert_eq(last_rc, 0);
	cr_assert_str_empty(libxl_fixture_log);
	libxl_ctx_free(ctx);
}

Test(libxl_ao, abort_finds_the_operation)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.callback = called, .u.for_callback = &how},
			  other = {.callback = called, .u.for_callback = &other};

	fake_nacred_script(held, 3);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(libxl_ao_abort(ctx, &other), ERROR_NOTFOUND);
	cr_assert_eq(libxl_ao_abort(ctx, &how), 0);
	cr_assert_eq(libxl_ao_abort(ctx, &how), ERROR_ABORTED);
	fake_nacred_release();
	while (!nr_calls)
		turn(ctx);
	cr_assert_eq(last_rc, 0); /* it was too late to stop it */
	cr_assert_eq(libxl_ao_abort(ctx, &how), ERROR_NOTFOUND);
	libxl_ctx_free(ctx);
}

Test(libxl_ao, abort_of_what_is_not_sent)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.callback = called, .u.for_callback = &how};

	fake_nacred_stop();
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(libxl_ao_abort(ctx, &how), 0);
	cr_assert_eq(nr_calls, 1);
	cr_assert_eq(last_rc, ERROR_ABORTED);
	libxl_ctx_free(ctx);
}

Test(libxl_ao, context_goes_with_operations_under_way)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_asyncop_how how = {.callback = called}, event = {.u.for_event = 1};

	fake_nacred_script(held, 3);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &event), 0);
	libxl_ctx_free(ctx);
	cr_assert_eq(nr_calls, 0);
}

Test(libxl_ao, beforepoll_says_how_much_room_it_wants)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	struct timeval now = {0};
	int nr = 0, timeout = 5;

	cr_assert_eq(libxl_osevent_beforepoll(ctx, &nr, NULL, &timeout, now), ERROR_BUFFERFULL);
	cr_assert_eq(nr, 1);
	cr_assert_eq(timeout, 5);
	libxl_ctx_free(ctx);
}
