/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rpc.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "rpc_internal.h"

const struct json_limits rpc_reply_limits = {
	.max_bytes = RPC_MAX_REPLY, .max_depth = 64, .max_values = 4u << 20};

static void __attribute__((format(printf, 3, 4)))
set_error(struct rpc_error *error, const char *symbol, const char *format, ...)
{
	va_list args;

	error->libxl = RPC_ERROR_FAIL;
	error->hint[0] = '\0';
	snprintf(error->symbol, sizeof(error->symbol), "%s", symbol);
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
}

static void unreachable(struct rpc_error *error, const char *path, int err)
{
	set_error(error, "rpc.unreachable", "cannot reach nacred at %s: %s", path, strerror(err));
	snprintf(error->hint, sizeof(error->hint), "%s",
		 err == EACCES || err == EPERM ? "your user may not talk to it"
					       : "start it with `nacre up', or with `systemctl "
						 "start nacred' on a Nacre host");
}

struct rpc *rpc_adopt(int socket, struct rpc_error *error)
{
	struct rpc *rpc = calloc(1, sizeof(*rpc));

	if (!rpc) {
		set_error(error, "rpc.no_memory", "out of memory");
		close(socket);
		return NULL;
	}
	rpc->stream.socket = socket;
	rpc->stream.fd = -1;
	return rpc;
}

static struct rpc *open_socket(const char *path, int flags, struct rpc_error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		unreachable(error, path, ENAMETOOLONG);
		return NULL;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		unreachable(error, path, errno);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	return rpc_adopt(fd, error);
}

struct rpc *rpc_open(const char *path, struct rpc_error *error)
{
	return open_socket(path, 0, error);
}

struct rpc *rpc_open_at_once(const char *path, struct rpc_error *error)
{
	return open_socket(path, SOCK_NONBLOCK, error);
}

int rpc_socket(const struct rpc *rpc)
{
	return rpc->stream.socket;
}

void rpc_close(struct rpc *rpc)
{
	if (!rpc)
		return;
	rpc_stream_close(&rpc->stream);
	json_free(rpc->events);
	free(rpc->out);
	free(rpc);
}

bool rpc_is_idle(const struct rpc *rpc)
{
	struct pollfd pollfd = {.fd = rpc->stream.socket, .events = POLLIN};

	return rpc->stream.start == rpc->stream.end && !poll(&pollfd, 1, 0);
}

char *rpc_request_line(int64_t id, const char *method, struct json *params)
{
	struct json *request = json_new_object();
	char *text = NULL;

	if (!params)
		params = json_new_object();
	if (request && json_set_string(request, "jsonrpc", "2.0") &&
	    json_set_int(request, "id", id) && json_set_string(request, "method", method) &&
	    json_set(request, "params", params))
		text = json_print(request, false);
	json_free(request);
	return text;
}

static int send_request(struct rpc *rpc, const char *method, struct json *params, int64_t deadline)
{
	char *text = rpc_request_line(++rpc->last_id, method, params);
	size_t len = text ? strlen(text) : 0;
	int rc;

	if (!text)
		return -ENOMEM;
	text[len] = '\n'; /* in place of the NUL: one write, one line */
	rc = rpc_stream_send(&rpc->stream, text, len + 1, deadline);
	free(text);
	return rc;
}

void rpc_transport_error(struct rpc_error *error, const char *method, int rc)
{
	switch (rc) {
	case -ETIMEDOUT:
		set_error(error, "rpc.timeout", "nacred did not answer %s in time", method);
		error->libxl = RPC_ERROR_TIMEDOUT;
		return;
	case -EPIPE:
	case -ECONNRESET:
		set_error(error, "rpc.closed", "nacred closed the connection during %s", method);
		snprintf(error->hint, sizeof(error->hint), "see its log; `nacre logs nacred'");
		return;
	case -ENOMEM:
		set_error(error, "rpc.no_memory", "out of memory");
		error->libxl = RPC_ERROR_NOMEM;
		return;
	default:
		set_error(error, "rpc.failed", "talking to nacred about %s: %s", method,
			  strerror(-rc));
	}
}

static void copy_text(char *to, size_t size, const struct json *from)
{
	snprintf(to, size, "%s", json_string(from, ""));
}

