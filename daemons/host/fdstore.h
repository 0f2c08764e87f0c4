/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a daemon wants to have back when it is started again: descriptors with names, as
 * systemd's file descriptor store has them (FDSTORE=1 of sd_notify(3)).
 */
#ifndef HOST_FDSTORE_H
#define HOST_FDSTORE_H

#include <stddef.h>

#include <systemd/sd-event.h>

#define FDSTORE_MAX	 256 /* of one daemon */
#define FDSTORE_NAME_MAX 96

struct fdstore {
	sd_event *event;
	struct kept_fd *first;
	unsigned int nr;
};

/* A notification @text (NUL-terminated) with its @nr descriptors, which are taken. */
void fdstore_notified(struct fdstore *s, const char *text, const int *fds, unsigned int nr);

/* All of them, the oldest first, in @fds (room for FDSTORE_MAX), and their names between
 * colons as $LISTEN_FDNAMES wants them in malloc'd *@names. Their number, or -ENOMEM. */
int fdstore_list(const struct fdstore *s, int *fds, char **names);
void fdstore_clear(struct fdstore *s);

#endif
