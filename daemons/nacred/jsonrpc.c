/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "jsonrpc.h"

#include <string.h>

static int invalid(struct rpc_error *e, const char *what)
{
	return fail(e, RPC_INVALID_REQUEST, "request.invalid", "invalid request: %s", what);
}

static bool known_member(const char *key)
{
	return strcmp(key, "jsonrpc") == 0 || strcmp(key, "id") == 0 ||
	       strcmp(key, "method") == 0 || strcmp(key, "params") == 0;
}

int jsonrpc_read(const struct json *text, struct jsonrpc_call *call, struct rpc_error *e)
{
	const struct json *id = json_get(text, "id"), *params = json_get(text, "params");
	size_t i;

	memset(call, 0, sizeof(*call));
	if (text->type != JSON_OBJECT)
		return invalid(e, "not an object");
	if (id && id->type != JSON_NULL && id->type != JSON_STRING && id->type != JSON_INT &&
	    id->type != JSON_REAL)
		return invalid(e, "\"id\" is neither string, number nor null");
	call->id = id;
	if (strcmp(json_string(json_get(text, "jsonrpc"), ""), "2.0") != 0)
		return invalid(e, "\"jsonrpc\" is not \"2.0\"");
	call->method = json_string(json_get(text, "method"), NULL);
	if (!call->method)
		return invalid(e, "\"method\" is not a string");
	for (i = 0; i < text->nr; i++)
		if (!known_member(text->keys[i]))
			return invalid(e, "a member is not one of jsonrpc, id, method, params");
	if (params && params->type == JSON_ARRAY && params->nr == 0)
		params = NULL;
	if (params && params->type != JSON_OBJECT) {
		fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
		     "\"params\" is not an object: parameters go by name");
		return -1;
	}
	call->params = params;
	return 0;
}

/* {"jsonrpc": "2.0", "id": ...}; without id when @with_id is false. */
static struct json *envelope(const struct json *id, bool with_id)
{
	struct json *v = json_new_object();
	bool ok = v && json_set_string(v, "jsonrpc", "2.0");

	if (ok && with_id)
		ok = json_set(v, "id", id ? json_copy(id) : json_new_null());
	if (ok)
		return v;
	json_free(v);
	return NULL;
}

static struct json *finish(struct json *v, const char *key, struct json *member)
{
	if (json_set(v, key, member))
		return v;
	json_free(v);
	return NULL;
}

struct json *jsonrpc_result(const struct json *id, struct json *result)
{
	return finish(envelope(id, true), "result", result);
}

struct json *jsonrpc_notification(const char *method, struct json *params)
{
	struct json *v = envelope(NULL, false);

	if (v && !json_set_string(v, "method", method)) {
		json_free(v);
		v = NULL;
	}
	return finish(v, "params", params);
}

struct json *jsonrpc_error(const struct json *id, const struct rpc_error *e)
{
	struct json *data = json_new_object(), *error = json_new_object();
	bool ok = data && error;

	ok = ok && json_set_string(data, "code", e->code);
	ok = ok && json_set_string(data, "detail", e->message);
	if (ok && e->hint[0])
		ok = json_set_string(data, "hint", e->hint);
	if (ok && e->field[0])
		ok = json_set_string(data, "field", e->field);
	ok = ok && json_set_int(error, "code", e->number < 0 ? e->number : -32000 - e->number);
	ok = ok && json_set_string(error, "message", e->message);
	ok = json_set(error, "data", data) && ok;
	if (!ok) {
		json_free(error);
		error = NULL;
	}
	return finish(envelope(id, true), "error", error);
}
