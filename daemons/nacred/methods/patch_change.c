/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* patch.upload, apply, revert, replace, unload: jobs, one at a time. */
#include "fields.h"
#include "job.h"
#include "limits.h"
#include "patch_fields.h"
#include "patch_plan.h"
#include "patch_run.h"
#include "patch_upload.h"
#include "patches.h"
#include "revision.h"

/* The state that a change is made to, if the caller has seen it; NULL and @e. */
static struct json *state_for(struct nacred *n, const struct patch_set *set,
			      const struct json *params, struct rpc_error *e)
{
	struct json *state = patch_set_state(n, set);

	if (!state)
		fail_memory(e);
	else if (revision_check(params, state, "the set of payloads", e) == 0)
		return state;
	json_free(state);
	return NULL;
}

/* --- upload -------------------------------------------------------------------------------- */

static int upload(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	const char *file = json_string(json_get(params, "file"), "");
	const char *name = json_string(json_get(params, "name"), NULL);
	struct json *before = NULL;
	struct patch_set set;
	struct job *job;

	if (file[0] != '/') {
		fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
		     "file has to be an absolute path");
		return fail_field(e, "file");
	}
	if (name && patch_store_check_name(name, e))
		return RPC_FAILED;
	if (patch_set_read(n, &set, e) == 0)
		before = state_for(n, &set, params, e);
	patch_set_free(&set);
	job = before ? patches_begin(n, "patch.upload", "a payload", before, e) : NULL;
	if (!job)
		return RPC_FAILED;
	if (patch_upload_start(n, file, name, revision_dry_run(params), e))
		patches_end(n, NULL, e);
	return job_answer(job, rq, params, result, e);
}

/* --- the others ------------------------------------------------------------------------------ */

static void on_run_done(struct nacred *n, void *arg, struct json *result, const struct rpc_error *e)
{
	patches_end(n, result, e);
}

static const char *const kinds[] = {
	[PATCH_APPLY] = "patch.apply",
	[PATCH_REVERT] = "patch.revert",
	[PATCH_REPLACE] = "patch.replace",
	[PATCH_UNLOAD] = "patch.unload",
};

/* What would be there afterwards. */
static struct json *state_after(const struct json *before, const struct patch_wish *wish,
				const struct patch_plan *plan)
{
	struct json *v = json_copy(before), *payloads = json_get(v, "payloads");
	const struct json *was = json_get(before, "applied");

	if (!v || !json_set(v, "applied", json_copy(plan->after)) ||
	    (!wish->once && !json_set(json_get(v, "policy"), "wanted", json_copy(plan->wanted)))) {
		json_free(v);
		return NULL;
	}
	for (size_t i = 0; i < was->nr; i++)
		json_set_string(payloads, json_string(was->items[i], ""), "checked");
	for (size_t i = 0; i < plan->after->nr; i++)
		json_set_string(payloads, json_string(plan->after->items[i], ""), "applied");
	if (wish->action == PATCH_UNLOAD)
		json_set(payloads, wish->name, json_new_null());
	return v;
}

static int tell_plan(const struct patch_set *set, const struct patch_wish *wish,
		     const struct patch_plan *plan, const struct json *before, struct json **result,
		     struct rpc_error *e)
{
	struct json *after = state_after(before, wish, plan);

	*result = patch_plan_describe(set, wish, plan);
	if (after && *result && revision_answer(*result, before, after, true)) {
		json_free(after);
		return RPC_DONE;
	}
	json_free(after);
	json_free(*result);
	*result = NULL;
	return fail_memory(e);
}

/* Carry out the plan as a job; @before is taken. */
static int begin(struct nacred *n, struct request *rq, const struct json *params,
		 struct patch_order *order, struct json *before, struct json **result,
		 struct rpc_error *e)
{
	struct job *job = patches_begin(n, kinds[order->wish.action], order->shown, before, e);

	if (!job)
		return RPC_FAILED;
	if (patch_run_start(n, order, e))
		patches_end(n, NULL, e);
	return job_answer(job, rq, params, result, e);
}

static int act(struct nacred *n, struct request *rq, const struct json *params,
	       enum patch_action action, struct json **result, struct rpc_error *e)
{
	struct patch_plan plan = {0};
	struct patch_order order = {
		.wish = {.action = action,
			 .name = json_string(json_get(params, "name"), ""),
			 .whole = json_bool(json_get(params, "whole"), false),
			 .once = json_bool(json_get(params, "once"), false),
			 .anyway = json_bool(json_get(params, "nodeps"), false)},
		.plan = &plan,
		.timeout_ns = (uint32_t)json_int(json_get(params, "timeout"), 0) * 1000u,
		.done = on_run_done,
	};
	struct json *before = NULL;
	struct patch_set set;
	int rc = RPC_FAILED;

