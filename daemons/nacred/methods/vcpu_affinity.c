/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* vcpu.affinity.*: on which CPUs of its domain's pool a vCPU may and should run. */
#include "vcpu.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/vcpu.h"
#include "limits.h"
#include "pools.h"
#include "revision.h"
#include "rpc.h"
#include "undo.h"
#include "world.h"

static int get_affinity(struct nacred *n, struct request *rq, const struct json *params,
			struct json **result, struct rpc_error *e)
{
	struct json *reply, *state, *list = json_new_array();
	struct domain *d = world_find(n, params, e);
	struct vcpus v;
	uint32_t i;

	if (!d || pools_refresh(n, e) || vcpus_read(&v, n, d, e)) {
		json_free(list);
		return RPC_FAILED;
	}
	reply = world_identity(d);
	for (i = 0; i < v.nr; i++) {
		struct json *one = json_new_object();

		json_set_int(one, "id", i);
		json_set(one, "hard", vcpus_cpu_list(v.place[i].hard, v.nr_cpus));
		json_set(one, "soft", vcpus_cpu_list(v.place[i].soft, v.nr_cpus));
		json_append(list, one);
	}
	state = vcpus_state(&v, &n->pools);
	json_set(reply, "cpupool", pool_name(&n->pools, v.pool));
	json_set(reply, "vcpus", list);
	revision_put(reply, state);
	json_free(state);
	vcpus_free(&v);
	*result = reply;
	return RPC_DONE;
}

struct affinity {
	uint8_t hard[CONFIG_MAX_CPUS / 8], soft[CONFIG_MAX_CPUS / 8];
	bool has_hard, has_soft, force;
	uint32_t first, last; /* vCPUs */
};

/* Member @key: a list of CPUs or "all". */
static int read_cpus(const struct json *params, const char *key, bool *has, uint8_t *cpus,
		     struct rpc_error *e)
{
	const struct json *v = json_get(params, key);
	size_t i;

	*has = v;
	memset(cpus, v && v->type == JSON_STRING ? 0xff : 0, CONFIG_MAX_CPUS / 8);
	if (v && v->type == JSON_STRING && strcmp(v->string, "all") != 0)
		goto bad;
	for (i = 0; v && v->type == JSON_ARRAY && i < v->nr; i++) {
		int64_t cpu = json_int(v->items[i], -1);

		if (cpu < 0 || cpu >= CONFIG_MAX_CPUS)
			goto bad;
		cpus[cpu / 8] |= (uint8_t)(1u << (cpu % 8));
	}
	return 0;
bad:
	fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
	     "\"%s\" must be \"all\" or a list of numbers from 0 to %d", key, CONFIG_MAX_CPUS - 1);
	return fail_field(e, "%s", key);
}

static int refused(const struct nacred *n, const struct domain *d, int err, struct rpc_error *e)
{
	const struct pool *p = pools_by_id(&n->pools, d->info.cpupool);
	char domain[24];

	vcpu_prefix(domain, d);
	fail_errno(e, err, err == -EINVAL ? "vcpu.unreachable" : "hypervisor.refused",
		   "%sSetting vcpu affinity", domain);
	if (err == -EINVAL)
		fail_hint(e, "none of these CPUs is in the domain's pool, %s",
			  p && p->name ? p->name : "which has no name");
	else if (err == -EOPNOTSUPP)
		fail_hint(e, "domain 0 does not run on the hypervisor's CPUs");
	return fail_field(e, "hard");
}

static int read_affinity(struct affinity *a, const struct vcpu_change *c, const struct json *params,
			 struct rpc_error *e)
{
	const struct json *vcpu = json_get(params, "vcpu");
	char domain[24];

	a->force = json_bool(json_get(params, "force"), false);
	a->first = (uint32_t)json_int(vcpu, 0);
	a->last = vcpu ? a->first : c->v.nr - 1;
	if (read_cpus(params, "hard", &a->has_hard, a->hard, e) ||
	    read_cpus(params, "soft", &a->has_soft, a->soft, e))
		return -1;
	if (!a->has_hard && !a->has_soft && !a->force) {
		fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
		     "neither \"hard\" nor \"soft\" is given");
		return fail_field(e, "hard");
	}
	if (a->last < c->v.nr && c->v.nr)
		return 0;
	vcpu_prefix(domain, c->d);
	fail_errno(e, EINVAL, "vcpu.not_found", "%sSetting vcpu affinity", domain);
	fail_hint(e, "the domain has %u vCPU%s, numbered from 0", c->v.nr, c->v.nr == 1 ? "" : "s");
	return fail_field(e, "vcpu");
}

/* What the hypervisor checks: a CPU that the pool has. */
static int check_hard(const struct nacred *n, const struct vcpu_change *c, const struct affinity *a,
		      struct rpc_error *e)
{
	const struct pool *p = pools_by_id(&n->pools, c->v.pool);
	uint32_t cpu;

	if (!a->has_hard)
		return 0;
	for (cpu = 0; p && cpu < CONFIG_MAX_CPUS; cpu++)
		if (a->hard[cpu / 8] >> (cpu % 8) & 1 && pool_has_cpu(p, cpu))
			return 0;
	return refused(n, c->d, -EINVAL, e);
}

struct new_affinity {
	const struct vcpu_change *c;
	const struct affinity *a;
};

