/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool.cpu_add, cpu_remove: which CPUs a pool has. */
#include "cpupool.h"

#include <errno.h>
#include <string.h>

#include "ctrl/host.h"
#include "revision.h"
#include "rpc.h"
#include "world.h"

#define MAX_CPUS CTRL_CPUPOOL_MAX_CPUS

static bool has(const uint8_t *cpus, uint32_t cpu)
{
	return cpus[cpu / 8] >> (cpu % 8) & 1;
}

int cpupool_read_cpus(const struct json *params, uint8_t *cpus, struct rpc_error *e)
{
	const struct json *list = json_get(params, "cpus");
	size_t i;

	memset(cpus, 0, MAX_CPUS / 8);
	for (i = 0; list && i < list->nr; i++) {
		int64_t cpu = json_int(list->items[i], -1);

		if (cpu < 0 || cpu >= MAX_CPUS) {
			fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
			     "\"cpus\" must be numbers from 0 to %d", MAX_CPUS - 1);
			return fail_field(e, "cpus");
		}
		cpus[cpu / 8] |= (uint8_t)(1u << (cpu % 8));
	}
	return 0;
}

/* libxl's words, and the remedy. */
static int cannot_add(const struct nacred *n, uint32_t cpu, int err, struct rpc_error *e)
{
	size_t i;

	fail_errno(e, err, err == -ENODEV ? "cpupool.cpu_busy" : "cpupool.no_cpu",
		   "Error moving cpu %u to cpupool", cpu);
	for (i = 0; i < n->pools.nr; i++)
		if (pool_has_cpu(&n->pools.list[i], cpu))
			fail_hint(e, "it belongs to %s; remove it from there first",
				  n->pools.list[i].name ? n->pools.list[i].name : "another pool");
	if (err == -EINVAL)
		fail_hint(e, "there is no such CPU");
	return fail_field(e, "cpus");
}

static int cannot_remove(uint32_t cpu, int err, struct rpc_error *e)
{
	const char *code = "hypervisor.refused", *hint = "";

	if (err == -EADDRNOTAVAIL) {
		code = "cpupool.not_its_cpu";
		hint = "it is not one of this pool's CPUs";
	} else if (err == -EBUSY) {
		code = "cpupool.last_cpu";
		hint = "it is the last one of a pool with domains; move those first";
	} else if (err == -EINVAL) {
		code = "cpupool.no_cpu";
		hint = cpu ? "there is no such CPU" : "Pool-0 keeps CPU 0";
	}
	fail_errno(e, err, code, "Error removing cpu %u from cpupool", cpu);
	fail_hint(e, "%s", hint);
	return fail_field(e, "cpus");
}

int cpupool_check_add(struct nacred *n, const uint8_t *cpus, struct rpc_error *e)
{
	uint8_t free_cpus[MAX_CPUS / 8];
	struct xen_sysctl_physinfo phys;
	uint32_t cpu;
	int rc = ctrl_cpupool_free_cpus(n->ctrl, free_cpus);

	if (!rc)
		rc = ctrl_host_physinfo(n->ctrl, &phys);
	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable", "cannot list the free CPUs");
	for (cpu = 0; cpu < MAX_CPUS; cpu++)
		if (has(cpus, cpu) && !has(free_cpus, cpu))
			return cannot_add(n, cpu, cpu > phys.max_cpu_id ? -EINVAL : -ENODEV, e);
	return 0;
}

static bool has_living_domain(const struct nacred *n, uint32_t pool)
{
	size_t i;

	for (i = 0; i < n->model.nr; i++)
		if (n->model.domains[i]->info.cpupool == pool && !domain_dying(n->model.domains[i]))
			return true;
	return false;
}

/* What the hypervisor would say to these, one after the other. */
static int check_remove(const struct nacred *n, const struct pool *p, const uint8_t *cpus,
			uint32_t max_cpu_id, struct rpc_error *e)
{
	uint32_t cpu, left = 0;

	for (cpu = 0; cpu < MAX_CPUS; cpu++)
		left += pool_has_cpu(p, cpu);
	for (cpu = 0; cpu < MAX_CPUS; cpu++) {
		if (!has(cpus, cpu))
			continue;
		if (cpu > max_cpu_id || (!cpu && !p->info.id))
			return cannot_remove(cpu, -EINVAL, e);
		if (!pool_has_cpu(p, cpu))
			return cannot_remove(cpu, -EADDRNOTAVAIL, e);
		if (--left == 0 && has_living_domain(n, p->info.id))
			return cannot_remove(cpu, -EBUSY, e);
	}
	return 0;
}

