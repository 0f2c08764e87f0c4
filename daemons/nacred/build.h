/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Making a domain: the record, a worker process that builds (worker.h), and the
 * way back when it fails.  Several can be under way; reads go on meanwhile.
 */
#ifndef NACRED_BUILD_H
#define NACRED_BUILD_H

#include "nacred.h"

struct request;

/* domain.create: a job, which is answered as @params ask (job_answer()), or with
 * "dry_run" the checks only.  RPC_DONE, RPC_LATER, or RPC_FAILED and @e with nothing left
 * behind. */
int build_create(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e);
/* A new domain for a record in state RESTARTING, @delay_msec from now. */
void build_restart(struct nacred *n, struct record *r, unsigned int delay_msec);
/* Stop making the domain with this UUID; @job ends when nothing of it is left.
 * False: it is not being made, or is past the point where that is possible. */
bool build_cancel(struct nacred *n, const char *uuid, struct job *job);
/* Whether it can be stopped so. */
bool build_running(const struct nacred *n, const char *uuid);
void build_stop(struct nacred *n);

#endif
