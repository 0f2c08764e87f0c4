/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hooks by which a caller's own event loop drives the library. */
#include <criterion/criterion.h>
#include <time.h>

#include "fake_nacred.h"
#include "libxl_context.h"
#include "libxl_fixture.h"
#include "libxl_loop_fixture.h"

TestSuite(libxl_osevent, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 60);

static struct toy_loop loop;
static int nr_calls, last_rc;

static const struct fake_answer paused[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.pause", .json = "{\"domid\":7}"},
};
static const struct fake_answer held[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.pause", .json = "{\"domid\":7}", .hold = true},
	{.method = "event.subscribe", .json = "{\"seq\":0}", .hold = true},
	{.method = "domain.list", .json = "{\"domains\":[]}", .hold = true},
};

static void called(libxl_ctx *ctx, int rc, void *user)
{
	nr_calls++;
	last_rc = rc;
}

static const libxl_asyncop_how how = {.callback = called};

Test(libxl_osevent, drives_an_operation)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	toy_loop_init(&loop, ctx);
	cr_assert_eq(toy_loop_fds(&loop), 0);
	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(toy_loop_fds(&loop), 1);
	cr_assert_eq(toy_loop_times(&loop), 1);
	while (!nr_calls)
		toy_loop_turn(&loop, -1);
	cr_assert_eq(last_rc, 0);
	toy_loop_turn(&loop, 0); /* the deadline that is wanted no more */
	cr_assert_eq(toy_loop_times(&loop), 0);
	libxl_ctx_free(ctx);
	cr_assert_eq(toy_loop_fds(&loop), 0);
}

/* Hooks that come after the first operation get what there is. */
Test(libxl_osevent, hooks_come_late)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	fake_nacred_script(held, 4);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	toy_loop_init(&loop, ctx);
	cr_assert_eq(toy_loop_fds(&loop), 1);
	cr_assert_eq(toy_loop_times(&loop), 1);
	fake_nacred_release();
	while (!nr_calls)
		toy_loop_turn(&loop, -1);
	libxl_ctx_free(ctx);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A nacred that answers nothing keeps no caller waiting: this thread would be blocked for
 * ever, as only it lets the fake go on. */
Test(libxl_osevent, never_waits_for_a_slow_nacred)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	libxl_evgen_domain_death *evgen;
	int i;

	toy_loop_init(&loop, ctx);
	fake_nacred_script(held, 4);
	for (i = 0; i < 200; i++)
		cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	cr_assert_eq(libxl_evenable_domain_death(ctx, 7, 1, &evgen), 0);
	toy_loop_turn(&loop, 0);
	cr_assert_eq(libxl_ao_abort(ctx, &how), 0);
	cr_assert_eq(nr_calls, 1); /* the last is not sent yet and ends at once */
	fake_nacred_release();
	while (nr_calls < 200)
		toy_loop_turn(&loop, -1);
	libxl_evdisable_domain_death(ctx, evgen);
	libxl_ctx_free(ctx);
}

/* A peer that does not even read: the socket fills up, and the loop is told to wait for
 * room in it. */
Test(libxl_osevent, never_waits_for_room_in_the_socket)
{
	static char name[8000];
	static struct toy_loop stuck;
	libxl_ctx *ctx = libxl_fixture_ctx();
	struct libxl__post posts[64] = {{0}};
	bool full = false;
	size_t i;

	toy_loop_init(&stuck, ctx);
	fake_nacred_script(paused, 2);
	fake_nacred_freeze(true);
	memset(name, 'x', sizeof(name) - 1);
	for (i = 0; i < 64; i++) {
		posts[i].method = "x.y";
		posts[i].params = json_new_object();
		json_set_string(posts[i].params, "a", name);
		posts[i].timeout_ms = -1;
		posts[i].answered = NULL;
	}
	for (i = 0; i < 64; i++) {
		libxl__ctx_lock(ctx);
		cr_assert_eq(libxl__post(ctx, &posts[i]), 0);
		libxl__ctx_unlock(ctx);
		full = full || (stuck.fds[0].events & POLLOUT);
	}
	fake_nacred_freeze(false);
	libxl__ctx_lock(ctx);
	for (i = 0; i < 64; i++)
		libxl__post_cancel(ctx, &posts[i]);
	libxl__ctx_unlock(ctx);
	cr_assert(full);
	libxl_ctx_free(ctx);
}

Test(libxl_osevent, a_hook_that_fails)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	toy_loop_init(&loop, ctx);
	loop.fail_register = ERROR_OSEVENT_REG_FAIL;
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), ERROR_OSEVENT_REG_FAIL);
	loop.fail_register = 42;
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 42);
	loop.fail_register = 0;
	cr_assert_eq(nr_calls, 0);
	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	while (!nr_calls)
		toy_loop_turn(&loop, -1);
	libxl_ctx_free(ctx);
}

/* The loop may report what was registered before; that is ignored. */
Test(libxl_osevent, old_reports_are_ignored)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	struct toy_fd old;
	int64_t end;

	toy_loop_init(&loop, ctx);
	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	while (!nr_calls)
		toy_loop_turn(&loop, -1);
	old = loop.fds[0];
	fake_nacred_stop();
	end = now_ms() + 10000;
	while (toy_loop_fds(&loop) && now_ms() < end)
		toy_loop_turn(&loop, 100);
	cr_assert_eq(toy_loop_fds(&loop), 0);
	libxl_osevent_occurred_fd(ctx, old.for_libxl, old.fd, POLLIN, POLLIN);
	libxl_ctx_free(ctx);
}

Test(libxl_osevent, deadline)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	size_t i;

	toy_loop_init(&loop, ctx);
	fake_nacred_script(held, 4);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
	for (i = 0; i < 1024; i++)
		if (loop.times[i].used)
			loop.times[i].abs = (struct timeval){0, 0}; /* as if it were so late */
	toy_loop_turn(&loop, -1);
	cr_assert_eq(nr_calls, 1);
	cr_assert_eq(last_rc, ERROR_TIMEDOUT);
	/* The answer that comes in spite of that is nobody's. */
	fake_nacred_release();
	toy_loop_turn(&loop, 100);
	cr_assert_eq(nr_calls, 1);
	libxl_ctx_free(ctx);
}

/* A call that waits works beside the caller's loop. */
Test(libxl_osevent, synchronous_too)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	toy_loop_init(&loop, ctx);
	fake_nacred_script(paused, 2);
	cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), 0);
	toy_loop_turn(&loop, 0);
	cr_assert_eq(toy_loop_times(&loop), 0);
	libxl_ctx_free(ctx);
}
