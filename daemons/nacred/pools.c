/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "pools.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <store.h>
#include <string.h>
#include <uuid/uuid.h>

#include "ctrl/sched.h"
#include "events.h"
#include "nacred.h"
#include "revision.h"

static char *read_name(struct store *store, const struct pools *known, uint32_t id)
{
	const struct pool *before = known ? pools_by_id(known, id) : NULL;
	char *name = NULL;

	if (store && store_readf(store, XBT_NULL, &name, "/local/pool/%u/name", id) == 0)
		return name;
	if (!store && before && before->name)
		return strdup(before->name);
	return id ? NULL : strdup("Pool-0"); /* libxl's word when xenstore has none */
}

int pools_read(struct pools *p, struct ctrl *ctrl, struct store *store, const struct pools *known)
{
	uint32_t next = 0;
	int rc;

	*p = (struct pools){0};
	for (;;) {
		struct pool *more = reallocarray(p->list, p->nr + 1, sizeof(*more));

		rc = more ? ctrl_cpupool_info(ctrl, next, &more[p->nr].info) : -ENOMEM;
		if (more)
			p->list = more;
		if (rc)
			break;
		p->list[p->nr].name = read_name(store, known, p->list[p->nr].info.id);
		next = p->list[p->nr++].info.id + 1;
		if (!next)
			break;
	}
	if (!rc || rc == -ENOENT)
		return 0;
	pools_free(p);
	return rc;
}

void pools_free(struct pools *p)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		free(p->list[i].name);
	free(p->list);
	*p = (struct pools){0};
}

const struct pool *pools_by_id(const struct pools *p, uint32_t id)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		if (p->list[i].info.id == id)
			return &p->list[i];
	return NULL;
}

const struct pool *pools_by_name(const struct pools *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		if (p->list[i].name && strcmp(p->list[i].name, name) == 0)
			return &p->list[i];
	return NULL;
}

const struct pool *pools_find(const struct pools *p, const char *text)
{
	unsigned long id;

	if (!*text || strspn(text, "0123456789") != strlen(text))
		return pools_by_name(p, text);
	errno = 0;
	id = strtoul(text, NULL, 10);
	return errno || id > UINT32_MAX ? NULL : pools_by_id(p, (uint32_t)id);
}

const struct pool *pools_for_domain(const struct pools *p, const char *text, struct rpc_error *e)
{
	const struct pool *pool = pools_find(p, text);
	size_t i;

	if (!pool) {
		fail(e, XL_INVAL, "cpupool.not_found", "Illegal pool specified: %s", text);
		fail_hint(e, "`xl cpupool-list` shows the pools there are");
	} else {
		for (i = 0; i < sizeof(pool->info.cpus); i++)
			if (pool->info.cpus[i])
				return pool;
		fail(e, XL_FAIL, "cpupool.no_cpus", "CPU pool \"%s\" has no CPUs", text);
		fail_hint(e, "`xl cpupool-cpu-add` gives it some");
	}
	fail_field(e, "config.c_info.pool_name");
	return NULL;
}

/* --- the nodes in xenstore ----------------------------------------------------------- */

struct nodes {
	uint32_t id;
	const char *name;
	char uuid[37];
};

static int write_nodes(struct store *s, store_tx tx, void *arg)
{
	const struct nodes *nodes = arg;
	char path[48];
	int rc;

	snprintf(path, sizeof(path), "/local/pool/%u", nodes->id);
	rc = store_mkdir(s, tx, path);
	snprintf(path, sizeof(path), "/local/pool/%u/uuid", nodes->id);
	if (!rc && nodes->uuid[0])
		rc = store_write(s, tx, path, nodes->uuid);
	snprintf(path, sizeof(path), "/local/pool/%u/name", nodes->id);
	return rc ? rc : store_write(s, tx, path, nodes->name);
}

int pool_nodes_write(struct store *s, uint32_t id, const char *name)
{
	struct nodes nodes = {.id = id, .name = name};
	uuid_t uuid;

	uuid_generate(uuid);
	uuid_unparse_lower(uuid, nodes.uuid);
	return store_transaction(s, write_nodes, &nodes);
}

int pool_nodes_rename(struct store *s, uint32_t id, const char *name)
{
	struct nodes nodes = {.id = id, .name = name};

	return store_transaction(s, write_nodes, &nodes);
}

