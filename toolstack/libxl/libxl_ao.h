/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Asynchronous operations: functions with an ao_how.  Each is one call of nacred, or
 * several, one after the other.
 */
#ifndef LIBXL_AO_H
#define LIBXL_AO_H

#include "libxl_channel.h"

struct libxl__ao;

/* libxl__op.answered: another call follows, or a libxl__ao_complete(). */
#define LIBXL__GOES_ON 1

struct libxl__op {
	const char *method;
	const char *missing; /* as of libxl__log_refusal() */
	int timeout_ms;	     /* as of libxl__post */
	bool repeatable;     /* as of libxl__post */
	bool with_fd;	     /* a descriptor comes with the answer */
	/*
	 * What to make of the answer: with @rc 0 @result is there, else it is NULL.  Gives
	 * what the operation ends with, or LIBXL__GOES_ON after a libxl__ao_next() that
	 * gave 0.  NULL: it ends with @rc.  @ao->fd is there with_fd, also with an error,
	 * and this has to close it.
	 */
	int (*answered)(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
			int rc);
	/*
	 * Called by libxl_ao_abort() when nacred has the call: ask it to stop, and let the
	 * answer tell.  NULL: what is not sent yet is not sent, the rest takes its course.
	 */
	void (*abort)(struct libxl__egc *egc, struct libxl__ao *ao);
	/* Frees @user of the operation; NULL: there is nothing to free. */
	void (*release)(void *user);
};

struct libxl__ao {
	struct libxl__ao *next; /* of ctx->aos, then of egc->aos */
	libxl_ctx *ctx;
	struct libxl__where where;
	const struct libxl__op *op; /* the step that is under way */
	void (*release)(void *user);
	void *user; /* the operation's own */
	uint32_t domid;
	int fd; /* -1: none came */
	bool sync, aborting, complete;
	int rc;
	libxl_asyncop_how how;
	struct libxl__event_node *event; /* OPERATION_COMPLETE, when that is wanted */
	struct libxl__post post;
};

/*
 * Begin @op on @domid (INVALID_DOMID: none) with @params (owned; NULL is taken for no
 * memory) and @user (owned: op->release frees it, also when this fails).  As libxl.h
 * says of @how: NULL waits and gives the result; else 0 when it has begun.  Lock not
 * held; not called with a @how when the caller waits in here.
 */
int libxl__ao_run(libxl_ctx *ctx, const struct libxl__where *where, const libxl_asyncop_how *how,
		  uint32_t domid, const struct libxl__op *op, struct json *params, void *user);

#define libxl__ao(ctx, how, domid, op, params, user)                                               \
	libxl__ao_run(ctx, LIBXL__HERE, how, domid, op, params, user)

/* For what is over before its function returns: the result, or 0 and @how tells it. */
int libxl__ao_done(libxl_ctx *ctx, const libxl_asyncop_how *how, uint32_t domid, int rc);

/* From libxl__op.answered: the next step.  0, or an error to end with. */
int libxl__ao_next(struct libxl__ao *ao, const struct libxl__op *op, struct json *params);

/* It ends with @rc; for one that goes on without a call. */
void libxl__ao_complete(struct libxl__egc *egc, struct libxl__ao *ao, int rc);

/* From libxl__op.abort: wait for no answer any more, end with ERROR_ABORTED. */
void libxl__ao_cancel(struct libxl__egc *egc, struct libxl__ao *ao);

/* Lock not held: tell the caller's function that it is over. */
void libxl__ao_deliver(struct libxl__ao *ao);

/* The context goes: those that are under way are not told of any more. */
void libxl__aos_free(libxl_ctx *ctx);

#endif