	if (patch_set_read(n, &set, e))
		goto out;
	before = state_for(n, &set, params, e);
	if (!before || patch_plan_make(n, &set, &order.wish, &plan, e))
		goto out;
	order.shown = patch_shown(n, patch_set_find(&set, order.wish.name));
	if (!plan.possible) {
		*e = plan.reason;
	} else if (revision_dry_run(params)) {
		rc = tell_plan(&set, &order.wish, &plan, before, result, e);
	} else {
		rc = begin(n, rq, params, &order, before, result, e);
		before = NULL;
	}
out:
	json_free(before);
	patch_plan_clear(&plan);
	patch_set_free(&set);
	return rc;
}

static int apply(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	return act(n, rq, params, PATCH_APPLY, result, e);
}

static int revert(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	return act(n, rq, params, PATCH_REVERT, result, e);
}

static int replace(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	return act(n, rq, params, PATCH_REPLACE, result, e);
}

static int unload(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	return act(n, rq, params, PATCH_UNLOAD, result, e);
}

/* --- tables ------------------------------------------------------------------------- */

const struct field patch_step_fields[] = {
	{.name = "action", .type = F_STRING},
	{.name = "name", .type = F_STRING},
	{.name = "pause_ns", .type = F_INT, .optional = true},
	{.name = "gather_ns", .type = F_INT, .optional = true},
	FIELDS_END,
};

static const struct field upload_params[] = {
	{.name = "file",
	 .type = F_STRING,
	 .min = 1,
	 .max = LIMIT_PATH_BYTES,
	 .summary = "absolute path, read by nacred"},
	{.name = "name",
	 .type = F_STRING,
	 .optional = true,
	 .min = 1,
	 .max = 127,
	 .summary = "else name= of its metadata, else the file's name without the last suffix"},
	FIELDS_CHANGE,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field upload_result[] = {
	{.name = "action", .type = F_STRING},
	{.name = "name", .type = F_STRING},
	{.name = "build_id", .type = F_STRING},
	{.name = "signature", .type = F_STRING},
	{.name = "signed_by", .type = F_STRING},
	FIELD_JOB,
	FIELDS_CHANGED,
	FIELDS_END,
};

#define FIELD_TIMEOUT                                                                              \
	{                                                                                          \
		.name = "timeout", .type = F_INT, .optional = true, .min = 1, .max = 4000000,      \
		.summary = "microseconds for the CPUs to meet; 30000 when absent",                 \
	}
#define FIELD_ONCE                                                                                 \
	{                                                                                          \
		.name = "once", .type = F_BOOL, .optional = true,                                  \
		.summary = "leave the policy as it is",                                            \
	}

static const struct field apply_params[] = {
	FIELD_PATCH_NAME,
	FIELD_TIMEOUT,
	FIELD_ONCE,
	{.name = "whole",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "first what it depends on, if that is here"},
	{.name = "nodeps",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "whatever it depends on: LIVEPATCH_ACTION_APPLY_NODEPS"},
	FIELDS_CHANGE,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field revert_params[] = {
	FIELD_PATCH_NAME,
	FIELD_TIMEOUT,
	FIELD_ONCE,
	{.name = "whole",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "first all that was applied later"},
	FIELDS_CHANGE,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field replace_params[] = {
	FIELD_PATCH_NAME, FIELD_TIMEOUT, FIELD_ONCE, FIELDS_CHANGE, FIELDS_JOB, FIELDS_END,
};

static const struct field unload_params[] = {
	FIELD_PATCH_NAME,
	FIELDS_CHANGE,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field action_result[] = {
	{.name = "action", .type = F_STRING},
	{.name = "name", .type = F_STRING},
	{.name = "steps", .type = F_ARRAY, .of = patch_step_fields},
	{.name = "pause_ns",
	 .type = F_INT,
	 .optional = true,
	 .summary = "the longest of all steps; not of a dry run"},
	{.name = "applied", .type = F_ARRAY, .element = F_STRING, .summary = "oldest first"},
	/* Of a dry run: what patch.plan answers. */
	{.name = "possible", .type = F_BOOL, .optional = true},
	{.name = "wanted", .type = F_ARRAY, .element = F_STRING, .optional = true},
	{.name = "depends_on", .type = F_STRING, .optional = true, .nullable = true},
	{.name = "needed_by", .type = F_ARRAY, .element = F_STRING, .optional = true},
	{.name = "reason",
	 .type = F_OBJECT,
	 .of = patch_reason_fields,
	 .optional = true,
	 .nullable = true},
	FIELD_JOB,
	FIELDS_CHANGED,
	FIELDS_END,
};

#define CHANGE(word, text)                                                                         \
	{                                                                                          \
		.name = "patch." #word, .summary = (text), .class = METHOD_ADMIN,                  \
		.params = word##_params, .result = action_result, .handle = (word),                \
	}

const struct method methods_patch_change[] = {
	{
		.name = "patch.upload",
		.summary = "Keep a payload and hand it to the hypervisor",
		.class = METHOD_ADMIN,
		.params = upload_params,
		.result = upload_result,
		.handle = upload,
	},
	CHANGE(apply, "Apply a payload, now and when nacred starts again"),
	CHANGE(revert, "Revert a payload"),
	CHANGE(replace, "Revert all that is applied and apply one payload, in one pause"),
	CHANGE(unload, "Take a payload out of the hypervisor and the store"),
	{.name = NULL},
};
