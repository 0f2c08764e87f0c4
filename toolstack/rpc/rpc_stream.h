/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Lines and descriptors over a Unix stream socket, with a deadline. */
#ifndef NACRE_RPC_STREAM_H
#define NACRE_RPC_STREAM_H

#include <stddef.h>
#include <stdint.h>

struct rpc_stream {
	int socket;
	int fd;	      /* last descriptor received, -1 if none */
	char *buffer; /* received and not yet consumed: [start, end) */
	size_t start, end, size;
};

/* Monotonic milliseconds; a negative deadline never passes. */
int64_t rpc_deadline(int timeout_ms);

/* 0 or -errno (-ETIMEDOUT). */
int rpc_stream_send(struct rpc_stream *stream, const char *text, size_t len, int64_t deadline);

/* The next line without its newline, valid until the next call. 0, or -errno:
 * -ETIMEDOUT, -EPIPE at the end of the stream, -EMSGSIZE. */
int rpc_stream_line(struct rpc_stream *stream, const char **line, size_t *len, int64_t deadline);

void rpc_stream_close(struct rpc_stream *stream);

#endif