int cpupool_add_cpus(struct nacred *n, uint32_t pool, const uint8_t *cpus, struct rpc_error *e)
{
	uint32_t cpu;
	int rc;

	for (cpu = 0; cpu < MAX_CPUS; cpu++) {
		rc = has(cpus, cpu) ? ctrl_cpupool_add_cpu(n->ctrl, pool, cpu) : 0;
		if (rc)
			return cannot_add(n, cpu, rc, e);
	}
	return 0;
}

int cpupool_remove_cpus(struct nacred *n, uint32_t pool, const uint8_t *cpus, struct rpc_error *e)
{
	uint32_t cpu;
	int rc;

	for (cpu = 0; cpu < MAX_CPUS; cpu++) {
		rc = has(cpus, cpu) ? ctrl_cpupool_remove_cpu(n->ctrl, pool, cpu) : 0;
		if (rc)
			return cannot_remove(cpu, rc, e);
	}
	return 0;
}

/* --- the methods -------------------------------------------------------------------- */

struct cpu_change {
	uint32_t pool;
	uint8_t cpus[MAX_CPUS / 8];
	bool add;
};

static int carry_out(struct nacred *n, void *arg, struct rpc_error *e)
{
	const struct cpu_change *c = arg;

	return c->add ? cpupool_add_cpus(n, c->pool, c->cpus, e)
		      : cpupool_remove_cpus(n, c->pool, c->cpus, e);
}

static int change(struct nacred *n, const struct json *params, bool add, struct json **result,
		  struct rpc_error *e)
{
	bool dry_run = revision_dry_run(params);
	struct xen_sysctl_physinfo phys;
	struct cpu_change c = {.add = add};
	const struct pool *p;
	struct pool next;
	struct json *before, *after;
	size_t i;
	int rc;

	if (world_refresh(n, e) || !(p = pools_select(n, params, "pool", e)) ||
	    cpupool_read_cpus(params, c.cpus, e))
		return RPC_FAILED;
	c.pool = p->info.id;
	rc = ctrl_host_physinfo(n->ctrl, &phys);
	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable",
				  "cannot read the host's figures");
	next = *p;
	before = pool_state(p);
	rc = revision_check(params, before, "the CPU pool", e) ? RPC_FAILED : 0;
	if (!rc)
		rc = add ? cpupool_check_add(n, c.cpus, e)
			 : check_remove(n, p, c.cpus, phys.max_cpu_id, e);
	if (!rc && !dry_run)
		rc = cpupool_change(n, carry_out, &c, e);
	for (i = 0; i < sizeof(c.cpus); i++)
		next.info.cpus[i] = (uint8_t)(add ? next.info.cpus[i] | c.cpus[i]
						  : next.info.cpus[i] & ~c.cpus[i]);
	after = rc ? NULL : pool_state(&next);
	if (!rc && !dry_run)
		rc = pools_refresh(n, e);
	if (!rc)
		rc = cpupool_answer(before, after, next.info.nr_domains, dry_run, result, e);
	json_free(before);
	json_free(after);
	return rc;
}

static int cpu_add(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	return change(n, params, true, result, e);
}

static int cpu_remove(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	return change(n, params, false, result, e);
}

static const struct field cpu_params[] = {
	FIELD_POOL,
	FIELD_POOL_CPUS(false),
	FIELDS_CHANGE,
	FIELDS_END,
};

const struct method methods_cpupool_cpus[] = {
	{
		.name = "cpupool.cpu_add",
		.summary = "Put free CPUs into a pool: all of them or none",
		.class = METHOD_ADMIN,
		.params = cpu_params,
		.result = fields_pool_changed,
		.handle = cpu_add,
	},
	{
		.name = "cpupool.cpu_remove",
		.summary = "Take CPUs out of a pool: all of them or none; they become free",
		.class = METHOD_ADMIN,
		.params = cpu_params,
		.result = fields_pool_changed,
		.handle = cpu_remove,
	},
	{.name = NULL},
};
