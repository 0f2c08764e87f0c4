/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* cpupool.list, get, create, destroy, rename: the pools themselves. */
#include "cpupool.h"

#include <errno.h>
#include <string.h>

#include "config.h"
#include "ctrl/sched.h"
#include "revision.h"
#include "rows.h"
#include "rpc.h"
#include "stores.h"

int cpupool_answer(const struct json *before, struct json *after, uint32_t nr_domains, bool dry_run,
		   struct json **result, struct rpc_error *e)
{
	struct json *v = after ? json_copy(after) : json_copy(before);

	if (v && json_set_int(v, "nr_domains", nr_domains) &&
	    revision_answer(v, before, after, dry_run)) {
		*result = v;
		return RPC_DONE;
	}
	json_free(v);
	return fail_memory(e);
}

static int list(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	uint8_t free_cpus[CTRL_CPUPOOL_MAX_CPUS / 8];
	struct json *v, *pools, *state;
	size_t i;
	int rc;

	if (pools_refresh(n, e))
		return RPC_FAILED;
	rc = ctrl_cpupool_free_cpus(n->ctrl, free_cpus);
	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable", "cannot list the free CPUs");
	pools = json_new_array();
	for (i = 0; i < n->pools.nr; i++)
		json_append(pools, pool_describe(&n->pools.list[i]));
	v = json_new_object();
	json_set(v, "pools", pools);
	json_set(v, "free_cpus", pool_cpu_list(free_cpus));
	state = pools_state(&n->pools);
	revision_put(v, state);
	json_free(state);
	*result = v;
	return RPC_DONE;
}

static int get(struct nacred *n, struct request *rq, const struct json *params,
	       struct json **result, struct rpc_error *e)
{
	const struct pool *p = pools_select(n, params, "pool", e);

	if (!p)
		return RPC_FAILED;
	*result = pool_describe(p);
	return RPC_DONE;
}

int cpupool_change(struct nacred *n, change_fn *steps, void *arg, struct rpc_error *e)
{
	return undo_run(n, UNDO_CPUPOOLS, pools_state(&n->pools), steps, arg, e);
}

/* --- create ------------------------------------------------------------------------- */

/* A name that lists can show and arguments can mean. */
static int check_name(const struct nacred *n, const char *name, const char *field,
		      struct rpc_error *e)
{
	if (config_check_word("the CPU pool name", name, "cpupool.bad_name", e))
		return fail_field(e, "%s", field);
	if (!pools_by_name(&n->pools, name))
		return 0;
	fail(e, XL_FAIL, "cpupool.exists", "Pool name \"%s\" already exists", name);
	return fail_field(e, "%s", field);
}

static int no_scheduler(const char *word, struct rpc_error *e)
{
	fail(e, XL_FAIL, "cpupool.no_scheduler",
	     "Could not create cpupool: there is no scheduler \"%s\" here", word);
	fail_hint(e, "the schedulers are credit2 and null");
	return fail_field(e, "sched");
}

static int choose_scheduler(struct nacred *n, const struct json *params, uint32_t *id,
			    struct rpc_error *e)
{
	const char *word = json_string(json_get(params, "sched"), NULL);
	int rc;

	if (word && ctrl_sched_by_name(word, id) == 0)
		return 0;
	if (word)
		return no_scheduler(word, e);
	rc = ctrl_sched_id(n->ctrl, id);
	return rc ? fail_errno(e, rc, "hypervisor.unreachable", "cannot read the scheduler") : 0;
}

static int id_taken(uint32_t id, struct rpc_error *e)
{
	fail(e, XL_FAIL, "cpupool.exists", "Could not create cpupool: File exists");
	fail_hint(e, "there is a pool %u; without \"id\" a free number is taken", id);
	return fail_field(e, "id");
}

