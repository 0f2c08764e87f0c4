/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What sched-credit2 prints, and the parts of it that stand in files of their own. */
#ifndef NACRE_XL_SCHED_LIST_H
#define NACRE_XL_SCHED_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"
#include "rpc.h"

struct verb;

/* sched.params.get of one pool, or of all (NULL).  NULL: told. */
struct json *sched_get_pools(const char *pool);
/* True if *error means that @pool does not exist; then the user was told. */
bool sched_told_no_pool(const char *pool, const struct rpc_error *error);

void sched_print_header(FILE *out);
/* An element of sched.credit2.get's domains, of sched.params.get's pools. The exit status. */
int sched_print_domain(FILE *out, const struct json *domain);
int sched_print_pool(FILE *out, const struct json *pool);
/* Whether the domain runs in that pool. */
bool sched_in_pool(const struct json *domain, const struct json *pool);
/* The answer of a change, a line for each difference. */
void sched_print_changes(FILE *out, const struct json *reply);

/* Pools of credit2 and their domains; @pool NULL: all. The exit status. */
int sched_list(const char *pool, bool json);

/* sched_stats.c, sched_drift.c, cmd_simulate.c */
int sched_stats(const struct verb *verb, int argc, char **argv);
int sched_drift(const struct verb *verb, int argc, char **argv);
int sched_simulate(const struct verb *verb, int argc, char **argv);

#endif
