/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-host's command line: see nacre-host(8). */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define OPTIONS_CPUS_MAX   64
#define OPTIONS_MEMORY_MIN (64ULL << 20)
#define OPTIONS_MEMORY_MAX (512ULL << 30)

enum accel_choice { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };

struct options {
	const char *instance;
	unsigned int cpus;
	uint64_t memory; /* bytes */
	enum accel_choice accel;
	const char *image;    /* NULL: the one beside this program */
	const char *append;   /* hypervisor command line, may be "" */
	unsigned int timeout; /* seconds until the hypervisor must be ready */
	bool no_daemons;
	int ready_fd; /* -1: stay on stderr */
};

/* 0: go on. Otherwise the process ends with *@status (0 after --help, 2 for
 * a wrong command line, about which stderr has been told). */
int options_parse(struct options *o, int argc, char **argv, int *status);

/* "512", "512M" (MiB) or "2G" in bytes; 0 when malformed or out of range. */
uint64_t options_memory(const char *text);

#endif
