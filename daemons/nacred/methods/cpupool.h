/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the methods of CPU pools share. */
#ifndef NACRED_METHODS_CPUPOOL_H
#define NACRED_METHODS_CPUPOOL_H

#include "fields.h"
#include "nacred.h"
#include "pools.h"
#include "undo.h"

#define FIELD_POOL                                                                                 \
	{                                                                                          \
		.name = "pool", .type = F_STRING, .min = 1, .summary = "name, or id in digits"     \
	}

#define FIELD_POOL_CPUS(may_lack)                                                                  \
	{                                                                                          \
		.name = "cpus", .type = F_ARRAY, .element = F_INT, .optional = (may_lack)          \
	}

#define FIELDS_POOL                                                                                \
	{.name = "id", .type = F_INT, .nullable = true, .summary = "null: not made yet"},          \
		{.name = "name", .type = F_STRING, .nullable = true},                              \
		{.name = "sched", .type = F_STRING},                                               \
		{.name = "cpus", .type = F_ARRAY, .element = F_INT},                               \
	{                                                                                          \
		.name = "nr_domains", .type = F_INT                                                \
	}

extern const struct field fields_pool_changed[];

/* The answer of a change; @before NULL: it was made, @after NULL: it is gone. */
int cpupool_answer(const struct json *before, struct json *after, uint32_t nr_domains, bool dry_run,
		   struct json **result, struct rpc_error *e);

/* undo_run() for a change of the pools.  n->pools is fresh.  0, or -1 and @e. */
int cpupool_change(struct nacred *n, change_fn *steps, void *arg, struct rpc_error *e);

/* --- cpupool_cpus.c; sets of CPUs are bitmaps of CTRL_CPUPOOL_MAX_CPUS bits --- */

/* Member "cpus" of @params. 0, or -1 and @e. */
int cpupool_read_cpus(const struct json *params, uint8_t *cpus, struct rpc_error *e);
/* All of them exist and are free? 0, or -1 and @e with libxl's words. */
int cpupool_check_add(struct nacred *n, const uint8_t *cpus, struct rpc_error *e);
/* Steps of a change: one after the other until one fails (-1 and @e). */
int cpupool_add_cpus(struct nacred *n, uint32_t pool, const uint8_t *cpus, struct rpc_error *e);
int cpupool_remove_cpus(struct nacred *n, uint32_t pool, const uint8_t *cpus, struct rpc_error *e);

#endif
