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

/* domain.create with @config (checked by config_read, but read again by the
 * worker). RPC_LATER, or RPC_FAILED and @e with nothing left behind. */
int build_create(struct nacred *n, struct request *rq, const struct json *config, bool paused,
		 struct rpc_error *e);
/* A new domain for a record in state RESTARTING. */
void build_restart(struct nacred *n, struct record *r);
/* Stop making the domain with this UUID; false: it is not being made. */
bool build_cancel(struct nacred *n, const char *uuid);
void build_stop(struct nacred *n);

#endif
