/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the files of libxenlight share: the context, its log, and calls of nacred.
 *
 * Locks: ctx->lock is recursive, as callers of libxl expect, and is never held while
 * a call waits for nacred or while code of the caller's runs (but for the osevent
 * hooks, as libxl_event.h says).
 */
#ifndef LIBXL_INTERNAL_H
#define LIBXL_INTERNAL_H

/* Everything that the public headers declare is exported; the rest is not. */
#pragma GCC visibility push(default)
#include <libxl.h>
#include <libxl_event.h>
#include <libxl_utils.h>
#pragma GCC visibility pop

#include <pthread.h>
#include <xentoollog.h>

#include "json.h"
#include "rpc.h"

void libxl__ctx_lock(libxl_ctx *ctx);
void libxl__ctx_unlock(libxl_ctx *ctx);

/* --- log -------------------------------------------------------------------------- */

/* Where a message comes from, as real libxl's messages tell: file:line:function. */
struct libxl__where {
	const char *file;
	int line;
	const char *func;
};

#define LIBXL__HERE (&(const struct libxl__where){__FILE_NAME__, __LINE__, __func__})

/* @domid of a guest: the text begins with "Domain N:", as in Xen's not for domain 0.
 * @errnoval -1: no system error.  What is not printable in the text is escaped. */
void libxl__log(libxl_ctx *ctx, xentoollog_level level, int errnoval,
		const struct libxl__where *where, uint32_t domid, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

#define LIBXL__ERROR(ctx, domid, ...)                                                              \
	libxl__log(ctx, XTL_ERROR, -1, LIBXL__HERE, domid, __VA_ARGS__)
#define LIBXL__WARN(ctx, domid, ...) libxl__log(ctx, XTL_WARN, -1, LIBXL__HERE, domid, __VA_ARGS__)
#define LIBXL__DEBUG(ctx, domid, ...)                                                              \
	libxl__log(ctx, XTL_DEBUG, -1, LIBXL__HERE, domid, __VA_ARGS__)

/* An error in the form of libxenctrl's, for what that library does in Xen. */
void libxl__log_xc(libxl_ctx *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What nacred said went wrong, with its hint.  @missing: what Xen's libxl says of a domain
 * that does not exist, "" where it says nothing; NULL: that in nacred's words, too. */
void libxl__log_refusal(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid,
			const struct rpc_error *error, const char *missing);

/* --- calls of nacred ---------------------------------------------------------------- */

/*
 * How libxl__rpc() calls.  A call that only reads is made once more when nacred was
 * restarted in the middle of it; one that changes something is not, as nobody could
 * say whether the first was carried out.
 */
enum libxl__call_kind { LIBXL__READ, LIBXL__CHANGE };

/*
 * Call @method with @params (owned; NULL: none), wait for the answer, and give 0 with
 * *@result (to be freed with json_free(); @result NULL: not wanted), or libxl's
 * negative ERROR_* with *@error filled. @fd (may be NULL) gets the descriptor that
 * came along, or -1.  Any thread, ctx->lock not held.  Says nothing in the log.
 */
int libxl__rpc(libxl_ctx *ctx, enum libxl__call_kind kind, const char *method, struct json *params,
	       int timeout_ms, struct json **result, int *fd, struct rpc_error *error);

/* The same with a message when it fails; @missing as of libxl__log_refusal(). */
int libxl__rpc_logged(libxl_ctx *ctx, const struct libxl__where *where, enum libxl__call_kind kind,
		      const char *method, struct json *params, struct json **result,
		      const char *missing);

#define libxl__query_of(ctx, method, params, result, missing)                                      \
	libxl__rpc_logged(ctx, LIBXL__HERE, LIBXL__READ, method, params, result, missing)
#define libxl__call_of(ctx, method, params, result, missing)                                       \
	libxl__rpc_logged(ctx, LIBXL__HERE, LIBXL__CHANGE, method, params, result, missing)
#define libxl__query(ctx, method, params, result) libxl__query_of(ctx, method, params, result, NULL)
#define libxl__call(ctx, method, params, result)  libxl__call_of(ctx, method, params, result, NULL)

/* A new object {"domain": @domid}, or NULL: no memory (which the calls above take for
 * no parameters and nacred refuses). */
struct json *libxl__domain_params(uint32_t domid);

/* Reach nacred, and keep the connection for the next call. 0 or ERROR_FAIL, logged. */
int libxl__connect(libxl_ctx *ctx);

/* Close the idle connections. ctx->lock held. */
void libxl__close_idle(libxl_ctx *ctx);

#endif
