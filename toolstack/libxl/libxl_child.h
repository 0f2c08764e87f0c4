/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * SIGCHLD.  This library starts no processes: nacred does the work.  What remains of
 * libxl's promises is to reap the caller's children for it in the mode
 * libxl_sigchld_owner_libxl_always.
 */
#ifndef LIBXL_CHILD_H
#define LIBXL_CHILD_H

#include "libxl_loop.h"

struct libxl__children {
	const libxl_childproc_hooks *hooks; /* NULL: the default */
	void *user;
	struct libxl__ev_fd fd; /* an eventfd that the signal handler writes to */
};

void libxl__children_init(struct libxl__children *children);
/* Lock held: give the signal back. */
void libxl__children_close(libxl_ctx *ctx);
/* Lock not held: reap what has ended and tell the caller. */
void libxl__children_reap(libxl_ctx *ctx);
/* In a forked child: the signal is nobody's. */
void libxl__children_postfork(struct libxl__children *children);

#endif
