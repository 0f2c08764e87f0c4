/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "services.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "instance.h"
#include "log.h"
#include "remains.h"
#include "spawn.h"

#define SECOND	      1000000ULL /* us */
#define START_LIMIT   (30 * SECOND)
#define STOP_LIMIT    (5 * SECOND)
#define PAUSE_FIRST   (SECOND / 10)
#define PAUSE_MAX     (10 * SECOND)
#define HEALTHY_AFTER (10 * SECOND)

/* In the order of starting. */
static const char *const names[SERVICES_NR] = {"xenstored", "xenconsoled", "nacred"};

static int start_one(struct service *v);
static void start_next(struct services *s);
static void stop_next(struct services *s);

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec / 1000;
}

static void cancel_timer(struct service *v)
{
	v->timer = sd_event_source_disable_unref(v->timer);
}

static void set_timer(struct service *v, uint64_t us, sd_event_time_handler_t handler)
{
	cancel_timer(v);
	sd_event_add_time_relative(v->all->event, &v->timer, CLOCK_MONOTONIC, us, 1000, handler, v);
}

/* --- starting -------------------------------------------------------------------- */

static void starting_failed(struct services *s, const char *why)
{
	void (*told)(void *, const char *) = s->on_started;

	s->on_started = NULL;
	if (told)
		told(s->arg, why);
}

static int on_start_limit(sd_event_source *e, uint64_t usec, void *userdata)
{
	struct service *v = userdata;

	cancel_timer(v);
	log_error("%s does not become ready", v->name);
	if (v->pid)
		kill(v->pid, SIGKILL); /* what follows is on_service_end's business */
	return 0;
}

static int on_pause_end(sd_event_source *e, uint64_t usec, void *userdata)
{
	struct service *v = userdata;
	int rc;

	cancel_timer(v);
	rc = start_one(v);
	if (rc < 0) {
		log_error("cannot start %s again: %s", v->name, strerror(-rc));
		set_timer(v, PAUSE_MAX, on_pause_end);
	}
	return 0;
}

static uint64_t pause_before(const struct service *v)
{
	unsigned int n = v->failures < 8 ? v->failures : 8;
	uint64_t us = PAUSE_FIRST << (n ? n - 1 : 0);

	return us < PAUSE_MAX ? us : PAUSE_MAX;
}

static int on_service_end(sd_event_source *e, const siginfo_t *si, void *userdata)
{
	struct service *v = userdata;
	struct services *s = v->all;
	char how[64], why[256];

	spawn_describe(si->si_code, si->si_status, how, sizeof(how));
	v->child = sd_event_source_disable_unref(v->child);
	v->pid = 0;
	cancel_timer(v);
	pidfile_remove(s->rundir, v->name);
	if (s->stopping) {
		stop_next(s);
		return 0;
	}
	if (!s->up) {
		snprintf(why, sizeof(why),
			 "%s ended while the instance was starting (%s): see %s/log/%s.log",
			 v->name, how, s->rundir, v->name);
		starting_failed(s, why);
		return 0;
	}
	v->failures = now_us() - v->started > HEALTHY_AFTER ? 1 : v->failures + 1;
	log_error("%s ended unexpectedly (%s), starting it again", v->name, how);
	set_timer(v, pause_before(v), on_pause_end);
	return 0;
}

/* spawn(), with what the one before has left to be kept. */
static int spawn_with_kept(struct service *v, struct spawn *sp)
{
	static int fds[FDSTORE_MAX]; /* too much for the stack */
	char *kept_names = NULL;
	int rc = fdstore_list(&v->kept, fds, &kept_names);

	if (rc >= 0) {
		sp->listen_fd = fds;
		sp->nr_listen = (unsigned int)rc;
		sp->listen_names = kept_names;
		rc = spawn(sp);
	}
	free(kept_names);
	return rc;
}

/* 0 or -errno. */
static int start_one(struct service *v)
{
	struct services *s = v->all;
	char program[PATH_MAX], log[PATH_MAX];
	char *argv[] = {program, NULL};
	struct spawn sp = {.argv = argv,
			   .log = log,
			   .setenv_name = "NOTIFY_SOCKET",
			   .setenv_value = s->notify_path};
	int rc = instance_program(v->name, program, sizeof(program));

	if (rc)
		return rc;
	snprintf(log, sizeof(log), "%s/log/%s.log", s->rundir, v->name);
	v->ready = false;
	rc = spawn_with_kept(v, &sp);
	if (rc < 0)
		return rc;
	v->pid = rc;
	v->started = now_us();
	pidfile_write(s->rundir, v->name, v->pid);
	set_timer(v, START_LIMIT, on_start_limit);
	return sd_event_add_child(s->event, &v->child, v->pid, WEXITED, on_service_end, v);
}

