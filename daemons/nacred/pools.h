/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * CPU pools: the hypervisor's list, joined with the names that xenstore has, where
 * libxl keeps them too (/local/pool/<id>/name).
 */
#ifndef NACRED_POOLS_H
#define NACRED_POOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "ctrl/cpupool.h"
#include "error.h"
#include "json.h"

struct nacred;
struct store;

struct pool {
	struct ctrl_cpupool info;
	char *name; /* NULL: xenstore has none */
};

struct pools {
	struct pool *list; /* ascending ids */
	size_t nr;
};

/* What there is now.  @store NULL: names are those of @known, which may be NULL.
 * 0 or -errno (@p is empty then). */
int pools_read(struct pools *p, struct ctrl *ctrl, struct store *store, const struct pools *known);
void pools_free(struct pools *p);

const struct pool *pools_by_id(const struct pools *p, uint32_t id);
const struct pool *pools_by_name(const struct pools *p, const char *name);
/* By what a user wrote: digits are an id and never a name, as in libxl. */
const struct pool *pools_find(const struct pools *p, const char *text);

/* The nodes of a new pool, its name, and of one that has gone.  0 or -errno. */
int pool_nodes_write(struct store *s, uint32_t id, const char *name);
int pool_nodes_rename(struct store *s, uint32_t id, const char *name);
int pool_nodes_remove(struct store *s, uint32_t id);

/* The one that a domain's configuration names.  NULL and @e, with libxl's words. */
const struct pool *pools_for_domain(const struct pools *p, const char *text, struct rpc_error *e);

/* n->pools brought up to date; events for what is new in it.  0, or -1 and @e. */
int pools_refresh(struct nacred *n, struct rpc_error *e);
/* The pool that member @key of @params selects, or Pool-0 when there is none; fresh.
 * NULL and @e ("cpupool.not_found"). */
const struct pool *pools_select(struct nacred *n, const struct json *params, const char *key,
				struct rpc_error *e);

/* A pool's name or null; the same in the state of other things, where it is the id if there
 * is no name. */
struct json *pool_name(const struct pools *p, uint32_t id);
struct json *pool_label(const struct pools *p, uint32_t id);
/* What a revision is of: id, name, sched, cpus. */
struct json *pool_state(const struct pool *p);
/* Of all pools, under their ids. */
struct json *pools_state(const struct pools *p);
/* The same of one with nr_domains and revision. */
struct json *pool_describe(const struct pool *p);

bool pool_has_cpu(const struct pool *p, uint32_t cpu);
/* Array of the numbers of the bits that are set. */
struct json *pool_cpu_list(const uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8]);

#endif
