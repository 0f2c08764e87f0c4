/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What waits to be sent: nothing is lost, doubled or moved, however little goes at once. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "outbox.h"

static struct outbox box;
static int ends[2];

static void start(void)
{
	int small = 4096;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	memset(&box, 0, sizeof(box));
}

static void stop(void)
{
	outbox_free(&box);
	close(ends[0]);
	close(ends[1]);
}

TestSuite(outbox, .init = start, .fini = stop);

/* Byte @i of the stream. */
static char pattern(size_t i)
{
	return (char)(i * 31 + i / 251);
}

Test(outbox, many_texts_in_small_pieces)
{
	size_t written = 0, seen = 0, len;
	static char text[60000], got[5000];
	unsigned int turn, i;
	ssize_t n;

	for (turn = 0; turn < 3000; turn++) {
		/* The long ones go in several parts. */
		len = turn % 17 == 0 ? sizeof(text) : turn % 60 + 1;
		for (i = 0; i < len && turn < 100; i++)
			text[i] = pattern(written + i);
		if (turn < 100) {
			cr_assert_eq(outbox_add(&box, text, len, -1), 0);
			written += len;
		}
		cr_assert_eq(outbox_send(&box, ends[0]), 0);
		while ((n = read(ends[1], got, sizeof(got))) > 0) {
			for (i = 0; i < (unsigned int)n; i++)
				cr_assert_eq(got[i], pattern(seen + i), "at %zu", seen + i);
			seen += (size_t)n;
			if (turn % 3)
				break; /* it reads slowly */
		}
	}
	cr_assert_eq(seen, written);
	cr_assert(outbox_empty(&box));
	cr_assert_eq(box.bytes, 0);
}

/* One read; the descriptor that came with it, or -1. */
static int receive(char *byte)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {.iov_base = byte, .iov_len = 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.bytes,
			     .msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *c;
	int fd = -1;

	cr_assert_eq(recvmsg(ends[1], &msg, 0), 1);
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

Test(outbox, a_descriptor_goes_beside_its_text)
{
	const char *text = "aaDbbE";
	int fd, given[2];
	char byte;
	size_t i;

	cr_assert_eq(pipe(given), 0);
	outbox_add(&box, "aa", 2, -1);
	outbox_add(&box, "D", 1, given[0]);
	outbox_add(&box, "bb", 2, -1);
	outbox_add(&box, "E", 1, given[1]);
	cr_assert_eq(outbox_send(&box, ends[0]), 0);
	for (i = 0; text[i]; i++) {
		fd = receive(&byte);
		cr_assert_eq(byte, text[i]);
		cr_assert_eq(fd >= 0, byte == 'D' || byte == 'E', "beside %c", byte);
		if (fd >= 0)
			close(fd);
	}
	close(given[0]);
	close(given[1]);
}

Test(outbox, a_peer_that_is_gone)
{
	close(ends[1]);
	outbox_add(&box, "x", 1, -1);
	cr_assert_eq(outbox_send(&box, ends[0]), -EPIPE);
	ends[1] = dup(ends[0]);
}
