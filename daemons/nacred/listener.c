/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "limits.h"
#include "log.h"

static int address(const struct nacred *n, struct sockaddr_un *addr)
{
	int len;

	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	len = snprintf(addr->sun_path, sizeof(addr->sun_path), "%s/nacred.sock", n->rundir);
	return len < 0 || (size_t)len >= sizeof(addr->sun_path) ? -ENAMETOOLONG : 0;
}

static int make_socket(struct nacred *n)
{
	struct sockaddr_un addr;
	int fd, rc = address(n, &addr);

	if (rc)
		return rc;
	/* We hold the instance's lock: this is what a killed nacred left behind. */
	if (unlink(addr.sun_path) && errno != ENOENT)
		return -errno;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* The mode of the socket comes from fchmod() before bind(): no moment with another. */
	if (fchmod(fd, 0660) || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    chmod(addr.sun_path, 0660) || listen(fd, LIMIT_BACKLOG)) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

int listener_open(struct nacred *n)
{
	int rc, fd = sd_listen_fds(1) == 1 ? SD_LISTEN_FDS_START : -1;

	if (fd < 0) {
		fd = make_socket(n);
		n->own_socket = fd >= 0;
	}
	if (fd < 0) {
		log_error("cannot serve %s/nacred.sock: %s", n->rundir, strerror(-fd));
		return fd;
	}
	rc = client_listen(n, fd);
	if (rc) {
		log_error("cannot listen: %s", strerror(-rc));
		close(fd);
		return rc;
	}
	sd_event_source_set_io_fd_own(n->listener, true);
	return 0;
}

void listener_close(struct nacred *n)
{
	struct sockaddr_un addr;

	if (n->own_socket && address(n, &addr) == 0)
		unlink(addr.sun_path);
}
