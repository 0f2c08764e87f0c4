/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <store.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "limits.h"
#include "rpc.h"
#include "world.h"

#define PTS_DIR "/dev/pts/"

/* One conversation with xenconsoled: "attach <domid>", then "ok" with a descriptor
 * or "error <text>". */
struct console_call {
	struct nacred *n;
	struct console_call *next;
	struct request *rq;
	uint32_t domid;
	int fd;
	sd_event_source *io, *timer;
};

static void call_free(struct console_call *c)
{
	struct console_call **at;

	for (at = &c->n->console_calls; *at; at = &(*at)->next) {
		if (*at != c)
			continue;
		*at = c->next;
		break;
	}
	sd_event_source_disable_unref(c->io);
	sd_event_source_disable_unref(c->timer);
	close(c->fd);
	free(c);
}

static void call_fail(struct console_call *c, int number, const char *what)
{
	struct request *rq = c->rq;
	struct rpc_error e;

	fail(&e, number, "console.unavailable", "no console of domain %u: %s", c->domid, what);
	call_free(c);
	request_fail(rq, &e);
}

/* The one descriptor beside a message, or -1; any others are closed. */
static int take_fd(struct msghdr *msg)
{
	struct cmsghdr *cmsg;
	int fd = -1, one;
	size_t i, nr;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		nr = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < nr; i++) {
			memcpy(&one, CMSG_DATA(cmsg) + i * sizeof(int), sizeof(int));
			if (fd < 0)
				fd = one;
			else
				close(one);
		}
	}
	return fd;
}

static int on_answer(sd_event_source *s, int sock, uint32_t revents, void *arg)
{
	struct console_call *c = arg;
	char text[256], control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec iov = {.iov_base = text, .iov_len = sizeof(text) - 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	const struct domain *d = model_by_domid(&c->n->model, c->domid);
	struct request *rq = c->rq;
	int fd;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0) {
		call_fail(c, XL_FAIL, got < 0 ? strerror(errno) : "xenconsoled hung up");
		return 0;
	}
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	fd = take_fd(&msg);
	if (strcmp(text, "ok") == 0 && fd >= 0 && d) {
		call_free(c);
		request_reply_fd(rq, world_identity(d), fd);
		return 0;
	}
	if (fd >= 0)
		close(fd);
	call_fail(c, XL_NOTFOUND,
		  strncmp(text, "error ", 6) == 0 ? text + 6 : "xenconsoled gave no console");
	return 0;
}

static int on_timeout(sd_event_source *s, uint64_t usec, void *arg)
{
	call_fail(arg, XL_TIMEDOUT, "xenconsoled does not answer");
	return 0;
}

static int connect_consoled(const struct nacred *n)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd;

	if ((size_t)snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/xenconsoled.sock",
			     n->rundir) >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		int err = errno;

		close(fd);
		return -err;
	}
	return fd;
}

static int ask(struct console_call *c)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "attach %u\n", c->domid);

	if (send(c->fd, text, (size_t)len, MSG_NOSIGNAL) != len)
		return -errno;
	if (sd_event_add_io(c->n->loop, &c->io, c->fd, EPOLLIN, on_answer, c) < 0)
		return -ENOMEM;
	return sd_event_add_time_relative(c->n->loop, &c->timer, CLOCK_MONOTONIC,
					  LIMIT_CONSOLE_SEC * 1000000ull, 0, on_timeout, c);
}

/* Xen's own xenconsoled has a pseudo terminal for each guest, and says in xenstore which. */
static int open_terminal(const struct nacred *n, uint32_t domid)
{
	struct termios t;
	char *path;
	size_t len;
	int fd, rc;

	if (!n->store)
		return -ENOTCONN;
	rc = store_readf(n->store, XBT_NULL, &path, "/local/domain/%u/console/tty", domid);
	if (rc)
		return rc;
	len = strlen(PTS_DIR);
	if (strncmp(path, PTS_DIR, len) != 0 || !path[len] ||
	    path[len + strspn(path + len, "0123456789")]) {
		free(path);
		return -ENODEV;
	}
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	rc = fd < 0 ? -errno : fd;
	free(path);
	if (fd >= 0 && tcgetattr(fd, &t) == 0) {
		cfmakeraw(&t);
		tcsetattr(fd, TCSANOW, &t);
	}
	return rc;
}

static int hand_over_terminal(struct nacred *n, struct request *rq, const struct domain *d,
			      struct rpc_error *e)
{
	int fd = open_terminal(n, d->domid);

	if (fd < 0) {
		fail_errno(e, fd, "console.unavailable",
			   "there is no xenconsoled of ours, and no terminal of Xen's");
		return fail_hint(e, "is xenconsoled running? see log/xenconsoled.log in %s",
				 n->rundir);
	}
	request_reply_fd(rq, world_identity(d), fd);
	return RPC_LATER;
}

int console_open(struct nacred *n, struct request *rq, const struct domain *d, struct rpc_error *e)
{
	int fd = connect_consoled(n), rc;
	struct console_call *c;

	if (fd == -ENOENT || fd == -ECONNREFUSED)
		return hand_over_terminal(n, rq, d, e);
	if (fd < 0) {
		fail_errno(e, fd, "console.unavailable", "cannot reach xenconsoled");
		return fail_hint(e, "is it running? see log/xenconsoled.log in %s", n->rundir);
	}
	c = calloc(1, sizeof(*c));
	if (!c) {
		close(fd);
		return fail_memory(e);
	}
	*c = (struct console_call){
		.n = n, .next = n->console_calls, .rq = rq, .domid = d->domid, .fd = fd};
	n->console_calls = c;
	rc = ask(c);
	if (rc >= 0)
		return RPC_LATER;
	call_free(c);
	return fail_errno(e, rc, "console.unavailable", "cannot ask xenconsoled");
}

void console_stop(struct nacred *n)
{
	while (n->console_calls)
		call_free(n->console_calls);
}
