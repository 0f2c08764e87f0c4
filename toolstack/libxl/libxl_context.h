/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A context, whole.  Files that only call nacred need libxl_internal.h alone. */
#ifndef LIBXL_CONTEXT_H
#define LIBXL_CONTEXT_H

#include "libxl_ao.h"
#include "libxl_channel.h"
#include "libxl_child.h"
#include "libxl_death.h"
#include "libxl_internal.h"
#include "libxl_loop.h"

/* Connections that are kept for the next call that waits; more are opened when more
 * threads call at once, and closed afterwards. */
#define LIBXL__IDLE_CONNECTIONS 4

struct libxl__ctx {
	xentoollog_logger *lg; /* the caller's; NULL: nobody listens */
	pthread_mutex_t lock;
	libxl_ctx *next; /* of the process's contexts, see libxl_fork.h */
	struct rpc *idle[LIBXL__IDLE_CONNECTIONS];
	unsigned int nr_idle;
	libxl_version_info version; /* of libxl_get_version_info(); no strings: not asked yet */
	bool reached;		    /* nacred was there once: if it is away, it comes back */
	struct libxl__loop loop;
	struct libxl__channel channel;
	struct libxl__ao *aos; /* under way */
	unsigned int nr_cores; /* that are being written */
	struct libxl__evgen_domain_death *deaths;
	struct libxl__death_watch watch;
	struct libxl__children children;
};

#endif
