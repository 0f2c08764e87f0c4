/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* DOMAIN_SHUTDOWN and DOMAIN_DEATH: told once, whenever they happened. */
#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>

#include "fake_nacred.h"
#include "libxl_context.h"
#include "libxl_fixture.h"

TestSuite(libxl_event, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 60);

#define UUID_A "11111111-2222-3333-4444-555555555555"
#define UUID_B "99999999-2222-3333-4444-555555555555"

#define SUBSCRIBED                                                                                 \
	{                                                                                          \
		.method = "event.subscribe", .json = "{\"seq\":0}"                                 \
	}
#define DOMAIN(domid, uuid, reason, dying)                                                         \
	"{\"domid\":" #domid ",\"uuid\":\"" uuid "\",\"shutdown_reason\":" #reason                 \
	",\"state\":{\"dying\":" #dying "}}"
#define LISTED(domains)                                                                            \
	{                                                                                          \
		.method = "domain.list", .json = "{\"domains\":[" domains "]}"                     \
	}

static const struct fake_answer lives[] = {LIBXL_FIXTURE_HELLO, SUBSCRIBED,
					   LISTED(DOMAIN(7, UUID_A, null, false))};
static const struct fake_answer has_shut_down[] = {LIBXL_FIXTURE_HELLO, SUBSCRIBED,
						   LISTED(DOMAIN(7, UUID_A, 3, false))};
static const struct fake_answer dying[] = {LIBXL_FIXTURE_HELLO, SUBSCRIBED,
					   LISTED(DOMAIN(7, UUID_A, 1, true))};
static const struct fake_answer gone[] = {LIBXL_FIXTURE_HELLO, SUBSCRIBED, LISTED("")};
static const struct fake_answer another[] = {LIBXL_FIXTURE_HELLO, SUBSCRIBED,
					     LISTED(DOMAIN(7, UUID_B, null, false))};

static void expect(libxl_ctx *ctx, libxl_event_type type, uint64_t user)
{
	libxl_event *event;

	cr_assert_eq(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_assert_eq(event->type, type, "type %d", (int)event->type);
	cr_assert_eq(event->domid, 7);
	cr_assert_eq(event->for_user, user);
	libxl_event_free(ctx, event);
}

/* One turn of the caller's loop, at most @ms. */
static void turn(libxl_ctx *ctx, int ms)
{
	struct pollfd fds[8];
	struct timeval now;
	int nr = 8, timeout = ms;

	gettimeofday(&now, NULL);
	cr_assert_eq(libxl_osevent_beforepoll(ctx, &nr, fds, &timeout, now), 0);
	poll(fds, (nfds_t)nr, timeout);
	gettimeofday(&now, NULL);
	libxl_osevent_afterpoll(ctx, nr, fds, now);
}

/* A call is answered after all events before it: then there is no other event. */
static void expect_none(libxl_ctx *ctx)
{
	libxl_event *event;

	cr_assert_eq(libxl_domain_pause(ctx, 3, NULL), ERROR_FAIL);
	cr_assert_eq(libxl_event_check(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL),
		     ERROR_NOT_READY);
}

static libxl_evgen_domain_death *enable(libxl_ctx *ctx, uint64_t user)
{
	libxl_evgen_domain_death *evgen = NULL;

	cr_assert_eq(libxl_evenable_domain_death(ctx, 7, user, &evgen), 0);
	cr_assert_not_null(evgen);
	return evgen;
}

Test(libxl_event, as_they_happen)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_evgen_domain_death *evgen;
	libxl_event *event;

	fake_nacred_script(lives, 3);
	evgen = enable(ctx, 5);
	while (!fake_nacred_await("domain.list", 0))
		turn(ctx, 100);
	expect_none(ctx);
	fake_nacred_event("{\"seq\":1,\"type\":\"domain.crashed\",\"domain\":{\"domid\":7,\"uuid\":"
			  "\"" UUID_A "\",\"shutdown_reason\":3}}");
	cr_assert_eq(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_assert_eq(event->type, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN);
	cr_assert_eq(event->u.domain_shutdown.shutdown_reason, LIBXL_SHUTDOWN_REASON_CRASH);
	cr_assert_eq(event->domuuid.uuid[0], 0x11);
	libxl_event_free(ctx, event);
	/* Another domain, and the same once more: nothing. */
	fake_nacred_event("{\"seq\":2,\"type\":\"domain.destroyed\",\"domain\":{\"domid\":8}}");
	fake_nacred_event("{\"seq\":3,\"type\":\"domain.shutdown\",\"domain\":{\"domid\":7,"
			  "\"shutdown_reason\":3}}");
	expect_none(ctx);
	fake_nacred_event("{\"seq\":4,\"type\":\"domain.destroyed\",\"domain\":{\"domid\":7,"
			  "\"shutdown_reason\":3}}");
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 5);
	fake_nacred_event("{\"seq\":5,\"type\":\"domain.destroyed\",\"domain\":{\"domid\":7}}");
	expect_none(ctx);
	libxl_evdisable_domain_death(ctx, evgen);
	libxl_ctx_free(ctx);
}

Test(libxl_event, shut_down_before)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(has_shut_down, 3);
	enable(ctx, 1);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, 1);
	expect_none(ctx);
	libxl_ctx_free(ctx);
}

Test(libxl_event, dying_before)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(dying, 3);
	enable(ctx, 1);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, 1);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 1);
	expect_none(ctx);
	libxl_ctx_free(ctx);
}

