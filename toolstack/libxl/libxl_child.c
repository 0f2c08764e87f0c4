/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libxl_context.h"

/* The process has one SIGCHLD, and libxl_event.h lets one context own it this way. */
static volatile sig_atomic_t signal_fd = -1;
static struct sigaction before;

static void on_sigchld(int number)
{
	static const uint64_t one = 1;
	int err = errno;

	if (signal_fd >= 0 && write(signal_fd, &one, sizeof(one)) < 0)
		errno = err; /* the counter is full: it wakes all the same */
	errno = err;
}

static void ended(struct libxl__egc *egc, struct libxl__ev_fd *ev, short revents)
{
	uint64_t count;

	if (read(ev->fd, &count, sizeof(count)) == sizeof(count))
		egc->reap = true;
}

void libxl__children_reap(libxl_ctx *ctx)
{
	const libxl_childproc_hooks *hooks = ctx->children.hooks;
	int status, rc;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		rc = hooks && hooks->reaped_callback
			     ? hooks->reaped_callback(pid, status, ctx->children.user)
			     : ERROR_UNKNOWN_CHILD;
		if (rc == ERROR_UNKNOWN_CHILD)
			LIBXL__WARN(ctx, INVALID_DOMID,
				    "unknown child [%ld] ended with wait status %#x", (long)pid,
				    (unsigned int)status);
		else if (rc)
			libxl__disaster(ctx, 0, "have the caller take note of an ended child", 0);
	}
}

static bool own_signal(libxl_ctx *ctx)
{
	struct sigaction action = {.sa_handler = on_sigchld, .sa_flags = SA_RESTART | SA_NOCLDSTOP};
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	if (fd < 0)
		return false;
	if (libxl__fd_register(ctx, &ctx->children.fd, fd, POLLIN)) {
		close(fd);
		return false;
	}
	signal_fd = fd;
	sigaction(SIGCHLD, &action, &before);
	/* Children that ended before are waiting already. */
	on_sigchld(SIGCHLD);
	return true;
}

static void give_signal_back(struct libxl__children *children)
{
	sigaction(SIGCHLD, &before, NULL);
	signal_fd = -1;
	close(children->fd.fd);
}

void libxl__children_init(struct libxl__children *children)
{
	children->fd.fd = -1;
	children->fd.occurred = ended;
}

void libxl__children_close(libxl_ctx *ctx)
{
	int fd = ctx->children.fd.fd;

	if (fd < 0)
		return;
	libxl__fd_deregister(ctx, &ctx->children.fd);
	ctx->children.fd.fd = fd;
	give_signal_back(&ctx->children);
	ctx->children.fd.fd = -1;
}

void libxl__children_postfork(struct libxl__children *children)
{
	if (children->fd.fd >= 0)
		give_signal_back(children);
}

void libxl_childproc_setmode(libxl_ctx *ctx, const libxl_childproc_hooks *hooks, void *user)
{
	struct libxl__egc egc;

	libxl__enter(&egc, ctx);
	libxl__children_close(ctx);
	ctx->children.hooks = hooks;
	ctx->children.user = user;
	if (hooks && hooks->chldowner == libxl_sigchld_owner_libxl_always && !own_signal(ctx))
		libxl__disaster(ctx, 0, "watch for ended children", errno);
	libxl__leave(&egc);
}

/* No process is this library's. */
int libxl_childproc_reaped(libxl_ctx *ctx, pid_t pid, int status)
{
	return ERROR_UNKNOWN_CHILD;
}

void libxl_childproc_sigchld_occurred(libxl_ctx *ctx)
{
}
