/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A hosted instance: its name, its run directory and the environment in which
 * programs find it.  All functions return 0 or a negative errno and are
 * thread-safe as long as nobody changes the environment meanwhile.
 */
#ifndef NACRE_INSTANCE_H
#define NACRE_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#define INSTANCE_NAME_MAX 32
#define INSTANCE_DEFAULT  "default"
/* A run directory is at most this long (with NUL), so that the sockets in it
 * fit the 108 bytes of sockaddr_un. */
#define INSTANCE_DIR_MAX 88

/* 1 to 32 characters of A-Z a-z 0-9 _ -, the first a letter or a digit. */
int instance_name_valid(const char *name);

/*
 * The run directory of instance @name; it need not exist.  NULL means
 * $NACRE_INSTANCE, or "default".  -EINVAL: bad name; -ENAMETOOLONG;
 * -EPERM: the fallback below /tmp exists but is not ours alone.
 */
int instance_rundir(const char *name, char *buf, size_t len);

/* $NACRE_RUNDIR/@what, or @what in the run directory of instance_rundir(NULL). */
int instance_socket(const char *what, char *buf, size_t len);

/* Create the run directory (0700) and its parents; an existing one is checked
 * to be a directory of ours that nobody else can write to (-EPERM). */
int instance_make_rundir(const char *name, char *buf, size_t len);

/* Paths beside the running program: its own directory + "/" + @name, and
 * ../lib/nacre/ + @name. */
int instance_program(const char *name, char *buf, size_t len);
int instance_library(const char *name, char *buf, size_t len);

/* Where an administrator keeps @what for all instances: $NACRE_CONFIG_DIR/@what, or
 * /etc/nacre/@what. */
int instance_config(const char *what, char *buf, size_t len);

/* What programs keep for all instances and over restarts of the machine:
 * $NACRE_STATE_DIR/@what; else below /var/lib/nacre for root, $XDG_STATE_HOME/nacre or
 * $HOME/.local/state/nacre for others.  -ENOENT: none of them is set. */
int instance_state(const char *what, char *buf, size_t len);

/* Set the environment variables by which programs reach the instance: see
 * nacre(1), ENVIRONMENT.  For a process that is about to exec. */
int instance_export(const char *name, const char *rundir);

/*
 * The lock that a running nacre-host holds: <rundir>/lock.  Returns a
 * descriptor (close-on-exec) that holds it; -EWOULDBLOCK: an instance is
 * running; -ENOENT: there is no such directory and @create is false.
 */
int instance_lock(const char *rundir, bool create);

#endif
