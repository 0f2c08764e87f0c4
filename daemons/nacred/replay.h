/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Changes that were asked for with a request_id: a client that did not hear how its call
 * ended makes it again, and is answered as the first one was, which happens once.
 *
 * A call that failed has changed nothing and is forgotten: made again, it is tried again.
 * All of it lives in memory: a nacred that is started again remembers none.
 */
#ifndef NACRED_REPLAY_H
#define NACRED_REPLAY_H

#include "error.h"
#include "json.h"
#include "schema.h"

struct nacred;
struct request;
struct method;

#define REPLAY_NEW 2 /* beside enum rpc_verdict: carry it out */

/* The parameters that all methods which change something take beside their own; NULL for
 * another one. */
const struct field *replay_fields(const struct method *m);

/* @rq begins: what its handler would return if it was asked before, or REPLAY_NEW. */
int replay_begin(struct request *rq, const struct json *params, struct json **result,
		 struct rpc_error *e);
/* Its outcome will be that of the job @id. */
void replay_is_job(struct request *rq, const char *id);
/* It ends, with @result or (NULL) @e: also for those who have asked again meanwhile. */
void replay_end(struct request *rq, const struct json *result, const struct rpc_error *e);
/* Remember again what ended before nacred was started again. */
void replay_start(struct nacred *n);
void replay_stop(struct nacred *n);

#endif
