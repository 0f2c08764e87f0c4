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

/* domain.create with its parameters: "config" (checked by config_read, but read again by
 * the worker), "paused", "keep_ended". RPC_LATER, or RPC_FAILED and @e with nothing left
 * behind. */
int build_create(struct nacred *n, struct request *rq, const struct json *params,
		 struct rpc_error *e);
/* A new domain for a record in state RESTARTING, @delay_msec from now. */
void build_restart(struct nacred *n, struct record *r, unsigned int delay_msec);
/* Stop making the domain with this UUID and answer @rq when nothing of it is left.
 * False: it is not being made, or is past the point where that is possible. */
bool build_cancel(struct nacred *n, const char *uuid, struct request *rq);
void build_stop(struct nacred *n);

#endif
