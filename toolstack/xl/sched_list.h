/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What sched-credit2 prints, and the parts of it that stand in files of their own. */
#ifndef NACRE_XL_SCHED_LIST_H
#define NACRE_XL_SCHED_LIST_H

#include <libxl.h>
#include <stdbool.h>
#include <stdio.h>

#include "json.h"

struct verb;

/* By name or number, NULL: Pool-0.  False after a message. */
bool sched_find_pool(const char *pool, uint32_t *poolid);

void sched_print_header(FILE *out);
/* A row of it. The exit status, after a message where that is no success. */
int sched_print_domain(FILE *out, uint32_t domid);
/* The line of a pool, also where it has no such parameters, and then a message. */
int sched_print_pool(FILE *out, uint32_t poolid);

/* Pools of credit2 and their domains; @pool NULL: all. The exit status. */
int sched_list(const char *pool);

/* sched_json.c: the same as nacred's answers, and what it says of a change: a line for each
 * difference. */
int sched_json_list(const char *pool);
int sched_json_pool(const char *pool);
void sched_print_changes(FILE *out, const struct json *reply);
/* sched.params.get of one pool, or of all (NULL).  NULL: told. */
struct json *sched_get_pools(const char *pool);
/* Whether nacred's domain runs in its pool. */
bool sched_in_pool(const struct json *domain, const struct json *pool);

/* sched_stats.c, sched_drift.c, cmd_simulate.c */
int sched_stats(const struct verb *verb, int argc, char **argv);
int sched_drift(const struct verb *verb, int argc, char **argv);
int sched_simulate(const struct verb *verb, int argc, char **argv);

#endif
