/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Rows that the tables of patch.* share. */
#ifndef NACRED_METHODS_PATCH_FIELDS_H
#define NACRED_METHODS_PATCH_FIELDS_H

#include "schema.h"

#define FIELD_PATCH_NAME                                                                           \
	{                                                                                          \
		.name = "name", .type = F_STRING, .min = 1, .max = 127,                            \
		.summary = "of the payload",                                                       \
	}

/* action, name and, of those that stop the CPUs, pause_ns and gather_ns. */
extern const struct field patch_step_fields[];
/* Why an action is not possible. */
extern const struct field patch_reason_fields[];

#endif
