/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* job.*: what takes longer than a call. */
#include "client.h"
#include "fields.h"
#include "job.h"
#include "limits.h"

static bool trusted(const struct request *rq)
{
	return rq->client && rq->client->trusted;
}

static struct job *named(struct nacred *n, const struct json *params, struct rpc_error *e)
{
	return job_find(n, json_string(json_get(params, "job"), ""), e);
}

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	struct job *job = named(n, params, e);

	if (!job)
		return RPC_FAILED;
	*result = job_describe(job, trusted(rq));
	return RPC_DONE;
}

static int list(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	*result = json_new_object();
	json_set(*result, "jobs",
		 job_describe_all(n, json_string(json_get(params, "kind"), NULL), trusted(rq)));
	return RPC_DONE;
}

static int wait_for(struct nacred *n, struct request *rq, const struct json *params,
		    struct json **result, struct rpc_error *e)
{
	struct job *job = named(n, params, e);

	if (!job)
		return RPC_FAILED;
	return job_wait(job, rq, json_int(json_get(params, "timeout"), -1), result, e);
}

static int cancel(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	struct job *job = named(n, params, e);

	if (!job || job_stop(job, e))
		return RPC_FAILED;
	*result = job_describe(job, trusted(rq));
	return RPC_DONE;
}

static const struct field phase_fields[] = {
	{.name = "name", .type = F_STRING},
	{.name = "started", .type = F_REAL, .summary = "seconds since the epoch, as all times"},
	{.name = "ended", .type = F_REAL, .nullable = true},
	FIELDS_END,
};

static const struct field error_fields[] = {
	{.name = "code", .type = F_STRING},
	{.name = "message", .type = F_STRING},
	{.name = "hint", .type = F_STRING},
	FIELDS_END,
};

static const char *const states[] = {"running", "done", "failed", NULL};

#define JOB_FIELDS                                                                                 \
	{.name = "job", .type = F_STRING}, {.name = "kind", .type = F_STRING},                     \
		{.name = "subject", .type = F_STRING, .summary = "what it is about"},              \
		{.name = "state", .type = F_STRING, .choices = states},                            \
		{.name = "percent", .type = F_INT, .min = 0, .max = 100},                          \
		{.name = "phase", .type = F_STRING, .summary = "the latest"},                      \
		{.name = "error", .type = F_OBJECT, .of = error_fields, .nullable = true},         \
		{.name = "phases", .type = F_ARRAY, .of = phase_fields},                           \
		{.name = "created", .type = F_REAL},                                               \
		{.name = "ended", .type = F_REAL, .nullable = true},                               \
	{                                                                                          \
		.name = "result", .type = F_ANY, .nullable = true,                                 \
		.summary = "what the call that started it would have been answered",               \
	}

static const struct field job_fields[] = {JOB_FIELDS, FIELDS_END};

static const struct field id_params[] = {
	{.name = "job", .type = F_STRING, .min = 1, .max = JOB_ID_TEXT - 1},
	FIELDS_END,
};

static const struct field wait_params[] = {
	{.name = "job", .type = F_STRING, .min = 1, .max = JOB_ID_TEXT - 1},
	{.name = "timeout",
	 .type = F_INT,
	 .optional = true,
	 .min = 0,
	 .max = LIMIT_WAIT_MSEC,
	 .summary = "milliseconds; without it until it has ended"},
	FIELDS_END,
};

static const struct field list_params[] = {
	{.name = "kind",
	 .type = F_STRING,
	 .optional = true,
	 .min = 1,
	 .max = 64,
	 .summary = "only these, such as patch.apply"},
	FIELDS_END,
};

static const struct field list_result[] = {
	{.name = "jobs", .type = F_ARRAY, .of = job_fields, .summary = "oldest first"},
	FIELDS_END,
};

const struct method methods_job[] = {
	{
		.name = "job.get",
		.summary = "One job: how far it is, or how it ended",
		.params = id_params,
		.result = job_fields,
		.handle = get,
	},
	{
		.name = "job.list",
		.summary = "The jobs that run and the latest that have ended",
		.params = list_params,
		.result = list_result,
		.handle = list,
	},
	{
		.name = "job.wait",
		.summary = "Wait until a job has ended",
		.params = wait_params,
		.result = job_fields,
		.handle = wait_for,
	},
	{
		.name = "job.cancel",
		.summary = "Stop a job where that is still possible",
		.class = METHOD_OPERATE,
		.params = id_params,
		.result = job_fields,
		.handle = cancel,
	},
	{.name = NULL},
};
