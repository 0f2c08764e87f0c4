/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rpc_stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "rpc.h"

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t rpc_deadline(int timeout_ms)
{
	return timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
}

static int wait_for(int socket, short events, int64_t deadline)
{
	struct pollfd pollfd = {.fd = socket, .events = events};
	int64_t left = -1;
	int rc;

	do {
		if (deadline >= 0) {
			left = deadline - now_ms();
			left = left < 0 ? 0 : left > INT_MAX ? INT_MAX : left;
		}
		rc = poll(&pollfd, 1, (int)left);
	} while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return -errno;
	return rc ? 0 : -ETIMEDOUT;
}

int rpc_stream_send(struct rpc_stream *stream, const char *text, size_t len, int64_t deadline)
{
	while (len) {
		ssize_t sent = send(stream->socket, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		int rc;

		if (sent >= 0) {
			text += sent;
			len -= (size_t)sent;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		rc = wait_for(stream->socket, POLLOUT, deadline);
		if (rc)
			return rc;
	}
	return 0;
}

/* Keep the last descriptor; a peer that sends more only gets them closed. */
static void take_fds(struct rpc_stream *stream, struct msghdr *message)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(message); cmsg; cmsg = CMSG_NXTHDR(message, cmsg)) {
		size_t i, nr = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (i = 0; i < nr; i++) {
			if (stream->fd >= 0)
				close(stream->fd);
			memcpy(&stream->fd, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(int));
		}
	}
}

/* Room for at least one more byte. */
static int make_room(struct rpc_stream *stream)
{
	char *buffer;
	size_t size;

	if (stream->start) {
		memmove(stream->buffer, stream->buffer + stream->start,
			stream->end - stream->start);
		stream->end -= stream->start;
		stream->start = 0;
	}
	if (stream->end < stream->size)
		return 0;
	if (stream->size >= RPC_MAX_REPLY)
		return -EMSGSIZE;
	size = stream->size ? stream->size * 2 : 16384;
	buffer = realloc(stream->buffer, size);
	if (!buffer)
		return -ENOMEM;
	stream->buffer = buffer;
	stream->size = size;
	return 0;
}

static int receive(struct rpc_stream *stream, int64_t deadline)
{
	union {
		char bytes[CMSG_SPACE(8 * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov;
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t got;
	int rc = make_room(stream);

	while (!rc) {
		iov.iov_base = stream->buffer + stream->end;
		iov.iov_len = stream->size - stream->end;
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		got = recvmsg(stream->socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (got > 0) {
			take_fds(stream, &message);
			stream->end += (size_t)got;
			return 0;
		}
		if (!got)
			return -EPIPE;
		if (errno == EAGAIN)
			rc = wait_for(stream->socket, POLLIN, deadline);
		else if (errno != EINTR)
			rc = -errno;
	}
	return rc;
}

int rpc_stream_line(struct rpc_stream *stream, const char **line, size_t *len, int64_t deadline)
{
	size_t seen = 0;

	for (;;) {
		size_t have = stream->end - stream->start;
		char *newline = NULL;
		int rc;

		if (have > seen)
			newline = memchr(stream->buffer + stream->start + seen, '\n', have - seen);
		if (newline) {
			*line = stream->buffer + stream->start;
			*len = (size_t)(newline - *line);
			stream->start += *len + 1;
			return 0;
		}
		seen = have;
		rc = receive(stream, deadline);
		if (rc)
			return rc;
	}
}

void rpc_stream_close(struct rpc_stream *stream)
{
	if (stream->socket >= 0)
		close(stream->socket);
	if (stream->fd >= 0)
		close(stream->fd);
	free(stream->buffer);
}
