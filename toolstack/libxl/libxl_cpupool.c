/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPU pools. */
#include <stdlib.h>
#include <string.h>

#include "libxl_query.h"

/* --- look ---------------------------------------------------------------------------- */

static const struct json *find_pool(const struct json *pools, uint32_t poolid)
{
	size_t i;

	for (i = 0; i < pools->nr; i++)
		if (json_int(json_get(pools->items[i], "id"), -1) == (int64_t)poolid)
			return pools->items[i];
	return NULL;
}

static int fill_pool(libxl_ctx *ctx, libxl_cpupoolinfo *info, const struct json *v, int max_cpus)
{
	libxl_cpupoolinfo_init(info);
	info->poolid = libxl__get_u32(v, "id");
	info->pool_name = libxl__get_text(v, "name");
	info->sched = libxl__scheduler(json_string(json_get(v, "sched"), ""));
	info->n_dom = libxl__get_u32(v, "nr_domains");
	if (!info->pool_name || libxl_bitmap_alloc(ctx, &info->cpumap, max_cpus)) {
		libxl_cpupoolinfo_dispose(info);
		return ERROR_NOMEM;
	}
	libxl__cpus_to_bitmap(json_get(v, "cpus"), &info->cpumap);
	return 0;
}

libxl_cpupoolinfo *libxl_list_cpupool(libxl_ctx *ctx, int *nb_pool_out)
{
	int max_cpus = libxl_get_max_cpus(ctx);
	libxl_cpupoolinfo *list;
	struct json *pools;
	size_t i;

	if (max_cpus < 0 || libxl__pools(ctx, &pools))
		return NULL;
	list = libxl__list_alloc(pools->nr, sizeof(*list));
	for (i = 0; list && i < pools->nr; i++) {
		if (!fill_pool(ctx, &list[i], pools->items[i], max_cpus))
			continue;
		libxl_cpupoolinfo_list_free(list, (int)i);
		list = NULL;
	}
	if (list)
		*nb_pool_out = (int)pools->nr;
	json_free(pools);
	return list;
}

int libxl_cpupool_info(libxl_ctx *ctx, libxl_cpupoolinfo *info, uint32_t poolid)
{
	int max_cpus = libxl_get_max_cpus(ctx);
	const struct json *pool;
	struct json *pools;
	int rc = max_cpus < 0 ? max_cpus : libxl__pools(ctx, &pools);

	if (rc)
		return rc;
	pool = find_pool(pools, poolid);
	rc = pool ? fill_pool(ctx, info, pool, max_cpus) : ERROR_FAIL;
	json_free(pools);
	return rc;
}

int libxl_cpupoolid_is_valid(libxl_ctx *ctx, uint32_t poolid)
{
	struct json *pools;
	int valid;

	if (libxl__pools(ctx, &pools))
		return 0;
	valid = find_pool(pools, poolid) != NULL;
	json_free(pools);
	return valid;
}

char *libxl_cpupoolid_to_name(libxl_ctx *ctx, uint32_t poolid)
{
	const struct json *pool;
	struct json *pools;
	const char *name = NULL;
	char *copy;

	if (libxl__pools(ctx, &pools))
		return NULL;
	pool = find_pool(pools, poolid);
	if (pool)
		name = json_string(json_get(pool, "name"), NULL);
	copy = name ? strdup(name) : NULL;
	json_free(pools);
	return copy;
}

int libxl_name_to_cpupoolid(libxl_ctx *ctx, const char *name, uint32_t *poolid)
{
	struct json *pools;
	size_t i;
	int rc = libxl__pools(ctx, &pools);

	if (rc)
		return rc;
	rc = ERROR_INVAL;
	for (i = 0; rc && i < pools->nr; i++) {
		const struct json *v = pools->items[i];

		if (!libxl__is_named(v, name))
			continue;
		*poolid = libxl__get_u32(v, "id");
		rc = 0;
	}
	json_free(pools);
	return rc;
}

/* Makes the map. */
int libxl_get_freecpus(libxl_ctx *ctx, libxl_bitmap *cpumap)
{
	int max_cpus = libxl_get_max_cpus(ctx);
	struct json *result;
	int rc;

	if (max_cpus < 0)
		return max_cpus;
	rc = libxl__query(ctx, "cpupool.list", NULL, &result);
	if (rc)
		return rc;
	rc = libxl_bitmap_alloc(ctx, cpumap, max_cpus);
	if (!rc)
		libxl__cpus_to_bitmap(json_get(result, "free_cpus"), cpumap);
	json_free(result);
	return rc;
}

/* --- change -------------------------------------------------------------------------- */

/* @params owned, NULL for no memory. */
static int change(libxl_ctx *ctx, const char *method, struct json *params, struct json **result)
{
	return params ? libxl__call(ctx, method, params, result) : ERROR_NOMEM;
}

/* @params with a member more, or NULL and both freed. */
static struct json *with(struct json *params, const char *key, struct json *v)
{
	if (!params)
		json_free(v);
	else if (json_set(params, key, v))
		return params;
	json_free(params);
	return NULL;
}

int libxl_cpupool_create(libxl_ctx *ctx, const char *name, libxl_scheduler sched,
			 libxl_bitmap cpumap, libxl_uuid *uuid, uint32_t *poolid)
{
	const char *sched_name = libxl__scheduler_name(sched);
	struct json *params = with(json_new_object(), "name", json_new_string(name)), *result;
	int rc;

	if (*poolid != LIBXL_CPUPOOL_POOLID_ANY)
		params = with(params, "id", json_new_int(*poolid));
	params = with(params, "cpus", libxl__bitmap_to_cpus(&cpumap));
	if (sched_name)
		params = with(params, "sched", json_new_string(sched_name));
	rc = change(ctx, "cpupool.create", params, &result);
	if (rc)
		return rc;
	*poolid = libxl__get_u32(result, "id");
	json_free(result);
	return 0;
}

