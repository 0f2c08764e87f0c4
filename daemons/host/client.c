/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "serve.h"

static void client_free(struct client *c)
{
	struct client **p = &c->all->first;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	c->all->nr--;
	frames_fini(&c->frames);
	grants_fini(&c->grants);
	grants_fini(&c->doomed);
	free(c);
}

void client_clean(struct client *c)
{
	if (c->fd >= 0 || c->busy || c->users)
		return;
	if (!c->all->slots->dead && (clean_grants(c) || clean_frames(c) || clean_ports(c)))
		return; /* each comes back here */
	arena_release(&c->all->arena, c->id);
	client_free(c);
}

/* Nobody may act for an events client that is gone. */
static void forget_events(struct client *events)
{
	struct client *c;

	for (c = events->all->first; c; c = c->next)
		if (c->events == events)
			c->events = NULL;
}

void client_gone(struct client *c)
{
	if (c->fd < 0)
		return;
	c->io = sd_event_source_disable_unref(c->io);
	close(c->fd);
	c->fd = -1;
	c->events = NULL;
	if (c->role == HOST_EVENTS)
		forget_events(c);
	client_clean(c);
}

/* --- replies ---------------------------------------------------------------- */

static size_t out_size(const struct client *c)
{
	if (c->req.op == HOST_MAP_FOREIGN || c->req.op == HOST_MAP_RESOURCE)
		return c->reply.count * sizeof(c->out.frame[0]);
	return c->reply.count * sizeof(c->out.grant[0]);
}

/* False when it could not be sent whole at once: then the other side does not
 * keep to the protocol, since the socket has room for one reply. */
static bool send_reply(struct client *c, const int *fds)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(2 * sizeof(int))];
	} control = {0};
	struct iovec iov[2] = {{&c->reply, sizeof(c->reply)}, {&c->out, out_size(c)}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = c->reply.count ? 2 : 1};

	if (fds) {
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(2 * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, 2 * sizeof(int));
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
	}
	return sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* The request no longer keeps the events client that it was for. */
static void release_events(struct client *c)
{
	struct client *held = c->held;

	c->held = NULL;
	if (held && !--held->users)
		client_clean(held);
}

void client_reply(struct client *c)
{
	c->busy = false;
	release_events(c);
	if (c->fd < 0) {
		client_clean(c);
		return;
	}
	if (!send_reply(c, NULL))
		client_gone(c);
	else
		sd_event_source_set_io_events(c->io, EPOLLIN);
}

void client_fail(struct client *c, int64_t error)
{
	/* Xen's errno values are Linux's; anything else would not be one. */
	c->reply =
		(struct host_reply){.error = error < 0 && error >= -4095 ? (int32_t)-error : EIO};
	client_reply(c);
}

int client_submit(struct client *c,
		  void (*prepare)(struct op *, struct link_slot *, void *, uint64_t),
		  void (*done)(struct op *, int64_t, void *))
{
	c->op.prepare = prepare;
	c->op.done = done;
	return slots_submit(c->all->slots, &c->op);
}

/* --- requests --------------------------------------------------------------- */

static struct client *find_events(struct clients *all, uint64_t cookie)
{
	struct client *c;

	for (c = all->first; c; c = c->next)
		if (c->role == HOST_EVENTS && c->cookie == cookie && c->fd >= 0)
			return c;
	return NULL;
}

/* The first request; the answer to a commands client brings the memory along. */
static bool hello(struct client *c)
{
	const struct area *a = c->all->area;
	int fds[2] = {a->ram_fd, a->link_fd};

	c->reply = (struct host_reply){.arg = {a->ram_size, a->low_size, AREA_LINK_SIZE}};
	if (c->req.op != HOST_HELLO || c->req.arg[0] != HOST_PROTOCOL ||
	    c->req.arg[1] > HOST_EVENTS)
		c->reply.error = EPROTO;
	c->role = c->req.arg[1] == HOST_EVENTS ? HOST_EVENTS : HOST_COMMANDS;
	c->cookie = c->req.arg[2];
	if (!c->reply.error && c->role == HOST_COMMANDS && c->cookie) {
		c->events = find_events(c->all, c->cookie);
		if (!c->events)
			c->reply.error = EBADF;
	}
	c->greeted = true;
	if (!send_reply(c, c->role == HOST_COMMANDS && !c->reply.error ? fds : NULL))
		return false;
	return !c->reply.error;
}

