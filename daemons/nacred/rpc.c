/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rpc.h"

#include <string.h>

#include "audit.h"
#include "client.h"
#include "jsonrpc.h"
#include "limits.h"
#include "listener.h"
#include "openrpc.h"
#include "replay.h"
#include "request.h"

static const struct json_limits request_limits = {
	.max_bytes = LIMIT_REQUEST_BYTES,
	.max_depth = LIMIT_REQUEST_DEPTH,
	.max_values = LIMIT_REQUEST_VALUES,
};

static int forbidden(const struct client *c, const struct method *m, struct rpc_error *e)
{
	if (c->read_only) {
		fail(e, XL_FAIL, "request.forbidden", "%s cannot be called here", m->name);
		return fail_hint(e,
				 "this is the socket for reading; methods of class \"%s\" go "
				 "by " LISTENER_NAME,
				 method_class_word(m->class));
	}
	fail(e, XL_FAIL, "request.forbidden", "user %u may not call %s", (unsigned int)c->peer.uid,
	     m->name);
	return fail_hint(e,
			 "methods of class \"%s\" are for root, nacred's own user and the "
			 "socket's group",
			 method_class_word(m->class));
}

static int check_call(struct client *c, struct batch *b, const struct jsonrpc_call *call,
		      const struct method **method, struct rpc_error *e)
{
	const struct method *m = rpc_method(call->method);

	if (!m)
		return fail(e, RPC_METHOD_NOT_FOUND, "request.unknown_method",
			    "there is no method \"%.60s\"", call->method);
	if (m->class != METHOD_READ && !c->trusted) {
		audit_refused(c, m, call->params);
		return forbidden(c, m, e);
	}
	if (m->no_batch && b)
		return fail(e, RPC_INVALID_REQUEST, "request.invalid",
			    "%s hands over a file descriptor and cannot be part of a batch",
			    m->name);
	if (c->nr_calls >= LIMIT_CALLS_PENDING)
		return fail(e, XL_BUFFERFULL, "request.too_many",
			    "more than %d calls of this client are not answered yet",
			    LIMIT_CALLS_PENDING);
	*method = m;
	return schema_check_both(m->params, replay_fields(m), call->params, e);
}

/* One call, alone or of a batch. */
static void rpc_call(struct nacred *n, struct client *c, struct batch *b, const struct json *text)
{
	const struct method *m = NULL;
	struct json *result = NULL;
	struct jsonrpc_call call;
	struct request *rq;
	struct rpc_error e;
	int verdict;

	client_charge(c);
	if (jsonrpc_read(text, &call, &e) || check_call(c, b, &call, &m, &e)) {
		if (!call.id && (e.number != RPC_INVALID_REQUEST))
			return; /* a notification: nobody waits for the error */
		request_refuse(c, b, call.id, &e);
		return;
	}
	rq = request_new(n, c, b, &call, m);
	if (!rq) {
		client_drop(c, "no memory for a call");
		return;
	}
	memset(&e, 0, sizeof(e));
	verdict = replay_begin(rq, call.params, &result, &e);
	if (verdict == REPLAY_NEW)
		verdict = m->handle(n, rq, call.params, &result, &e);
	if (verdict == RPC_DONE)
		request_reply(rq, result);
	else if (verdict == RPC_FAILED)
		request_fail(rq, &e);
}

static void rpc_batch(struct nacred *n, struct client *c, const struct json *text)
{
	struct batch *b = batch_begin(c);
	size_t i;

	if (!b) {
		client_drop(c, "no memory for a batch");
		return;
	}
	for (i = 0; i < text->nr && !c->gone; i++)
		rpc_call(n, c, b, text->items[i]);
	batch_end(b, c);
}

void rpc_line(struct nacred *n, struct client *c, const char *line, size_t len)
{
	struct rpc_error e;
	char why[160];
	struct json *text;

	text = json_parse(line, len, &request_limits, why, sizeof(why));
	if (!text)
		fail(&e, RPC_PARSE_ERROR, "request.parse", "cannot read the request: %s", why);
	else if (text->type == JSON_ARRAY && text->nr == 0)
		fail(&e, RPC_INVALID_REQUEST, "request.invalid", "invalid request: empty batch");
	else if (text->type == JSON_ARRAY && text->nr > LIMIT_BATCH)
		fail(&e, RPC_INVALID_REQUEST, "request.too_many",
		     "invalid request: more than %d calls in a batch", LIMIT_BATCH);
	else
		e.number = 0;
	if (e.number)
		request_refuse(c, NULL, NULL, &e);
	else if (text->type == JSON_ARRAY)
		rpc_batch(n, c, text);
	else
		rpc_call(n, c, NULL, text);
	json_free(text);
}