Test(libxl_event, gone_before)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(gone, 3);
	enable(ctx, 1);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 1);
	expect_none(ctx);
	libxl_ctx_free(ctx);
}

Test(libxl_event, each_wish_has_its_event)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_evgen_domain_death *first, *second;

	fake_nacred_script(lives, 3);
	first = enable(ctx, 1);
	second = enable(ctx, 2);
	fake_nacred_await("event.subscribe", 10000);
	turn(ctx, 10000);
	libxl_evdisable_domain_death(ctx, first);
	first = enable(ctx, 3);
	fake_nacred_event("{\"seq\":4,\"type\":\"domain.destroyed\",\"domain\":{\"domid\":7}}");
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 3);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 2);
	libxl_evdisable_domain_death(ctx, first);
	libxl_evdisable_domain_death(ctx, second);
	expect_none(ctx);
	libxl_ctx_free(ctx);
}

static void await_listing(libxl_ctx *ctx)
{
	while (!fake_nacred_await("domain.list", 0))
		turn(ctx, 100);
	while (ctx->watch.list.pending)
		turn(ctx, 100);
}

/* What happens while nacred is away is found when it is back. */
Test(libxl_event, dies_while_nacred_is_away)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(lives, 3);
	enable(ctx, 1);
	await_listing(ctx);
	fake_nacred_stop();
	fake_nacred_script(gone, 3);
	turn(ctx, 10000);
	cr_assert_eq(fake_nacred_start(libxl_fixture_socket), 0);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 1);
	/* And it is subscribed again. */
	libxl_ctx_free(ctx);
}

Test(libxl_event, goes_on_with_another_nacred)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(lives, 3);
	enable(ctx, 1);
	await_listing(ctx);
	fake_nacred_stop();
	fake_nacred_script(lives, 3);
	cr_assert_eq(fake_nacred_start(libxl_fixture_socket), 0);
	await_listing(ctx);
	expect_none(ctx);
	fake_nacred_event("{\"seq\":4,\"type\":\"domain.destroyed\",\"domain\":{\"domid\":7}}");
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 1);
	libxl_ctx_free(ctx);
}

/* The number is another domain's by now. */
Test(libxl_event, number_is_reused_while_nacred_is_away)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(lives, 3);
	enable(ctx, 1);
	await_listing(ctx);
	fake_nacred_stop();
	fake_nacred_script(another, 3);
	cr_assert_eq(fake_nacred_start(libxl_fixture_socket), 0);
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 1);
	libxl_ctx_free(ctx);
}

Test(libxl_event, gap_is_looked_into)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(lives, 3);
	enable(ctx, 1);
	await_listing(ctx);
	fake_nacred_script(gone, 3);
	fake_nacred_event("{\"seq\":9,\"type\":\"event.gap\"}");
	expect(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, 1);
	libxl_ctx_free(ctx);
}

/* --- by function instead of the queue --------------------------------------------------------- */

static int nr_occurred;
static libxl_ctx *the_ctx;

static void occurs(void *user, libxl_event *event)
{
	libxl_event *other;

	cr_assert_eq(user, &nr_occurred);
	cr_assert_eq(event->type, LIBXL_EVENT_TYPE_DOMAIN_DEATH);
	nr_occurred++;
	/* libxl_event.h: it IS permitted to call libxl from here. */
	cr_assert_eq(libxl_event_check(the_ctx, &other, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	cr_assert_eq(other->type, LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN);
	libxl_event_free(the_ctx, other);
	cr_assert_eq(libxl_domain_pause(the_ctx, 3, NULL), ERROR_FAIL);
	libxl_event_free(the_ctx, event);
}

Test(libxl_event, by_function)
{
	static const libxl_event_hooks hooks = {
		.event_occurs_mask = 1u << LIBXL_EVENT_TYPE_DOMAIN_DEATH,
		.event_occurs = occurs,
	};
	libxl_ctx *ctx = the_ctx = libxl_fixture_ctx();

	libxl_event_register_callbacks(ctx, &hooks, &nr_occurred);
	fake_nacred_script(dying, 3);
	enable(ctx, 1);
	while (!nr_occurred)
		turn(ctx, 10000);
	cr_assert_eq(nr_occurred, 1);
	libxl_ctx_free(ctx);
}

static int nr_disasters;

static void disaster(void *user, libxl_event_type type, const char *what, int errnoval)
{
	nr_disasters++;
}

/* A nacred that refuses the subscription: the caller is told that it misses events. */
Test(libxl_event, disaster)
{
	static const struct fake_answer refused[] = {
		LIBXL_FIXTURE_HELLO,
		{.method = "event.subscribe",
		 .is_error = true,
		 .json = "{\"code\":-32013,\"message\":\"more than 256 clients want events\"}"},
	};
	static const libxl_event_hooks hooks = {.disaster = disaster};
	libxl_ctx *ctx = libxl_fixture_ctx();

	libxl_event_register_callbacks(ctx, &hooks, NULL);
	fake_nacred_script(refused, 2);
	enable(ctx, 1);
	while (!nr_disasters)
		turn(ctx, 10000);
	cr_assert(strstr(libxl_fixture_log, "more than 256 clients want events"));
	cr_assert(strstr(libxl_fixture_log, "DISASTER"));
	libxl_ctx_free(ctx);
}
