/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ivshmem.h"

#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define IVSHMEM_VERSION 0
#define PEER_QEMU	0
#define PEER_HOST	1

/* One message: a little-endian number and perhaps a descriptor. */
static int send_message(int sock, int64_t value, int fd)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = {0};
	uint64_t wire = htole64((uint64_t)value);
	struct iovec iov = {&wire, sizeof(wire)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c = &control.align;

	if (fd >= 0) {
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == sizeof(wire) ? 0 : -1;
}

static int send_all(const struct ivshmem *s, int memory_fd)
{
	const struct {
		int64_t value;
		int fd;
	} message[] = {
		{IVSHMEM_VERSION, -1},	    {PEER_QEMU, -1},	      {-1, memory_fd},
		{PEER_HOST, s->from_guest}, {PEER_QEMU, s->to_guest},
	};
	unsigned int i;

	for (i = 0; i < sizeof(message) / sizeof(message[0]); i++)
		if (send_message(s->server, message[i].value, message[i].fd))
			return -errno;
	return 0;
}

int ivshmem_create(struct ivshmem *s, int memory_fd)
{
	int pair[2], rc;

	*s = (struct ivshmem){-1, -1, -1, -1};
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	s->server = pair[0];
	s->client = pair[1];
	s->from_guest = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	s->to_guest = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (s->from_guest < 0 || s->to_guest < 0)
		rc = -errno;
	else
		rc = send_all(s, memory_fd);
	if (rc)
		ivshmem_destroy(s);
	return rc;
}

void ivshmem_destroy(struct ivshmem *s)
{
	int *fd[] = {&s->server, &s->client, &s->from_guest, &s->to_guest};
	unsigned int i;

	for (i = 0; i < 4; i++) {
		if (*fd[i] >= 0)
			close(*fd[i]);
		*fd[i] = -1;
	}
}

void ivshmem_ring(const struct ivshmem *s)
{
	/* Fails only when the counter is full, and then it rings anyway. */
	eventfd_write(s->to_guest, 1);
}

void ivshmem_acknowledge(const struct ivshmem *s)
{
	eventfd_t count;

	eventfd_read(s->from_guest, &count);
}
