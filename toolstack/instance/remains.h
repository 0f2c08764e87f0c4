/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Pid files and what a killed nacre-host leaves behind.  A pid file
 * <rundir>/<name>.pid holds "PID STARTTIME\n" (field 22 of /proc/PID/stat):
 * a recycled process id has another start time and is never touched.
 */
#ifndef NACRE_REMAINS_H
#define NACRE_REMAINS_H

#include <sys/types.h>

/* Record process @pid as @name. 0 or -errno. */
int pidfile_write(const char *rundir, const char *name, pid_t pid);
void pidfile_remove(const char *rundir, const char *name);

/* A pidfd of the recorded process, or -ESRCH when it no longer runs, -ENOENT
 * without a file, -EINVAL when the file is damaged.  @pid may be NULL. */
int pidfile_open(const char *rundir, const char *name, pid_t *pid);

/* Kill every process with a pid file in @rundir and wait for its end, at most
 * 5 s each.  The caller holds the instance's lock.  0 or the first error. */
int remains_kill(const char *rundir);

/* Remove everything in @rundir (not the directory itself, and not @keep,
 * which may be NULL).  Does not follow symbolic links. 0 or -errno. */
int remains_clear(const char *rundir, const char *keep);

#endif
