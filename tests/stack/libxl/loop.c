/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * loop NAME KERNEL: a program with an event loop of its own makes a guest, attaches to
 * its console, pauses and destroys it; no call into the library waits.
 */
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

struct fd {
	int fd;
	short events;
	void *for_libxl;
} fds[8];

struct timer {
	struct timeval abs;
	void *for_libxl;
} timers[64];

static int fd_register(void *user, int fd, void **out, short events, void *for_libxl)
{
	struct fd *f = fds;

	while (f->for_libxl)
		MUST(++f < fds + 8);
	*f = (struct fd){fd, events, for_libxl};
	*out = f;
	return 0;
}

static int fd_modify(void *user, int fd, void **update, short events)
{
	((struct fd *)*update)->events = events;
	return 0;
}

static void fd_deregister(void *user, int fd, void *registration)
{
	((struct fd *)registration)->for_libxl = NULL;
}

static int timeout_register(void *user, void **out, struct timeval abs, void *for_libxl)
{
	struct timer *t = timers;

	while (t->for_libxl)
		MUST(++t < timers + 64);
	*t = (struct timer){abs, for_libxl};
	*out = t;
	return 0;
}

static int timeout_modify(void *user, void **update, struct timeval abs)
{
	((struct timer *)*update)->abs = abs;
	return 0;
}

static const libxl_osevent_hooks hooks = {
	.fd_register = fd_register,
	.fd_modify = fd_modify,
	.fd_deregister = fd_deregister,
	.timeout_register = timeout_register,
	.timeout_modify = timeout_modify,
};

static void turn(libxl_ctx *ctx)
{
	struct pollfd polled[8];
	struct timeval now;
	int i;

	for (i = 0; i < 8; i++)
		polled[i] = (struct pollfd){.fd = fds[i].for_libxl ? fds[i].fd : -1,
					    .events = fds[i].events};
	poll(polled, 8, 1000);
	for (i = 0; i < 8; i++)
		if (polled[i].revents && fds[i].for_libxl)
			libxl_osevent_occurred_fd(ctx, fds[i].for_libxl, fds[i].fd,
						  polled[i].events, polled[i].revents);
	gettimeofday(&now, NULL);
	for (i = 0; i < 64; i++) {
		void *for_libxl = timers[i].for_libxl;

		if (!for_libxl || timercmp(&timers[i].abs, &now, >))
			continue;
		timers[i].for_libxl = NULL;
		libxl_osevent_occurred_timeout(ctx, for_libxl);
	}
}

static int done, done_rc, consoles;

static void called(libxl_ctx *ctx, int rc, void *user)
{
	done++;
	done_rc = rc;
}

struct child {
	pid_t pid;
	int attached; /* a byte comes once it has the console */
};

/* xl's way: a child attaches, the parent goes on. */
static void console_there(libxl_ctx *ctx, libxl_event *event, void *user)
{
	struct child *child = user;
	uint32_t domid = event->domid;
	int fds[2];

	consoles++;
	libxl_event_free(ctx, event);
	MUST(!pipe(fds));
	child->pid = fork();
	if (child->pid) {
		close(fds[1]);
		child->attached = fds[0];
		return;
	}
	close(fds[0]);
	libxl_postfork_child_noexec(ctx);
	libxl_primary_console_exec(new_context(), domid, fds[1]);
	_exit(99);
}

static void finish(libxl_ctx *ctx, int rc, const char *what)
{
	MUST(!rc);
	while (!done)
		turn(ctx);
	if (done_rc)
		fprintf(stderr, "%s: %d\n", what, done_rc);
	MUST(!done_rc);
	done = 0;
}

static int died;

static void occurs(void *user, libxl_event *event)
{
	MUST(event->type == LIBXL_EVENT_TYPE_DOMAIN_DEATH);
	died = 1;
	libxl_event_free(user, event);
}

int main(int argc, char **argv)
{
	static const libxl_event_hooks events = {
		.event_occurs_mask = 1ul << LIBXL_EVENT_TYPE_DOMAIN_DEATH, .event_occurs = occurs};
	const libxl_asyncop_how how = {.callback = called};
	libxl_ctx *ctx = new_context();
	libxl_evgen_domain_death *death;
	libxl_domain_config config;
	uint32_t domid = 0;
	char *tty = NULL;
	struct child child = {0};
	int status;
	char byte;
	const libxl_asyncprogress_how console = {.callback = console_there, .for_callback = &child};

	MUST(argc == 3);
	libxl_osevent_register_hooks(ctx, &hooks, NULL);
	libxl_event_register_callbacks(ctx, &events, ctx);
	describe(&config, argv[1], argv[2]);
	finish(ctx, libxl_domain_create_new(ctx, &config, &domid, &how, &console), "create");
	libxl_domain_config_dispose(&config);
	MUST(consoles == 1);
	MUST(!libxl_evenable_domain_death(ctx, domid, 0, &death));
	MUST(!libxl_primary_console_get_tty(ctx, domid, &tty));
	MUST(!access(tty, R_OK));
	free(tty);
	finish(ctx, libxl_domain_unpause(ctx, domid, &how), "unpause");
	finish(ctx, libxl_domain_pause(ctx, domid, &how), "pause");
	MUST(!libxl_domain_rename(ctx, domid, argv[1], "renamed"));
	MUST(libxl_domain_rename(ctx, domid, argv[1], "again") == ERROR_FAIL);
	/* Or the guest would be gone before its console. */
	MUST(read(child.attached, &byte, 1) == 1);
	finish(ctx, libxl_domain_destroy(ctx, domid, &how), "destroy");
	while (!died)
		turn(ctx);
	libxl_evdisable_domain_death(ctx, death);
	/* The console ends with its guest. */
	MUST(waitpid(child.pid, &status, 0) == child.pid);
	MUST(WIFEXITED(status) && !WEXITSTATUS(status));
	libxl_ctx_free(ctx);
	puts("loop well");
	return 0;
}
