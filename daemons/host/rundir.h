/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The instance's run directory, locked and put in order. */
#ifndef HOST_RUNDIR_H
#define HOST_RUNDIR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "instance.h"

struct rundir {
	char path[INSTANCE_DIR_MAX];
	int lock; /* held as long as we run; -1: not ours */
};

/*
 * Create or take over the directory: what an instance that was killed has left
 * is ended and removed.  0 or -errno, told; -EWOULDBLOCK: it is running.
 */
int rundir_open(struct rundir *r, const char *instance);

/* Remove what is of no use once the instance has ended: sockets and pid files,
 * and everything with @all. */
void rundir_close(struct rundir *r, bool all);

/* What `nacre status` reads: <rundir>/state, "key=value" lines. */
struct rundir_state {
	const char *accel;
	unsigned int cpus;
	uint64_t memory_mib;
	pid_t qemu;
	bool ready;
	const char *ended; /* why, or NULL */
};
int rundir_write_state(const struct rundir *r, const struct rundir_state *st);

#endif
