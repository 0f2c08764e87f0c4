/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patches.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisories.h"
#include "patch.h"
#include "patch_run.h"
#include "patch_start.h"
#include "patch_upload.h"
#include "revision.h"

static int on_cancel(void *arg, struct rpc_error *e)
{
	struct patches *ps = arg;

	if (ps->run && !ps->start)
		return patch_run_cancel(ps->n, e);
	return fail(e, XL_FAIL, "job.not_cancellable", "%s cannot be cancelled", ps->what);
}

struct job *patches_begin(struct nacred *n, const char *kind, const char *subject,
			  struct json *before, struct rpc_error *e)
{
	struct patches *ps = n->patches;

	if (ps->job) {
		fail(e, XL_LOCK_FAIL, "patch.busy", "%s is under way", ps->what);
		fail_hint(e, "wait for job %s", job_id(ps->job));
		json_free(before);
		return NULL;
	}
	ps->job = job_start(n, kind, subject, on_cancel, ps, e);
	if (!ps->job) {
		json_free(before);
		return NULL;
	}
	ps->before = before;
	snprintf(ps->what, sizeof(ps->what), "%s of %.130s", kind, subject);
	return ps->job;
}

/* The set as it is now beside the one before. */
static bool complete(struct nacred *n, struct json *result)
{
	struct patch_set set;
	struct json *after = NULL;
	struct rpc_error e;
	bool done = false;

	if (patch_set_read(n, &set, &e) == 0)
		after = patch_set_state(n, &set);
	patch_set_free(&set);
	if (after)
		done = revision_answer(result, n->patches->before, after, false);
	json_free(after);
	return done;
}

void patches_end(struct nacred *n, struct json *result, const struct rpc_error *e)
{
	struct patches *ps = n->patches;
	struct job *job = ps->job;

	if (result)
		json_set_string(result, "job", job_id(job));
	if (result && ps->before && !json_get(result, "revision"))
		complete(n, result);
	json_free(ps->before);
	ps->before = NULL;
	ps->job = NULL; /* who hears of the end may begin the next one */
	if (e)
		job_fail(job, e);
	else
		job_done(job, result);
}

int patches_start(struct nacred *n)
{
	const char *instance = getenv("NACRE_INSTANCE");
	int rc;

	n->patches = calloc(1, sizeof(*n->patches));
	if (!n->patches)
		return -ENOMEM;
	if (n->advisories)
		patch_public_name = advisories_public_name;
	n->patches->n = n;
	rc = patch_store_open(&n->patches->store, instance && *instance ? instance : "default");
	return rc ? rc : patch_start(n);
}

void patches_stop(struct nacred *n)
{
	if (!n->patches)
		return;
	patch_start_abandon(n);
	patch_upload_abandon(n);
	patch_run_abandon(n);
	json_free(n->patches->before);
	patch_store_close(&n->patches->store);
	free(n->patches);
	n->patches = NULL;
}
