/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* config.save and config.load: everything that was set at run time, as one document. */
#include "document.h"

#include "fields.h"
#include "job.h"
#include "revision.h"

static int save(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	*result = document_make(n, e);
	return *result ? RPC_DONE : RPC_FAILED;
}

static int dry_answer(struct document_plan *plan, struct json **result, struct rpc_error *e)
{
	struct json *v = json_new_object();
	bool good = json_set(v, "steps", plan->report) && json_set_bool(v, "dry_run", true);

	plan->report = NULL;
	document_plan_free(plan);
	if (good) {
		*result = v;
		return RPC_DONE;
	}
	json_free(v);
	return fail_memory(e);
}

static int load(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct document_plan plan;
	struct job *job;

	/* What is half done would look like something of others'. */
	if (n->load)
		return fail(e, XL_BUFFERFULL, "daemon.busy", "a document is being loaded already");
	if (document_plan(n, json_get(params, "config"), &plan, e)) {
		document_plan_free(&plan);
		return RPC_FAILED;
	}
	if (revision_dry_run(params))
		return dry_answer(&plan, result, e);
	job = document_load(n, &plan, e);
	return job ? job_answer(job, rq, params, result, e) : RPC_FAILED;
}

static const struct field pool_fields[] = {
	{.name = "name", .type = F_STRING, .min = 1, .max = LIMIT_NAME_BYTES},
	{.name = "sched", .type = F_STRING},
	{.name = "cpus",
	 .type = F_ARRAY,
	 .element = F_INT,
	 .summary = "the pool with CPU 0 is Pool-0, however it is called"},
	{.name = "ratelimit_us",
	 .type = F_INT,
	 .optional = true,
	 .nullable = true,
	 .summary = "null: its scheduler has none; it stays as it is"},
	FIELDS_END,
};

static const struct field policy_fields[] = {
	{.name = "allow_unsigned", .type = F_BOOL},
	{.name = "wanted", .type = F_ARRAY, .element = F_STRING},
	FIELDS_END,
};

static const struct field pin_fields[] = {
	{.name = "id", .type = F_INT, .max = LIMIT_VCPUS - 1},
	{.name = "hard", .type = F_CPUS},
	{.name = "soft", .type = F_CPUS},
	FIELDS_END,
};

static const struct field domain_fields_saved[] = {
	{.name = "config", .type = F_OBJECT, .summary = "as domain.create takes it, with its UUID"},
	{.name = "affinity",
	 .type = F_ARRAY,
	 .of = pin_fields,
	 .optional = true,
	 .summary = "of the vCPUs that may not or should not run everywhere"},
	{.name = "paused", .type = F_BOOL, .optional = true},
	{.name = "keep_ended", .type = F_BOOL, .optional = true},
	FIELDS_END,
};

static const struct field document_fields[] = {
	{.name = "format", .type = F_INT, .summary = "1"},
	{.name = "cpupools", .type = F_ARRAY, .of = pool_fields, .optional = true},
	{.name = "patch_policy", .type = F_OBJECT, .of = policy_fields, .optional = true},
	{.name = "domains", .type = F_ARRAY, .of = domain_fields_saved, .optional = true},
	FIELDS_END,
};

static const struct field left_out_fields[] = {
	{.name = "what", .type = F_STRING},
	{.name = "why", .type = F_STRING},
	FIELDS_END,
};

static const struct field save_result[] = {
	{.name = "config", .type = F_OBJECT, .of = document_fields},
	{.name = "left_out", .type = F_ARRAY, .of = left_out_fields},
	FIELDS_END,
};

static const struct field load_params[] = {
	{.name = "config",
	 .type = F_OBJECT,
	 .of = document_fields,
	 .summary = "what config.save gave; parts that are absent stay as they are"},
	FIELD_DRY_RUN,
	FIELDS_JOB,
	FIELDS_END,
};

static const struct field step_fields[] = {
	{.name = "method", .type = F_STRING},
	{.name = "subject", .type = F_STRING, .summary = "pool or domain"},
	FIELDS_END,
};

static const struct field load_result[] = {
	{.name = "steps",
	 .type = F_ARRAY,
	 .of = step_fields,
	 .summary = "what was missing, in order; empty: all was so already"},
	{.name = "dry_run", .type = F_BOOL, .summary = "nothing was changed"},
	FIELD_JOB,
	FIELDS_END,
};

const struct method methods_document[] = {
	{
		.name = "config.save",
		.summary = "Everything that was set at run time, as one document",
		.class = METHOD_ADMIN,
		.result = save_result,
		.handle = save,
	},
	{
		.name = "config.load",
		.summary = "Make the instance as a document of config.save has it",
		.class = METHOD_ADMIN,
		.params = load_params,
		.result = load_result,
		.handle = load,
	},
	{.name = NULL},
};
