/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched.stats: what the scheduler did for each domain, in one answer. */
#include <errno.h>
#include <stdlib.h>

#include "ctrl/sched.h"
#include "fields.h"
#include "pools.h"
#include "rpc.h"
#include "world.h"

#include <xen/vcpu.h>

#define BATCH 32 /* what the hypervisor gives at once */

static struct json *wake_delays(const struct nacre_sched_counts *c)
{
	struct json *v = json_new_array();
	size_t i;

	for (i = 0; i < NACRE_WAKE_BUCKETS; i++)
		json_append(v, json_new_int((int64_t)c->wake_delay[i]));
	return v;
}

/* Parked vCPUs are offline to the hypervisor; here each nanosecond counts once. */
static struct json *describe(const struct nacred *n, const struct domain *d,
			     const struct nacre_sched_record *r)
{
	const struct nacre_sched_counts *c = &r->sum;
	uint64_t offline = r->state_ns[RUNSTATE_offline];
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{"vcpus", r->nr_vcpus},
		{"running_ns", r->state_ns[RUNSTATE_running]},
		{"waiting_ns", r->state_ns[RUNSTATE_runnable]},
		{"blocked_ns", r->state_ns[RUNSTATE_blocked]},
		{"parked_ns", c->parked_ns},
		{"offline_ns", offline > c->parked_ns ? offline - c->parked_ns : 0},
		{"parks", c->parks},
		{"held_ns", c->held_ns},
		{"holds", c->holds},
		{"wakes", c->wakes},
		{"cpu_moves", c->cpu_moves},
		{"queue_moves", c->queue_moves},
		{"resets", c->resets},
	};
	struct json *v = world_identity(d);
	size_t i;

	json_set(v, "cpupool", pool_label(&n->pools, r->cpupool));
	json_set_string(v, "sched", ctrl_sched_name(r->sched_id));
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_set_int(v, numbers[i].name, (int64_t)numbers[i].value);
	json_set(v, "wake_delay", wake_delays(c));
	return v;
}

static int cannot(int rc, struct rpc_error *e)
{
	if (rc == -ENOSYS || rc == -EOPNOTSUPP)
		return fail(e, XL_NI, "sched.no_statistics",
			    "this hypervisor keeps no scheduler statistics; Nacre does");
	if (rc == -EINVAL)
		return fail(e, XL_NI, "sched.no_statistics",
			    "this hypervisor keeps its scheduler statistics in another form");
	return fail_errno(e, rc, "hypervisor.refused", "cannot read the scheduler statistics");
}

/* Records of all domains from @first on that the model knows (@only, if not NULL) into
 * @list. 0, or -1 and @e. */
static int collect(struct nacred *n, const struct domain *only, struct json *list, uint64_t *now_ns,
		   struct rpc_error *e)
{
	struct nacre_sched_record records[BATCH];
	uint32_t next = only ? only->domid : 0;
	int got, i;

	do {
		got = ctrl_sched_stats(n->ctrl, &next, records, only ? 1 : BATCH, now_ns);
		if (got < 0)
			return cannot(got, e);
		for (i = 0; i < got; i++) {
			const struct domain *d = model_by_domid(&n->model, records[i].domid);

			if (d && (!only || d == only))
				json_append(list, describe(n, d, &records[i]));
		}
	} while (got && !only);
	return 0;
}

static int stats(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	const struct domain *only = NULL;
	struct json *v, *list;
	uint64_t now_ns = 0;

	if (json_get(params, "domain") ? !(only = world_find(n, params, e))
				       : world_refresh(n, e) != 0)
		return RPC_FAILED;
	if (pools_refresh(n, e))
		return RPC_FAILED;
	list = json_new_array();
	if (collect(n, only, list, &now_ns, e)) {
		json_free(list);
		return RPC_FAILED;
	}
	v = json_new_object();
	json_set_int(v, "now_ns", (int64_t)now_ns);
	json_set(v, "domains", list);
	*result = v;
	return RPC_DONE;
}

#define NUMBER(key, text)                                                                          \
	{                                                                                          \
		.name = (key), .type = F_INT, .summary = (text)                                    \
	}

static const struct field stats_params[] = {
	{.name = "domain", .type = F_DOMAIN, .optional = true, .summary = "all when absent"},
	FIELDS_END,
};

static const struct field domain_fields[] = {
	FIELDS_IDENTITY,
	{.name = "cpupool", .type = F_STRING},
	{.name = "sched", .type = F_STRING},
	{.name = "vcpus", .type = F_INT, .summary = "that are scheduled; times are their sums"},
	NUMBER("running_ns", "on a CPU"),
	NUMBER("waiting_ns", "runnable, on no CPU"),
	NUMBER("blocked_ns", "waiting for an event"),
	NUMBER("parked_ns", "without budget of the cap"),
	NUMBER("offline_ns", "paused, or not brought up"),
	NUMBER("parks", "how often it was parked"),
	NUMBER("held_ns", "of waiting_ns: kept back by the rate limit alone"),
	NUMBER("holds", "how often that was"),
	NUMBER("wakes", "from blocked to runnable"),
	NUMBER("cpu_moves", "ran on another CPU than the last time"),
	NUMBER("queue_moves", "went to another run queue"),
	NUMBER("resets", "of the credits of its run queue"),
	{.name = "wake_delay",
	 .type = F_ARRAY,
	 .element = F_INT,
	 .summary = "wake-ups by their delay until it ran: n-th, less than 2^n microseconds"},
	FIELDS_END,
};

static const struct field stats_result[] = {
	{.name = "now_ns", .type = F_INT, .summary = "the hypervisor's clock"},
	{.name = "domains", .type = F_ARRAY, .of = domain_fields},
	FIELDS_END,
};

const struct method methods_sched_stats[] = {
	{
		.name = "sched.stats",
		.summary = "What the scheduler did for one domain or all, since they are",
		.params = stats_params,
		.result = stats_result,
		.handle = stats,
	},
	{.name = NULL},
};