/* libxl's number out of the JSON-RPC code, see the manual page nacred(8). */
static int libxl_number(int64_t code)
{
	if (code <= -32001 && code >= -32099)
		return (int)(-32000 - code);
	if (code == -32602)
		return RPC_ERROR_INVAL;
	return RPC_ERROR_FAIL;
}

static void remote_error(struct rpc_error *error, const struct json *reply)
{
	const struct json *data = json_path(reply, "data");

	set_error(error, json_string(json_path(data, "code"), "remote.error"), "%s",
		  json_string(json_path(reply, "message"), "nacred reports an error"));
	error->libxl = libxl_number(json_int(json_get(reply, "code"), 0));
	if (json_string(json_get(data, "detail"), "")[0])
		copy_text(error->text, sizeof(error->text), json_get(data, "detail"));
	copy_text(error->hint, sizeof(error->hint), json_get(data, "hint"));
}

static bool is_event(const struct json *line)
{
	return !strcmp(json_string(json_get(line, "method"), ""), "event");
}

static void keep_event(struct rpc *rpc, const struct json *line)
{
	if (!rpc->events)
		rpc->events = json_new_array();
	if (rpc->events && rpc->events->nr < RPC_MAX_EVENTS)
		json_append(rpc->events, json_copy(json_get(line, "params")));
}

/* NULL with rc 0: the line was something else (an event, an older reply). */
static struct json *parse_reply(struct rpc *rpc, const char *line, size_t len, int *rc)
{
	struct json *reply = json_parse(line, len, &rpc_reply_limits, NULL, 0);
	const struct json *id = json_get(reply, "id");

	/* Without an id: the daemon could not even read the request. */
	bool unread = json_get(reply, "error") && (!id || id->type == JSON_NULL);

	*rc = 0;
	if (!reply || reply->type != JSON_OBJECT)
		*rc = -EPROTO;
	else if (unread || json_int(id, -1) == rpc->last_id)
		return reply;
	if (is_event(reply))
		keep_event(rpc, reply);
	json_free(reply);
	return NULL;
}

static struct json *await_reply(struct rpc *rpc, int64_t deadline, int *rc)
{
	struct json *reply;
	const char *line;
	size_t len;

	for (;;) {
		*rc = rpc_stream_line(&rpc->stream, &line, &len, deadline);
		if (*rc)
			return NULL;
		reply = parse_reply(rpc, line, len, rc);
		if (reply || *rc)
			return reply;
	}
}

struct json *rpc_take_result(struct json *reply, struct rpc_error *error)
{
	struct json *result = NULL;

	if (json_get(reply, "error")) {
		remote_error(error, json_get(reply, "error"));
	} else {
		result = json_take(reply, "result");
		if (!result)
			set_error(error, "rpc.failed", "nacred sent a reply without a result");
	}
	json_free(reply);
	return result;
}

struct json *rpc_call(struct rpc *rpc, const char *method, struct json *params, int timeout_ms,
		      int *fd, struct rpc_error *error)
{
	int64_t deadline = rpc_deadline(timeout_ms);
	struct json *reply = NULL, *result;
	int rc = send_request(rpc, method, params, deadline);

	if (!rc)
		reply = await_reply(rpc, deadline, &rc);
	if (!reply) {
		rpc_transport_error(error, method, rc);
		return NULL;
	}
	result = rpc_take_result(reply, error);
	if (fd) {
		*fd = result ? rpc->stream.fd : -1;
		if (result)
			rpc->stream.fd = -1;
	}
	return result;
}

struct json *rpc_event(struct rpc *rpc, int timeout_ms, struct rpc_error *error)
{
	int64_t deadline = rpc_deadline(timeout_ms);
	const char *line;
	size_t len;
	int rc = 0;

	while (!rpc->events || rpc->next_event == rpc->events->nr) {
		rc = rpc_stream_line(&rpc->stream, &line, &len, deadline);
		if (!rc)
			json_free(parse_reply(rpc, line, len, &rc));
		if (!rc)
			continue;
		rpc_transport_error(error, "event", rc);
		return NULL;
	}
	return json_copy(rpc->events->items[rpc->next_event++]);
}

struct json *rpc_domain(const char *selector)
{
	struct json *params = json_new_object();
	size_t digits = strspn(selector, "0123456789");
	bool number = digits && digits <= 9 && !selector[digits];

	if (number ? json_set_int(params, "domain", strtol(selector, NULL, 10))
		   : json_set_string(params, "domain", selector))
		return params;
	json_free(params);
	return NULL;
}
