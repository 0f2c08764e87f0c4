/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Live patches in nacred: the store, and the one operation that may be under way.  One at
 * a time: a payload's fate depends on the whole stack.
 */
#ifndef NACRED_PATCHES_H
#define NACRED_PATCHES_H

#include "job.h"
#include "patch_store.h"

struct patches {
	struct nacred *n;
	struct patch_store store;
	struct job *job;     /* what is under way, NULL: nothing */
	char what[200];	     /* "patch.apply of NAME" */
	struct json *before; /* patch_set_state() at its beginning, or NULL */
	struct patch_run *run;
	struct patch_upload *upload;
	struct patch_start *start;
};

/* The store is opened and, from the loop, wanted payloads are applied.  0 or -errno. */
int patches_start(struct nacred *n);
void patches_stop(struct nacred *n);

/* The job of a new operation; NULL and @e, "patch.busy" when another one is under way.
 * @before: the state that its changes are told against (taken). */
struct job *patches_begin(struct nacred *n, const char *kind, const char *subject,
			  struct json *before, struct rpc_error *e);
/* It has ended: the result (taken), or the error. */
void patches_end(struct nacred *n, struct json *result, const struct rpc_error *e);

#endif
