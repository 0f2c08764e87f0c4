/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Carrying out a plan: one step after another from the loop, without blocking it.  What
 * is to be is written into the policy first, so that a nacred that is killed at any
 * point knows afterwards (patch_start.h); a step that fails takes back those before it.
 */
#ifndef NACRED_PATCH_RUN_H
#define NACRED_PATCH_RUN_H

#include "patch_plan.h"

struct patch_run;

/* @result is taken by the callee, NULL: it failed with @e. */
typedef void patch_run_done(struct nacred *n, void *arg, struct json *result,
			    const struct rpc_error *e);

struct patch_order {
	struct patch_wish wish;	 /* its name is copied */
	const char *shown;	 /* its name for everybody to see; copied */
	struct patch_plan *plan; /* taken over: possible, and not empty unless it unloads */
	bool quiet;		 /* tells an event only of a failure */
	uint32_t timeout_ns;	 /* for the CPUs to meet; 0: the hypervisor's 30 ms */
	patch_run_done *done;
	void *arg;
};

/* Begin, under the job that n->patches has. 0, or -1 and @e with nothing changed;
 * order->plan is cleared in any case. */
int patch_run_start(struct nacred *n, const struct patch_order *order, struct rpc_error *e);
/* Go no further and take back what was done. 0, or -1 and @e: it is past that point. */
int patch_run_cancel(struct nacred *n, struct rpc_error *e);
/* nacred ends: as if it had been killed. */
void patch_run_abandon(struct nacred *n);

#endif
