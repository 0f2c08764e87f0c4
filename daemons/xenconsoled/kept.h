/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Descriptors that outlive this process: the service manager, systemd or nacre-host, keeps
 * copies under names and hands them back when xenconsoled is started again
 * (sd_listen_fds(3), FDSTORE=1 of sd_notify(3)).  Without one nothing is kept.
 */
#ifndef XENCONSOLED_KEPT_H
#define XENCONSOLED_KEPT_H

#include <stdbool.h>
#include <stddef.h>

#define KEPT_NAME_MAX 96

struct kept {
	struct kept_fd *first; /* handed back and not taken yet */
};

/* Take over what was handed back. */
void kept_open(struct kept *k);
/* Close the rest; the manager's copies stay. */
void kept_close(struct kept *k);

/* The next descriptor whose name begins with @prefix, with its name in @name; it is the
 * caller's now, and still kept.  -1: there is none. */
int kept_take(struct kept *k, const char *prefix, char name[KEPT_NAME_MAX]);
/* Have a copy of @fd kept; names are chosen to be unlike all others. */
void kept_add(const char *name, int fd);
/* The manager's copy is not needed any more. */
void kept_remove(const char *name);

/* Close and remove those that wait for a domain of which @gone says so. */
void kept_drop(struct kept *k, bool (*gone)(void *arg, const char *name), void *arg);

#endif
