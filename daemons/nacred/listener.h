/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The sockets, made here or handed over by systemd: nacred.sock, where everything may be
 * asked by those who may, and nacred-ro.sock, where nobody can change anything.
 */
#ifndef NACRED_LISTENER_H
#define NACRED_LISTENER_H

#include "nacred.h"

#define LISTENER_NAME		"nacred.sock"
#define LISTENER_READ_ONLY_NAME "nacred-ro.sock"

/* Both sockets; those made here belong to the group named @group (NULL: "xen" for root
 * where there is one, else nacred's own). 0 or -errno, logged. */
int listener_open(struct nacred *n, const char *group);
/* Serve the listening socket @fd, which is taken. 0 or -errno. */
int listener_add(struct nacred *n, int fd, enum listener_kind kind);
/* Accept nobody any more, and remove what listener_open() made. */
void listener_close(struct nacred *n);

#endif
