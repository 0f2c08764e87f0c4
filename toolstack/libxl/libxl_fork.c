/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_fork.h"

#include <unistd.h>

#include "libxl_context.h"
#include "rpc_post.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static libxl_ctx *contexts;

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&lock);
}

/* So that the child finds the list whole, whatever other threads were doing. */
static void __attribute__((constructor)) prepare(void)
{
	pthread_atfork(before_fork, after_fork, after_fork);
}

void libxl__contexts_add(libxl_ctx *ctx)
{
	pthread_mutex_lock(&lock);
	ctx->next = contexts;
	contexts = ctx;
	pthread_mutex_unlock(&lock);
}

void libxl__contexts_remove(libxl_ctx *ctx)
{
	libxl_ctx **at = &contexts;

	pthread_mutex_lock(&lock);
	while (*at && *at != ctx)
		at = &(*at)->next;
	if (*at)
		*at = ctx->next;
	pthread_mutex_unlock(&lock);
}

/* Descriptors only: other threads' locks may be held for ever in this process, and the
 * caller's hooks belong to the parent's loop. */
static void close_descriptors(libxl_ctx *ctx)
{
	unsigned int i;

	for (i = 0; i < ctx->nr_idle; i++)
		close(rpc_socket(ctx->idle[i]));
	if (ctx->channel.rpc)
		close(rpc_socket(ctx->channel.rpc));
	libxl__loop_postfork(&ctx->loop);
	libxl__children_postfork(&ctx->children);
}

void libxl_postfork_child_noexec(libxl_ctx *ctx)
{
	pthread_mutex_lock(&lock);
	while (contexts) {
		close_descriptors(contexts);
		contexts = contexts->next;
	}
	pthread_mutex_unlock(&lock);
}
