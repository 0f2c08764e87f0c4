/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "request.h"

#include <stdlib.h>
#include <unistd.h>

#include "audit.h"
#include "client.h"
#include "error_table.h"
#include "jsonrpc.h"
#include "log.h"
#include "nacred.h"
#include "replay.h"
#include "rpc.h"

/* Answers of a batch, sent when the last one is there (JSON-RPC 2.0 section 6). */
struct batch {
	struct client *client; /* NULL once it is gone */
	struct json *replies;
	unsigned int pending; /* calls not answered, and one while it is being read */
};

static void batch_put(struct batch *b)
{
	if (--b->pending)
		return;
	if (b->client && b->replies->nr)
		client_send(b->client, b->replies, -1);
	json_free(b->replies);
	free(b);
}

struct batch *batch_begin(struct client *c)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (!b || !(b->replies = json_new_array())) {
		free(b);
		return NULL;
	}
	b->client = c;
	b->pending = 1;
	return b;
}

void batch_end(struct batch *b, struct client *c)
{
	if (c->gone)
		b->client = NULL;
	batch_put(b);
}

/* Answer somewhere; takes @reply (NULL: no memory was left for it) and @fd. */
static void deliver(struct client *client, struct batch *batch, struct json *reply, int fd)
{
	if (batch) {
		batch->client = client;
		if (reply)
			json_append(batch->replies, reply);
		batch_put(batch);
	} else {
		if (client && reply)
			client_send(client, reply, fd);
		else if (client)
			client_drop(client, "no memory for an answer");
		json_free(reply);
	}
	if (fd >= 0)
		close(fd);
}

static void request_end(struct request *rq, struct json *reply, int fd)
{
	struct client *client = rq->client;
	struct batch *batch = rq->batch;
	bool wanted = rq->id != NULL;

	if (client) {
		*rq->prev = rq->next;
		if (rq->next)
			rq->next->prev = rq->prev;
		client->nr_calls--;
	}
	json_free(rq->id);
	free(rq->subject);
	free(rq);
	if (wanted) {
		deliver(client, batch, reply, fd);
		return;
	}
	json_free(reply);
	if (fd >= 0)
		close(fd);
	if (batch)
		batch_put(batch);
	if (client)
		client_check_end(client);
}

/* A call that does not wait for its job is answered with the job alone. */
static bool is_job_alone(const struct request *rq, const struct json *result)
{
	return schema_find(rq->method->params, "async") && result->nr == 1 &&
	       json_get(result, "job");
}

/* A result that its own schema does not describe is a bug of ours: tests see to it that
 * it does not stay. */
static bool as_described(const struct request *rq, const struct json *result, struct rpc_error *e)
{
	struct rpc_error why;

	/* Who has gone gets whatever ends its call. */
	if (!rq->n->check_results || !result || !rq->client || rq->client->gone ||
	    is_job_alone(rq, result) || schema_check_result(rq->method->result, result, &why) == 0)
		return true;
	log_error("%s: its result is not as its schema says: %s (%s)", rq->method->name,
		  why.message, why.field);
	fail(e, RPC_INTERNAL_ERROR, "daemon.bad_result", "%s: %s", rq->method->name, why.message);
	fail_field(e, "%s", why.field);
	return false;
}

void request_reply_fd(struct request *rq, struct json *result, int fd)
{
	struct rpc_error e;

	if (!as_described(rq, result, &e)) {
		json_free(result);
		if (fd >= 0)
			close(fd);
		request_fail(rq, &e);
		return;
	}
	audit_end(rq, result, NULL);
	replay_end(rq, result, NULL);
	request_end(rq, jsonrpc_result(rq->id, result), fd);
}

void request_reply(struct request *rq, struct json *result)
{
	request_reply_fd(rq, result, -1);
}

/* In tests, a code that is in no table and so in no manual is an error of another kind. */
static const struct rpc_error *listed(const struct nacred *n, const struct rpc_error *e,
				      struct rpc_error *other)
{
	if (!n->check_results || error_find(e->code))
		return e;
	log_error("the error %s is not in the table", e->code);
	fail(other, RPC_INTERNAL_ERROR, "daemon.bad_error", "%s: %s", e->code, e->message);
	return other;
}

void request_fail(struct request *rq, const struct rpc_error *e)
{
	struct rpc_error other;

	e = listed(rq->n, e, &other);
	audit_end(rq, NULL, e);
	replay_end(rq, NULL, e);
	request_end(rq, jsonrpc_error(rq->id, e), -1);
}

void request_refuse(struct client *c, struct batch *b, const struct json *id,
		    const struct rpc_error *e)
{
	struct rpc_error other;

	e = listed(c->n, e, &other);
	if (b)
		b->pending++;
	deliver(c, b, jsonrpc_error(id, e), -1);
}

void request_orphan(struct request *rq)
{
	if (rq->batch)
		rq->batch->client = NULL;
	rq->client = NULL;
	rq->next = NULL;
	rq->prev = NULL;
}

struct request *request_new(struct nacred *n, struct client *c, struct batch *b,
			    const struct jsonrpc_call *call, const struct method *m)
{
	struct request *rq = calloc(1, sizeof(*rq));

	if (!rq)
		return NULL;
	*rq = (struct request){.n = n, .client = c, .batch = b, .method = m};
	rq->uid = c->peer.uid;
	rq->pid = c->peer.pid;
	if ((call->id && !(rq->id = json_copy(call->id))) ||
	    (m->class != METHOD_READ && !(rq->subject = audit_subject(m, call->params)))) {
		json_free(rq->id);
		free(rq);
		return NULL;
	}
	rq->next = c->calls;
	rq->prev = &c->calls;
	if (rq->next)
		rq->next->prev = &rq->next;
	c->calls = rq;
	c->nr_calls++;
	if (b)
		b->pending++;
	return rq;
}
