/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "remains.h"

/* nacre-host gives each daemon 5 s and QEMU 3 s. */
#define STOP_LIMIT_MS 30000
#define KILL_LIMIT_MS 5000

static bool gone_within(int pidfd, int ms)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

static void send_signal(int pidfd, int sig)
{
	syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

/* End the running nacre-host: politely, then not. */
static int stop_host(const struct context *c)
{
	int fd = pidfile_open(c->rundir, "nacre-host", NULL), rc = EXIT_OK;

	if (fd == -ESRCH)
		return EXIT_OK; /* it has ended meanwhile */
	if (fd < 0)
		return complain("%s is in use, but %s/nacre-host.pid does not tell by whom: %s",
				c->rundir, c->rundir, strerror(-fd));
	send_signal(fd, SIGTERM);
	if (!gone_within(fd, STOP_LIMIT_MS)) {
		send_signal(fd, SIGKILL);
		if (!gone_within(fd, KILL_LIMIT_MS))
			rc = complain("nacre-host does not end");
	}
	close(fd);
	return rc;
}

/* What is left when nacre-host was killed, or failed and kept its logs. */
static int sweep(const struct context *c)
{
	char path[PATH_MAX];
	int rc, lock = instance_lock(c->rundir, true);

	if (lock == -ENOENT)
		return EXIT_OK; /* nothing is */
	if (lock == -EWOULDBLOCK)
		return complain("instance %s has just been started again", c->name);
	if (lock < 0)
		return complain("%s: %s", c->rundir, strerror(-lock));
	rc = remains_kill(c->rundir);
	rc = rc ? rc : remains_clear(c->rundir, "lock");
	if (!rc) {
		snprintf(path, sizeof(path), "%s/lock", c->rundir);
		rc = unlink(path) || rmdir(c->rundir) ? -errno : 0;
	}
	close(lock);
	return rc ? complain("%s: %s", c->rundir, strerror(-rc)) : EXIT_OK;
}

int cmd_down(struct context *c, int argc, char **argv)
{
	int rc = EXIT_OK;

	if (argc > 1)
		return misuse("down: unexpected argument '%s'", argv[1]);
	switch (instance_life(c->rundir)) {
	case LIFE_NONE:
		printf("instance %s is not running\n", c->name);
		return EXIT_OK;
	case LIFE_UNKNOWN:
		return complain("%s: %s", c->rundir, strerror(errno));
	case LIFE_RUNNING:
		rc = stop_host(c);
		break;
	case LIFE_ENDED:
		break;
	}
	return rc ? rc : sweep(c);
}
