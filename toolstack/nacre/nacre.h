/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The `nacre` command: hosted instances. */
#ifndef NACRE_NACRE_H
#define NACRE_NACRE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "instance.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_RUNNING = 3 };

/* A command's context: what the options before it said. */
struct context {
	const char *instance; /* NULL: $NACRE_INSTANCE or "default" */
	char rundir[INSTANCE_DIR_MAX];
	const char *name; /* the name itself, in rundir */
};

/* Commands get argv with their own name as argv[0] and return an exit status. */
typedef int command_fn(struct context *c, int argc, char **argv);
command_fn cmd_up, cmd_down, cmd_status, cmd_exec, cmd_logs, cmd_cpuid;

/* "nacre: ..." on stderr; returns EXIT_FAILED. */
int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for a wrong command line; returns EXIT_USAGE. */
int misuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Fill rundir and name from instance. 0 or an exit status, complained. */
int context_resolve(struct context *c);

enum life {
	LIFE_NONE,    /* no directory */
	LIFE_ENDED,   /* a directory, and nobody holds its lock */
	LIFE_RUNNING, /* nacre-host holds it */
	LIFE_UNKNOWN, /* errno says why */
};
enum life instance_life(const char *rundir);

/* <rundir>/state as nacre-host left it; all zero without one. */
struct state {
	char accel[8];
	unsigned int cpus;
	uint64_t memory_mib;
	int qemu_pid;
	bool ready;
	char ended[512];
};
void state_read(const char *rundir, struct state *st);

#endif