/* Start the first that is not running; all ready: tell. */
static void start_next(struct services *s)
{
	char why[PATH_MAX + 64];
	unsigned int i;
	int rc;

	for (i = 0; i < SERVICES_NR && s->service[i].ready; i++)
		;
	if (i == SERVICES_NR) {
		s->up = true;
		starting_failed(s, NULL);
		return;
	}
	rc = start_one(&s->service[i]);
	if (rc >= 0)
		return;
	snprintf(why, sizeof(why), "cannot start %s: %s", names[i], strerror(-rc));
	starting_failed(s, why);
}

/* --- notifications ------------------------------------------------------------------ */

static struct service *by_pid(struct services *s, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < SERVICES_NR; i++)
		if (s->service[i].pid == pid)
			return &s->service[i];
	return NULL;
}

/* Descriptors in one message that are taken; the kernel closes further ones. */
#define NOTIFY_FDS 8

struct notification {
	char text[1024];
	pid_t sender; /* as the kernel says; 0: unknown */
	int fds[NOTIFY_FDS];
	unsigned int nr_fds;
};

/* One message. False: there is none. */
static bool receive(int fd, struct notification *m)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(NOTIFY_FDS * sizeof(int))];
	} control;
	struct iovec iov = {m->text, sizeof(m->text) - 1};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.buf,
			     .msg_controllen = sizeof(control.buf)};
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c;

	m->sender = 0;
	m->nr_fds = 0;
	if (n <= 0)
		return false;
	m->text[n] = '\0';
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		struct ucred u;

		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
			m->nr_fds = (unsigned int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
			memcpy(m->fds, CMSG_DATA(c), m->nr_fds * sizeof(int));
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&u, CMSG_DATA(c), sizeof(u));
			m->sender = u.pid;
		}
	}
	return true;
}

static int on_notify(sd_event_source *e, int fd, uint32_t revents, void *userdata)
{
	struct services *s = userdata;
	struct notification m;
	struct service *v;

	if (!receive(fd, &m))
		return 0;
	v = m.sender ? by_pid(s, m.sender) : NULL;
	if (v && !s->stopping)
		fdstore_notified(&v->kept, m.text, m.fds, m.nr_fds);
	else
		while (m.nr_fds)
			close(m.fds[--m.nr_fds]);
	if (!v || v->ready || s->stopping)
		return 0;
	if (strncmp(m.text, "READY=1", 7) != 0 && !strstr(m.text, "\nREADY=1"))
		return 0;
	v->ready = true;
	cancel_timer(v);
	log_info("%s is ready", v->name);
	if (!s->up)
		start_next(s);
	return 0;
}

static int listen_notify(struct services *s)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd, one = 1, rc;

	snprintf(s->notify_path, sizeof(s->notify_path), "%s/notify.sock", s->rundir);
	if (strlen(s->notify_path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	memcpy(sa.sun_path, s->notify_path, strlen(s->notify_path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = sd_event_add_io(s->event, &s->notify, fd, EPOLLIN, on_notify, s);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	sd_event_source_set_io_fd_own(s->notify, 1);
	/* A daemon may say READY and die at once: hear the former first. */
	sd_event_source_set_priority(s->notify, SD_EVENT_PRIORITY_IMPORTANT);
	return 0;
}

int services_start(struct services *s, sd_event *event, const char *rundir,
		   void (*on_started)(void *arg, const char *why), void *arg)
{
	unsigned int i;
	int rc;

	*s = (struct services){
		.event = event, .rundir = rundir, .on_started = on_started, .arg = arg};
	for (i = 0; i < SERVICES_NR; i++)
		s->service[i] =
			(struct service){.name = names[i], .all = s, .kept = {.event = event}};
	rc = listen_notify(s);
	if (rc)
		return rc;
	start_next(s);
	return 0;
}

/* --- stopping ------------------------------------------------------------------------ */

static int on_stop_limit(sd_event_source *e, uint64_t usec, void *userdata)
{
	struct service *v = userdata;

	cancel_timer(v);
	log_error("%s does not stop, killing it", v->name);
	kill(v->pid, SIGKILL);
	return 0;
}

/* The last one that runs is told to stop; on_service_end comes back here. */
static void stop_next(struct services *s)
{
	struct service *v = NULL;
	unsigned int i;

	for (i = 0; i < SERVICES_NR; i++)
		if (s->service[i].pid)
			v = &s->service[i];
	if (v) {
		if (!v->stopping)
			kill(v->pid, SIGTERM);
		v->stopping = true;
		set_timer(v, STOP_LIMIT, on_stop_limit);
		return;
	}
	s->notify = sd_event_source_disable_unref(s->notify);
	s->on_stopped(s->arg);
}

void services_stop(struct services *s, void (*on_stopped)(void *arg), void *arg)
{
	unsigned int i;

	s->stopping = true;
	s->on_started = NULL;
	s->on_stopped = on_stopped;
	s->arg = arg;
	for (i = 0; i < SERVICES_NR; i++) {
		cancel_timer(&s->service[i]);
		fdstore_clear(&s->service[i].kept);
	}
	stop_next(s);
}