/* What the hypervisor would say, for a dry run. */
static int check_create(struct nacred *n, const struct pool *p, struct rpc_error *e)
{
	size_t i;

	for (i = 0; i < n->pools.nr; i++)
		if (n->pools.list[i].info.id == p->info.id)
			return id_taken(p->info.id, e);
	if (p->info.sched_id == XEN_SCHEDULER_CREDIT2 || p->info.sched_id == XEN_SCHEDULER_NULL)
		return 0;
	for (i = 0; i < n->pools.nr; i++)
		if (n->pools.list[i].info.sched_id == p->info.sched_id)
			return 0;
	return no_scheduler(ctrl_sched_name(p->info.sched_id), e);
}

/* The hypervisor's side and the name; the id becomes known. */
static int make(struct nacred *n, void *arg, struct rpc_error *e)
{
	struct pool *p = arg;
	int rc;

	rc = ctrl_cpupool_create(n->ctrl, &p->info.id, p->info.sched_id);
	if (rc == -ENOENT)
		return no_scheduler(ctrl_sched_name(p->info.sched_id), e);
	if (rc == -EEXIST)
		return id_taken(p->info.id, e);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "Could not create cpupool");
	if (cpupool_add_cpus(n, p->info.id, p->info.cpus, e))
		return -1;
	rc = pool_nodes_write(n->store, p->info.id, p->name);
	if (!rc)
		return 0;
	stores_failed(n, rc);
	return fail_errno(e, rc, "xenstore.refused", "cannot write the CPU pool's name");
}

static int create(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	struct pool p = {.name = (char *)json_string(json_get(params, "name"), "")};
	bool dry_run = revision_dry_run(params);
	struct json *after;
	int rc;

	p.info.id = (uint32_t)json_int(json_get(params, "id"), CTRL_CPUPOOL_ANY);
	if (!stores_get(n, e) || pools_refresh(n, e) || check_name(n, p.name, "name", e) ||
	    choose_scheduler(n, params, &p.info.sched_id, e) ||
	    cpupool_read_cpus(params, p.info.cpus, e) || cpupool_check_add(n, p.info.cpus, e))
		return RPC_FAILED;
	if (dry_run ? check_create(n, &p, e)
		    : cpupool_change(n, make, &p, e) || pools_refresh(n, e))
		return RPC_FAILED;
	after = pool_state(&p);
	if (dry_run && p.info.id == CTRL_CPUPOOL_ANY)
		json_set(after, "id", json_new_null());
	rc = cpupool_answer(NULL, after, 0, dry_run, result, e);
	json_free(after);
	return rc;
}

/* --- destroy, rename ---------------------------------------------------------------- */

static int unmake(struct nacred *n, void *arg, struct rpc_error *e)
{
	const struct pool *p = arg;
	int rc;

	if (cpupool_remove_cpus(n, p->info.id, p->info.cpus, e))
		return -1;
	rc = ctrl_cpupool_destroy(n->ctrl, p->info.id);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "Could not destroy cpupool");
	rc = pool_nodes_remove(n->store, p->info.id);
	if (rc)
		stores_failed(n, rc); /* the pool has gone, its name is only a leftover */
	return 0;
}

static int destroy(struct nacred *n, struct request *rq, const struct json *params,
		   struct json **result, struct rpc_error *e)
{
	bool dry_run = revision_dry_run(params);
	const struct pool *p = stores_get(n, e) ? pools_select(n, params, "pool", e) : NULL;
	struct json *before;
	struct pool gone;
	int rc = RPC_FAILED;

	if (!p)
		return RPC_FAILED;
	gone = *p;
	before = pool_state(p);
	if (revision_check(params, before, "the CPU pool", e)) {
		/* told */
	} else if (p->info.nr_domains) {
		fail(e, XL_INVAL, "cpupool.has_domains", "CPU pool \"%s\" has %u domain%s",
		     p->name ? p->name : "", p->info.nr_domains, p->info.nr_domains > 1 ? "s" : "");
		fail_hint(e, "move them to another pool first");
		fail_field(e, "pool");
	} else if (dry_run || (!cpupool_change(n, unmake, &gone, e) && !pools_refresh(n, e))) {
		rc = cpupool_answer(before, NULL, 0, dry_run, result, e);
	}
	json_free(before);
	return rc;
}

