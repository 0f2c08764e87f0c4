/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sets of physical CPUs as xl.cfg and vcpu-pin write them: "all", "0-3,^1". */
#ifndef NACRE_CONFIG_CPUMAP_H
#define NACRE_CONFIG_CPUMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "json.h"

#define CPUMAP_BITS 256 /* CPU numbers are below this */
#define CPUMAP_ALL  64	/* "all" when nobody said how many CPUs there are */

struct cpumap {
	uint64_t words[CPUMAP_BITS / 64];
};

/* 0, or -EINVAL after a line to @report. "node:0" is every CPU: there is one
 * memory node. */
int cpumap_parse(const char *text, struct cpumap *map, FILE *report);

bool cpumap_test(const struct cpumap *map, unsigned int cpu);
bool cpumap_is_all(const struct cpumap *map);

/* Array of the numbers; NULL when out of memory. */
struct json *cpumap_to_json(const struct cpumap *map);

#endif
