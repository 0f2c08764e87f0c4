/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "daemon.h"
#include "guest.h"
#include "log.h"

struct guest *daemon_find(struct daemon *d, uint32_t domid)
{
	struct guest *g;

	for (g = d->guests; g; g = g->next)
		if (g->domid == domid)
			return g;
	return NULL;
}

static int on_evtchn(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct daemon *d = arg;
	struct guest *g;
	int port;

	if (revents & (EPOLLHUP | EPOLLERR)) {
		log_error("the hypervisor is gone");
		return sd_event_exit(d->event, EIO);
	}
	port = hyper_pending(d->hyper);
	for (g = d->guests; port >= 0 && g; g = g->next)
		if (g->port == port) {
			guest_event(g);
			break;
		}
	return 0;
}

static void reconnect(struct daemon *d)
{
	int rc = discover_connect(d);

	if (rc)
		log_warning("xenstored: %s; trying again when its socket appears", strerror(rc));
	else
		log_info("connected to xenstored");
}

/* xenstored makes its socket by renaming: when the name appears it listens. */
static int on_rundir(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *e;
	bool appeared = false;
	ssize_t n, pos;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (pos = 0; pos < n; pos += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const struct inotify_event *)(const void *)(buf + pos);
			if ((e->mask & IN_Q_OVERFLOW) || (e->len && !strcmp(e->name, "socket")))
				appeared = true;
		}
	if (appeared)
		reconnect(arg);
	return 0;
}

/* Where xenstored's socket lies: usually in our own run directory, in a bare-metal domain
 * 0 elsewhere.  @rundir, or a directory in @buf. */
static const char *store_dir(const char *rundir, char *buf, size_t len)
{
	const char *path = getenv("XENSTORED_PATH"), *dir = getenv("XENSTORED_RUNDIR");
	char *slash;

	if (!path || !*path)
		return dir && *dir ? dir : rundir;
	snprintf(buf, len, "%s", path);
	slash = strrchr(buf, '/');
	if (!slash)
		return rundir;
	*slash = '\0';
	return buf;
}

static int watch_rundir(struct daemon *d, const char *rundir)
{
	char buf[PATH_MAX];

	d->inotify_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (d->inotify_fd < 0 ||
	    inotify_add_watch(d->inotify_fd, store_dir(rundir, buf, sizeof(buf)),
			      IN_MOVED_TO | IN_CREATE) < 0)
		return errno;
	return -sd_event_add_io(d->event, &d->rundir, d->inotify_fd, EPOLLIN, on_rundir, d);
}

static int setup_loop(struct daemon *d)
{
	sigset_t set;
	int rc;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	rc = sd_event_new(&d->event);
	if (rc >= 0)
		rc = sd_event_add_signal(d->event, NULL, SIGTERM, NULL, NULL);
	if (rc >= 0)
		rc = sd_event_add_signal(d->event, NULL, SIGINT, NULL, NULL);
	if (rc >= 0)
		rc = sd_event_set_watchdog(d->event, 1);
	return rc < 0 ? -rc : 0;
}

/* Two daemons on the same rings would each get half of the output. */
static int open_log_dir(struct daemon *d, const char *rundir)
{
	int run = open(rundir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (run < 0)
		return errno;
	if (mkdirat(run, "console", 0700) && errno != EEXIST)
		rc = errno;
	if (!rc) {
		d->log_dir =
			openat(run, "console", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		rc = d->log_dir < 0 ? errno : 0;
	}
	close(run);
	if (!rc && flock(d->log_dir, LOCK_EX | LOCK_NB))
		rc = errno == EWOULDBLOCK ? EBUSY : errno;
	return rc;
}

static int open_hypervisor(struct daemon *d)
{
	int rc = hyper_open(&d->hyper);

	if (rc) {
		log_error("cannot reach the hypervisor: %s", strerror(rc));
		return rc;
	}
	return -sd_event_add_io(d->event, &d->evtchn, hyper_fd(d->hyper), EPOLLIN, on_evtchn, d);
}

int daemon_start(struct daemon *d, const char *rundir)
{
	int rc;

	d->log_dir = d->control_fd = d->inotify_fd = -1;
	kept_open(&d->kept);
	rc = open_log_dir(d, rundir);
	if (!rc)
		rc = setup_loop(d);
	if (!rc)
		rc = watch_rundir(d, rundir);
	if (rc) {
		log_error("%s: %s", rundir,
			  rc == EBUSY ? "another xenconsoled runs here" : strerror(rc));
		return rc;
	}
	rc = open_hypervisor(d);
	if (rc)
		return rc;
	reconnect(d);
	rc = control_listen(d, rundir);
	if (rc) {
		log_error("%s/xenconsoled.sock: %s", rundir, strerror(rc));
		return rc;
	}
	sd_notify(0, "READY=1");
	return 0;
}

int daemon_run(struct daemon *d)
{
	int rc = sd_event_loop(d->event);

	return rc < 0 ? -rc : rc;
}

void daemon_stop(struct daemon *d)
{
	d->stopping = true;
	control_stop(d);
	while (d->guests)
		guest_free(d->guests);
	discover_disconnect(d);
	d->rundir = sd_event_source_disable_unref(d->rundir);
	d->evtchn = sd_event_source_disable_unref(d->evtchn);
	hyper_close(d->hyper);
	if (d->inotify_fd >= 0)
		close(d->inotify_fd);
	if (d->log_dir >= 0)
		close(d->log_dir);
	kept_close(&d->kept);
	sd_event_unref(d->event);
}