static int rename_pool(struct nacred *n, struct request *rq, const struct json *params,
		       struct json **result, struct rpc_error *e)
{
	const char *name = json_string(json_get(params, "new_name"), "");
	bool dry_run = revision_dry_run(params);
	struct store *s = stores_get(n, e);
	const struct pool *p = s ? pools_select(n, params, "pool", e) : NULL;
	struct json *before, *after;
	uint32_t nr_domains;
	int rc = 0;

	if (!p || ((!p->name || strcmp(p->name, name) != 0) && check_name(n, name, "new_name", e)))
		return RPC_FAILED;
	before = pool_state(p);
	after = pool_state(p);
	nr_domains = p->info.nr_domains;
	json_set_string(after, "name", name);
	if (revision_check(params, before, "the CPU pool", e)) {
		rc = RPC_FAILED;
	} else if (!dry_run) {
		rc = pool_nodes_rename(s, p->info.id, name);
		if (rc) {
			stores_failed(n, rc);
			fail_errno(e, rc, "xenstore.refused", "cannot write the CPU pool's name");
		}
		rc = rc || pools_refresh(n, e) ? RPC_FAILED : 0;
	}
	if (!rc)
		rc = cpupool_answer(before, after, nr_domains, dry_run, result, e);
	json_free(before);
	json_free(after);
	return rc;
}

/* --- the table ---------------------------------------------------------------------- */

const struct field pool_fields[] = {FIELDS_POOL, FIELD_REVISION, FIELDS_END};
const struct field fields_pool_changed[] = {FIELDS_POOL, FIELDS_CHANGED, FIELDS_END};

static const struct field list_result[] = {
	{.name = "pools", .type = F_ARRAY, .of = pool_fields},
	{.name = "free_cpus", .type = F_ARRAY, .element = F_INT, .summary = "in no pool"},
	FIELD_REVISION,
	FIELDS_END,
};

static const struct field one_pool[] = {FIELD_POOL, FIELDS_END};

static const struct field create_params[] = {
	{.name = "name", .type = F_STRING, .min = 1},
	{.name = "sched",
	 .type = F_STRING,
	 .optional = true,
	 .summary = "credit2 or null; that of Pool-0 when absent"},
	{.name = "id",
	 .type = F_INT,
	 .optional = true,
	 .max = CTRL_CPUPOOL_ANY - 1,
	 .summary = "a free one when absent"},
	FIELD_POOL_CPUS(true),
	{.name = "dry_run",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "check all, change nothing, tell what would change"},
	FIELDS_END,
};

static const struct field destroy_params[] = {FIELD_POOL, FIELDS_CHANGE, FIELDS_END};

static const struct field rename_params[] = {
	FIELD_POOL,
	{.name = "new_name", .type = F_STRING, .min = 1},
	FIELDS_CHANGE,
	FIELDS_END,
};

const struct method methods_cpupool[] = {
	{
		.name = "cpupool.list",
		.summary = "All CPU pools, and the CPUs that are in none",
		.result = list_result,
		.handle = list,
	},
	{
		.name = "cpupool.get",
		.summary = "One CPU pool",
		.params = one_pool,
		.result = pool_fields,
		.handle = get,
	},
	{
		.name = "cpupool.create",
		.summary = "Make a CPU pool out of free CPUs",
		.class = METHOD_ADMIN,
		.params = create_params,
		.result = fields_pool_changed,
		.handle = create,
	},
	{
		.name = "cpupool.destroy",
		.summary = "End a CPU pool without domains; its CPUs become free",
		.class = METHOD_ADMIN,
		.params = destroy_params,
		.result = fields_pool_changed,
		.handle = destroy,
	},
	{
		.name = "cpupool.rename",
		.summary = "Give it another name",
		.class = METHOD_ADMIN,
		.params = rename_params,
		.result = fields_pool_changed,
		.handle = rename_pool,
	},
	{.name = NULL},
};
