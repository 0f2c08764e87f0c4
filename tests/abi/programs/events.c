/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A program with an event loop of its own: death of a domain, an operation that goes
 * on meanwhile, children that it reaps itself. */
#include <libxl.h>
#include <libxl_event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

static void occurred(void *user, libxl_event *event)
{
	libxl_ctx *ctx = *(libxl_ctx **)user;

	if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN)
		printf("domain %u: reason %d\n", event->domid,
		       event->u.domain_shutdown.shutdown_reason);
	libxl_event_free(ctx, event);
}

static void disaster(void *user, libxl_event_type type, const char *msg, int errnoval)
{
	(void)user;
	fprintf(stderr, "%s: %s (%d)\n", libxl_event_type_to_string(type), msg, errnoval);
	exit(1);
}

static pid_t replacement(void *user)
{
	(void)user;
	return fork();
}

static void done(libxl_ctx *ctx, int rc, void *for_callback)
{
	(void)ctx;
	*(int *)for_callback = rc;
}

int main(int argc, char **argv)
{
	static libxl_ctx *ctx;
	static const libxl_event_hooks hooks = {
		.event_occurs_mask = LIBXL_EVENTMASK_ALL,
		.event_occurs = occurred,
		.disaster = disaster,
	};
	static const libxl_childproc_hooks children = {
		.chldowner = libxl_sigchld_owner_libxl_always_selective_reap,
		.fork_replacement = replacement,
	};
	libxl_evgen_domain_death *death = NULL;
	struct pollfd fds[8];
	struct timeval now;
	int nfds = 8, timeout = -1, rc = 1;
	libxl_asyncop_how how = {.callback = done, .u.for_callback = &rc};
	uint32_t domid = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1;

	if (libxl_ctx_alloc(&ctx, LIBXL_VERSION, 0, NULL))
		return 1;
	libxl_event_register_callbacks(ctx, &hooks, &ctx);
	libxl_childproc_setmode(ctx, &children, NULL);
	if (libxl_evenable_domain_death(ctx, domid, 7, &death) ||
	    libxl_domain_destroy(ctx, domid, &how))
		return 1;
	gettimeofday(&now, NULL);
	while (rc == 1 && !libxl_osevent_beforepoll(ctx, &nfds, fds, &timeout, now)) {
		poll(fds, (nfds_t)nfds, timeout);
		gettimeofday(&now, NULL);
		libxl_osevent_afterpoll(ctx, nfds, fds, now);
	}
	libxl_evdisable_domain_death(ctx, death);
	return libxl_ctx_free(ctx);
}