static int serve_restrict(struct client *c)
{
	struct client *whom = c->events ? c->events : c;

	if (c->req.arg[0] >= DOMID_FIRST_RESERVED)
		return -EINVAL;
	if (whom->only_domain >= 0)
		return whom == c && whom->only_domain == (int)c->req.arg[0] ? REPLY : -EACCES;
	whom->only_domain = (int)c->req.arg[0];
	return REPLY;
}

#define ARRAY(type, most) .element = sizeof(type), .max = most

/* Indexed by enum host_op. */
static const struct {
	serve_fn *serve;
	size_t element; /* bytes of one in the body, 0: no body */
	uint32_t max;
	bool for_events; /* needs an events client to act for */
} handlers[] = {
	[HOST_HYPERCALL] = {.serve = serve_hypercall},
	[HOST_ARENA_ALLOC] = {.serve = serve_arena_alloc},
	[HOST_ARENA_FREE] = {.serve = serve_arena_free},
	[HOST_MAP_FOREIGN] = {.serve = serve_map_foreign, ARRAY(uint64_t, HOST_FRAMES)},
	[HOST_MAP_RESOURCE] = {.serve = serve_map_resource},
	[HOST_UNMAP] = {.serve = serve_unmap, ARRAY(uint64_t, HOST_FRAMES)},
	[HOST_GRANT_MAP] = {.serve = serve_grant_map, ARRAY(struct host_grant_ref, HOST_GRANTS)},
	[HOST_GRANT_UNMAP] = {.serve = serve_grant_unmap, ARRAY(uint64_t, HOST_GRANTS)},
	[HOST_GRANT_NOTIFY] = {.serve = serve_grant_notify},
	[HOST_EVENT_UNBOUND] = {.serve = serve_event_unbound, .for_events = true},
	[HOST_EVENT_INTERDOMAIN] = {.serve = serve_event_interdomain, .for_events = true},
	[HOST_EVENT_VIRQ] = {.serve = serve_event_virq, .for_events = true},
	[HOST_EVENT_UNBIND] = {.serve = serve_event_unbind, .for_events = true},
	[HOST_EVENT_NOTIFY] = {.serve = serve_event_notify, .for_events = true},
	[HOST_EVENT_UNMASK] = {.serve = serve_event_unmask, .for_events = true},
	[HOST_RESTRICT] = {.serve = serve_restrict},
};

/* Check one request of @len bytes and hand it out. REPLY, LATER or -errno. */
static int dispatch(struct client *c, size_t len)
{
	uint32_t op = c->req.op, n = c->req.count;

	if (op >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[op].serve)
		return -ENOSYS;
	if (handlers[op].element ? !n || n > handlers[op].max : n != 0)
		return -EINVAL;
	if (len != sizeof(c->req) + n * handlers[op].element)
		return -EINVAL;
	if (handlers[op].for_events && !c->events)
		return -EBADF;
	c->reply = (struct host_reply){0};
	c->busy = true;
	c->held = c->events;
	if (c->held)
		c->held->users++;
	return handlers[op].serve(c);
}

/* One message. False: the client is to be dropped. */
static bool take_request(struct client *c)
{
	struct iovec iov[2] = {{&c->req, sizeof(c->req)}, {&c->body, sizeof(c->body)}};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	ssize_t n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	int rc;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if ((size_t)n < sizeof(c->req) || (msg.msg_flags & MSG_TRUNC))
		return false;
	if (!c->greeted)
		return hello(c);
	if (c->role == HOST_EVENTS)
		return false;
	rc = dispatch(c, (size_t)n);
	if (rc < 0)
		client_fail(c, rc);
	else if (rc == REPLY)
		client_reply(c);
	return true; /* c may be no more */
}

/* --- events connections ------------------------------------------------------- */

