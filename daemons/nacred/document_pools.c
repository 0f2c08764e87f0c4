/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The part of a document about CPU pools: what of it is missing, and why it cannot be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "ctrl/sched.h"
#include "document.h"
#include "methods/cpupool.h"

#define SET_BYTES (CTRL_CPUPOOL_MAX_CPUS / 8)

static bool has(const uint8_t *cpus, unsigned int cpu)
{
	return cpus[cpu / 8] >> (cpu % 8) & 1;
}

/* A member of the document beside what there is: Pool-0 is the pool with CPU 0, which it always
 * keeps, whatever its name; others go by their names. */
struct wanted_pool {
	const char *name;
	const struct json *doc;
	const struct pool *now; /* NULL: to be made */
	uint32_t sched_id;
	uint8_t cpus[SET_BYTES];
};

struct wanted {
	struct nacred *n;
	const struct json *list;
	struct wanted_pool *pool;
};

static int conflict(struct rpc_error *e, size_t i, const char *member, const char *why)
{
	fail(e, XL_FAIL, "config.conflict", "%s", why);
	fail_hint(e, "config.save shows what there is");
	return fail_field(e, "config.cpupools[%zu].%s", i, member);
}

static int check_sched(const struct wanted *w, size_t i, struct rpc_error *e)
{
	struct wanted_pool *p = &w->pool[i];
	const struct json *rate = json_get(p->doc, "ratelimit_us");
	const char *word = json_string(json_get(p->doc, "sched"), "");
	int64_t us = json_int(rate, 0);

	if (ctrl_sched_by_name(word, &p->sched_id)) {
		fail(e, XL_FAIL, "cpupool.no_scheduler", "there is no scheduler \"%.40s\" here",
		     word);
		return fail_field(e, "config.cpupools[%zu].sched", i);
	}
	if (p->now && p->now->info.sched_id != p->sched_id)
		return conflict(e, i, "sched", "the pool is there with another scheduler");
	if (!rate || rate->type == JSON_NULL)
		return 0;
	if (p->sched_id != XEN_SCHEDULER_CREDIT2) {
		fail(e, XL_INVAL, "sched.unknown_parameter",
		     "the scheduler %.40s has no rate limit", word);
		return fail_field(e, "config.cpupools[%zu].ratelimit_us", i);
	}
	if (us && (us < XEN_SYSCTL_SCHED_RATELIMIT_MIN || us > XEN_SYSCTL_SCHED_RATELIMIT_MAX)) {
		fail(e, XL_INVAL, "sched.ratelimit_out_of_range",
		     "Ratelimit out of range, valid range is from %d to %d",
		     XEN_SYSCTL_SCHED_RATELIMIT_MIN, XEN_SYSCTL_SCHED_RATELIMIT_MAX);
		return fail_field(e, "config.cpupools[%zu].ratelimit_us", i);
	}
	return 0;
}

static int check_name(const struct wanted *w, size_t i, struct rpc_error *e)
{
	const struct wanted_pool *p = &w->pool[i];
	const struct pool *other = pools_by_name(&w->n->pools, p->name);

	if (config_check_word("the CPU pool name", p->name, "cpupool.bad_name", e))
		return document_where(e, "cpupools[%zu].name", i);
	for (size_t k = 0; k < i; k++)
		if (strcmp(w->pool[k].name, p->name) == 0)
			return conflict(e, i, "name", "two pools have this name");
	/* Another pool's name is free when that pool is Pool-0 and gets another one. */
	if (other && other != p->now && other->info.id)
		return conflict(e, i, "name",
				"a pool that the document does not have is called so");
	return 0;
}

static bool in_document(const struct wanted *w, const struct pool *p)
{
	for (size_t i = 0; i < w->list->nr; i++)
		if (w->pool[i].now == p)
			return true;
	return false;
}

/* Each CPU exists, is wanted once, and is free or in a pool that the document has too. */
static int check_cpus(const struct wanted *w, size_t i, const uint8_t *free_cpus, uint8_t *taken,
		      struct rpc_error *e)
{
	const struct pools *pools = &w->n->pools;
	const struct wanted_pool *p = &w->pool[i];
	bool keeps = !p->now || !p->now->info.nr_domains;
	unsigned int cpu;

	for (cpu = 0; cpu < CTRL_CPUPOOL_MAX_CPUS; cpu++) {
		const struct pool *owner = NULL;

		if (!has(p->cpus, cpu))
			continue;
		for (size_t k = 0; k < pools->nr && !owner; k++)
			if (pool_has_cpu(&pools->list[k], cpu))
				owner = &pools->list[k];
		if (!owner && !has(free_cpus, cpu))
			return conflict(e, i, "cpus", "there are not so many CPUs here");
		if (owner && !in_document(w, owner))
			return conflict(e, i, "cpus",
					"a CPU is in a pool that the document does not have");
		if (has(taken, cpu))
			return conflict(e, i, "cpus", "two pools have the same CPU");
		taken[cpu / 8] |= (uint8_t)(1u << (cpu % 8));
		keeps = keeps || owner == p->now;
	}
	return keeps ? 0
		     : conflict(e, i, "cpus",
				"the pool has domains, and would keep none of its CPUs");
}

