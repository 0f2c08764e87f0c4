/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Threads that share a context, and threads with contexts of their own.  A program by
 * itself, as Criterion's sandbox does not run under the thread sanitizer.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "fake_nacred.h"
#include "libxl_context.h"
#include "libxl_fixture.h"

#define THREADS 6
#define CALLS	300

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "FAIL line %d: %s\n%s", __LINE__, #condition,              \
				libxl_fixture_log);                                                \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static const struct fake_answer answers[] = {
	LIBXL_FIXTURE_HELLO,
	{.method = "domain.pause", .json = "{\"domid\":7}"},
	{.method = "event.subscribe", .json = "{\"seq\":0}"},
	{.method = "domain.list", .json = "{\"domains\":[{\"domid\":7,\"shutdown_reason\":3}]}"},
};

static atomic_int nr_done;

static void counted(libxl_ctx *ctx, int rc, void *user)
{
	MUST(!rc);
	atomic_fetch_add(&nr_done, 1);
}

static int mine(const libxl_event *event, void *user)
{
	return event->for_user == (uintptr_t)user;
}

/* Every kind of call at once in all threads. */
static void *work(void *arg)
{
	libxl_ctx *ctx = arg;
	libxl_asyncop_how callback = {.callback = counted}, for_event = {0};
	libxl_evgen_domain_death *evgen;
	libxl_event *event;
	char shutdown;
	int i;

	for_event.u.for_event = (uintptr_t)&event;
	for (i = 0; i < CALLS; i++) {
		MUST(!libxl_domain_pause(ctx, 7, NULL));
		MUST(!libxl_domain_pause(ctx, 7, &callback));
		MUST(!libxl_domain_pause(ctx, 7, &for_event));
		MUST(!libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, mine, &event));
		libxl_event_free(ctx, event);
		MUST(!libxl_evenable_domain_death(ctx, 7, (uintptr_t)&shutdown, &evgen));
		MUST(!libxl_event_wait(ctx, &event, LIBXL_EVENTMASK_ALL, mine, &shutdown));
		MUST(event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN);
		libxl_event_free(ctx, event);
		libxl_evdisable_domain_death(ctx, evgen);
		MUST(!libxl__query(ctx, "system.hello", NULL, NULL));
	}
	return NULL;
}

static void *work_alone(void *arg)
{
	libxl_ctx *ctx = libxl_fixture_ctx();

	work(ctx);
	libxl_ctx_free(ctx);
	return NULL;
}

static void run_threads(void *(*function)(void *), void *arg)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		MUST(!pthread_create(&threads[i], NULL, function, arg));
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

int main(void)
{
	libxl_ctx *ctx;

	libxl_fixture_start();
	fake_nacred_script(answers, 4);
	ctx = libxl_fixture_ctx();
	run_threads(work, ctx);
	/* The last callbacks may still be on their way. */
	while (atomic_load(&nr_done) < THREADS * CALLS)
		MUST(!libxl_domain_pause(ctx, 7, NULL));
	libxl_ctx_free(ctx);
	run_threads(work_alone, NULL);
	libxl_fixture_stop();
	puts("PASS libxl_threads");
	return 0;
}
