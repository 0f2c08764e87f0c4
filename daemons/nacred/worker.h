/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The process that builds one domain: everything of a create that takes long. */
#ifndef NACRED_WORKER_H
#define NACRED_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "json.h"

struct worker_order {
	const struct json *config;
	const char *uuid, *name;
	pid_t parent; /* die with it */
	int pipe;     /* where the result goes */
};

/* Sent whole (less than PIPE_BUF, so never in parts). */
struct worker_result {
	int64_t domid; /* -1: no domain was made */
	double start_time;
	struct rpc_error error; /* number 0: the domain is complete and paused */
};

/* Runs in the forked child; undoes nothing when a step fails: that is the
 * parent's work, which has to do it for a worker that was killed as well. */
void worker_main(const struct worker_order *order) __attribute__((noreturn));

#endif
