/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What calls that wait and calls that do not have in common. */
#ifndef NACRE_RPC_INTERNAL_H
#define NACRE_RPC_INTERNAL_H

#include "rpc.h"
#include "rpc_post.h"
#include "rpc_stream.h"

struct rpc {
	struct rpc_stream stream;
	int64_t last_id;
	struct json *events; /* array of those that came meanwhile, oldest first */
	size_t next_event;
	/* rpc_post.h: what the socket has not taken yet, [out_start, out_end) of out. */
	char *out;
	size_t out_start, out_end, out_size;
};

extern const struct json_limits rpc_reply_limits;

/* The text of a call, which takes @params; NULL: no memory. */
char *rpc_request_line(int64_t id, const char *method, struct json *params);
/* Move the result out of @reply and free that; NULL with *@error filled. */
struct json *rpc_take_result(struct json *reply, struct rpc_error *error);

#endif
