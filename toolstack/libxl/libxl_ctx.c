/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>

#include "libxl_context.h"
#include "libxl_fork.h"

void libxl__ctx_lock(libxl_ctx *ctx)
{
	pthread_mutex_lock(&ctx->lock);
}

void libxl__ctx_unlock(libxl_ctx *ctx)
{
	pthread_mutex_unlock(&ctx->lock);
}

static int init_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;
	int rc = pthread_mutexattr_init(&attr);

	if (rc)
		return rc;
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	rc = pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return rc;
}

int libxl_ctx_alloc(libxl_ctx **pctx, int version, unsigned flags, xentoollog_logger *lg)
{
	libxl_ctx *ctx;
	int rc;

	*pctx = NULL;
	if (version != LIBXL_VERSION)
		return ERROR_VERSION;
	ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return ERROR_NOMEM;
	ctx->lg = lg;
	if (init_lock(&ctx->lock)) {
		free(ctx);
		return ERROR_FAIL;
	}
	libxl__loop_init(&ctx->loop);
	libxl__channel_init(&ctx->channel);
	libxl__children_init(&ctx->children);
	libxl__contexts_add(ctx);
	/* Real libxl fails here on a machine without Xen, and callers (libvirt's driver) take
	 * that for "no Xen". */
	rc = libxl__connect(ctx);
	if (rc) {
		libxl_ctx_free(ctx);
		return rc;
	}
	ctx->reached = true;
	*pctx = ctx;
	return 0;
}

int libxl_ctx_free(libxl_ctx *ctx)
{
	if (!ctx)
		return 0;
	libxl__contexts_remove(ctx);
	libxl__ctx_lock(ctx);
	libxl__close_idle(ctx);
	libxl_version_info_dispose(&ctx->version);
	libxl__channel_close(ctx);
	libxl__children_close(ctx);
	libxl__deaths_free(ctx);
	libxl__aos_free(ctx);
	libxl__ctx_unlock(ctx);
	libxl__loop_free(ctx);
	pthread_mutex_destroy(&ctx->lock);
	free(ctx);
	return 0;
}