/* That a pool has domains Xen's libxl tells by the result alone; here those who ask for
 * more than warnings can read it. */
int libxl_cpupool_destroy(libxl_ctx *ctx, uint32_t poolid)
{
	struct json *params = libxl__pool_params(poolid);
	struct rpc_error error;
	int rc;

	if (!params)
		return ERROR_NOMEM;
	rc = libxl__rpc(ctx, LIBXL__CHANGE, "cpupool.destroy", params, RPC_QUICK, NULL, NULL,
			&error);
	if (rc && !strcmp(error.symbol, "cpupool.has_domains"))
		libxl__log(ctx, XTL_DETAIL, -1, LIBXL__HERE, INVALID_DOMID, "%s%s%s", error.text,
			   error.hint[0] ? "; " : "", error.hint);
	else if (rc)
		libxl__log_refusal(ctx, LIBXL__HERE, INVALID_DOMID, &error, NULL);
	return rc;
}

int libxl_cpupool_rename(libxl_ctx *ctx, const char *name, uint32_t poolid)
{
	return change(ctx, "cpupool.rename",
		      with(libxl__pool_params(poolid), "new_name", json_new_string(name)), NULL);
}

int libxl_cpupool_movedomain(libxl_ctx *ctx, uint32_t poolid, uint32_t domid)
{
	return change(ctx, "cpupool.move_domain",
		      with(libxl__pool_params(poolid), "domain", json_new_int(domid)), NULL);
}

static int move_cpu(libxl_ctx *ctx, const struct libxl__where *where, const char *method,
		    uint32_t poolid, int cpu)
{
	struct json *cpus = json_new_array(), *params;

	if (cpu < 0 || !json_append(cpus, json_new_int(cpu))) {
		json_free(cpus);
		return cpu < 0 ? ERROR_INVAL : ERROR_NOMEM;
	}
	params = with(libxl__pool_params(poolid), "cpus", cpus);
	return params ? libxl__rpc_logged(ctx, where, LIBXL__CHANGE, method, params, NULL, NULL)
		      : ERROR_NOMEM;
}

/* One by one, as Xen's libxl: those that can go go; how many, or an error for any. */
static int move_cpus(libxl_ctx *ctx, const struct libxl__where *where, const char *method,
		     uint32_t poolid, const libxl_bitmap *cpumap, int *moved)
{
	int cpu, rc = 0, bits = (int)cpumap->size * 8;

	*moved = 0;
	for (cpu = 0; cpu < bits; cpu++) {
		if (!libxl_bitmap_test(cpumap, cpu))
			continue;
		if (move_cpu(ctx, where, method, poolid, cpu))
			rc = ERROR_FAIL;
		else
			++*moved;
	}
	return rc;
}

int libxl_cpupool_cpuadd(libxl_ctx *ctx, uint32_t poolid, int cpu)
{
	return move_cpu(ctx, LIBXL__HERE, "cpupool.cpu_add", poolid, cpu);
}

int libxl_cpupool_cpuremove(libxl_ctx *ctx, uint32_t poolid, int cpu)
{
	return move_cpu(ctx, LIBXL__HERE, "cpupool.cpu_remove", poolid, cpu);
}

int libxl_cpupool_cpuadd_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap)
{
	int moved;

	return move_cpus(ctx, LIBXL__HERE, "cpupool.cpu_add", poolid, cpumap, &moved);
}

int libxl_cpupool_cpuremove_cpumap(libxl_ctx *ctx, uint32_t poolid, const libxl_bitmap *cpumap)
{
	int moved;

	return move_cpus(ctx, LIBXL__HERE, "cpupool.cpu_remove", poolid, cpumap, &moved);
}

/* Those of @node's CPUs that @from has: free ones, or a pool's own. */
static int move_node(libxl_ctx *ctx, const char *method, uint32_t poolid, int node,
		     const libxl_bitmap *from, int *cpus)
{
	libxl_bitmap of_node, moved;
	int rc;

	libxl_bitmap_init(&of_node);
	libxl_bitmap_init(&moved);
	*cpus = 0;
	rc = libxl_cpu_bitmap_alloc(ctx, &of_node, 0);
	if (!rc)
		rc = libxl_node_to_cpumap(ctx, node, &of_node);
	if (!rc)
		rc = libxl_bitmap_and(ctx, &moved, &of_node, from);
	if (!rc)
		rc = move_cpus(ctx, LIBXL__HERE, method, poolid, &moved, cpus);
	libxl_bitmap_dispose(&of_node);
	libxl_bitmap_dispose(&moved);
	return rc;
}

int libxl_cpupool_cpuadd_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus)
{
	libxl_bitmap free_cpus;
	int rc;

	libxl_bitmap_init(&free_cpus);
	rc = libxl_get_freecpus(ctx, &free_cpus);
	if (!rc)
		rc = move_node(ctx, "cpupool.cpu_add", poolid, node, &free_cpus, cpus);
	libxl_bitmap_dispose(&free_cpus);
	return rc;
}

int libxl_cpupool_cpuremove_node(libxl_ctx *ctx, uint32_t poolid, int node, int *cpus)
{
	libxl_cpupoolinfo pool;
	int rc = libxl_cpupool_info(ctx, &pool, poolid);

	if (rc)
		return rc;
	rc = move_node(ctx, "cpupool.cpu_remove", poolid, node, &pool.cpumap, cpus);
	libxl_cpupoolinfo_dispose(&pool);
	return rc;
}
