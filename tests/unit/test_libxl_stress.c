/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Ten thousand calls leave nothing behind. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <malloc.h>

#include "fake_nacred.h"
#include "libxl_context.h"
#include "libxl_fixture.h"
#include "libxl_loop_fixture.h"

TestSuite(libxl_stress, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 240);

static const struct fake_answer answers[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.pause", .json = "{\"domid\":7}"},
	{.method = "event.subscribe", .json = "{\"seq\":0}"},
	{.method = "domain.list", .json = "{\"domains\":[{\"domid\":7,\"shutdown_reason\":null}]}"},
};

static int open_descriptors(void)
{
	int fd, nr = 0;

	for (fd = 0; fd < 1024; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

static int nr_calls;

static void called(libxl_ctx *ctx, int rc, void *user)
{
	cr_assert_eq(rc, 0);
	nr_calls++;
}

static struct toy_loop loop;

/* One of each kind. */
static void all_kinds(libxl_ctx *ctx)
{
	libxl_asyncop_how callback = {.callback = called}, for_event = {.u.for_event = 1};
	libxl_evgen_domain_death *evgen;
	libxl_event *event;
	int before = nr_calls;

	cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), 0);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &callback), 0);
	while (nr_calls == before)
		toy_loop_turn(&loop, -1);
	cr_assert_eq(libxl_domain_pause(ctx, 7, &for_event), 0);
	cr_assert_eq(libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL), 0);
	libxl_event_free(ctx, event);
	cr_assert_eq(libxl_evenable_domain_death(ctx, 7, 0, &evgen), 0);
	libxl_evdisable_domain_death(ctx, evgen);
	cr_assert_eq(libxl__query(ctx, "system.hello", NULL, NULL), 0);
	toy_loop_turn(&loop, 0);
}

#define ROUNDS 2000 /* of five calls */

Test(libxl_stress, ten_thousand_calls)
{
	libxl_ctx *ctx = libxl_fixture_ctx();
	size_t bytes = 0;
	int fds = 0, i;

	toy_loop_init(&loop, ctx);
	fake_nacred_script(answers, 4);
	for (i = 0; i < ROUNDS + 100; i++) {
		all_kinds(ctx);
		if (i != 100)
			continue;
		fds = open_descriptors();
		bytes = mallinfo2().uordblks;
	}
	cr_assert_eq(open_descriptors(), fds);
	/* A byte kept by each call would be more; the fake's threads have what they work on. */
	cr_assert_lt(mallinfo2().uordblks, bytes + 3 * ROUNDS, "%zu bytes, then %zu", bytes,
		     mallinfo2().uordblks);
	libxl_ctx_free(ctx);
	cr_assert_leq(toy_loop_times(&loop), 1);
}

Test(libxl_stress, ten_thousand_contexts_would_fit)
{
	size_t bytes = 0;
	int fds = 0, i;

	fake_nacred_script(answers, 4);
	for (i = 0; i < 300; i++) {
		libxl_ctx *ctx = libxl_fixture_ctx();
		libxl_asyncop_how how = {.u.for_event = 1};
		libxl_evgen_domain_death *evgen;

		cr_assert_eq(libxl_evenable_domain_death(ctx, 7, 0, &evgen), 0);
		/* So that the fake has accepted all connections, and counts them. */
		cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), 0);
		cr_assert_eq(libxl_domain_pause(ctx, 7, &how), 0);
		libxl_ctx_free(ctx);
		while (fake_nacred_clients())
			; /* its threads still have to see that the connections are closed */
		if (i == 20) {
			fds = open_descriptors();
			bytes = mallinfo2().uordblks;
		}
	}
	cr_assert_eq(open_descriptors(), fds);
	cr_assert_lt(mallinfo2().uordblks, bytes + 280 * sizeof(libxl_ctx));
}
