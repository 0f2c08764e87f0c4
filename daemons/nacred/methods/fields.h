/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Rows that several methods' tables share. */
#ifndef NACRED_METHODS_FIELDS_H
#define NACRED_METHODS_FIELDS_H

#include "schema.h"

#define FIELDS_END                                                                                 \
	{                                                                                          \
		.name = NULL                                                                       \
	}

#define FIELD_DOMAIN                                                                               \
	{                                                                                          \
		.name = "domain", .type = F_DOMAIN, .summary = "name, UUID or domain id",          \
	}

/* In every reply about a domain. */
#define FIELDS_IDENTITY                                                                            \
	{.name = "domid",                                                                          \
	 .type = F_INT,                                                                            \
	 .nullable = true,                                                                         \
	 .summary = "changes when the domain is started again; null: it has none yet"},            \
		{.name = "name", .type = F_STRING, .nullable = true},                              \
		{.name = "uuid", .type = F_STRING, .summary = "stays the same over restarts"},     \
	{                                                                                          \
		.name = "generation", .type = F_INT, .min = 1, .max = INT32_MAX,                   \
		.summary = "counts the domain ids that this UUID had"                              \
	}

#define FIELD_CPUPOOL                                                                              \
	{                                                                                          \
		.name = "cpupool", .type = F_STRING, .nullable = true                              \
	}

#define FIELD_REASON                                                                               \
	{                                                                                          \
		.name = "shutdown_reason", .type = F_INT, .nullable = true,                        \
		.summary = "0 poweroff, 1 reboot, 2 suspend, 3 crash, 4 watchdog, 5 soft reset; "  \
			   "null when it has not shut down",                                       \
	}

/* Parameters of every change, and what its answer has: see revision.h. */
#define FIELD_DRY_RUN                                                                              \
	{                                                                                          \
		.name = "dry_run", .type = F_BOOL, .optional = true,                               \
		.summary = "check all, change nothing, tell what would change"                     \
	}
#define FIELD_IF_REVISION                                                                          \
	{                                                                                          \
		.name = "if_revision", .type = F_STRING, .optional = true, .min = 1, .max = 16,    \
		.summary = "only if this is still its revision"                                    \
	}
#define FIELDS_CHANGE FIELD_DRY_RUN, FIELD_IF_REVISION

#define FIELD_REVISION                                                                             \
	{                                                                                          \
		.name = "revision", .type = F_STRING,                                              \
		.summary = "digest of the state, for if_revision"                                  \
	}

#define FIELDS_CHANGED                                                                             \
	{.name = "changes", .type = F_ARRAY, .of = fields_change},                                 \
		{.name = "dry_run", .type = F_BOOL, .summary = "nothing was changed"},             \
		FIELD_REVISION

/* path, from, to */
extern const struct field fields_change[];

extern const struct field fields_identity[];

#endif
