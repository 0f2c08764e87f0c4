/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rpc_post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "rpc_internal.h"

#define AT_ONCE 0 /* a deadline that has always passed */

static bool make_room(struct rpc *rpc, size_t len)
{
	size_t size = rpc->out_size ? rpc->out_size : 4096;
	char *out;

	if (rpc->out_start) {
		memmove(rpc->out, rpc->out + rpc->out_start, rpc->out_end - rpc->out_start);
		rpc->out_end -= rpc->out_start;
		rpc->out_start = 0;
	}
	while (size - rpc->out_end < len)
		size *= 2;
	if (size == rpc->out_size)
		return true;
	out = realloc(rpc->out, size);
	if (!out)
		return false;
	rpc->out = out;
	rpc->out_size = size;
	return true;
}

int64_t rpc_post(struct rpc *rpc, const char *method, struct json *params)
{
	char *text = rpc_request_line(rpc->last_id + 1, method, params);
	size_t len = text ? strlen(text) : 0;

	if (!text || !make_room(rpc, len + 1)) {
		free(text);
		return -ENOMEM;
	}
	memcpy(rpc->out + rpc->out_end, text, len);
	rpc->out[rpc->out_end + len] = '\n';
	rpc->out_end += len + 1;
	free(text);
	return ++rpc->last_id;
}

int rpc_flush(struct rpc *rpc)
{
	while (rpc->out_start < rpc->out_end) {
		ssize_t sent = send(rpc->stream.socket, rpc->out + rpc->out_start,
				    rpc->out_end - rpc->out_start, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent >= 0)
			rpc->out_start += (size_t)sent;
		else if (errno == EAGAIN)
			return 1;
		else if (errno != EINTR)
			return -errno;
	}
	rpc->out_start = rpc->out_end = 0;
	return 0;
}

static void sort_message(struct json *line, struct rpc_message *message)
{
	const struct json *id = json_get(line, "id");

	if (!strcmp(json_string(json_get(line, "method"), ""), "event")) {
		message->value = json_copy(json_get(line, "params"));
		message->kind = message->value ? RPC_NOTIFICATION : RPC_NOTHING;
		json_free(line);
		return;
	}
	message->kind = RPC_ANSWER;
	message->id = json_int(id, 0);
	message->value = rpc_take_result(line, &message->error);
}

int rpc_receive(struct rpc *rpc, struct rpc_message *message)
{
	struct json *line;
	const char *text;
	size_t len;
	int rc;

	memset(message, 0, sizeof(*message));
	rc = rpc_stream_line(&rpc->stream, &text, &len, AT_ONCE);
	if (rc)
		return rc == -ETIMEDOUT ? 0 : rc;
	line = json_parse(text, len, &rpc_reply_limits, NULL, 0);
	if (!line || line->type != JSON_OBJECT) {
		json_free(line);
		return -EPROTO;
	}
	sort_message(line, message);
	return 0;
}

int rpc_take_fd(struct rpc *rpc)
{
	int fd = rpc->stream.fd;

	rpc->stream.fd = -1;
	return fd;
}
