/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "limits.h"
#include "log.h"
#include "peer.h"

/* Whose members may administrate a Xen host, by custom. */
#define GROUP_OF_XEN "xen"

static const char *const names[] = {
	[LISTENER_ADMIN] = LISTENER_NAME,
	[LISTENER_READ_ONLY] = LISTENER_READ_ONLY_NAME,
};

static int address(const struct nacred *n, enum listener_kind kind, struct sockaddr_un *addr)
{
	int len;

	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	len = snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/%s", n->rundir, names[kind]);
	return len < 0 || (size_t)len >= sizeof(addr->sun_path) ? -ENAMETOOLONG : 0;
}

/* The group of Xen is one of this system: to ask other sources of groups would load their
 * libraries into every nacred, one seventh of its memory. */
static gid_t group_of_xen(void)
{
	FILE *f = fopen("/etc/group", "re");
	const struct group *g = NULL;
	gid_t gid = PEER_NO_GROUP;

	if (!f)
		return gid;
	while ((g = fgetgrent(f)) && strcmp(g->gr_name, GROUP_OF_XEN) != 0)
		;
	if (g)
		gid = g->gr_gid;
	fclose(f);
	return gid;
}

/* 0 or -errno; *gid is PEER_NO_GROUP where the group of new files is the right one. */
static int group_id(const char *name, gid_t *gid)
{
	const struct group *g;

	if (!name) {
		*gid = geteuid() ? PEER_NO_GROUP : group_of_xen();
		return 0;
	}
	errno = 0;
	g = getgrnam(name);
	if (g) {
		*gid = g->gr_gid;
		return 0;
	}
	log_error("there is no group \"%s\"", name);
	return errno ? -errno : -ENOENT;
}

static void keep(enum listener_kind kind, int fd)
{
	char text[64];

	snprintf(text, sizeof(text), "FDSTORE=1\nFDNAME=%s", names[kind]);
	sd_pid_notify_with_fds(0, 0, text, &fd, 1);
}

static int make_socket(struct nacred *n, enum listener_kind kind, gid_t gid)
{
	struct sockaddr_un addr;
	int fd, rc = address(n, kind, &addr);

	if (rc)
		return rc;
	/* We hold the instance's lock: this is what a killed nacred left behind. */
	if (unlink(addr.sun_path) && errno != ENOENT)
		return -errno;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The mode of the socket comes from fchmod() before bind(): at no moment may a group
	 * connect that is not the one meant. */
	if (fchmod(fd, 0600) || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    (gid != PEER_NO_GROUP && chown(addr.sun_path, (uid_t)-1, gid)) ||
	    chmod(addr.sun_path, 0660) || listen(fd, LIMIT_BACKLOG)) {
		rc = -errno;
		close(fd);
		return rc;
	}
	n->own_socket[kind] = true;
	/* It comes back as one that is handed over when nacred is started again: who
	 * connects meanwhile waits. */
	keep(kind, fd);
	return fd;
}

/* The one of systemd's sockets that lies where ours would, or has its name. */
static int handed_over(const struct nacred *n, enum listener_kind kind)
{
	int i, nr = sd_listen_fds(0);
	struct sockaddr_un addr;
	socklen_t len;
	const char *base;

	for (i = 0; i < nr; i++) {
		if (sd_is_socket_unix(SD_LISTEN_FDS_START + i, SOCK_STREAM, 1, NULL, 0) <= 0)
			continue;
		addr = (struct sockaddr_un){0};
		len = sizeof(addr) - 1;
		if (getsockname(SD_LISTEN_FDS_START + i, (struct sockaddr *)&addr, &len))
			continue;
		base = strrchr(addr.sun_path, '/');
		if (base && strcmp(base + 1, names[kind]) == 0)
			return SD_LISTEN_FDS_START + i;
	}
	return -1;
}

/* No descriptor is left: with the one kept for this case the connection can at
 * least be taken off the queue, which would otherwise wake us for ever. */
static void turn_away(struct nacred *n, int listener)
{
	int fd;

	if (n->spare_fd < 0)
		return;
	close(n->spare_fd);
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0)
		close(fd);
	n->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	log_error("no file descriptor left for a connection");
}

static int on_accept(sd_event_source *s, int listener, uint32_t revents, void *arg)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct nacred *n = arg;

	if (fd >= 0)
		client_new(n, fd,
			   s == n->listeners[LISTENER_ADMIN] ? LISTENER_ADMIN : LISTENER_READ_ONLY);
	else if (errno == EMFILE || errno == ENFILE)
		turn_away(n, listener);
	return 0;
}

int listener_add(struct nacred *n, int fd, enum listener_kind kind)
{
	int rc = fcntl(fd, F_SETFL, O_NONBLOCK) ? -errno : 0;

	if (!rc && kind == LISTENER_ADMIN)
		n->admin_group = peer_group_of(fd);
	if (!rc)
		rc = sd_event_add_io(n->loop, &n->listeners[kind], fd, EPOLLIN, on_accept, n);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	sd_event_source_set_io_fd_own(n->listeners[kind], true);
	return 0;
}

static int open_one(struct nacred *n, enum listener_kind kind, gid_t gid)
{
	int rc, fd = handed_over(n, kind);

	if (fd < 0)
		fd = make_socket(n, kind, gid);
	rc = fd < 0 ? fd : listener_add(n, fd, kind);
	if (rc)
		log_error("cannot serve %s/%s: %s", n->rundir, names[kind], strerror(-rc));
	return rc;
}

int listener_open(struct nacred *n, const char *group)
{
	gid_t gid;
	int rc = group_id(group, &gid);

	if (!rc)
		rc = client_start(n);
	if (!rc)
		rc = open_one(n, LISTENER_ADMIN, gid);
	return rc ? rc : open_one(n, LISTENER_READ_ONLY, gid);
}

void listener_close(struct nacred *n)
{
	struct sockaddr_un addr;
	int kind;

	for (kind = 0; kind < NR_LISTENERS; kind++) {
		n->listeners[kind] = sd_event_source_disable_unref(n->listeners[kind]);
		if (n->own_socket[kind] && address(n, (enum listener_kind)kind, &addr) == 0) {
			sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", names[kind]);
			unlink(addr.sun_path);
		}
	}
}
