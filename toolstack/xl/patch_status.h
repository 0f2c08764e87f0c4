/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What xl patch-status prints out of the answer of advisory.status. */
#ifndef NACRE_XL_PATCH_STATUS_H
#define NACRE_XL_PATCH_STATUS_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

/* Table with the host in front and the sums behind; @affected: only rows that
 * are. */
void patch_status_print(FILE *out, const struct json *report, bool affected);

#endif
