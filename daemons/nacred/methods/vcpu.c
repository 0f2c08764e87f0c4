/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.vcpus, vcpu.set: virtual CPUs, and how many of them a guest is asked to use. */
#include "vcpu.h"

#include <stdio.h>
#include <string.h>

#include "ctrl/vcpu.h"
#include "limits.h"
#include "pools.h"
#include "revision.h"
#include "rows.h"
#include "rpc.h"
#include "stores.h"
#include "world.h"

static struct json *describe_vcpu(struct nacred *n, const struct domain *d, const struct vcpus *v,
				  uint32_t id)
{
	const struct vcpu_place *p = &v->place[id];
	struct xen_domctl_getvcpuinfo info;
	struct json *one;

	if (ctrl_vcpu_info(n->ctrl, d->domid, id, &info))
		return NULL; /* the domain went meanwhile */
	one = json_new_object();
	json_set_int(one, "id", id);
	json_set_bool(one, "online", info.online);
	json_set(one, "wanted", p->wanted < 0 ? json_new_null() : json_new_bool(p->wanted));
	json_set_bool(one, "running", info.running);
	json_set_bool(one, "blocked", info.blocked);
	json_set_int(one, "cpu", info.cpu);
	json_set_int(one, "time_ns", (int64_t)info.cpu_time);
	json_set(one, "hard", vcpus_cpu_list(p->hard, v->nr_cpus));
	json_set(one, "soft", vcpus_cpu_list(p->soft, v->nr_cpus));
	return one;
}

/* NULL and @e; a domain that goes meanwhile has no vCPUs. */
static struct json *describe_domain(struct nacred *n, const struct domain *d, struct rpc_error *e)
{
	struct json *reply = world_identity(d), *list = json_new_array(), *state;
	struct vcpus v;
	uint32_t id;

	if (vcpus_read(&v, n, d, e) == 0) {
		state = vcpus_state(&v, &n->pools);
		revision_put(reply, state);
		json_free(state);
	}
	for (id = 0; id < v.nr; id++) {
		struct json *one = describe_vcpu(n, d, &v, id);

		if (one)
			json_append(list, one);
	}
	vcpus_free(&v);
	json_set(reply, "cpupool", pool_name(&n->pools, d->info.cpupool));
	json_set(reply, "vcpus", list);
	return reply;
}

static int list_vcpus(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	struct json *reply, *domains;
	struct domain *d = NULL;
	size_t i;

	if (json_get(params, "domain") ? !(d = world_find(n, params, e)) : world_refresh(n, e) != 0)
		return RPC_FAILED;
	if (pools_refresh(n, e))
		return RPC_FAILED;
	domains = json_new_array();
	for (i = 0; i < n->model.nr; i++)
		if (!d || d == n->model.domains[i])
			json_append(domains, describe_domain(n, n->model.domains[i], e));
	reply = json_new_object();
	json_set(reply, "domains", domains);
	*result = reply;
	return RPC_DONE;
}

/* --- a change: what was, what will be ----------------------------------------------------- */

void vcpu_change_end(struct vcpu_change *c)
{
	vcpus_free(&c->v);
	json_free(c->before);
}

int vcpu_change_begin(struct vcpu_change *c, struct nacred *n, const struct json *params,
		      struct rpc_error *e)
{
	*c = (struct vcpu_change){.dry_run = revision_dry_run(params)};
	if (!(c->d = world_find_settled(n, params, e)) || pools_refresh(n, e) ||
	    vcpus_read(&c->v, n, c->d, e))
		return -1;
	c->before = vcpus_state(&c->v, &n->pools);
	return revision_check(params, c->before, "the domain's placement", e);
}

int vcpu_change_done(struct vcpu_change *c, struct nacred *n, struct json **result,
		     struct rpc_error *e)
{
	struct json *reply = world_identity(c->d), *after = vcpus_state(&c->v, &n->pools);
	bool good = revision_answer(reply, c->before, after, c->dry_run);

