/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxenevtchn.so.1 (xenevtchn.h) over a hosted hypervisor. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xenevtchn.h>

#include "link.h"

struct xenevtchn_handle {
	int fd; /* events: the ports are this descriptor's */
	struct link link;
	xentoollog_logger *own_logger;
	xentoolcore_handle active;
};

static int restrict_handle(xentoolcore_handle *active, domid_t domid)
{
	xenevtchn_handle *xce = container(active, xenevtchn_handle, active);

	return xce->fd < 0 ? 0 : xenevtchn_restrict(xce, domid);
}

/* A handle over the events descriptor @fd. It stays the caller's on failure. */
static xenevtchn_handle *new_handle(xentoollog_logger *logger, xentoollog_logger *own_logger,
				    int fd, uint64_t cookie)
{
	xenevtchn_handle *xce = calloc(1, sizeof(*xce));

	if (!xce)
		return NULL;
	xce->fd = fd;
	xce->own_logger = own_logger;
	if (link_open(&xce->link, logger, "xenevtchn", cookie)) {
		free(xce);
		return NULL;
	}
	xce->active.restrict_callback = restrict_handle;
	xentoolcore__register_active_handle(&xce->active);
	return xce;
}

static xentoollog_logger *stderr_logger(void)
{
	return (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_PROGRESS, 0);
}

xenevtchn_handle *xenevtchn_open(xentoollog_logger *logger, unsigned int flags)
{
	xentoollog_logger *own = NULL;
	xenevtchn_handle *xce = NULL;
	uint64_t cookie;
	int fd, error;

	if (flags & ~XENEVTCHN_NO_CLOEXEC) {
		errno = EINVAL;
		return NULL;
	}
	if (!logger)
		logger = own = stderr_logger();
	fd = link_open_events(logger, "xenevtchn", !(flags & XENEVTCHN_NO_CLOEXEC), &cookie);
	if (fd >= 0)
		xce = new_handle(logger, own, fd, cookie);
	if (xce)
		return xce;
	error = errno;
	if (fd >= 0)
		close(fd);
	xtl_logger_destroy(own);
	errno = error;
	return NULL;
}

xenevtchn_handle *xenevtchn_fdopen(xentoollog_logger *logger, int fd, unsigned int open_flags)
{
	xentoollog_logger *own = NULL;
	xenevtchn_handle *xce = NULL;
	uint64_t cookie;
	int error;

	if (open_flags) {
		errno = EINVAL;
		return NULL;
	}
	if (!logger)
		logger = own = stderr_logger();
	if (!link_cookie(fd, &cookie))
		xce = new_handle(logger, own, fd, cookie);
	if (xce)
		return xce;
	error = errno;
	xtl_logger_destroy(own);
	errno = error;
	return NULL;
}

int xenevtchn_close(xenevtchn_handle *xce)
{
	int rc;

	if (!xce)
		return 0;
	xentoolcore__deregister_active_handle(&xce->active);
	link_close(&xce->link);
	rc = close(xce->fd);
	xtl_logger_destroy(xce->own_logger);
	free(xce);
	return rc;
}

int xenevtchn_fd(xenevtchn_handle *xce)
{
	return xce->fd;
}

static int request(xenevtchn_handle *xce, enum host_op op, uint64_t arg0, uint64_t arg1)
{
	struct host_request req = {.op = op, .arg = {arg0, arg1}};

	return (int)link_call(&xce->link, &req, NULL, 0, NULL, 0);
}

int xenevtchn_notify(xenevtchn_handle *xce, evtchn_port_t port)
{
	return request(xce, HOST_EVENT_NOTIFY, port, 0);
}

xenevtchn_port_or_error_t xenevtchn_bind_unbound_port(xenevtchn_handle *xce, uint32_t domid)
{
	return request(xce, HOST_EVENT_UNBOUND, domid, 0);
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle *xce, uint32_t domid,
						     evtchn_port_t remote_port)
{
	return request(xce, HOST_EVENT_INTERDOMAIN, domid, remote_port);
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle *xce, unsigned int virq)
{
	return request(xce, HOST_EVENT_VIRQ, virq, 0);
}

int xenevtchn_unbind(xenevtchn_handle *xce, evtchn_port_t port)
{
	return request(xce, HOST_EVENT_UNBIND, port, 0);
}

int xenevtchn_unmask(xenevtchn_handle *xce, evtchn_port_t port)
{
	return request(xce, HOST_EVENT_UNMASK, port, 0);
}

int xenevtchn_restrict(xenevtchn_handle *xce, domid_t domid)
{
	return link_restrict(&xce->link, domid);
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle *xce)
{
	uint32_t port;
	ssize_t n;

	if (xce->link.pid != getpid()) {
		errno = EBADF;
		return -1;
	}
	n = recv(xce->fd, &port, sizeof(port), 0);
	if (n == (ssize_t)sizeof(port))
		return (int)port;
	if (n >= 0)
		errno = n ? EPROTO : ECONNRESET;
	return -1;
}
