/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sets of physical CPUs between what users write, libxl's bitmaps and what is printed. */
#ifndef NACRE_XL_CPU_BITMAP_H
#define NACRE_XL_CPU_BITMAP_H

#include <libxl_utils.h>
#include <stdbool.h>
#include <stdio.h>

#include "cpumap.h"

/* The same set in @bitmap, which the caller disposes of.  False after a message. */
bool cpu_bitmap_of(const struct cpumap *map, libxl_bitmap *bitmap);

/* "0-3,5", "none", or "all" when it has all below @nr_cpus; none beyond is shown. */
void cpu_bitmap_print(FILE *out, const libxl_bitmap *bitmap, int nr_cpus);

#endif
