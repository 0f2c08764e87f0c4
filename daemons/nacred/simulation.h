/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Runs of nacre-simulate: a short-lived process for each, which has its order and
 * leaves its answer in memory files.  nacred goes on meanwhile.
 */
#ifndef NACRED_SIMULATION_H
#define NACRED_SIMULATION_H

#include "error.h"
#include "json.h"

struct nacred;
struct simulation;

/* The end: @answer (the callee's now), or NULL and @e. */
typedef void simulation_done(void *arg, struct json *answer, const struct rpc_error *e);

/* Start one with @order (kept by the caller). 0, or -1 and @e, and @done is not called. */
int simulation_start(struct nacred *n, const struct json *order, simulation_done *done, void *arg,
		     struct rpc_error *e);
/* False: as many run as may. */
bool simulation_room(const struct nacred *n, struct rpc_error *e);
/* nacred ends: all of them end, and @done is told. */
void simulation_stop(struct nacred *n);

#endif