static int read_pools(struct wanted *w, struct rpc_error *e)
{
	uint8_t free_cpus[SET_BYTES], taken[SET_BYTES] = {0};
	size_t i;
	int rc = ctrl_cpupool_free_cpus(w->n->ctrl, free_cpus);

	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable", "cannot list the free CPUs");
	for (i = 0; i < w->list->nr; i++) {
		struct wanted_pool *p = &w->pool[i];

		p->doc = w->list->items[i];
		p->name = json_string(json_get(p->doc, "name"), "");
		if (cpupool_read_cpus(p->doc, p->cpus, e))
			return document_where(e, "cpupools[%zu].%s", i, e->field);
		p->now = has(p->cpus, 0) ? pools_by_id(&w->n->pools, 0)
					 : pools_by_name(&w->n->pools, p->name);
		if (p->now && p->now->info.id == 0 && !has(p->cpus, 0))
			p->now = NULL;
	}
	for (i = 0; i < w->list->nr; i++)
		if (check_name(w, i, e) || check_sched(w, i, e) ||
		    check_cpus(w, i, free_cpus, taken, e))
			return -1;
	if (w->list->nr && !has(taken, 0))
		return conflict(e, 0, "cpus", "no pool has CPU 0, which Pool-0 keeps");
	return 0;
}

/* Step @method for the CPUs of @a that @b has not, if there are any. */
static int add_cpus(struct document_plan *plan, const char *method, const struct wanted_pool *p,
		    const uint8_t *a, const uint8_t *b, struct rpc_error *e)
{
	uint8_t cpus[SET_BYTES], any = 0;
	struct json *params;
	size_t i;

	for (i = 0; i < SET_BYTES; i++)
		any |= cpus[i] = a[i] & (uint8_t)~b[i];
	if (!any)
		return 0;
	params = json_new_object();
	json_set_string(params, "pool", p->now->info.id ? p->name : "0");
	json_set(params, "cpus", pool_cpu_list(cpus));
	return document_add(plan, method, p->name, params, e);
}

static int add_pool(struct document_plan *plan, const struct wanted_pool *p, struct rpc_error *e)
{
	struct json *params = json_new_object();

	json_set_string(params, "name", p->name);
	json_set(params, "sched", json_copy(json_get(p->doc, "sched")));
	json_set(params, "cpus", pool_cpu_list(p->cpus));
	return document_add(plan, "cpupool.create", p->name, params, e);
}

static int add_rename(struct document_plan *plan, const struct wanted_pool *p, struct rpc_error *e)
{
	struct json *params = json_new_object();

	json_set_string(params, "pool", "0");
	json_set_string(params, "new_name", p->name);
	return document_add(plan, "cpupool.rename", p->name, params, e);
}

/* @rates: what sched.params.get answers. */
static int add_rate(struct document_plan *plan, const struct wanted_pool *p,
		    const struct json *rates, struct rpc_error *e)
{
	const struct json *want = json_get(p->doc, "ratelimit_us"),
			  *list = json_get(rates, "pools");
	struct json *params;

	if (!want || want->type != JSON_INT)
		return 0;
	for (size_t i = 0; p->now && i < list->nr; i++)
		if (json_int(json_get(list->items[i], "id"), -1) == p->now->info.id &&
		    json_int(json_get(list->items[i], "ratelimit_us"), -1) == want->integer)
			return 0;
	params = json_new_object();
	json_set_string(params, "pool", p->name);
	json_set_int(params, "ratelimit_us", want->integer);
	return document_add(plan, "sched.params.set", p->name, params, e);
}

/* CPUs are given up before they are taken. */
static int add_steps(const struct wanted *w, const struct json *rates, struct document_plan *plan,
		     struct rpc_error *e)
{
	const struct wanted_pool *p, *end = w->pool + w->list->nr;
	int rc = 0;

	for (p = w->pool; p < end && !rc; p++)
		if (p->now && !p->now->info.id &&
		    strcmp(p->now->name ? p->now->name : "", p->name) != 0)
			rc = add_rename(plan, p, e);
	for (p = w->pool; p < end && !rc; p++)
		if (p->now)
			rc = add_cpus(plan, "cpupool.cpu_remove", p, p->now->info.cpus, p->cpus, e);
	for (p = w->pool; p < end && !rc; p++)
		rc = p->now ? add_cpus(plan, "cpupool.cpu_add", p, p->cpus, p->now->info.cpus, e)
			    : add_pool(plan, p, e);
	for (p = w->pool; p < end && !rc; p++)
		rc = add_rate(plan, p, rates, e);
	return rc;
}

int document_plan_pools(struct nacred *n, const struct json *pools, struct document_plan *plan,
			struct rpc_error *e)
{
	struct json *rates = document_call(n, "sched.params.get", NULL, e); /* refreshes n->pools */
	struct wanted w = {.n = n, .list = pools};
	int rc = -1;

	if (!rates)
		return -1;
	w.pool = calloc(pools->nr + 1, sizeof(*w.pool));
	if (w.pool)
		rc = read_pools(&w, e) || add_steps(&w, rates, plan, e) ? -1 : 0;
	else
		fail_memory(e);
	free(w.pool);
	json_free(rates);
	return rc;
}
