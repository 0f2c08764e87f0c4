/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* domain.vcpus, vcpu.set: virtual CPUs, and which of them a guest is asked to use. */
#include "vcpu.h"

#include <stdio.h>
#include <stdlib.h>
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

/* --- which ones ------------------------------------------------------------------------ */

static int check_count(const struct vcpu_change *c, int64_t count, const char *field,
		       struct rpc_error *e)
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
	return fail_field(e, "%s", field);
}

/* Those of a list, each once. */
static int read_list(const struct vcpu_change *c, const struct json *list, bool *wanted,
		     struct rpc_error *e)
{
	char domain[24];
	size_t i;

	if (check_count(c, (int64_t)list->nr, "vcpus", e))
		return -1;
	for (i = 0; i < list->nr; i++) {
		int64_t id = json_int(list->items[i], -1);

		if (id >= 0 && id < c->v.nr && !wanted[id]) {
			wanted[id] = true;
			continue;
		}
		vcpu_prefix(domain, c->d);
		fail(e, XL_FAIL, "vcpu.not_found", "%sthere is no vCPU %lld%s", domain,
		     (long long)id, id >= 0 && id < c->v.nr ? " twice" : "");
		return fail_field(e, "vcpus");
	}
	return 0;
}

static int read_count(const struct vcpu_change *c, const struct json *count, bool *wanted,
		      struct rpc_error *e)
{
	int64_t nr = json_int(count, 0), id;

	if (check_count(c, nr, "count", e))
		return -1;
	for (id = 0; id < nr; id++)
		wanted[id] = true;
	return 0;
}

static int read_wanted(const struct vcpu_change *c, const struct json *params, bool *wanted,
		       struct rpc_error *e)
{
	const struct json *count = json_get(params, "count"), *list = json_get(params, "vcpus");

	if (!count == !list)
		return fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
			    "%s \"count\" %s \"vcpus\" is given", count ? "both" : "neither",
			    count ? "and" : "nor");
	return list ? read_list(c, list, wanted, e) : read_count(c, count, wanted, e);
}

static int carry_out(struct vcpu_change *c, struct nacred *n, struct store *s, const bool *wanted,
		     struct rpc_error *e)
{
	uint32_t id;
	int rc = c->dry_run ? 0 : vcpus_want(s, c->d->domid, c->v.nr, wanted);

	if (rc) {
		stores_failed(n, rc);
		return fail_errno(e, rc, "xenstore.refused",
				  "cannot write the vCPUs' availability");
	}
	for (id = 0; id < c->v.nr; id++)
		c->v.place[id].wanted = wanted[id];
	return 0;
}

static int set_wanted(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	struct store *s = stores_get(n, e);
	struct vcpu_change c;
	bool *wanted = NULL;
	int rc;

	if (!s)
		return RPC_FAILED;
	rc = vcpu_change_begin(&c, n, params, e) ? RPC_FAILED : 0;
	if (!rc && !(wanted = calloc(c.v.nr + 1, sizeof(*wanted))))
		rc = fail_memory(e);
	if (!rc && (read_wanted(&c, params, wanted, e) || carry_out(&c, n, s, wanted, e)))
		rc = RPC_FAILED;
	if (!rc)
		rc = vcpu_change_done(&c, n, result, e);
	free(wanted);
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
	{.name = "count",
	 .type = F_INT,
	 .optional = true,
	 .summary = "its first ones; the rest is not wanted"},
	{.name = "vcpus",
	 .type = F_ARRAY,
	 .element = F_INT,
	 .optional = true,
	 .summary = "instead: these ones; the rest is not wanted"},
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
		.summary = "Ask the guest to use so many of its virtual CPUs, or these",
		.class = METHOD_OPERATE,
		.params = set_params,
		.result = fields_vcpu_changed,
		.handle = set_wanted,
	},
	{.name = NULL},
};
