/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The context's connection for calls that nobody waits for, and for nacred's events.
 * When nacred is restarted it connects again, repeats what may be repeated and lists
 * the domains, so that no end of one is missed.  ctx->lock held in all functions.
 */
#ifndef LIBXL_CHANNEL_H
#define LIBXL_CHANNEL_H

#include "libxl_loop.h"

/* Milliseconds between two attempts to reach a nacred that is away (its coming back
 * raises no event), for how long calls wait for it, and then between attempts that
 * only events are waiting for. */
#define LIBXL__RETRY_MS	     100
#define LIBXL__AWAY_MS	     15000
#define LIBXL__AWAY_RETRY_MS 1000
/* Calls on their way at once; nacred takes 128 of one client. */
#define LIBXL__CALLS_SENT 64

struct libxl__post {
	struct libxl__post *next;
	const char *method;
	struct json *params; /* owned */
	bool repeatable;     /* carried out twice it is as if once: goes on after a restart */
	int timeout_ms;	     /* negative: none */
	/* Where the descriptor that comes with the answer goes, to be closed by answered();
	 * -1: there was none.  NULL: none is expected. */
	int *fd;
	/* Once, unless it is cancelled; @post is not the channel's any more.  @result is
	 * NULL when @error is not. */
	void (*answered)(struct libxl__egc *egc, struct libxl__post *post,
			 const struct json *result, const struct rpc_error *error);
	/* The channel's own: */
	bool pending, repeated;
	int64_t id; /* 0: not sent */
	struct libxl__ev_time deadline;
};

struct libxl__channel {
	struct rpc *rpc; /* NULL: not connected */
	struct libxl__ev_fd fd;
	struct libxl__ev_time retry;
	bool away;		   /* nacred could not be reached since ... */
	struct timeval away_since; /* (monotonic) */
	struct libxl__post *posts, **last;
	unsigned int nr_sent;
};

void libxl__channel_init(struct libxl__channel *channel);
/* Cancels what is pending. */
void libxl__channel_close(libxl_ctx *ctx);

/* Start a call with what is filled of @post.  0, or an ERROR_* or a hook's number: then
 * it will not be answered; its params are freed in any case. */
int libxl__post(libxl_ctx *ctx, struct libxl__post *post);
/* It is not answered any more; nothing when it is not pending. */
void libxl__post_cancel(libxl_ctx *ctx, struct libxl__post *post);
/* Whether it has gone to nacred, so that it may have been carried out. */
bool libxl__post_sent(const struct libxl__post *post);

/* Be connected, now or as soon as nacred can be reached. 0 or as libxl__post(). */
int libxl__channel_want(libxl_ctx *ctx);

#endif
