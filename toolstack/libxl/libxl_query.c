/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_query.h"

#include <stdlib.h>
#include <string.h>

uint64_t libxl__get_u64(const struct json *v, const char *key)
{
	int64_t number = json_int(json_get(v, key), 0);

	return number < 0 ? 0 : (uint64_t)number;
}

uint32_t libxl__get_u32(const struct json *v, const char *key)
{
	uint64_t number = libxl__get_u64(v, key);

	return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

char *libxl__get_text(const struct json *v, const char *key)
{
	return strdup(json_string(json_get(v, key), ""));
}

bool libxl__is_named(const struct json *v, const char *name)
{
	const char *own = json_string(json_get(v, "name"), NULL);

	return own && !strcmp(own, name);
}

void libxl__cpus_to_bitmap(const struct json *cpus, libxl_bitmap *map)
{
	size_t i;

	if (!cpus)
		return;
	if (cpus->type == JSON_STRING && !strcmp(cpus->string, "all") && map->size)
		memset(map->map, 0xff, map->size);
	for (i = 0; cpus->type == JSON_ARRAY && i < cpus->nr; i++) {
		int64_t cpu = json_int(cpus->items[i], -1);

		if (cpu >= 0 && cpu <= INT32_MAX)
			libxl_bitmap_set(map, (int)cpu);
	}
}

struct json *libxl__bitmap_to_cpus(const libxl_bitmap *map)
{
	struct json *cpus = json_new_array();
	uint32_t i;

	for (i = 0; cpus && i < map->size * 8; i++) {
		if (!libxl_bitmap_test(map, (int)i) || json_append(cpus, json_new_int(i)))
			continue;
		json_free(cpus);
		return NULL;
	}
	return cpus;
}

static const struct {
	const char *name;
	libxl_scheduler sched;
} schedulers[] = {
	{"sedf", LIBXL_SCHEDULER_SEDF},	      {"credit", LIBXL_SCHEDULER_CREDIT},
	{"credit2", LIBXL_SCHEDULER_CREDIT2}, {"arinc653", LIBXL_SCHEDULER_ARINC653},
	{"rtds", LIBXL_SCHEDULER_RTDS},	      {"null", LIBXL_SCHEDULER_NULL},
};

#define NR_SCHEDULERS (sizeof(schedulers) / sizeof(schedulers[0]))

libxl_scheduler libxl__scheduler(const char *name)
{
	size_t i;

	for (i = 0; i < NR_SCHEDULERS; i++)
		if (!strcmp(schedulers[i].name, name))
			return schedulers[i].sched;
	return LIBXL_SCHEDULER_UNKNOWN;
}

const char *libxl__scheduler_name(libxl_scheduler sched)
{
	size_t i;

	for (i = 0; i < NR_SCHEDULERS; i++)
		if (schedulers[i].sched == sched)
			return schedulers[i].name;
	return NULL;
}

void *libxl__list_alloc(size_t nr, size_t size)
{
	return calloc(nr + 1, size);
}

int libxl__host_info(libxl_ctx *ctx, struct json **info)
{
	return libxl__query(ctx, "host.info", NULL, info);
}

int libxl__host_max_cpus(const struct json *info)
{
	uint32_t last = libxl__get_u32(info, "max_cpu_id");

	return last < INT32_MAX ? (int)last + 1 : ERROR_FAIL;
}

/* The array @member of what @method answers. */
static int query_array(libxl_ctx *ctx, const char *method, const char *member, struct json **list)
{
	struct json *result;
	const struct json *array;
	int rc = libxl__query(ctx, method, NULL, &result);

	if (rc)
		return rc;
	array = json_get(result, member);
	if (array && array->type == JSON_ARRAY)
		*list = json_copy(array);
	else
		rc = ERROR_FAIL;
	json_free(result);
	if (!rc && !*list)
		rc = ERROR_NOMEM;
	if (rc)
		LIBXL__ERROR(ctx, INVALID_DOMID, "no list in the answer of %s", method);
	return rc;
}

int libxl__domains(libxl_ctx *ctx, struct json **list)
{
	return query_array(ctx, "domain.list", "domains", list);
}

int libxl__pools(libxl_ctx *ctx, struct json **list)
{
	return query_array(ctx, "cpupool.list", "pools", list);
}

struct json *libxl__pool_params(uint32_t poolid)
{
	struct json *params = json_new_object();
	char id[16];

	snprintf(id, sizeof(id), "%u", poolid);
	if (params && json_set_string(params, "pool", id))
		return params;
	json_free(params);
	return NULL;
}
