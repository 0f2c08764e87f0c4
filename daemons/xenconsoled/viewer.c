/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <termios.h>
#include <unistd.h>

#include "daemon.h"
#include "guest.h"
#include "log.h"
#include "viewer.h"

struct viewer {
	struct viewer *next;
	struct guest *guest;
	int fd;
	int slave;		  /* terminal: held open so that the master never hangs up */
	char name[KEPT_NAME_MAX]; /* what is kept of it for a successor */
	char slave_name[KEPT_NAME_MAX];
	sd_event_source *io;
	uint64_t position;
};

static void viewer_free(struct viewer *v)
{
	struct viewer **p;

	for (p = &v->guest->viewers; *p != v; p = &(*p)->next)
		;
	*p = v->next;
	v->guest->nr_viewers--;
	sd_event_source_disable_unref(v->io);
	if (!v->guest->daemon->stopping) {
		kept_remove(v->name);
		if (v->slave >= 0)
			kept_remove(v->slave_name);
	}
	close(v->fd);
	if (v->slave >= 0)
		close(v->slave);
	free(v);
}

/* Wait for input only while the guest can take it, for space only with output due. */
static void wait_for(struct viewer *v)
{
	uint32_t events = 0;

	if (guest_input_space(v->guest))
		events |= EPOLLIN;
	if (v->position != v->guest->history.total)
		events |= EPOLLOUT;
	sd_event_source_set_io_events(v->io, events);
}

/* false: the viewer has gone. */
static bool output(struct viewer *v)
{
	struct iovec iov[2];
	ssize_t n;
	int nr;

	while ((nr = history_get(&v->guest->history, &v->position, iov)) > 0) {
		n = writev(v->fd, iov, nr); /* SIGPIPE is ignored */
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		v->position += (uint64_t)n;
	}
	return true;
}

