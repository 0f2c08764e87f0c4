/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* SIGCHLD in all its modes, and contexts after a fork. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_nacred.h"
#include "libxl_context.h"
#include "libxl_fixture.h"

TestSuite(libxl_child, .init = libxl_fixture_start, .fini = libxl_fixture_stop, .timeout = 60);

static pid_t reaped;
static int reaped_status, reaped_answer;

static int on_reaped(pid_t pid, int status, void *user)
{
	reaped = pid;
	reaped_status = status;
	return reaped_answer;
}

static pid_t child_that_exits(int status)
{
	pid_t pid = fork();

	if (!pid)
		_exit(status);
	return pid;
}

static void turn(libxl_ctx *ctx)
{
	struct pollfd fds[8];
	struct timeval now;
	int nr = 8, timeout = -1;

	gettimeofday(&now, NULL);
	cr_assert_eq(libxl_osevent_beforepoll(ctx, &nr, fds, &timeout, now), 0);
	poll(fds, (nfds_t)nr, timeout);
	gettimeofday(&now, NULL);
	libxl_osevent_afterpoll(ctx, nr, fds, now);
}

static bool handler_is_default(void)
{
	struct sigaction action;

	sigaction(SIGCHLD, NULL, &action);
	return action.sa_handler == SIG_DFL;
}

Test(libxl_child, libxl_always_reaps_the_callers_children)
{
	static const libxl_childproc_hooks hooks = {.chldowner = libxl_sigchld_owner_libxl_always,
						    .reaped_callback = on_reaped};
	libxl_ctx *ctx = libxl_fixture_ctx();
	pid_t pid;

	libxl_childproc_setmode(ctx, &hooks, NULL);
	pid = child_that_exits(3);
	while (!reaped)
		turn(ctx);
	cr_assert_eq(reaped, pid);
	cr_assert_eq(WEXITSTATUS(reaped_status), 3);
	cr_assert_str_empty(libxl_fixture_log);
	reaped = 0;
	reaped_answer = ERROR_UNKNOWN_CHILD;
	child_that_exits(4);
	while (!reaped)
		turn(ctx);
	cr_assert(strstr(libxl_fixture_log, "unknown child ["), "%s", libxl_fixture_log);
	libxl_ctx_free(ctx);
	cr_assert(handler_is_default());
}

/* A child that ended before the mode was set has raised its signal already. */
Test(libxl_child, ended_before)
{
	static const libxl_childproc_hooks hooks = {.chldowner = libxl_sigchld_owner_libxl_always,
						    .reaped_callback = on_reaped};
	libxl_ctx *ctx = libxl_fixture_ctx();
	siginfo_t info;
	pid_t pid = child_that_exits(0);

	cr_assert_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	libxl_childproc_setmode(ctx, &hooks, NULL);
	while (!reaped)
		turn(ctx);
	cr_assert_eq(reaped, pid);
	libxl_ctx_free(ctx);
}

/* In all other modes the library has no child, so the caller's are left alone. */
Test(libxl_child, others_leave_them_alone)
{
	static const libxl_childproc_hooks modes[] = {
		{.chldowner = libxl_sigchld_owner_libxl, .reaped_callback = on_reaped},
		{.chldowner = libxl_sigchld_owner_mainloop},
		{.chldowner = libxl_sigchld_owner_libxl_always_selective_reap},
	};
	libxl_ctx *ctx = libxl_fixture_ctx();
	pid_t pid;
	size_t i;

	for (i = 0; i < 3; i++) {
		int status = 0;

		libxl_childproc_setmode(ctx, &modes[i], NULL);
		cr_assert(handler_is_default());
		pid = child_that_exits(7);
		libxl_domain_pause(ctx, 1, NULL);
		libxl_childproc_sigchld_occurred(ctx);
		cr_assert_eq(libxl_childproc_reaped(ctx, pid, 0), ERROR_UNKNOWN_CHILD);
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_assert_eq(WEXITSTATUS(status), 7);
	}
	cr_assert_eq(reaped, 0);
	libxl_childproc_setmode(ctx, NULL, NULL);
	libxl_ctx_free(ctx);
}

static int open_descriptors(void)
{
	int fd, nr = 0;

	for (fd = 0; fd < 256; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

/* What a child does that goes on without exec: nothing is shared with the parent, and a
 * new context works. */
static int in_child(libxl_ctx *ctx, int before)
{
	libxl_ctx *own;

	libxl_postfork_child_noexec(ctx);
	if (open_descriptors() != before)
		return 1;
	if (!handler_is_default())
		return 2;
	if (libxl_ctx_alloc(&own, LIBXL_VERSION, 0, libxl_fixture_logger))
		return 3;
	if (libxl_domain_pause(own, 7, NULL))
		return 4;
	libxl_ctx_free(own);
	return open_descriptors() == before ? 0 : 5;
}

Test(libxl_child, after_fork)
{
	static const struct fake_answer paused[] = {
		LIBXL_FIXTURE_HELLO,
		{.method = "domain.pause", .json = "{\"domid\":7}"},
		{.method = "event.subscribe", .json = "{\"seq\":0}"},
		{.method = "domain.list",
		 .json = "{\"domains\":[{\"domid\":7,\"shutdown_reason\":null}]}"},
	};
	static const libxl_childproc_hooks hooks = {.chldowner = libxl_sigchld_owner_libxl_always,
						    .reaped_callback = on_reaped};
	int before = open_descriptors();
	libxl_ctx *ctx = libxl_fixture_ctx(), *other = libxl_fixture_ctx();
	libxl_evgen_domain_death *evgen;
	pid_t pid;

	before += 2; /* the fake's ends: its threads have accepted them by now */
	fake_nacred_script(paused, 4);
	cr_assert_eq(libxl_domain_pause(other, 7, NULL), 0);
	cr_assert_eq(libxl_evenable_domain_death(ctx, 7, 0, &evgen), 0);
	before += 2;
	while (fake_nacred_clients() < 4)
		;
	libxl_childproc_setmode(ctx, &hooks, NULL);
	pid = fork();
	if (!pid)
		_exit(in_child(ctx, before));
	while (!reaped)
		turn(ctx);
	cr_assert_eq(reaped, pid);
	cr_assert(WIFEXITED(reaped_status));
	cr_assert_eq(WEXITSTATUS(reaped_status), 0, "the child says %d",
		     WEXITSTATUS(reaped_status));
	/* The parent's contexts go on. */
	cr_assert_eq(libxl_domain_pause(ctx, 7, NULL), 0);
	cr_assert_eq(libxl_domain_pause(other, 7, NULL), 0);
	libxl_ctx_free(ctx);
	libxl_ctx_free(other);
}
