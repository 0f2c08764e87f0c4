/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched.credit2.*: weights and caps of domains. */
#include "sched.h"

#include "ctrl/sched.h"
#include "pools.h"
#include "revision.h"
#include "rows.h"
#include "rpc.h"
#include "vcpus.h"
#include "world.h"

static uint32_t scheduler_of(const struct nacred *n, const struct domain *d)
{
	const struct pool *p = pools_by_id(&n->pools, d->info.cpupool);

	return p ? p->info.sched_id : UINT32_MAX;
}

static int most_cap(const struct domain *d)
{
	return 100 * (int)vcpus_count(d);
}

static struct json *shares(int64_t weight, int64_t cap)
{
	struct json *v = json_new_object();

	json_set_int(v, "weight", weight);
	json_set_int(v, "cap", cap);
	return v;
}

/* What the domain's file asks for; null: nacred did not make it. */
static struct json *configured(const struct nacred *n, const struct domain *d)
{
	const struct record *r = world_record(n, d);
	int64_t weight, cap;

	if (!r)
		return json_new_null();
	weight = json_int(json_path(r->config, "b_info.sched_params.weight"), -1);
	cap = json_int(json_path(r->config, "b_info.sched_params.cap"), -1);
	return shares(weight < 0 ? CREDIT2_WEIGHT : weight, cap < 0 ? 0 : cap);
}

static bool drifts(const struct json *configured, const struct json *running)
{
	static const char *const keys[] = {"weight", "cap"};
	size_t i;

	for (i = 0; configured->type == JSON_OBJECT && i < 2; i++)
		if (json_int(json_get(configured, keys[i]), 0) !=
		    json_int(json_get(running, keys[i]), 0))
			return true;
	return false;
}

/* NULL: the domain went meanwhile. */
static struct json *credit2_describe(struct nacred *n, const struct domain *d)
{
	struct json *v, *state, *wanted;
	struct xen_domctl_sched_credit2 c;
	uint32_t sched = scheduler_of(n, d);

	if (sched == XEN_SCHEDULER_CREDIT2 && ctrl_sched_get_credit2(n->ctrl, d->domid, &c))
		return NULL;
	v = world_identity(d);
	json_set(v, "cpupool", pool_label(&n->pools, d->info.cpupool));
	json_set_string(v, "sched", ctrl_sched_name(sched));
	json_set_int(v, "max_cap", most_cap(d));
	wanted = configured(n, d);
	if (sched == XEN_SCHEDULER_CREDIT2) {
		state = shares(c.weight, c.cap);
		json_set_bool(v, "drift", drifts(wanted, state));
		json_set_int(v, "weight", c.weight);
		json_set_int(v, "cap", c.cap);
	} else {
		state = shares(CREDIT2_WEIGHT, 0); /* as if: what is configured is without effect */
		json_set_bool(v, "drift", drifts(wanted, state));
		json_set(v, "weight", json_new_null());
		json_set(v, "cap", json_new_null());
	}
	json_set(v, "configured", wanted);
	revision_put(v, state);
	json_free(state);
	return v;
}

static int credit2_get(struct nacred *n, struct request *rq, const struct json *params,
		       struct json **result, struct rpc_error *e)
{
	const struct domain *d = NULL;
	struct json *v, *list, *one;
	size_t i;

	if (json_get(params, "domain") ? !(d = world_find(n, params, e)) : world_refresh(n, e) != 0)
		return RPC_FAILED;
	if (pools_refresh(n, e))
		return RPC_FAILED;
	list = json_new_array();
	for (i = 0; i < n->model.nr; i++) {
		const struct domain *other = n->model.domains[i];

		if ((d && d != other) || (!d && domain_dying(other)))
			continue;
		one = credit2_describe(n, other);
		if (one)
			json_append(list, one);
	}
	v = json_new_object();
	json_set(v, "domains", list);
	*result = v;
	return RPC_DONE;
}

/* libxl's checks, their order and their words; NULL: not to be changed. */
int sched_check_shares(const struct nacred *n, const struct domain *d, const struct json *weight,
		       const struct json *cap, struct rpc_error *e)
{
	if (scheduler_of(n, d) != XEN_SCHEDULER_CREDIT2)
		return sched_unknown_parameter(&n->pools, d->info.cpupool,
					       weight ? "weight" : "cap", e);
	if (weight && (weight->integer < 1 || weight->integer > 65535)) {
		fail(e, XL_INVAL, "sched.weight_out_of_range",
		     "Cpu weight out of range, valid values are within range from 1 to 65535");
		return fail_field(e, "weight");
	}
	if (cap && (cap->integer < 0 || cap->integer > most_cap(d))) {
		fail(e, XL_INVAL, "sched.cap_out_of_range",
		     "Cpu cap out of range, valid range is from 0 to %d for specified number of "
		     "vcpus",
		     most_cap(d));
		return fail_field(e, "cap");
	}
	return 0;
}