static bool send_port(struct client *c, uint32_t port)
{
	return send(c->fd, &port, sizeof(port), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(port);
}

/* The reader is slow: keep the port until there is room.  Ports are masked
 * while here, so one bit each is enough. */
void client_deliver(struct client *c, uint32_t port)
{
	if (c->fd < 0)
		return;
	if (!c->has_backlog && send_port(c, port))
		return;
	c->backlog[port / 64] |= 1ULL << (port % 64);
	c->has_backlog = true;
	sd_event_source_set_io_events(c->io, EPOLLIN | EPOLLOUT);
}

static void send_backlog(struct client *c)
{
	uint32_t port;

	for (port = 0; port < PORTS_MAX; port++) {
		if (!(c->backlog[port / 64] & 1ULL << (port % 64)))
			continue;
		if (!send_port(c, port))
			return;
		c->backlog[port / 64] &= ~(1ULL << (port % 64));
	}
	c->has_backlog = false;
	sd_event_source_set_io_events(c->io, EPOLLIN);
}

/* --- connections ---------------------------------------------------------------- */

static int on_client(sd_event_source *s, int fd, uint32_t revents, void *userdata)
{
	struct client *c = userdata;

	if ((revents & EPOLLOUT) && c->has_backlog)
		send_backlog(c);
	if (c->busy) {
		/* It must wait for its turn; rare, so not prepared for each time. */
		sd_event_source_set_io_events(c->io, 0);
		if (revents & (EPOLLHUP | EPOLLERR))
			client_gone(c);
	} else if (!(revents & EPOLLIN) ? revents & (EPOLLHUP | EPOLLERR) : !take_request(c)) {
		client_gone(c);
	}
	return 0;
}

static bool may_connect(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	return peer.uid == geteuid() || peer.uid == 0;
}

static bool id_in_use(const struct clients *all, uint16_t id)
{
	const struct client *c;

	for (c = all->first; c; c = c->next)
		if (c->id == id)
			return true;
	return false;
}

/* 0 and 65535 have a meaning in the arena. */
static uint16_t new_id(struct clients *all)
{
	do {
		if (++all->next_id == UINT16_MAX)
			all->next_id = 1;
	} while (id_in_use(all, all->next_id));
	return all->next_id;
}

static int on_connection(sd_event_source *s, int listener, uint32_t revents, void *userdata)
{
	struct clients *all = userdata;
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c;

	if (fd < 0)
		return 0;
	c = all->nr < CLIENTS_MAX && may_connect(fd) ? calloc(1, sizeof(*c)) : NULL;
	if (!c) {
		close(fd);
		return 0;
	}
	c->all = all;
	c->fd = fd;
	c->only_domain = -1;
	c->id = new_id(all);
	if (sd_event_add_io(all->event, &c->io, fd, EPOLLIN, on_client, c) < 0) {
		close(fd);
		free(c);
		return 0;
	}
	c->next = all->first;
	all->first = c;
	all->nr++;
	return 0;
}

/* --- all of them ------------------------------------------------------------------ */

int clients_start(struct clients *all, sd_event *event, struct area *area, struct slots *slots,
		  const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	uint32_t scratch = LINK_NR_SLOTS * SLOTS_SCRATCH_PAGES;
	int fd, rc;

	*all = (struct clients){.event = event, .area = area, .slots = slots};
	ports_init(&all->ports, area->shared_info, client_deliver);
	rc = arena_init(&all->arena, (uint32_t)(area->arena_size / LINK_PAGE), scratch);
	if (rc)
		return rc;
	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	rc = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) || listen(fd, 64) ? -errno : 0;
	if (!rc)
		rc = sd_event_add_io(event, &all->listener, fd, EPOLLIN, on_connection, all);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	sd_event_source_set_io_fd_own(all->listener, 1);
	return 0;
}

void clients_stop(struct clients *all)
{
	struct client *c, *next;

	all->listener = sd_event_source_disable_unref(all->listener);
	for (c = all->first; c; c = next) {
		next = c->next;
		c->io = sd_event_source_disable_unref(c->io);
		if (c->fd >= 0)
			close(c->fd);
		client_free(c);
	}
	arena_fini(&all->arena);
}