static int set_steps(struct nacred *n, void *arg, struct rpc_error *e)
{
	const struct vcpu_change *c = ((struct new_affinity *)arg)->c;
	const struct affinity *a = ((struct new_affinity *)arg)->a;
	uint32_t id;
	int rc;

	for (id = a->first; id <= a->last; id++) {
		struct affinity now = *a; /* the hypervisor answers in it */

		rc = ctrl_vcpu_set_affinity(n->ctrl, c->d->domid, id, a->has_hard ? now.hard : NULL,
					    a->has_soft ? now.soft : NULL, CONFIG_MAX_CPUS,
					    a->force);
		if (rc)
			return refused(n, c->d, rc, e);
	}
	return 0;
}

static int set_all(struct nacred *n, const struct vcpu_change *c, const struct affinity *a,
		   struct rpc_error *e)
{
	struct new_affinity new = {.c = c, .a = a};
	struct json *before = json_new_object();

	json_set_string(before, "uuid", c->d->uuid);
	json_set(before, "vcpus", json_copy(json_get(c->before, "vcpus")));
	return undo_run(n, UNDO_AFFINITY, before, set_steps, &new, e);
}

int undo_affinity(struct nacred *n, const struct json *before)
{
	const struct domain *d =
		model_by_uuid(&n->model, json_string(json_get(before, "uuid"), ""));
	const struct json *vcpus = json_get(before, "vcpus");
	struct affinity a;
	struct rpc_error e;
	char number[16];
	uint32_t id;
	int rc = 0;

	for (id = 0; d && id < vcpus_count(d) && !rc; id++) {
		snprintf(number, sizeof(number), "%u", id);
		if (read_cpus(json_get(vcpus, number), "hard", &a.has_hard, a.hard, &e) ||
		    read_cpus(json_get(vcpus, number), "soft", &a.has_soft, a.soft, &e))
			return -EINVAL;
		rc = ctrl_vcpu_set_affinity(n->ctrl, d->domid, id, a.has_hard ? a.hard : NULL,
					    a.has_soft ? a.soft : NULL, CONFIG_MAX_CPUS, false);
	}
	return rc; /* with the domain its affinities went */
}

/* The soft affinity has a CPU that the pool has and the hard one allows. */
static bool soft_counts(const struct pool *p, const struct vcpu_place *place)
{
	uint32_t cpu;

	for (cpu = 0; p && cpu < CONFIG_MAX_CPUS; cpu++)
		if (place->hard[cpu / 8] & place->soft[cpu / 8] & 1u << (cpu % 8) &&
		    pool_has_cpu(p, cpu))
			return true;
	return false;
}

static int set_affinity(struct nacred *n, struct request *rq, const struct json *params,
			struct json **result, struct rpc_error *e)
{
	struct json *no_soft = json_new_array();
	struct affinity a;
	struct vcpu_change c;
	uint32_t id;
	int rc = RPC_FAILED;

	if (vcpu_change_begin(&c, n, params, e) || read_affinity(&a, &c, params, e) ||
	    check_hard(n, &c, &a, e) || (!c.dry_run && set_all(n, &c, &a, e)))
		goto out;
	for (id = a.first; id <= a.last; id++) {
		if (a.has_hard)
			memcpy(c.v.place[id].hard, a.hard, sizeof(a.hard));
		if (a.has_soft)
			memcpy(c.v.place[id].soft, a.soft, sizeof(a.soft));
		if (a.has_soft && !soft_counts(pools_by_id(&n->pools, c.v.pool), &c.v.place[id]))
			json_append(no_soft, json_new_int(id));
	}
	rc = vcpu_change_done(&c, n, result, e);
	if (rc == RPC_DONE && json_set(*result, "no_effective_soft", no_soft))
		no_soft = NULL;
out:
	json_free(no_soft);
	vcpu_change_end(&c);
	return rc;
}

/* --- the table ---------------------------------------------------------------------- */

static const struct field affinity_fields[] = {
	{.name = "id", .type = F_INT},
	{.name = "hard", .type = F_CPUS, .summary = "where it may run"},
	{.name = "soft", .type = F_CPUS, .summary = "where it should run"},
	FIELDS_END,
};

static const struct field get_params[] = {FIELD_DOMAIN, FIELDS_END};

static const struct field get_result[] = {
	FIELDS_IDENTITY, FIELD_CPUPOOL, {.name = "vcpus", .type = F_ARRAY, .of = affinity_fields},
	FIELD_REVISION,	 FIELDS_END,
};

static const struct field affinity_params[] = {
	FIELD_DOMAIN,
	{.name = "vcpu",
	 .type = F_INT,
	 .optional = true,
	 .max = LIMIT_VCPUS - 1,
	 .summary = "all when absent"},
	{.name = "hard", .type = F_CPUS, .optional = true, .summary = "as it is when absent"},
	{.name = "soft", .type = F_CPUS, .optional = true, .summary = "as it is when absent"},
	{.name = "force",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "undo a pinning that domain 0's kernel asked for"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field affinity_result[] = {
	FIELDS_IDENTITY,
	{.name = "no_effective_soft",
	 .type = F_ARRAY,
	 .element = F_INT,
	 .summary = "vCPUs whose soft affinity now has no CPU that they may run on"},
	FIELDS_CHANGED,
	FIELDS_END,
};

const struct method methods_vcpu_affinity[] = {
	{
		.name = "vcpu.affinity.get",
		.summary = "Hard and soft affinity of a domain's virtual CPUs",
		.params = get_params,
		.result = get_result,
		.handle = get_affinity,
	},
	{
		.name = "vcpu.affinity.set",
		.summary = "Pin one virtual CPU or all of a domain",
		.class = METHOD_OPERATE,
		.params = affinity_params,
		.result = affinity_result,
		.handle = set_affinity,
	},
	{.name = NULL},
};
