/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The process that builds one domain: everything of a create that takes long. */
#ifndef NACRED_WORKER_H
#define NACRED_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "json.h"
#include "records.h"

/* First argument of the program when it is such a process. */
#define WORKER_OPTION "--build-domain"

/* What it does, in this order; the words are a job's phases. */
enum worker_phase { WORKER_DONE, WORKER_DOMAIN, WORKER_IMAGE, WORKER_VCPUS, WORKER_STORE };

/* Sent when each phase begins, and at the end: each time whole (less than PIPE_BUF, so
 * never in parts). */
struct worker_result {
	enum worker_phase phase;
	int64_t domid; /* -1: no domain was made */
	double start_time;
	struct rpc_error error; /* number 0: the domain is complete and paused */
};

/* NULL for WORKER_DONE. */
const char *worker_phase_word(enum worker_phase phase);
/* How much of the work was done, in percent, when it began. */
unsigned int worker_phase_percent(enum worker_phase phase);

/*
 * Start a process for @r: this program again, not only a fork of it, so that
 * nothing of the parent (its clients, its mappings, its handles on the
 * hypervisor) lives on in it.  *pipe (non-blocking) gives worker_results.
 * @dry_run: make nothing, find out whether it could be made.
 * 0 or -errno.
 */
int worker_spawn(const struct record *r, bool dry_run, pid_t *pid, int *pipe);

/* main() of that process.  Undoes nothing when a step fails: that is the
 * parent's work, which has to do it for a worker that was killed as well. */
int worker_main(void);

#endif
