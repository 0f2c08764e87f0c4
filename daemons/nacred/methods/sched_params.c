/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched.params.*: what a pool's scheduler is told. */
#include "sched.h"

#include "ctrl/sched.h"
#include "pools.h"
#include "revision.h"
#include "rpc.h"

/* The rate limit in microseconds, or -1: its scheduler has none. 0, or -1 and @e. */
static int read_ratelimit(struct nacred *n, const struct pool *p, int64_t *us, struct rpc_error *e)
{
	struct xen_sysctl_scheduler_op op = {.cpupool_id = p->info.id,
					     .sched_id = XEN_SCHEDULER_CREDIT2,
					     .cmd = XEN_SYSCTL_SCHEDOP_getinfo};
	int rc;

	*us = -1;
	if (p->info.sched_id != XEN_SCHEDULER_CREDIT2)
		return 0;
	rc = ctrl_sched_pool_op(n->ctrl, &op);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused",
				  "cannot read the scheduler parameters of cpupool %u", p->info.id);
	*us = op.u.sched_credit2.ratelimit_us;
	return 0;
}

static struct json *params_state(const struct pool *p, int64_t us)
{
	struct json *v = json_new_object();

	json_set_string(v, "sched", ctrl_sched_name(p->info.sched_id));
	json_set(v, "ratelimit_us", us < 0 ? json_new_null() : json_new_int(us));
	return v;
}

/* Takes @state. */
static struct json *params_describe(const struct pool *p, struct json *state)
{
	struct json *v = json_copy(state);

	json_set_int(v, "id", p->info.id);
	json_set(v, "name", p->name ? json_new_string(p->name) : json_new_null());
	revision_put(v, state);
	json_free(state);
	return v;
}

static int params_get(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	const struct pool *one = NULL;
	struct json *v, *list;
	int64_t us;
	size_t i;

	if (json_get(params, "pool") ? !(one = pools_select(n, params, "pool", e))
				     : pools_refresh(n, e) != 0)
		return RPC_FAILED;
	list = json_new_array();
	for (i = 0; i < n->pools.nr; i++) {
		const struct pool *p = &n->pools.list[i];

		if (one && p != one)
			continue;
		if (read_ratelimit(n, p, &us, e)) {
			json_free(list);
			return RPC_FAILED;
		}
		json_append(list, params_describe(p, params_state(p, us)));
	}
	v = json_new_object();
	json_set(v, "pools", list);
	*result = v;
	return RPC_DONE;
}

static int check_ratelimit(struct nacred *n, const struct pool *p, int64_t us, struct rpc_error *e)
{
	if (p->info.sched_id != XEN_SCHEDULER_CREDIT2)
		return sched_unknown_parameter(&n->pools, p->info.id, "ratelimit_us", e);
	if (!us || (us >= XEN_SYSCTL_SCHED_RATELIMIT_MIN && us <= XEN_SYSCTL_SCHED_RATELIMIT_MAX))
		return 0;
	fail(e, XL_INVAL, "sched.ratelimit_out_of_range",
	     "Ratelimit out of range, valid range is from %d to %d", XEN_SYSCTL_SCHED_RATELIMIT_MIN,
	     XEN_SYSCTL_SCHED_RATELIMIT_MAX);
	return fail_field(e, "ratelimit_us");
}

static int write_ratelimit(struct nacred *n, const struct pool *p, int64_t us, struct rpc_error *e)
{
	struct xen_sysctl_scheduler_op op = {.cpupool_id = p->info.id,
					     .sched_id = XEN_SCHEDULER_CREDIT2,
					     .cmd = XEN_SYSCTL_SCHEDOP_putinfo,
					     .u.sched_credit2.ratelimit_us = (uint32_t)us};
	int rc = ctrl_sched_pool_op(n->ctrl, &op);

	return rc ? fail_errno(e, rc, "hypervisor.refused", "Setting Credit2 scheduler parameters")
		  : 0;
}

static struct json *pool_identity(const struct pool *p)
{
	struct json *v = json_new_object();

	json_set_int(v, "id", p->info.id);
	json_set(v, "name", p->name ? json_new_string(p->name) : json_new_null());
	return v;
}

static int params_set(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	const struct pool *p = pools_select(n, params, "pool", e);
	int64_t was, us = json_int(json_get(params, "ratelimit_us"), -1);
	struct json *before, *after, *reply;
	bool dry_run = revision_dry_run(params), good;

	if (!p || check_ratelimit(n, p, us, e) || read_ratelimit(n, p, &was, e))
		return RPC_FAILED;
	before = params_state(p, was);
	if (revision_check(params, before, "the pool's scheduler", e) ||
	    (!dry_run && write_ratelimit(n, p, us, e))) {
		json_free(before);
		return RPC_FAILED;
	}
	after = params_state(p, us);
	reply = pool_identity(p);
	good = revision_answer(reply, before, after, dry_run);
	json_free(before);
	json_free(after);
	if (!good) {
		json_free(reply);
		return fail_memory(e);
	}
	if (!dry_run)
		sched_tell(n, "cpupool", pool_identity(p), json_get(reply, "changes"));
	*result = reply;
	return RPC_DONE;
}

#define FIELD_MAYBE_POOL                                                                           \
	{                                                                                          \
		.name = "pool", .type = F_STRING, .optional = true, .min = 1,                      \
		.summary = "name or id",                                                           \
	}

#define FIELDS_POOL_IDENTITY                                                                       \
	{.name = "id", .type = F_INT},                                                             \
	{                                                                                          \
		.name = "name", .type = F_STRING, .nullable = true                                 \
	}

static const struct field params_get_params[] = {FIELD_MAYBE_POOL, FIELDS_END};

static const struct field pool_fields[] = {
	FIELDS_POOL_IDENTITY,
	{.name = "sched", .type = F_STRING},
	{.name = "ratelimit_us",
	 .type = F_INT,
	 .nullable = true,
	 .summary = "microseconds, 0: none; null: its scheduler has no such parameter"},
	FIELD_REVISION,
	FIELDS_END,
};

static const struct field params_get_result[] = {
	{.name = "pools", .type = F_ARRAY, .of = pool_fields},
	FIELDS_END,
};

static const struct field params_set_params[] = {
	FIELD_MAYBE_POOL,
	{.name = "ratelimit_us", .type = F_INT, .summary = "0, or 100 to 500000"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field params_set_result[] = {
	FIELDS_POOL_IDENTITY,
	FIELDS_CHANGED,
	FIELDS_END,
};

const struct method methods_sched_params[] = {
	{
		.name = "sched.params.get",
		.summary = "Scheduler and rate limit of one pool or all",
		.params = params_get_params,
		.result = params_get_result,
		.handle = params_get,
	},
	{
		.name = "sched.params.set",
		.summary = "Change a pool's rate limit (Pool-0's when none is named)",
		.class = METHOD_ADMIN,
		.params = params_set_params,
		.result = params_set_result,
		.handle = params_set,
	},
	{.name = NULL},
};
