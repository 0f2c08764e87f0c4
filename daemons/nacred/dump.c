/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctrl/domain.h"
#include "lifecycle.h"
#include "limits.h"
#include "log.h"

struct dump_process {
	struct nacred *n;
	uint32_t domid;
	sd_event_source *child;
	dump_done *done; /* may be NULL */
	void *arg;
};

/* One that was killed could not let its domain go. */
static int on_child(sd_event_source *s, const siginfo_t *si, void *arg)
{
	struct dump_process *p = arg;

	if (si->si_code != CLD_EXITED) {
		log_error("the process that wrote a core of domain %u was killed by signal %d",
			  p->domid, si->si_status);
		ctrl_domain_unpause(p->n->ctrl, p->domid);
	}
	p->n->nr_dumps--;
	if (p->done)
		p->done(p->arg, si->si_code == CLD_EXITED && si->si_status == EXIT_SUCCESS);
	lifecycle_schedule(p->n); /* others may have waited for their turn */
	sd_event_source_disable_unref(p->child);
	free(p);
	return 0;
}

static int spawn(int stream, uint32_t domid, pid_t *pid)
{
	char number[16];
	char *argv[] = {(char *)"nacred", (char *)DUMP_OPTION, number, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	snprintf(number, sizeof(number), "%u", domid);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	rc = posix_spawn_file_actions_adddup2(&files, stream, DUMP_FD);
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, DUMP_FD + 1);
	if (!rc)
		rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	/* SIGPIPE stays ignored: when nobody reads any more, the domain is let go. */
	if (!rc)
		rc = posix_spawn(pid, "/proc/self/exe", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

static int watch(struct nacred *n, uint32_t domid, pid_t pid, dump_done *done, void *arg)
{
	struct dump_process *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	if (p) {
		*p = (struct dump_process){.n = n, .domid = domid, .done = done, .arg = arg};
		rc = sd_event_add_child(n->loop, &p->child, pid, WEXITED, on_child, p);
	}
	if (rc < 0) {
		free(p);
		return rc;
	}
	n->nr_dumps++;
	return 0;
}

int dump_to(struct nacred *n, uint32_t domid, int fd, dump_done *done, void *arg,
	    struct rpc_error *e)
{
	int high, rc;
	pid_t pid;

	if (n->nr_dumps >= LIMIT_DUMPS)
		return fail(e, XL_BUFFERFULL, "daemon.busy", "%d cores are being written already",
			    LIMIT_DUMPS);
	/* Above the number that it gets, where dup2() would do nothing. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, DUMP_FD + 1);
	rc = high < 0 ? -errno : spawn(high, domid, &pid);
	if (high >= 0)
		close(high);
	if (!rc)
		rc = watch(n, domid, pid, done, arg); /* unwatched it lets its domain go, too */
	if (rc)
		return fail_errno(e, rc, "daemon.dump", "cannot start a process for the core");
	return 0;
}

int dump_start(struct nacred *n, uint32_t domid, int *stream, struct rpc_error *e)
{
	int ends[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail_errno(e, errno, "daemon.dump", "cannot make a stream");
	rc = dump_to(n, domid, ends[1], NULL, NULL, e);
	close(ends[1]);
	if (rc)
		close(ends[0]);
	else
		*stream = ends[0];
	return rc;
}