struct shares_change {
	const struct domain *d;
	struct xen_domctl_sched_credit2 was, will;
	struct json *before;
	bool dry_run;
};

static int prepare(struct shares_change *c, struct nacred *n, const struct json *params,
		   struct rpc_error *e)
{
	const struct json *weight = json_get(params, "weight"), *cap = json_get(params, "cap");
	int rc;

	*c = (struct shares_change){.dry_run = revision_dry_run(params)};
	if (!(c->d = world_find_settled(n, params, e)) || pools_refresh(n, e) ||
	    sched_check_shares(n, c->d, weight, cap, e))
		return -1;
	rc = ctrl_sched_get_credit2(n->ctrl, c->d->domid, &c->was);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "Getting domain sched credit2");
	c->will = c->was;
	if (weight)
		c->will.weight = (uint16_t)weight->integer;
	if (cap)
		c->will.cap = (uint16_t)cap->integer;
	c->before = shares(c->was.weight, c->was.cap);
	return revision_check(params, c->before, "the domain's share", e);
}

static int answer(const struct shares_change *c, struct nacred *n, struct json **result,
		  struct rpc_error *e)
{
	struct json *reply = world_identity(c->d), *after = shares(c->will.weight, c->will.cap);
	bool good = revision_answer(reply, c->before, after, c->dry_run);

	json_free(after);
	if (!good) {
		json_free(reply);
		return fail_memory(e);
	}
	if (!c->dry_run)
		sched_tell(n, "domain", world_identity(c->d), json_get(reply, "changes"));
	*result = reply;
	return RPC_DONE;
}

static int credit2_set(struct nacred *n, struct request *rq, const struct json *params,
		       struct json **result, struct rpc_error *e)
{
	struct shares_change c;
	int rc = prepare(&c, n, params, e);

	if (!rc && !c.dry_run) {
		rc = ctrl_sched_set_credit2(n->ctrl, c.d->domid, &c.will);
		if (rc)
			fail_errno(e, rc, "hypervisor.refused", "Setting domain sched credit2");
	}
	if (!rc)
		rc = answer(&c, n, result, e);
	json_free(c.before);
	return rc ? RPC_FAILED : RPC_DONE;
}

static const struct field maybe_domain[] = {
	{.name = "domain", .type = F_DOMAIN, .optional = true, .summary = "all when absent"},
	FIELDS_END,
};

static const struct field share_fields[] = {
	{.name = "weight", .type = F_INT},
	{.name = "cap", .type = F_INT, .summary = "percent of one CPU, 0: none"},
	FIELDS_END,
};

const struct field credit2_fields[] = {
	FIELDS_IDENTITY,
	{.name = "cpupool", .type = F_STRING},
	{.name = "sched", .type = F_STRING, .summary = "the others are null unless credit2"},
	{.name = "weight", .type = F_INT, .nullable = true},
	{.name = "cap", .type = F_INT, .nullable = true, .summary = "percent of one CPU, 0: none"},
	{.name = "max_cap", .type = F_INT, .summary = "100 for each vCPU"},
	{.name = "configured",
	 .type = F_OBJECT,
	 .nullable = true,
	 .of = share_fields,
	 .summary = "by its file; null: nacred did not make it"},
	{.name = "drift", .type = F_BOOL, .summary = "it runs with something else"},
	FIELD_REVISION,
	FIELDS_END,
};

static const struct field credit2_get_result[] = {
	{.name = "domains", .type = F_ARRAY, .of = credit2_fields},
	FIELDS_END,
};

static const struct field credit2_set_params[] = {
	FIELD_DOMAIN,
	{.name = "weight", .type = F_INT, .optional = true, .summary = "1 to 65535"},
	{.name = "cap",
	 .type = F_INT,
	 .optional = true,
	 .summary = "percent of one CPU, up to 100 for each vCPU; 0: none"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field credit2_set_result[] = {FIELDS_IDENTITY, FIELDS_CHANGED, FIELDS_END};

const struct method methods_sched_credit2[] = {
	{
		.name = "sched.credit2.get",
		.summary = "Weight and cap of one domain or all, running and configured",
		.params = maybe_domain,
		.result = credit2_get_result,
		.handle = credit2_get,
	},
	{
		.name = "sched.credit2.set",
		.summary = "Change a domain's weight or cap at once",
		.class = METHOD_OPERATE,
		.params = credit2_set_params,
		.result = credit2_set_result,
		.handle = credit2_set,
	},
	{.name = NULL},
};
