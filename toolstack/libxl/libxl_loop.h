/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The event loop inside libxenlight: descriptors and timeouts, which the caller's own
 * loop serves (osevent hooks, beforepoll/afterpoll) or a thread that waits in here; and
 * what is to be told to the caller's functions once the context is unlocked.
 *
 * Unless it says otherwise, a function wants ctx->lock held.
 */
#ifndef LIBXL_LOOP_H
#define LIBXL_LOOP_H

#include <stdint.h>
#include <sys/time.h>

#include "libxl_internal.h"

struct pollfd;
struct libxl__ao;

/* --- one stay in the library --------------------------------------------------------- */

/* An event that is queued, or on its way to a function.  Its node is made when what
 * causes it is asked for, so that no event is lost for want of memory. */
struct libxl__event_node {
	struct libxl__event_node *next;
	/* of an asyncprogress_how; NULL: an event like others */
	void (*progress)(libxl_ctx *ctx, libxl_event *event, void *for_callback);
	void *for_callback;
	libxl_event event;
};

struct libxl__egc {
	libxl_ctx *ctx;
	struct libxl__event_node *events, **last_event;
	struct libxl__ao *aos, **last_ao;
	bool reap; /* look for children that ended */
};

/* Lock; and unlock, then call the caller's functions.  Not nested. */
void libxl__enter(struct libxl__egc *egc, libxl_ctx *ctx);
void libxl__leave(struct libxl__egc *egc);

/* NULL: no memory. */
struct libxl__event_node *libxl__event_new(libxl_event_type type, uint32_t domid, uint64_t user);
void libxl__event_drop(struct libxl__event_node *node); /* NULL allowed */
/* The event happens now: to a function or into the queue.  Takes @node. */
void libxl__event_occurred(struct libxl__egc *egc, struct libxl__event_node *node);

/* What libxl_event.h calls a disaster: events of @type (0: all) may be missing. */
void libxl__disaster(libxl_ctx *ctx, libxl_event_type type, const char *what, int errnoval);

/* --- descriptors ------------------------------------------------------------------------ */

/* What the caller's loop knows a descriptor or a timeout by.  Kept until the context
 * goes: the caller may still name one that is no longer of interest. */
struct libxl__nexus {
	struct libxl__nexus *next;
	void *ev; /* NULL: of nothing now */
	void *for_app;
};

struct libxl__ev_fd {
	struct libxl__ev_fd *next;
	int fd; /* -1: not registered */
	short events;
	void (*occurred)(struct libxl__egc *egc, struct libxl__ev_fd *ev, short revents);
	struct libxl__nexus *nexus;
};

/* How many descriptors a context ever has: the channel, ended children, and the cores that
 * are written at once. */
#define LIBXL__MAX_CORES 6
#define LIBXL__MAX_FDS	 (2 + LIBXL__MAX_CORES)

/* 0, or what the caller's hook says (nothing is registered or changed then). */
int libxl__fd_register(libxl_ctx *ctx, struct libxl__ev_fd *ev, int fd, short events);
int libxl__fd_modify(libxl_ctx *ctx, struct libxl__ev_fd *ev, short events);
void libxl__fd_deregister(libxl_ctx *ctx, struct libxl__ev_fd *ev); /* if it is registered */

/* --- timeouts ------------------------------------------------------------------------------ */

struct libxl__ev_time {
	struct libxl__ev_time *next;
	bool active;
	struct timeval abs;
	void (*occurred)(struct libxl__egc *egc, struct libxl__ev_time *ev);
	struct libxl__nexus *nexus;
};

/* @ms from now, once. 0, or what the caller's hook says. */
int libxl__time_register(libxl_ctx *ctx, struct libxl__ev_time *ev, int ms);
void libxl__time_deregister(libxl_ctx *ctx, struct libxl__ev_time *ev); /* if it is active */

/* --- waiting -------------------------------------------------------------------------------- */

/* A thread that waits in here, or the caller's beforepoll. */
struct libxl__poller {
	struct libxl__poller *next;
	int wakeup; /* eventfd */
};

/* NULL: no descriptor or memory is left. */
struct libxl__poller *libxl__poller_get(libxl_ctx *ctx);
void libxl__poller_put(libxl_ctx *ctx, struct libxl__poller *poller);
/* Every thread that waits looks again. */
void libxl__wake_all(libxl_ctx *ctx);

/* Wait until something happens, handle it, tell the caller's functions. The lock is
 * released meanwhile. 0 or an ERROR_*. */
int libxl__loop_once(struct libxl__egc *egc, struct libxl__poller *poller);

struct libxl__loop {
	const libxl_osevent_hooks *hooks; /* NULL: none */
	void *hooks_user;
	struct libxl__ev_fd *fds;
	struct libxl__ev_time *times;
	/* Not one list: the caller may still name a descriptor's that was given back. */
	struct libxl__nexus *idle_fds, *idle_times;
	struct libxl__poller *pollers, *idle_pollers, *app_poller;
	struct libxl__event_node *events, **last_event; /* the queue */
	const libxl_event_hooks *event_hooks;
	void *event_user;
};

/* Any lock state: nobody else uses @ctx yet, or any more. */
void libxl__loop_init(struct libxl__loop *loop);
void libxl__loop_free(libxl_ctx *ctx);
/* After a fork, in the child: close the descriptors of the pollers. */
void libxl__loop_postfork(struct libxl__loop *loop);

#endif
