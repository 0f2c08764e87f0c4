/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Calls that wait: each takes a connection of its own for its time. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "libxl_context.h"

/* Whoever could reach nacred when the context was made waits a little for one that is
 * being started again; nothing tells when it listens. */
#define PATIENCE_TRIES	  40
#define PATIENCE_PAUSE_NS 50000000

static struct rpc *open_patiently(const libxl_ctx *ctx, struct rpc_error *error)
{
	static const struct timespec pause = {.tv_nsec = PATIENCE_PAUSE_NS};
	int tries = ctx->reached ? PATIENCE_TRIES : 0;
	struct rpc *rpc = rpc_open_nacred(error);

	while (!rpc && tries--) {
		nanosleep(&pause, NULL);
		rpc = rpc_open_nacred(error);
	}
	return rpc;
}

/* An idle connection on which nacred has not hung up, else a new one. */
static struct rpc *take_connection(libxl_ctx *ctx, struct rpc_error *error)
{
	struct rpc *rpc = NULL;

	libxl__ctx_lock(ctx);
	while (ctx->nr_idle && !rpc) {
		rpc = ctx->idle[--ctx->nr_idle];
		if (rpc_is_idle(rpc))
			continue;
		rpc_close(rpc);
		rpc = NULL;
	}
	libxl__ctx_unlock(ctx);
	return rpc ? rpc : open_patiently(ctx, error);
}

static void put_connection(libxl_ctx *ctx, struct rpc *rpc)
{
	libxl__ctx_lock(ctx);
	if (ctx->nr_idle < LIBXL__IDLE_CONNECTIONS) {
		ctx->idle[ctx->nr_idle++] = rpc;
		rpc = NULL;
	}
	libxl__ctx_unlock(ctx);
	rpc_close(rpc);
}

int libxl__connect(libxl_ctx *ctx)
{
	struct rpc_error error;
	struct rpc *rpc = take_connection(ctx, &error);

	if (rpc) {
		put_connection(ctx, rpc);
		return 0;
	}
	libxl__log_refusal(ctx, LIBXL__HERE, INVALID_DOMID, &error, NULL);
	return -error.libxl;
}

void libxl__close_idle(libxl_ctx *ctx)
{
	while (ctx->nr_idle)
		rpc_close(ctx->idle[--ctx->nr_idle]);
}

static struct json *call_once(libxl_ctx *ctx, const char *method, struct json *params,
			      int timeout_ms, int *fd, struct rpc_error *error)
{
	struct rpc *rpc = take_connection(ctx, error);
	struct json *result;

	if (!rpc) {
		json_free(params);
		return NULL;
	}
	result = rpc_call(rpc, method, params, timeout_ms, fd, error);
	if (!result && !strncmp(error->symbol, "rpc.", 4))
		rpc_close(rpc); /* an answer that comes late would be taken for another's */
	else
		put_connection(ctx, rpc);
	return result;
}

int libxl__rpc(libxl_ctx *ctx, enum libxl__call_kind kind, const char *method, struct json *params,
	       int timeout_ms, struct json **result, int *fd, struct rpc_error *error)
{
	struct json *again = kind == LIBXL__READ ? json_copy(params) : NULL;
	struct json *answer;

	if (fd)
		*fd = -1;
	answer = call_once(ctx, method, params, timeout_ms, fd, error);
	if (!answer && kind == LIBXL__READ && !strcmp(error->symbol, "rpc.closed")) {
		answer = call_once(ctx, method, again, timeout_ms, fd, error);
		again = NULL;
	}
	json_free(again);
	if (!answer)
		return -error->libxl;
	if (result)
		*result = answer;
	else
		json_free(answer);
	return 0;
}

int libxl__rpc_logged(libxl_ctx *ctx, const struct libxl__where *where, enum libxl__call_kind kind,
		      const char *method, struct json *params, struct json **result,
		      const char *missing)
{
	uint32_t domid = (uint32_t)json_int(json_get(params, "domain"), INVALID_DOMID);
	struct rpc_error error;
	int rc = libxl__rpc(ctx, kind, method, params, RPC_SLOW, result, NULL, &error);

	if (rc)
		libxl__log_refusal(ctx, where, domid, &error, missing);
	return rc;
}

struct json *libxl__domain_params(uint32_t domid)
{
	struct json *params = json_new_object();

	if (params && json_set_int(params, "domain", domid))
		return params;
	json_free(params);
	return NULL;
}
