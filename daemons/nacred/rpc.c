/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rpc.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "jsonrpc.h"
#include "limits.h"
#include "log.h"

static const struct json_limits request_limits = {
	.max_bytes = LIMIT_REQUEST_BYTES,
	.max_depth = LIMIT_REQUEST_DEPTH,
	.max_values = LIMIT_REQUEST_VALUES,
};

static const struct method *const tables[] = {
	methods_system,		 methods_host,
	methods_domain,		 methods_domain_state,
	methods_domain_life,	 methods_event,
	methods_cpu_policy,	 methods_cpupool,
	methods_cpupool_cpus,	 methods_cpupool_domain,
	methods_cpupool_numa,	 methods_vcpu,
	methods_vcpu_affinity,	 methods_job,
	methods_sched_params,	 methods_sched_credit2,
	methods_sched_stats,	 methods_simulate,
	methods_advisory,	 methods_patch,
	methods_patch_change,	 methods_domain_nodes,
	methods_domain_userdata,
};

/* Answers of a batch, sent when the last one is there (JSON-RPC 2.0 section 6). */
struct batch {
	struct client *client; /* NULL once it is gone */
	struct json *replies;
	unsigned int pending; /* calls not answered, and one while it is being read */
};

const struct method *rpc_method_at(unsigned int i)
{
	const struct method *m;
	size_t t;

	for (t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (m = tables[t]; m->name; m++)
			if (i-- == 0)
				return m;
	return NULL;
}

const struct method *rpc_method(const char *name)
{
	const struct method *m;
	unsigned int i;

	for (i = 0; (m = rpc_method_at(i)); i++)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

static void batch_put(struct batch *b)
{
	if (--b->pending)
		return;
	if (b->client && b->replies->nr)
		client_send(b->client, b->replies, -1);
	json_free(b->replies);
	free(b);
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

void request_reply_fd(struct request *rq, struct json *result, int fd)
{
	request_end(rq, jsonrpc_result(rq->id, result), fd);
}

void request_reply(struct request *rq, struct json *result)
{
	request_reply_fd(rq, result, -1);
}

void request_fail(struct request *rq, const struct rpc_error *e)
{
	request_end(rq, jsonrpc_error(rq->id, e), -1);
}

void request_orphan(struct request *rq)
{
	if (rq->batch)
		rq->batch->client = NULL;
	rq->client = NULL;
	rq->next = NULL;
	rq->prev = NULL;
}

static struct request *request_new(struct nacred *n, struct client *c, struct batch *b,
				   const struct jsonrpc_call *call, const struct method *m)
{
	struct request *rq = calloc(1, sizeof(*rq));

	if (!rq)
		return NULL;
	*rq = (struct request){.n = n, .client = c, .batch = b, .method = m};
	if (call->id) {
		rq->id = json_copy(call->id);
		if (!rq->id) {
			free(rq);
			return NULL;
		}
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

static const char *const class_words[] = {"read", "operate", "admin"};

static int check_call(struct client *c, struct batch *b, const struct jsonrpc_call *call,
		      const struct method **method, struct rpc_error *e)
{
	const struct method *m = rpc_method(call->method);

	if (!m)
		return fail(e, RPC_METHOD_NOT_FOUND, "request.unknown_method",
			    "there is no method \"%.60s\"", call->method);
	if (m->class != METHOD_READ && !c->trusted) {
		fail(e, XL_FAIL, "request.forbidden", "user %u may not call %s",
		     (unsigned int)c->uid, m->name);
		return fail_hint(e, "methods of class \"%s\" are for root and nacred's own user",
				 class_words[m->class]);
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
	return schema_check(m->params, call->params, e);
}

/* One line for each call that changes something: who, what, which domain. */
static void audit(const struct client *c, const struct method *m, const struct json *params)
{
	const struct json *domain = json_get(params, "domain");
	const char *name =
		json_string(domain, json_string(json_path(params, "config.c_info.name"), ""));

	if (domain && domain->type == JSON_INT)
		log_info("%s of domain %lld by uid %u, pid %d", m->name, (long long)domain->integer,
			 (unsigned int)c->uid, (int)c->pid);
	else
		log_info("%s of \"%.128s\" by uid %u, pid %d", m->name, name, (unsigned int)c->uid,
			 (int)c->pid);
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

	if (jsonrpc_read(text, &call, &e) || check_call(c, b, &call, &m, &e)) {
		if (!call.id && (e.number != RPC_INVALID_REQUEST))
			return; /* a notification: nobody waits for the error */
		if (b)
			b->pending++;
		deliver(c, b, jsonrpc_error(call.id, &e), -1);
		return;
	}
	rq = request_new(n, c, b, &call, m);
	if (!rq) {
		client_drop(c, "no memory for a call");
		return;
	}
	if (m->class != METHOD_READ)
		audit(c, m, call.params);
	memset(&e, 0, sizeof(e));
	verdict = m->handle(n, rq, call.params, &result, &e);
	if (verdict == RPC_DONE)
		request_reply(rq, result);
	else if (verdict == RPC_FAILED)
		request_fail(rq, &e);
}

static void rpc_batch(struct nacred *n, struct client *c, const struct json *text)
{
	struct batch *b = calloc(1, sizeof(*b));
	size_t i;

	if (!b || !(b->replies = json_new_array())) {
		free(b);
		client_drop(c, "no memory for a batch");
		return;
	}
	b->client = c;
	b->pending = 1;
	for (i = 0; i < text->nr && !c->gone; i++)
		rpc_call(n, c, b, text->items[i]);
	if (c->gone)
		b->client = NULL;
	batch_put(b);
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
		deliver(c, NULL, jsonrpc_error(NULL, &e), -1);
	else if (text->type == JSON_ARRAY)
		rpc_batch(n, c, text);
	else
		rpc_call(n, c, NULL, text);
	json_free(text);
}
