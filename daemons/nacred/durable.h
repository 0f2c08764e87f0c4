/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Files that are complete and on the disk, or not there at all: written beside as
 * NAME.new, synced, renamed.  Who is killed in between leaves a NAME.new, which whoever
 * reads the directory next removes.
 */
#ifndef NACRED_DURABLE_H
#define NACRED_DURABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define DURABLE_SUFFIX ".new"
#define DURABLE_BROKEN ".broken"
#define DURABLE_WHY    160

/* Whether @path is a directory that nobody else writes to: what others can write to they could
 * make us believe.  0 or -errno: -EPERM, it is none. */
int durable_check_directory(const char *path);
/* The same, after it and its parents were made where they are missing. */
int durable_directory(char *path);

/* DIR/NAME.new with these bytes, mode 0600. 0, or -1 and @e with nothing left behind. */
int durable_prepare(const char *dir, const char *name, const void *bytes, size_t len,
		    struct rpc_error *e);
/* It becomes DIR/NAME. 0, or -1 and @e; the new file is gone then. */
int durable_commit(const char *dir, const char *name, struct rpc_error *e);
/* Take back durable_prepare(). */
void durable_discard(const char *dir, const char *name);
/* Both steps at once. */
int durable_replace(const char *dir, const char *name, const void *bytes, size_t len,
		    struct rpc_error *e);
/* No error if it is not there. */
int durable_remove(const char *dir, const char *name, struct rpc_error *e);
/* Remove what is left of files that were never committed, and say whether @name was one. */
bool durable_sweep(const char *dir, const char *name);

/*
 * The text of a file of ours, to be freed: regular, of our user, writable by nobody else, at
 * most @max bytes.  NULL when it is not there (*why is empty) or cannot be used (@why says
 * so).  A FIFO or a device in its place does not stop the daemon, a link is not followed.
 */
char *durable_read(const char *path, size_t max, size_t *len, char why[DURABLE_WHY]);
/* What cannot be used is from now on PATH.broken; the log says so, why, and that then @effect. */
void durable_set_aside(const char *path, const char *why, const char *effect);

#endif
