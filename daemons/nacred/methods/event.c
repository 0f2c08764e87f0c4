/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* event.*: what happens, told as it happens. */
#include <string.h>

#include "client.h"
#include "events.h"
#include "nacred.h"
#include "rpc.h"
#include "fields.h"

static int subscribe(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	const char *instance = json_string(json_get(params, "instance_id"), n->instance_id);
	int64_t since = json_int(json_get(params, "since"), -1);
	struct client *c = rq->client;
	struct json *v;

	/* Of another run of the hypervisor: nothing of it is here. */
	if (since >= 0 && strcmp(instance, n->instance_id) != 0)
		since = 0;
	if (events_subscribe(n, c, json_get(params, "types"), since, e))
		return RPC_FAILED;
	v = json_new_object();
	json_set_int(v, "seq", (int64_t)n->event_seq);
	json_set_string(v, "instance_id", n->instance_id);
	/* The answer goes before the events; the client may be gone after each. */
	request_reply(rq, v);
	events_pump(n, c);
	return RPC_LATER;
}

static const struct field subscribe_params[] = {
	{.name = "types",
	 .type = F_ARRAY,
	 .element = F_STRING,
	 .optional = true,
	 .choices = event_types,
	 .summary = "all when absent"},
	{.name = "since",
	 .type = F_INT,
	 .optional = true,
	 .min = 0,
	 .max = INT64_MAX,
	 .summary = "seq of the last event that was seen: those after it come first"},
	{.name = "instance_id",
	 .type = F_STRING,
	 .optional = true,
	 .max = 64,
	 .summary = "what the answer had when since was seen; another one: all is lost"},
	FIELDS_END,
};

static const struct field subscribe_result[] = {
	{.name = "seq", .type = F_INT, .summary = "number of the latest event so far"},
	{.name = "instance_id", .type = F_STRING, .summary = "as system.hello tells it"},
	FIELDS_END,
};

const struct method methods_event[] = {
	{
		.name = "event.subscribe",
		.summary = "Receive notifications of method \"event\" on this connection",
		.params = subscribe_params,
		.result = subscribe_result,
		.handle = subscribe,
	},
	{.name = NULL},
};
