/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sets of physical CPUs as xl.cfg and vcpu-pin write them: "all", "0-3,^1", "node:1". */
#ifndef NACRE_CONFIG_CPUMAP_H
#define NACRE_CONFIG_CPUMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "json.h"

#define CPUMAP_BITS 1024 /* CPU numbers are below this */

/* The machine's CPUs. */
struct cpumap_host {
	unsigned int nr_cpus;	   /* 0 to nr_cpus - 1 may exist */
	int32_t node[CPUMAP_BITS]; /* memory node of each, -1: the CPU does not exist */
};

/* Where the machine is not known: 64 CPUs in one node. */
void cpumap_host_any(struct cpumap_host *host);

/*
 * Whole bytes of bits, as many as the machine's CPUs need: so it is in libxl, where it
 * shows in "all", and in what becomes of numbers beyond the last CPU.
 */
struct cpumap {
	uint64_t words[CPUMAP_BITS / 64];
	unsigned int nr_bits;
};

/* 0, or -EINVAL after a line to @report.  Numbers and nodes that @host does not have add
 * nothing, as in Xen. */
int cpumap_parse(const char *text, const struct cpumap_host *host, struct cpumap *map,
		 FILE *report);

/* Take out of @map what @mask does not have. */
void cpumap_and(struct cpumap *map, const struct cpumap *mask);

bool cpumap_test(const struct cpumap *map, unsigned int cpu);
bool cpumap_is_empty(const struct cpumap *map);

/* Array of the numbers; NULL when out of memory. */
struct json *cpumap_to_json(const struct cpumap *map);

#endif
