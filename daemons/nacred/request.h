/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Calls between their beginning and their answer, alone or in a batch. */
#ifndef NACRED_REQUEST_H
#define NACRED_REQUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "json.h"

struct nacred;
struct client;
struct batch;
struct method;
struct jsonrpc_call;
struct replay;

/* Where an answer goes: the client, or a batch that collects answers. */
struct request {
	struct nacred *n;
	struct client *client; /* NULL once it is gone */
	struct batch *batch;   /* NULL: on its own */
	const struct method *method;
	struct json *id; /* NULL: a notification */
	/* What the audit needs at the end, when the client may be gone. */
	uid_t uid;
	pid_t pid;
	char *subject;		      /* NULL: a call that changes nothing */
	struct replay *replay;	      /* replay.h: it has a request_id, and is the first */
	struct request *also;	      /* the same call again, which gets the same answer */
	struct request *next, **prev; /* client's list of unanswered calls */
};

/* NULL: no memory. */
struct request *request_new(struct nacred *n, struct client *c, struct batch *b,
			    const struct jsonrpc_call *call, const struct method *m);
/* Answer a call that does not become a request; @id NULL: unknown. */
void request_refuse(struct client *c, struct batch *b, const struct json *id,
		    const struct rpc_error *e);

/* End a request that was kept; takes @result and frees @rq. */
void request_reply(struct request *rq, struct json *result);
void request_fail(struct request *rq, const struct rpc_error *e);
/* The same with a file descriptor beside the answer; @fd is closed. */
void request_reply_fd(struct request *rq, struct json *result, int fd);
/* The client is going: keep the request, answer nobody. */
void request_orphan(struct request *rq);

/* A batch while its calls are read; it is answered when the last of them is.  NULL: no
 * memory. */
struct batch *batch_begin(struct client *c);
void batch_end(struct batch *b, struct client *c);

#endif
