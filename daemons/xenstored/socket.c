/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "conn.h"
#include "log.h"
#include "server.h"
#include "socket.h"

static ssize_t socket_recv(struct conn *c, void *buf, size_t len)
{
	ssize_t n = recv(c->fd, buf, len, MSG_DONTWAIT);

	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return -1;
}

static ssize_t socket_send(struct conn *c, const struct iovec *iov, int nr)
{
	struct msghdr msg = {.msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)nr};
	ssize_t n = sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0)
		return n;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

static void socket_turn_end(struct conn *c)
{
	uint32_t events = 0;

	if (conn_has_room(c))
		events |= EPOLLIN;
	if (conn_has_output(c))
		events |= EPOLLOUT;
	sd_event_source_set_io_events(c->io, events);
}

static void socket_failed(struct conn *c, uint32_t error)
{
	log_warning("a local client sent an oversized request; it is disconnected");
	conn_kill(c);
}

static void socket_close(struct conn *c)
{
	struct server *srv = c->srv;

	sd_event_source_disable_unref(c->io);
	close(c->fd);
	if (srv->nr_local-- == LOCAL_CONNECTIONS && srv->listener)
		sd_event_source_set_enabled(srv->listener, SD_EVENT_ON);
}

static const struct conn_ops socket_conn_ops = {
	.recv = socket_recv,
	.send = socket_send,
	.turn_end = socket_turn_end,
	.failed = socket_failed,
	.close = socket_close,
};

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	conn_schedule(arg);
	return 0;
}

static void new_client(struct server *srv, int fd)
{
	struct ledger *ledger = ledger_new(OUT_LOCAL);
	struct conn *c;

	if (!ledger) {
		close(fd);
		return;
	}
	c = conn_new(srv, &socket_conn_ops, 0, ledger);
	c->fd = fd;
	srv->nr_local++;
	if (sd_event_add_io(srv->event, &c->io, fd, EPOLLIN, on_io, c) < 0) {
		conn_free(c);
		return;
	}
	if (srv->nr_local == LOCAL_CONNECTIONS) {
		log_warning("%u local connections: further ones wait", srv->nr_local);
		sd_event_source_set_enabled(srv->listener, SD_EVENT_OFF);
	}
}

static int on_connect(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (client >= 0)
		new_client(arg, client);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		log_error("accept: %s", strerror(errno));
	return 0;
}

/* Listen under another name first: who sees "socket" appear can connect. */
static int bind_and_listen(int fd, const char *rundir, unsigned int mode)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char path[sizeof(addr.sun_path)];
	int n = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/socket.new", rundir), rc;
	mode_t old;

	if (n < 0 || (size_t)n >= sizeof(addr.sun_path))
		return ENAMETOOLONG;
	snprintf(path, sizeof(path), "%s/socket", rundir);
	unlink(addr.sun_path);
	old = umask(0777 & ~mode);
	rc = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? errno : 0;
	umask(old);
	if (!rc && listen(fd, SOMAXCONN))
		rc = errno;
	/* The state's lock is ours: nobody else serves the old one. */
	if (!rc && rename(addr.sun_path, path))
		rc = errno;
	return rc;
}

int socket_listen(struct server *srv, const char *rundir, unsigned int mode)
{
	int rc;

	srv->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (srv->listen_fd < 0)
		return errno;
	rc = bind_and_listen(srv->listen_fd, rundir, mode);
	if (!rc)
		rc = -sd_event_add_io(srv->event, &srv->listener, srv->listen_fd, EPOLLIN,
				      on_connect, srv);
	return rc;
}

void socket_stop(struct server *srv)
{
	srv->listener = sd_event_source_disable_unref(srv->listener);
	if (srv->listen_fd >= 0)
		close(srv->listen_fd);
	srv->listen_fd = -1;
}
