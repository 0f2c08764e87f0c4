/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * <rundir>/xenconsoled.sock (SOCK_SEQPACKET).  A client sends "attach <domid>"
 * and gets "ok" with the descriptor of a stream that carries the console both
 * ways, or "error <text>".
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon.h"
#include "guest.h"
#include "log.h"
#include "viewer.h"

#define CONTROL_CLIENTS 64 /* for another one whoever has been there longest goes */
#define REQUEST_MAX	64
#define KEPT_LISTENER	"xenconsoled.socket"

struct client {
	struct client *next; /* came later */
	struct daemon *daemon;
	sd_event_source *io;
	int fd;
};

static void client_free(struct client *c)
{
	struct client **at = &c->daemon->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->daemon->nr_control--;
	sd_event_source_disable_unref(c->io);
	close(c->fd);
	free(c);
}

/* A packet that does not fit a client's buffer is the client's loss. */
static void reply(const struct client *c, const char *text, int fd)
{
	union {
		struct cmsghdr h;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = {.buf = {0}};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text)};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *h;

	if (fd >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		h = CMSG_FIRSTHDR(&msg);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	}
	sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void attach(struct client *c, uint32_t domid)
{
	struct guest *g = discover_domain(c->daemon, domid);
	char text[128];
	int fds[2], rc;

	if (!g) {
		snprintf(text, sizeof(text), "error domain %u has no console\n", domid);
		reply(c, text, -1);
		return;
	}
	rc = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) ? errno : 0;
	if (!rc) {
		rc = viewer_add(g, fds[0]);
		if (rc) {
			close(fds[0]);
			close(fds[1]);
		}
	}
	if (rc) {
		snprintf(text, sizeof(text), "error domain %u: %s\n", domid,
			 rc == EMFILE ? "too many viewers" : strerror(rc));
		reply(c, text, -1);
		return;
	}
	reply(c, "ok\n", fds[1]);
	close(fds[1]);
}

static void obey(struct client *c, const char *text)
{
	static const char verb[] = "attach ";
	unsigned long domid;
	char *end;

	if (strncmp(text, verb, sizeof(verb) - 1) != 0 || text[sizeof(verb) - 1] < '0' ||
	    text[sizeof(verb) - 1] > '9') {
		reply(c, "error unknown request\n", -1);
		return;
	}
	errno = 0;
	domid = strtoul(text + sizeof(verb) - 1, &end, 10);
	if (errno || domid > UINT16_MAX || (strcmp(end, "\n") != 0 && *end)) {
		reply(c, "error bad domain number\n", -1);
		return;
	}
	attach(c, (uint32_t)domid);
}

static int on_client(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct client *c = arg;
	char text[REQUEST_MAX + 1];
	ssize_t n = recv(fd, text, REQUEST_MAX, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		client_free(c);
		return 0;
	}
	if (n > REQUEST_MAX) {
		reply(c, "error request too long\n", -1);
		return 0;
	}
	text[n] = '\0';
	obey(c, text);
	return 0;
}

static int on_connect(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct daemon *d = arg;
	int sock = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c, **at;

	if (sock < 0)
		return 0;
	/* Who asks is answered at once: what is left is those that say nothing. */
	if (d->nr_control == CONTROL_CLIENTS)
		client_free(d->clients);
	c = calloc(1, sizeof(*c));
	if (!c || sd_event_add_io(d->event, &c->io, sock, EPOLLIN, on_client, c) < 0) {
		free(c);
		close(sock);
		return 0;
	}
	c->daemon = d;
	c->fd = sock;
	for (at = &d->clients; *at; at = &(*at)->next)
		;
	*at = c;
	d->nr_control++;
	return 0;
}

/* Listen before the name appears, so that who sees it can connect. */
static int bind_and_listen(int fd, const char *rundir)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char path[sizeof(addr.sun_path)];
	int n = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/xenconsoled.sock.new", rundir);

	if (n < 0 || (size_t)n >= sizeof(addr.sun_path))
		return ENAMETOOLONG;
	snprintf(path, sizeof(path), "%s/xenconsoled.sock", rundir);
	unlink(addr.sun_path);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, SOMAXCONN) ||
	    rename(addr.sun_path, path))
		return errno;
	return 0;
}

/* That of a predecessor if there is one: who connects meanwhile waits and is not refused. */
static int open_socket(struct daemon *d, const char *rundir)
{
	char name[KEPT_NAME_MAX];
	int rc;

	d->control_fd = kept_take(&d->kept, KEPT_LISTENER, name);
	if (d->control_fd >= 0)
		return 0;
	d->control_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->control_fd < 0)
		return errno;
	rc = bind_and_listen(d->control_fd, rundir);
	if (!rc)
		kept_add(KEPT_LISTENER, d->control_fd);
	return rc;
}

int control_listen(struct daemon *d, const char *rundir)
{
	int rc = open_socket(d, rundir);

	if (!rc)
		rc = -sd_event_add_io(d->event, &d->control, d->control_fd, EPOLLIN, on_connect, d);
	return rc;
}

void control_stop(struct daemon *d)
{
	d->control = sd_event_source_disable_unref(d->control);
	if (d->control_fd >= 0)
		close(d->control_fd);
	d->control_fd = -1;
}
