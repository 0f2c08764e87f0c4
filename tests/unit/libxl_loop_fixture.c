/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_loop_fixture.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>

#define NR_FDS	 (sizeof(((struct toy_loop *)0)->fds) / sizeof(struct toy_fd))
#define NR_TIMES (sizeof(((struct toy_loop *)0)->times) / sizeof(struct toy_time))

static int fd_register(void *user, int fd, void **for_app, short events, void *for_libxl)
{
	struct toy_loop *loop = user;
	size_t i;

	cr_assert_null(*for_app);
	if (loop->fail_register)
		return loop->fail_register;
	for (i = 0; i < NR_FDS && loop->fds[i].used; i++)
		;
	cr_assert_lt(i, NR_FDS);
	loop->fds[i] = (struct toy_fd){true, fd, events, for_libxl};
	loop->nr_fd_registered++;
	*for_app = &loop->fds[i];
	return 0;
}

static int fd_modify(void *user, int fd, void **for_app, short events)
{
	struct toy_fd *toy = *for_app;

	cr_assert(toy->used);
	cr_assert_eq(toy->fd, fd);
	toy->events = events;
	return 0;
}

static void fd_deregister(void *user, int fd, void *for_app)
{
	struct toy_fd *toy = for_app;

	cr_assert(toy->used);
	cr_assert_eq(toy->fd, fd);
	toy->used = false;
}

static int timeout_register(void *user, void **for_app, struct timeval abs, void *for_libxl)
{
	struct toy_loop *loop = user;
	size_t i;

	cr_assert_null(*for_app);
	if (loop->fail_register)
		return loop->fail_register;
	for (i = 0; i < NR_TIMES && loop->times[i].used; i++)
		;
	cr_assert_lt(i, NR_TIMES);
	loop->times[i] = (struct toy_time){true, abs, for_libxl};
	loop->nr_time_registered++;
	*for_app = &loop->times[i];
	return 0;
}

static int timeout_modify(void *user, void **for_app, struct timeval abs)
{
	struct toy_time *toy = *for_app;

	cr_assert(toy->used);
	cr_assert(!abs.tv_sec && !abs.tv_usec);
	toy->abs = abs;
	return 0;
}

static void timeout_deregister(void *user, void *for_app)
{
	cr_assert(false, "libxl_event.h: will never be called");
}

static const libxl_osevent_hooks hooks = {
	.fd_register = fd_register,
	.fd_modify = fd_modify,
	.fd_deregister = fd_deregister,
	.timeout_register = timeout_register,
	.timeout_modify = timeout_modify,
	.timeout_deregister = timeout_deregister,
};

void toy_loop_init(struct toy_loop *loop, libxl_ctx *ctx)
{
	memset(loop, 0, sizeof(*loop));
	loop->ctx = ctx;
	libxl_osevent_register_hooks(ctx, &hooks, loop);
}

static int until(const struct timeval *abs)
{
	struct timeval now, left;

	gettimeofday(&now, NULL);
	timersub(abs, &now, &left);
	return left.tv_sec < 0 ? 0 : (int)(left.tv_sec * 1000 + left.tv_usec / 1000 + 1);
}

static void call_times(struct toy_loop *loop)
{
	size_t i;

	for (i = 0; i < NR_TIMES; i++) {
		if (!loop->times[i].used || until(&loop->times[i].abs))
			continue;
		loop->times[i].used = false;
		libxl_osevent_occurred_timeout(loop->ctx, loop->times[i].for_libxl);
	}
}

void toy_loop_turn(struct toy_loop *loop, int ms)
{
	struct pollfd fds[NR_FDS];
	size_t i;

	for (i = 0; i < NR_TIMES; i++)
		if (loop->times[i].used && (ms < 0 || until(&loop->times[i].abs) < ms))
			ms = until(&loop->times[i].abs);
	for (i = 0; i < NR_FDS; i++)
		fds[i] = (struct pollfd){.fd = loop->fds[i].used ? loop->fds[i].fd : -1,
					 .events = loop->fds[i].events};
	cr_assert_geq(poll(fds, NR_FDS, ms), 0);
	for (i = 0; i < NR_FDS; i++)
		if (fds[i].revents)
			libxl_osevent_occurred_fd(loop->ctx, loop->fds[i].for_libxl, fds[i].fd,
						  fds[i].events, fds[i].revents);
	call_times(loop);
}

unsigned int toy_loop_fds(const struct toy_loop *loop)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < NR_FDS; i++)
		nr += loop->fds[i].used;
	return nr;
}

unsigned int toy_loop_times(const struct toy_loop *loop)
{
	unsigned int nr = 0;
	size_t i;

	for (i = 0; i < NR_TIMES; i++)
		nr += loop->times[i].used;
	return nr;
}
