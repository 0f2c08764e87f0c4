/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* How `xl livepatch' prints what nacred tells of live patches. */
#ifndef NACRE_XL_LIVEPATCH_H
#define NACRE_XL_LIVEPATCH_H

#include <stdio.h>

#include "json.h"

void livepatch_print_list(FILE *out, const struct json *payloads);
void livepatch_print_status(FILE *out, const struct json *status);
void livepatch_print_plan(FILE *out, const struct json *plan);
void livepatch_print_policy(FILE *out, const struct json *policy);
/* Of patch.upload, or of an action with its pauses. */
void livepatch_print_done(FILE *out, const struct json *result);

#endif
