/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Descriptors and timeouts, and the hooks by which a caller's own loop serves them. */
#include <poll.h>
#include <stdlib.h>

#include "libxl_context.h"

/* --- what the caller's loop knows them by ------------------------------------------- */

static struct libxl__nexus *nexus_get(struct libxl__nexus **idle, void *ev)
{
	struct libxl__nexus *nexus = *idle;

	if (nexus)
		*idle = nexus->next;
	else
		nexus = malloc(sizeof(*nexus));
	if (nexus)
		*nexus = (struct libxl__nexus){.ev = ev};
	return nexus;
}

static void nexus_put(struct libxl__nexus **idle, struct libxl__nexus *nexus)
{
	nexus->ev = NULL;
	nexus->next = *idle;
	*idle = nexus;
}

/* libxl's own errors are negative; a hook may give any positive number instead. */
static int hook_fd_register(libxl_ctx *ctx, struct libxl__ev_fd *ev)
{
	const struct libxl__loop *loop = &ctx->loop;
	int rc;

	ev->nexus = nexus_get(&ctx->loop.idle_fds, ev);
	if (!ev->nexus)
		return ERROR_NOMEM;
	rc = loop->hooks->fd_register(loop->hooks_user, ev->fd, &ev->nexus->for_app, ev->events,
				      ev->nexus);
	if (rc) {
		nexus_put(&ctx->loop.idle_fds, ev->nexus);
		ev->nexus = NULL;
	}
	return rc;
}

static int hook_time_register(libxl_ctx *ctx, struct libxl__ev_time *ev)
{
	const struct libxl__loop *loop = &ctx->loop;
	int rc;

	ev->nexus = nexus_get(&ctx->loop.idle_times, ev);
	if (!ev->nexus)
		return ERROR_NOMEM;
	rc = loop->hooks->timeout_register(loop->hooks_user, &ev->nexus->for_app, ev->abs,
					   ev->nexus);
	if (rc) {
		nexus_put(&ctx->loop.idle_times, ev->nexus);
		ev->nexus = NULL;
	}
	return rc;
}

/* --- descriptors
 * ---------------------------------------------------------------------------------- */

int libxl__fd_register(libxl_ctx *ctx, struct libxl__ev_fd *ev, int fd, short events)
{
	int rc;

	ev->fd = fd;
	ev->events = events;
	ev->nexus = NULL;
	rc = ctx->loop.hooks ? hook_fd_register(ctx, ev) : 0;
	if (rc) {
		ev->fd = -1;
		return rc;
	}
	ev->next = ctx->loop.fds;
	ctx->loop.fds = ev;
	libxl__wake_all(ctx);
	return 0;
}

int libxl__fd_modify(libxl_ctx *ctx, struct libxl__ev_fd *ev, short events)
{
	const struct libxl__loop *loop = &ctx->loop;
	int rc = 0;

	if (ev->events == events)
		return 0;
	if (ev->nexus)
		rc = loop->hooks->fd_modify(loop->hooks_user, ev->fd, &ev->nexus->for_app, events);
	if (rc)
		return rc;
	ev->events = events;
	libxl__wake_all(ctx);
	return 0;
}

void libxl__fd_deregister(libxl_ctx *ctx, struct libxl__ev_fd *ev)
{
	const struct libxl__loop *loop = &ctx->loop;
	struct libxl__ev_fd **at = &ctx->loop.fds;

	if (ev->fd < 0)
		return;
	while (*at != ev)
		at = &(*at)->next;
	*at = ev->next;
	if (ev->nexus) {
		loop->hooks->fd_deregister(loop->hooks_user, ev->fd, ev->nexus->for_app);
		nexus_put(&ctx->loop.idle_fds, ev->nexus);
		ev->nexus = NULL;
	}
	ev->fd = -1;
	libxl__wake_all(ctx);
}

/* The caller may have seen this on the descriptor before it was used for something else,
 * or before the events asked for changed: what counts is what is there now. */
void libxl_osevent_occurred_fd(libxl_ctx *ctx, void *for_libxl, int fd, short events, short revents)
{
	struct libxl__nexus *nexus = for_libxl;
	struct libxl__egc egc;
	struct libxl__ev_fd *ev;

	libxl__enter(&egc, ctx);
	ev = nexus->ev;
	if (ev && ev->fd == fd) {
		struct pollfd pollfd = {.fd = fd, .events = ev->events};

		if (poll(&pollfd, 1, 0) > 0)
			ev->occurred(&egc, ev, pollfd.revents);
	}
	libxl__leave(&egc);
}

/* --- timeouts
 * -------------------------------------------------------------------------------------- */

int libxl__time_register(libxl_ctx *ctx, struct libxl__ev_time *ev, int ms)
{
	struct timeval now, later = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	int rc;

	gettimeofday(&now, NULL);
	timeradd(&now, &later, &ev->abs);
	ev->nexus = NULL;
	rc = ctx->loop.hooks ? hook_time_register(ctx, ev) : 0;
	if (rc)
		return rc;
	ev->active = true;
	ev->next = ctx->loop.times;
	ctx->loop.times = ev;
	libxl__wake_all(ctx);
	return 0;
}

static void unlink_time(libxl_ctx *ctx, struct libxl__ev_time *ev)
{
	struct libxl__ev_time **at = &ctx->loop.times;

	while (*at != ev)
		at = &(*at)->next;
	*at = ev->next;
	ev->active = false;
}

/*
 * timeout_deregister must not be called: a loop in another thread might be about to
 * report this timeout.  Told to do so at once, it surely will, and its name for the
 * timeout stays valid until then.
 */
void libxl__time_deregister(libxl_ctx *ctx, struct libxl__ev_time *ev)
{
	const struct libxl__loop *loop = &ctx->loop;

	if (!ev->active)
		return;
	unlink_time(ctx, ev);
	if (!ev->nexus)
		return;
	ev->nexus->ev = NULL;
	if (loop->hooks->timeout_modify(loop->hooks_user, &ev->nexus->for_app,
					(struct timeval){0, 0}))
		libxl__disaster(ctx, 0, "make the caller's loop forget a timeout", 0);
	ev->nexus = NULL;
}

void libxl_osevent_occurred_timeout(libxl_ctx *ctx, void *for_libxl)
{
	struct libxl__nexus *nexus = for_libxl;
	struct libxl__ev_time *ev;
	struct libxl__egc egc;

	libxl__enter(&egc, ctx);
	ev = nexus->ev;
	nexus_put(&ctx->loop.idle_times, nexus);
	if (ev) {
		ev->nexus = NULL;
		unlink_time(ctx, ev);
		ev->occurred(&egc, ev);
	}
	libxl__leave(&egc);
}

/* --- hooks
 * ------------------------------------------------------------------------------------------- */

static int register_existing(libxl_ctx *ctx)
{
	struct libxl__ev_time *time;
	struct libxl__ev_fd *fd;
	int rc = 0;

	for (fd = ctx->loop.fds; fd && !rc; fd = fd->next)
		rc = hook_fd_register(ctx, fd);
	for (time = ctx->loop.times; time && !rc; time = time->next)
		rc = hook_time_register(ctx, time);
	return rc;
}

void libxl_osevent_register_hooks(libxl_ctx *ctx, const libxl_osevent_hooks *hooks, void *user)
{
	struct libxl__egc egc;

	libxl__enter(&egc, ctx);
	ctx->loop.hooks = hooks;
	ctx->loop.hooks_user = user;
	if (register_existing(ctx))
		libxl__disaster(ctx, 0, "register with the caller's event loop", 0);
	libxl__leave(&egc);
}
