/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Groups of a peer without a call to malloc; who has more is looked at with one. */
#define GROUPS_USUAL 64

static bool among(const gid_t *groups, size_t nr, gid_t group)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* Supplementary groups, as they were when the peer connected: unix(7), SO_PEERGROUPS. */
static bool in_group(int fd, gid_t group)
{
	gid_t usual[GROUPS_USUAL], *many;
	socklen_t len = sizeof(usual);
	bool found;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, usual, &len) == 0)
		return among(usual, len / sizeof(gid_t), group);
	if (errno != ERANGE)
		return false;
	many = malloc(len);
	if (!many)
		return false;
	found = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, many, &len) == 0 &&
		among(many, len / sizeof(gid_t), group);
	free(many);
	return found;
}

int peer_read(struct peer *p, int fd, gid_t group)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return -errno;
	*p = (struct peer){.uid = cred.uid, .gid = cred.gid, .pid = cred.pid};
	p->trusted = cred.uid == 0 || cred.uid == geteuid() ||
		     (group != PEER_NO_GROUP && (cred.gid == group || in_group(fd, group)));
	return 0;
}

gid_t peer_group_of(int fd)
{
	struct sockaddr_un addr = {0};
	socklen_t len = sizeof(addr);
	struct stat st;

	if (getsockname(fd, (struct sockaddr *)&addr, &len) || addr.sun_family != AF_UNIX ||
	    len <= sizeof(sa_family_t) || !addr.sun_path[0] || stat(addr.sun_path, &st) ||
	    !(st.st_mode & S_IWGRP))
		return PEER_NO_GROUP;
	return st.st_gid;
}