int pool_nodes_remove(struct store *s, uint32_t id)
{
	char path[48];

	snprintf(path, sizeof(path), "/local/pool/%u", id);
	return store_rm(s, XBT_NULL, path);
}

/* --- nacred's list ------------------------------------------------------------------ */

static void tell(struct nacred *n, const struct pool *p, const char *change)
{
	struct json *subject = pool_describe(p);

	json_set_string(subject, "change", change);
	events_tell(n, "cpupool.changed", "cpupool", subject);
}

static bool same(const struct pool *a, const struct pool *b)
{
	return strcmp(a->name ? a->name : "", b->name ? b->name : "") == 0 &&
	       a->info.sched_id == b->info.sched_id &&
	       memcmp(a->info.cpus, b->info.cpus, sizeof(a->info.cpus)) == 0;
}

static void tell_differences(struct nacred *n, const struct pools *old)
{
	const struct pool *other;
	size_t i;

	for (i = 0; i < old->nr; i++)
		if (!pools_by_id(&n->pools, old->list[i].info.id))
			tell(n, &old->list[i], "destroyed");
	for (i = 0; i < n->pools.nr; i++) {
		other = pools_by_id(old, n->pools.list[i].info.id);
		if (!other)
			tell(n, &n->pools.list[i], "created");
		else if (!same(other, &n->pools.list[i]))
			tell(n, &n->pools.list[i], "changed");
	}
}

int pools_refresh(struct nacred *n, struct rpc_error *e)
{
	struct pools old = n->pools, now;
	int rc = pools_read(&now, n->ctrl, n->store, &old);

	if (rc)
		return fail_errno(e, rc, "hypervisor.unreachable",
				  "cannot list the hypervisor's CPU pools");
	n->pools = now;
	if (old.nr) /* not at the first look after a start */
		tell_differences(n, &old);
	pools_free(&old);
	return 0;
}

const struct pool *pools_select(struct nacred *n, const struct json *params, const char *key,
				struct rpc_error *e)
{
	const char *text = json_string(json_get(params, key), "0");
	const struct pool *p;

	if (pools_refresh(n, e))
		return NULL;
	p = pools_find(&n->pools, text);
	if (p)
		return p;
	fail(e, XL_INVAL, "cpupool.not_found", "unknown cpupool '%s'", text);
	fail_field(e, "%s", key);
	return NULL;
}

/* --- as JSON ------------------------------------------------------------------------ */

bool pool_has_cpu(const struct pool *p, uint32_t cpu)
{
	return cpu < CTRL_CPUPOOL_MAX_CPUS && p->info.cpus[cpu / 8] >> (cpu % 8) & 1;
}

struct json *pool_cpu_list(const uint8_t cpus[CTRL_CPUPOOL_MAX_CPUS / 8])
{
	struct json *v = json_new_array();
	uint32_t cpu;

	for (cpu = 0; cpu < CTRL_CPUPOOL_MAX_CPUS; cpu++)
		if (cpus[cpu / 8] >> (cpu % 8) & 1)
			json_append(v, json_new_int(cpu));
	return v;
}

struct json *pool_name(const struct pools *p, uint32_t id)
{
	const struct pool *pool = pools_by_id(p, id);

	return pool && pool->name ? json_new_string(pool->name) : json_new_null();
}

struct json *pool_label(const struct pools *p, uint32_t id)
{
	const struct pool *pool = pools_by_id(p, id);

	return pool && pool->name ? json_new_string(pool->name) : json_new_int(id);
}

struct json *pool_state(const struct pool *p)
{
	struct json *v = json_new_object();

	json_set_int(v, "id", p->info.id);
	json_set(v, "name", p->name ? json_new_string(p->name) : json_new_null());
	json_set_string(v, "sched", ctrl_sched_name(p->info.sched_id));
	json_set(v, "cpus", pool_cpu_list(p->info.cpus));
	return v;
}

struct json *pools_state(const struct pools *p)
{
	struct json *v = json_new_object();
	char key[16];
	size_t i;

	for (i = 0; i < p->nr; i++) {
		snprintf(key, sizeof(key), "%u", p->list[i].info.id);
		json_set(v, key, pool_state(&p->list[i]));
	}
	return v;
}

struct json *pool_describe(const struct pool *p)
{
	struct json *v = pool_state(p);

	revision_put(v, v);
	json_set_int(v, "nr_domains", p->info.nr_domains);
	return v;
}
