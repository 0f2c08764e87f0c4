/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Who is at the other end of a socket, as the kernel says, and whether it may change things. */
#ifndef NACRED_PEER_H
#define NACRED_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#define PEER_NO_GROUP ((gid_t)-1)

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	bool trusted; /* root, nacred's own user, or a member of the admin socket's group */
};

/* The peer of the connection @fd; @group: whose members are trusted too, or PEER_NO_GROUP.
 * 0 or -errno. */
int peer_read(struct peer *p, int fd, gid_t group);

/* The group that may write to the socket that @fd listens on, PEER_NO_GROUP when it has
 * no place in the file system or its mode keeps the group out. */
gid_t peer_group_of(int fd);

#endif
