/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Texts that one system call sends. */
#define SEND_CHUNKS 32

struct chunk {
	struct chunk *next;
	size_t len, done;
	int fd; /* -1: none, or sent */
	char text[];
};

static void chunk_free(struct chunk *k)
{
	if (k->fd >= 0)
		close(k->fd);
	free(k);
}

int outbox_add(struct outbox *o, const char *text, size_t len, int fd)
{
	struct chunk *k = malloc(sizeof(*k) + len);

	if (!k)
		return -ENOMEM;
	*k = (struct chunk){.len = len, .fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1};
	memcpy(k->text, text, len);
	if (o->first)
		o->last->next = k;
	else
		o->first = k;
	o->last = k;
	o->bytes += len;
	return 0;
}

/* What one call may send: a descriptor goes beside the first byte of a call, so a text that
 * has one begins a call. */
static size_t gather(const struct outbox *o, struct iovec *iov)
{
	struct chunk *k = o->first;
	size_t nr = 0;

	do {
		iov[nr++] =
			(struct iovec){.iov_base = k->text + k->done, .iov_len = k->len - k->done};
		k = k->next;
	} while (k && k->fd < 0 && nr < SEND_CHUNKS);
	return nr;
}

static ssize_t send_some(const struct outbox *o, int socket)
{
	struct iovec iov[SEND_CHUNKS];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = gather(o, iov)};
	struct cmsghdr *cmsg;

	if (o->first->fd >= 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &o->first->fd, sizeof(int));
	}
	return sendmsg(socket, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* The first @sent bytes have gone, with the descriptor of the first text. */
static void forget(struct outbox *o, size_t sent)
{
	struct chunk *k = o->first;

	o->bytes -= sent;
	if (k->fd >= 0) {
		close(k->fd);
		k->fd = -1;
	}
	while (k && sent >= k->len - k->done) {
		sent -= k->len - k->done;
		o->first = k->next;
		chunk_free(k);
		k = o->first;
	}
	if (k)
		k->done += sent;
}

int outbox_send(struct outbox *o, int socket)
{
	ssize_t sent;

	while (o->first) {
		sent = send_some(o, socket);
		if (sent >= 0)
			forget(o, (size_t)sent);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return 0;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

void outbox_free(struct outbox *o)
{
	struct chunk *k;

	while ((k = o->first)) {
		o->first = k->next;
		chunk_free(k);
	}
	o->bytes = 0;
}
