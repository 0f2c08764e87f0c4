/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "libxl_context.h"

/* --- pollers -------------------------------------------------------------------------------- */

static struct libxl__poller *poller_new(void)
{
	struct libxl__poller *poller = calloc(1, sizeof(*poller));

	if (!poller)
		return NULL;
	poller->wakeup = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (poller->wakeup >= 0)
		return poller;
	free(poller);
	return NULL;
}

struct libxl__poller *libxl__poller_get(libxl_ctx *ctx)
{
	struct libxl__loop *loop = &ctx->loop;
	struct libxl__poller *poller = loop->idle_pollers;

	if (poller)
		loop->idle_pollers = poller->next;
	else
		poller = poller_new();
	if (!poller) {
		LIBXL__ERROR(ctx, INVALID_DOMID, "cannot make an eventfd to wait with");
		return NULL;
	}
	poller->next = loop->pollers;
	loop->pollers = poller;
	return poller;
}

void libxl__poller_put(libxl_ctx *ctx, struct libxl__poller *poller)
{
	struct libxl__poller **at = &ctx->loop.pollers;

	while (*at != poller)
		at = &(*at)->next;
	*at = poller->next;
	poller->next = ctx->loop.idle_pollers;
	ctx->loop.idle_pollers = poller;
}

void libxl__wake_all(libxl_ctx *ctx)
{
	static const uint64_t one = 1;
	struct libxl__poller *poller;

	/* Only a full counter refuses the write, and that wakes as well. */
	for (poller = ctx->loop.pollers; poller; poller = poller->next)
		if (write(poller->wakeup, &one, sizeof(one)) < 0 && errno != EAGAIN)
			libxl__disaster(ctx, 0, "wake a thread that waits", errno);
}

static void poller_awake(struct libxl__poller *poller)
{
	uint64_t count;

	if (read(poller->wakeup, &count, sizeof(count)) < 0)
		return; /* another look at it was faster */
}

/* --- before and after poll() ---------------------------------------------------------------- */

/* Milliseconds until @abs, rounded up: 0 when it has passed. */
static int until(const struct timeval *abs, const struct timeval *now)
{
	int64_t usec = ((int64_t)abs->tv_sec - now->tv_sec) * 1000000 + abs->tv_usec - now->tv_usec;

	if (usec <= 0)
		return 0;
	return usec > (int64_t)INT32_MAX * 1000 ? INT32_MAX : (int)((usec + 999) / 1000);
}

/* Fills at most @room; how many there are. */
static int before_poll(libxl_ctx *ctx, const struct libxl__poller *poller, struct pollfd *fds,
		       int room, int *timeout, const struct timeval *now)
{
	const struct libxl__ev_time *time;
	const struct libxl__ev_fd *ev;
	int nr = 0;

	if (room > 0)
		fds[0] = (struct pollfd){.fd = poller->wakeup, .events = POLLIN};
	nr++;
	for (ev = ctx->loop.fds; ev; ev = ev->next, nr++)
		if (nr < room)
			fds[nr] = (struct pollfd){.fd = ev->fd, .events = ev->events};
	for (time = ctx->loop.times; time; time = time->next) {
		int ms = until(&time->abs, now);

		if (*timeout < 0 || ms < *timeout)
			*timeout = ms;
	}
	return nr;
}

static short revents_of(const struct libxl__ev_fd *ev, const struct pollfd *fds, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (fds[i].fd == ev->fd)
			return fds[i].revents & (short)(ev->events | POLLERR | POLLHUP);
	return 0;
}

/* What occurs may register and deregister: look from the start again each time, with
 * what was seen on a descriptor counting once. */
static void handle_fds(struct libxl__egc *egc, struct pollfd *fds, int nr)
{
	struct libxl__ev_fd *ev = egc->ctx->loop.fds;
	int i;

	while (ev) {
		short revents = revents_of(ev, fds, nr);

		if (!revents) {
			ev = ev->next;
			continue;
		}
		for (i = 0; i < nr; i++)
			if (fds[i].fd == ev->fd)
				fds[i].revents = 0;
		ev->occurred(egc, ev, revents);
		ev = egc->ctx->loop.fds;
	}
}

static void handle_times(struct libxl__egc *egc, const struct timeval *now)
{
	struct libxl__ev_time *ev = egc->ctx->loop.times;

	while (ev) {
		if (until(&ev->abs, now)) {
			ev = ev->next;
			continue;
		}
		libxl__time_deregister(egc->ctx, ev);
		ev->occurred(egc, ev);
		ev = egc->ctx->loop.times;
	}
}

