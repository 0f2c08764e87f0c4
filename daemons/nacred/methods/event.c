/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* event.*: what happens, told as it happens. */
#include "events.h"
#include "nacred.h"
#include "rpc.h"
#include "fields.h"

static int subscribe(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	struct json *v;

	if (events_subscribe(n, rq->client, json_get(params, "types"), e))
		return RPC_FAILED;
	v = json_new_object();
	json_set_int(v, "seq", (int64_t)n->event_seq);
	*result = v;
	return RPC_DONE;
}

static const struct field subscribe_params[] = {
	{.name = "types",
	 .type = F_ARRAY,
	 .element = F_STRING,
	 .optional = true,
	 .choices = event_types,
	 .summary = "all when absent"},
	FIELDS_END,
};

static const struct field subscribe_result[] = {
	{.name = "seq", .type = F_INT, .summary = "number of the latest event so far"},
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
