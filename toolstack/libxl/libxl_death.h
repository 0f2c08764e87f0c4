/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * DOMAIN_SHUTDOWN and DOMAIN_DEATH.  nacred's events tell of an end as it happens; a
 * list of all domains, after each new wish and each new connection, tells what had
 * happened before.  ctx->lock held in all functions.
 */
#ifndef LIBXL_DEATH_H
#define LIBXL_DEATH_H

#include "libxl_channel.h"

/* The channel is connected (again), or no longer. */
void libxl__deaths_connected(libxl_ctx *ctx);
void libxl__deaths_lost(libxl_ctx *ctx);
/* nacred's notification. */
void libxl__deaths_event(struct libxl__egc *egc, const struct json *event);
/* The context goes. */
void libxl__deaths_free(libxl_ctx *ctx);

/* How far the context has got in watching. */
struct libxl__death_watch {
	struct libxl__post subscribe, list;
	bool subscribed;
	bool again; /* what is being listed is older than what somebody wishes to know */
};

#endif