static bool input(struct viewer *v)
{
	char buf[CONSOLE_IN_SIZE];
	size_t space = guest_input_space(v->guest);
	ssize_t n;

	if (!space)
		return true;
	n = read(v->fd, buf, space);
	if (n > 0)
		guest_input(v->guest, buf, (size_t)n);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static int on_viewer(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct viewer *v = arg;
	bool alive = true;

	if (revents & (EPOLLIN | EPOLLHUP | EPOLLERR))
		alive = input(v);
	if (alive && (revents & (EPOLLHUP | EPOLLERR)) && !(revents & EPOLLIN))
		alive = false;
	if (alive)
		alive = output(v);
	if (alive)
		wait_for(v);
	else
		viewer_free(v);
	return 0;
}

/* "KIND-DOMAIN-FRAME-PORT-": an id of a domain may be used again, all of it is not. */
static void prefix_of(const struct guest *g, const char *kind, char name[KEPT_NAME_MAX])
{
	snprintf(name, KEPT_NAME_MAX, "%s-%u-%" PRIx64 "-%u-", kind, g->domid, g->gfn,
		 g->remote_port);
}

/* A name that no other viewer has, nor one of a predecessor. */
static void keep(const struct guest *g, const char *kind, int fd, char name[KEPT_NAME_MAX])
{
	uint64_t serial = 0;
	size_t len;

	if (getrandom(&serial, sizeof(serial), 0) != sizeof(serial))
		return; /* without a name nothing is kept */
	prefix_of(g, kind, name);
	len = strlen(name);
	snprintf(name + len, KEPT_NAME_MAX - len, "%" PRIx64, serial);
	kept_add(name, fd);
}

/* The viewer, NULL with errno. */
static struct viewer *add(struct guest *g, int fd, int slave, uint64_t position)
{
	struct viewer *v = calloc(1, sizeof(*v));
	int rc;

	if (!v)
		return NULL;
	v->guest = g;
	v->fd = fd;
	v->slave = slave;
	v->position = position;
	rc = sd_event_add_io(g->daemon->event, &v->io, fd, 0, on_viewer, v);
	if (rc < 0) {
		free(v);
		errno = -rc;
		return NULL;
	}
	v->next = g->viewers;
	g->viewers = v;
	g->nr_viewers++;
	wait_for(v);
	return v;
}

int viewer_add(struct guest *g, int fd)
{
	struct viewer *v;

	if (g->nr_viewers >= GUEST_VIEWERS)
		return EMFILE;
	v = add(g, fd, -1, history_start(&g->history));
	if (!v)
		return errno;
	keep(g, "viewer", fd, v->name);
	return 0;
}

/* O_NONBLOCK and FD_CLOEXEC for a terminal's ends, which openpty() leaves out. */
static bool prepare(int master, int slave)
{
	struct termios t;

	if (tcgetattr(slave, &t))
		return false;
	cfmakeraw(&t);
	return tcsetattr(slave, TCSANOW, &t) == 0 && fcntl(master, F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(master, F_SETFD, FD_CLOEXEC) == 0 && fcntl(slave, F_SETFD, FD_CLOEXEC) == 0;
}

static void add_tty(struct guest *g)
{
	struct viewer *v = NULL;
	char name[64];
	int master, slave;

	if (openpty(&master, &slave, NULL, NULL, NULL)) {
		log_warning("d%u: no terminal for its console: %s", g->domid, strerror(errno));
		return;
	}
	if (prepare(master, slave) && ttyname_r(slave, name, sizeof(name)) == 0)
		v = add(g, master, slave, history_start(&g->history));
	if (!v) {
		log_warning("d%u: cannot set up a terminal for its console", g->domid);
		close(master);
		close(slave);
		return;
	}
	keep(g, "tty", master, v->name);
	keep(g, "pts", slave, v->slave_name);
	daemon_publish_tty(g->daemon, g->domid, name);
}

/* Both ends of the terminal, which still has the name that was published. */
static bool restore_tty(struct guest *g)
{
	char prefix[KEPT_NAME_MAX], name[KEPT_NAME_MAX], slave_name[KEPT_NAME_MAX];
	struct kept *kept = &g->daemon->kept;
	struct viewer *v = NULL;
	int master, slave;

	prefix_of(g, "tty", prefix);
	master = kept_take(kept, prefix, name);
	prefix_of(g, "pts", prefix);
	slave = kept_take(kept, prefix, slave_name);
	if (master >= 0 && slave >= 0)
		v = add(g, master, slave, g->history.total);
	if (v) {
		snprintf(v->name, sizeof(v->name), "%s", name);
		snprintf(v->slave_name, sizeof(v->slave_name), "%s", slave_name);
		return true;
	}
	if (master >= 0) {
		kept_remove(name);
		close(master);
	}
	if (slave >= 0) {
		kept_remove(slave_name);
		close(slave);
	}
	return false;
}

void viewer_restore_all(struct guest *g)
{
	char prefix[KEPT_NAME_MAX], name[KEPT_NAME_MAX];
	struct viewer *v;
	int fd;

	prefix_of(g, "viewer", prefix);
	while ((fd = kept_take(&g->daemon->kept, prefix, name)) >= 0) {
		v = add(g, fd, -1, g->history.total);
		if (v) {
			snprintf(v->name, sizeof(v->name), "%s", name);
		} else {
			kept_remove(name);
			close(fd);
		}
	}
	if (!restore_tty(g))
		add_tty(g);
}

void viewer_output_all(struct guest *g)
{
	struct viewer *v, *next;

	for (v = g->viewers; v; v = next) {
		next = v->next;
		if (output(v))
			wait_for(v);
		else
			viewer_free(v);
	}
}

void viewer_input_all(struct guest *g)
{
	struct viewer *v;

	for (v = g->viewers; v; v = v->next)
		wait_for(v);
}

void viewer_finish_all(struct guest *g)
{
	while (g->viewers) {
		output(g->viewers);
		viewer_free(g->viewers);
	}
}
