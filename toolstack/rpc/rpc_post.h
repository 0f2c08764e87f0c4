/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Calls without waiting, for programs with an event loop: any number at a time on one
 * connection, answers in any order.  Not thread-safe; a connection is used either this
 * way or by rpc_call().
 */
#ifndef NACRE_RPC_POST_H
#define NACRE_RPC_POST_H

#include "rpc.h"

/* As rpc_open(), but when nacred cannot take the connection at once it fails. */
struct rpc *rpc_open_at_once(const char *path, struct rpc_error *error);

/* To wait on: for POLLIN always, for POLLOUT while rpc_flush() says so. */
int rpc_socket(const struct rpc *rpc);

/* Queue a call; takes @params.  Its number, from 1, or -errno. */
int64_t rpc_post(struct rpc *rpc, const char *method, struct json *params);

/* Send what the socket takes. 0: all is sent; 1: there is more; -errno: it is over. */
int rpc_flush(struct rpc *rpc);

struct rpc_message {
	enum { RPC_NOTHING, RPC_ANSWER, RPC_NOTIFICATION } kind;
	int64_t id;	    /* RPC_ANSWER: of the call */
	struct json *value; /* its result, or NULL with error; the event. To be freed. */
	struct rpc_error error;
};

/* What has come, without waiting. 0, or -errno: the connection is over. */
int rpc_receive(struct rpc *rpc, struct rpc_message *message);

/* The last descriptor that has come, which the caller then closes, or -1.  It belongs to the
 * message that was received, or to one behind it.  Not taken it is closed when another comes
 * or with the connection. */
int rpc_take_fd(struct rpc *rpc);

/* Fill @error for a connection that was over with @rc (as above) during @method. */
void rpc_transport_error(struct rpc_error *error, const char *method, int rc);

#endif