	json_free(after);
	if (!good) {
		json_free(reply);
		return fail_memory(e);
	}
	if (!c->dry_run)
		vcpus_tell(n, c->d, json_get(reply, "changes"));
	*result = reply;
	return RPC_DONE;
}

void vcpu_prefix(char text[24], const struct domain *d)
{
	text[0] = '\0';
	if (d->domid)
		snprintf(text, 24, "Domain %u:", d->domid);
}

/* --- how many ------------------------------------------------------------------------ */

static int check_count(const struct vcpu_change *c, int64_t count, struct rpc_error *e)
{
	char domain[24];

	if (count > 0 && count <= c->v.nr)
		return 0;
	vcpu_prefix(domain, c->d);
	if (count <= 0)
		fail(e, XL_FAIL, "vcpu.count_out_of_range", "%sRequested 0 VCPUs!", domain);
	else
		fail(e, XL_FAIL, "vcpu.count_out_of_range",
		     "%sRequested %lld VCPUs, however maxcpus is %u!", domain, (long long)count,
		     c->v.nr);
	return fail_field(e, "count");
}

static int set_count(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	int64_t count = json_int(json_get(params, "count"), 0);
	struct store *s = stores_get(n, e);
	struct vcpu_change c;
	uint32_t id;
	int rc;

	if (!s)
		return RPC_FAILED;
	rc = vcpu_change_begin(&c, n, params, e) || check_count(&c, count, e) ? RPC_FAILED : 0;
	if (!rc && !c.dry_run) {
		rc = vcpus_want(s, c.d->domid, c.v.nr, (uint32_t)count);
		if (rc) {
			stores_failed(n, rc);
			rc = fail_errno(e, rc, "xenstore.refused",
					"cannot write the vCPUs' availability");
		}
	}
	for (id = 0; !rc && id < c.v.nr; id++)
		c.v.place[id].wanted = id < count;
	if (!rc)
		rc = vcpu_change_done(&c, n, result, e);
	vcpu_change_end(&c);
	return rc;
}

/* --- the table ---------------------------------------------------------------------- */

static const struct field vcpu_fields[] = {
	{.name = "id", .type = F_INT},
	{.name = "online", .type = F_BOOL, .summary = "the guest uses it"},
	{.name = "wanted",
	 .type = F_BOOL,
	 .nullable = true,
	 .summary = "the guest is asked to use it; null: nobody said"},
	{.name = "running", .type = F_BOOL},
	{.name = "blocked", .type = F_BOOL},
	{.name = "cpu", .type = F_INT, .summary = "where it ran last"},
	{.name = "time_ns", .type = F_INT},
	{.name = "hard", .type = F_CPUS},
	{.name = "soft", .type = F_CPUS},
	FIELDS_END,
};

const struct field domain_vcpus_fields[] = {
	FIELDS_IDENTITY, FIELD_CPUPOOL, {.name = "vcpus", .type = F_ARRAY, .of = vcpu_fields},
	FIELD_REVISION,	 FIELDS_END,
};

static const struct field list_result[] = {
	{.name = "domains", .type = F_ARRAY, .of = domain_vcpus_fields},
	FIELDS_END,
};

static const struct field maybe_domain[] = {
	{.name = "domain", .type = F_DOMAIN, .optional = true, .summary = "all when absent"},
	FIELDS_END,
};

static const struct field set_params[] = {
	FIELD_DOMAIN,
	{.name = "count", .type = F_INT, .summary = "its first ones; the rest is not wanted"},
	FIELDS_CHANGE,
	FIELDS_END,
};

const struct field fields_vcpu_changed[] = {FIELDS_IDENTITY, FIELDS_CHANGED, FIELDS_END};

const struct method methods_vcpu[] = {
	{
		.name = "domain.vcpus",
		.summary = "Virtual CPUs of one domain or all",
		.params = maybe_domain,
		.result = list_result,
		.handle = list_vcpus,
	},
	{
		.name = "vcpu.set",
		.summary = "Ask the guest to use so many of its virtual CPUs",
		.class = METHOD_OPERATE,
		.params = set_params,
		.result = fields_vcpu_changed,
		.handle = set_count,
	},
	{.name = NULL},
};
