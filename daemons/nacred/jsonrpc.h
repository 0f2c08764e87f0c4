/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* JSON-RPC 2.0 envelopes: reading a call, writing replies and notifications. */
#ifndef NACRED_JSONRPC_H
#define NACRED_JSONRPC_H

#include "error.h"
#include "json.h"

/* All point into the request's tree. */
struct jsonrpc_call {
	const char *method;
	const struct json *id;	   /* NULL: a notification, nothing is answered */
	const struct json *params; /* an object or NULL */
};

/* One call (not a batch). 0, or -1 with @e filled; call->id is set as far as
 * the text allows, so that the error can name it. */
int jsonrpc_read(const struct json *text, struct jsonrpc_call *call, struct rpc_error *e);

/* Replies; @id is copied, NULL becomes null; @result is taken. NULL: no memory. */
struct json *jsonrpc_result(const struct json *id, struct json *result);
struct json *jsonrpc_error(const struct json *id, const struct rpc_error *e);
/* @params is taken. */
struct json *jsonrpc_notification(const char *method, struct json *params);

#endif
