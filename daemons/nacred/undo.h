/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Changes of several steps: all of them, or none.  What was before is on disk from the first
 * step to the last one, so that a nacred that starts after one which was killed in between
 * takes the change back.  Handlers run one after the other: there is at most one such change.
 */
#ifndef NACRED_UNDO_H
#define NACRED_UNDO_H

#include "error.h"
#include "json.h"

struct nacred;

#define UNDO_FILE "undo.json" /* below the state directory */

enum undo_kind { UNDO_CPUPOOLS, UNDO_AFFINITY, UNDO_NAME, UNDO_MEMORY };

/* Take back to @before what may have been begun; also a second time.  0 or -errno. */
typedef int undo_fn(struct nacred *n, const struct json *before);
undo_fn undo_cpupools; /* pools_state() */
undo_fn undo_affinity; /* uuid; vcpus as in vcpus_state() */
undo_fn undo_name;     /* uuid, name */
undo_fn undo_memory;   /* uuid, limit_kib (the hypervisor's), target_kib, max_kib */

/* The steps.  0, or -1 and @e. */
typedef int change_fn(struct nacred *n, void *arg, struct rpc_error *e);

/*
 * Do the steps; when one fails, those before it are taken back to @before (given away): at
 * once, or when xenstored is reached again if that is what failed.  0, or -1 and @e.
 */
int undo_run(struct nacred *n, enum undo_kind kind, struct json *before, change_fn *steps,
	     void *arg, struct rpc_error *e);
/* With xenstored reached: take back what the last nacred left, once. */
void undo_recover(struct nacred *n);

#endif
