/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_XL_CPUPOOL_LIST_H
#define NACRE_XL_CPUPOOL_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* `xl cpupool-list' from the pools of cpupool.list; @cpus: their numbers instead of the
 * figures. */
void cpupool_list_header(FILE *out, bool cpus);
void cpupool_list_row(FILE *out, const struct json *pool, bool cpus);

#endif
