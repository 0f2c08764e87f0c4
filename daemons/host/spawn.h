/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Child processes that end with us, whatever ends us. */
#ifndef HOST_SPAWN_H
#define HOST_SPAWN_H

#include <sys/types.h>

#define SPAWN_FDS 8

struct spawn {
	char *const *argv;	/* argv[0] is looked up in PATH unless it has a slash */
	int keep_fd[SPAWN_FDS]; /* descriptors the child inherits */
	unsigned int nr_keep;
	const char *log;			/* file for its stdout and stderr, NULL: ours */
	const char *setenv_name, *setenv_value; /* one variable more, or NULL */
	/* Descriptors that the child finds as sd_listen_fds(3) does, and their names. */
	const int *listen_fd;
	unsigned int nr_listen;
	const char *listen_names;
};

/* The child's pid or -errno; also what exec said. */
pid_t spawn(const struct spawn *s);

/* "exit status 3", "signal 9 (Killed)" for a siginfo of waitid(). */
const char *spawn_describe(int code, int status, char *buf, size_t len);

#endif