static void after_poll(struct libxl__egc *egc, struct libxl__poller *poller, struct pollfd *fds,
		       int nr, const struct timeval *now)
{
	int i;

	for (i = 0; i < nr; i++)
		if (fds[i].fd == poller->wakeup && fds[i].revents)
			poller_awake(poller);
	handle_fds(egc, fds, nr);
	handle_times(egc, now);
}

static int poll_once(struct libxl__egc *egc, struct libxl__poller *poller)
{
	struct pollfd fds[LIBXL__MAX_FDS + 1];
	int nr, timeout = -1, rc, err = 0;
	libxl_ctx *ctx = egc->ctx;
	struct timeval now;

	gettimeofday(&now, NULL);
	nr = before_poll(ctx, poller, fds, LIBXL__MAX_FDS + 1, &timeout, &now);
	libxl__ctx_unlock(ctx);
	rc = poll(fds, (nfds_t)nr, timeout);
	if (rc < 0)
		err = errno;
	libxl__ctx_lock(ctx);
	if (err && err != EINTR) {
		libxl__log(ctx, XTL_ERROR, err, LIBXL__HERE, INVALID_DOMID, "poll failed");
		return ERROR_FAIL;
	}
	gettimeofday(&now, NULL);
	after_poll(egc, poller, fds, rc > 0 ? nr : 0, &now);
	return 0;
}

int libxl__loop_once(struct libxl__egc *egc, struct libxl__poller *poller)
{
	libxl_ctx *ctx = egc->ctx;

	if (!egc->events && !egc->aos && !egc->reap)
		return poll_once(egc, poller);
	/* What the caller's functions do may be what is waited for. */
	libxl__leave(egc);
	libxl__enter(egc, ctx);
	return 0;
}

int libxl_osevent_beforepoll(libxl_ctx *ctx, int *nfds_io, struct pollfd *fds, int *timeout_upd,
			     struct timeval now)
{
	int room = *nfds_io, rc = 0;
	struct libxl__egc egc;

	libxl__enter(&egc, ctx);
	if (!ctx->loop.app_poller)
		ctx->loop.app_poller = libxl__poller_get(ctx);
	if (ctx->loop.app_poller)
		*nfds_io = before_poll(ctx, ctx->loop.app_poller, fds, room, timeout_upd, &now);
	else
		rc = ERROR_FAIL;
	libxl__leave(&egc);
	return !rc && *nfds_io > room ? ERROR_BUFFERFULL : rc;
}

void libxl_osevent_afterpoll(libxl_ctx *ctx, int nfds, const struct pollfd *fds, struct timeval now)
{
	struct pollfd copy[LIBXL__MAX_FDS + 1];
	struct libxl__egc egc;
	int i;

	if (nfds > LIBXL__MAX_FDS + 1)
		nfds = LIBXL__MAX_FDS + 1; /* beforepoll never gives more */
	for (i = 0; i < nfds; i++)
		copy[i] = fds[i];
	libxl__enter(&egc, ctx);
	if (ctx->loop.app_poller)
		after_poll(&egc, ctx->loop.app_poller, copy, nfds, &now);
	libxl__leave(&egc);
}

/* --- the whole ------------------------------------------------------------------------------- */

void libxl__loop_init(struct libxl__loop *loop)
{
	loop->last_event = &loop->events;
}

static void free_pollers(struct libxl__poller *poller)
{
	while (poller) {
		struct libxl__poller *next = poller->next;

		close(poller->wakeup);
		free(poller);
		poller = next;
	}
}

static void free_nexuses(struct libxl__nexus *nexus)
{
	while (nexus) {
		struct libxl__nexus *next = nexus->next;

		free(nexus);
		nexus = next;
	}
}

void libxl__loop_free(libxl_ctx *ctx)
{
	struct libxl__loop *loop = &ctx->loop;

	while (loop->events) {
		struct libxl__event_node *node = loop->events;

		loop->events = node->next;
		libxl__event_drop(node);
	}
	free_nexuses(loop->idle_fds);
	free_nexuses(loop->idle_times);
	free_pollers(loop->pollers);
	free_pollers(loop->idle_pollers);
}

void libxl__loop_postfork(struct libxl__loop *loop)
{
	struct libxl__poller *poller;

	for (poller = loop->pollers; poller; poller = poller->next)
		close(poller->wakeup);
	for (poller = loop->idle_pollers; poller; poller = poller->next)
		close(poller->wakeup);
}
