/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Client of nacred's socket: JSON-RPC 2.0, one object per line, descriptors by
 * SCM_RIGHTS.  One call at a time per connection; not thread-safe.
 */
#ifndef NACRE_RPC_H
#define NACRE_RPC_H

#include "json.h"

/* Milliseconds until a call gives up. */
#define RPC_QUICK   30000  /* answers from the daemon's memory or one hypercall */
#define RPC_SLOW    300000 /* builds or takes down a domain */
#define RPC_FOREVER (-1)   /* waits for a guest */

#define RPC_MAX_REPLY  (16u << 20) /* bytes of one reply */
#define RPC_MAX_EVENTS 1024	   /* kept while nobody asks; later ones are dropped */

/* Error numbers of libxl that users see as exit status and in messages. */
enum rpc_libxl_error {
	RPC_ERROR_FAIL = 3,
	RPC_ERROR_NOMEM = 5,
	RPC_ERROR_INVAL = 6,
	RPC_ERROR_TIMEDOUT = 9,
	RPC_ERROR_NOPARAVIRT = 10,
	RPC_ERROR_DOMAIN_NOTFOUND = 21,
};

struct rpc_error {
	int libxl;	 /* positive; RPC_ERROR_FAIL where nothing better is known */
	char symbol[64]; /* "domain.not_found"; "rpc.*" for trouble on the way */
	char text[512];	 /* what went wrong */
	char hint[256];	 /* what to do about it, may be empty */
};

struct rpc;

/* NULL with *error filled when nobody answers at @path. */
struct rpc *rpc_open(const char *path, struct rpc_error *error);
/* The same of the instance that the environment names (instance.h). */
struct rpc *rpc_open_nacred(struct rpc_error *error);
void rpc_close(struct rpc *rpc); /* NULL allowed */

/* The same over a connected stream socket that the client then owns. */
struct rpc *rpc_adopt(int socket, struct rpc_error *error);

/*
 * Call @method with @params (owned, NULL for none).  The result, to be freed
 * by the caller, or NULL with *error filled.  If @fd is not NULL it gets the
 * descriptor that came with the reply, or -1.
 */
struct json *rpc_call(struct rpc *rpc, const char *method, struct json *params, int timeout_ms,
		      int *fd, struct rpc_error *error);

/* Whether the connection is fit for another call: nacred has not hung up, and nothing
 * that nobody asked for lies there.  For one without event.subscribe. */
bool rpc_is_idle(const struct rpc *rpc);

/* The next notification "event" (its params), also one that came during an
 * earlier call. NULL with *error filled. */
struct json *rpc_event(struct rpc *rpc, int timeout_ms, struct rpc_error *error);

/* {"domain": selector}: an integer for digits, else a string. NULL: no memory. */
struct json *rpc_domain(const char *selector);

#endif
