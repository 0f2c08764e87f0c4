/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The table of cpupool-list. */
#ifndef NACRE_XL_CPUPOOL_LIST_H
#define NACRE_XL_CPUPOOL_LIST_H

#include <libxl.h>
#include <stdbool.h>
#include <stdio.h>

/* @cpus: which ones instead of how many. */
void cpupool_list_header(FILE *out, bool cpus);
void cpupool_list_row(FILE *out, const libxl_cpupoolinfo *pool, bool cpus);

#endif
