/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Virtual CPUs: what they do, where they may run, how many the guest uses. */
#include <stdlib.h>

#include "libxl_ao.h"
#include "libxl_query.h"

/* --- list -------------------------------------------------------------------------- */

static int fill_vcpu(libxl_ctx *ctx, libxl_vcpuinfo *info, const struct json *v, int max_cpus)
{
	int rc;

	libxl_vcpuinfo_init(info);
	rc = libxl_bitmap_alloc(ctx, &info->cpumap, max_cpus);
	if (!rc)
		rc = libxl_bitmap_alloc(ctx, &info->cpumap_soft, max_cpus);
	if (rc) {
		libxl_vcpuinfo_dispose(info);
		return rc;
	}
	info->vcpuid = libxl__get_u32(v, "id");
	info->cpu = libxl__get_u32(v, "cpu");
	info->online = json_bool(json_get(v, "online"), false);
	info->blocked = json_bool(json_get(v, "blocked"), false);
	info->running = json_bool(json_get(v, "running"), false);
	info->vcpu_time = libxl__get_u64(v, "time_ns");
	libxl__cpus_to_bitmap(json_get(v, "hard"), &info->cpumap);
	libxl__cpus_to_bitmap(json_get(v, "soft"), &info->cpumap_soft);
	return 0;
}

static libxl_vcpuinfo *make_list(libxl_ctx *ctx, const struct json *vcpus, int max_cpus)
{
	libxl_vcpuinfo *list = libxl__list_alloc(vcpus->nr, sizeof(*list));
	size_t i;

	for (i = 0; list && i < vcpus->nr; i++) {
		if (!fill_vcpu(ctx, &list[i], vcpus->items[i], max_cpus))
			continue;
		libxl_vcpuinfo_list_free(list, (int)i);
		list = NULL;
	}
	return list;
}

libxl_vcpuinfo *libxl_list_vcpu(libxl_ctx *ctx, uint32_t domid, int *nr_vcpus_out, int *nr_cpus_out)
{
	int max_cpus = libxl_get_max_cpus(ctx);
	const struct json *domains, *vcpus = NULL;
	libxl_vcpuinfo *list = NULL;
	struct json *result;

	if (max_cpus < 0 || libxl__query_of(ctx, "domain.vcpus", libxl__domain_params(domid),
					    &result, "Getting infolist: No such file or directory"))
		return NULL;
	domains = json_get(result, "domains");
	if (domains && domains->type == JSON_ARRAY && domains->nr == 1)
		vcpus = json_get(domains->items[0], "vcpus");
	if (vcpus && vcpus->type == JSON_ARRAY)
		list = make_list(ctx, vcpus, max_cpus);
	if (list) {
		*nr_vcpus_out = (int)vcpus->nr;
		*nr_cpus_out = max_cpus;
	}
	json_free(result);
	return list;
}

/* --- affinity ------------------------------------------------------------------------ */

static bool add_cpus(struct json *params, const char *key, const libxl_bitmap *map)
{
	return !map || json_set(params, key, libxl__bitmap_to_cpus(map));
}

/* As libxl does: told, but no error. */
static void warn_of_soft(libxl_ctx *ctx, uint32_t domid, const struct json *result)
{
	const struct json *vcpus = json_get(result, "no_effective_soft");
	size_t i;

	for (i = 0; vcpus && vcpus->type == JSON_ARRAY && i < vcpus->nr; i++)
		LIBXL__WARN(ctx, domid,
			    "All cpus in soft affinity of vcpu %lld are unreachable. Only hard "
			    "affinity "
			    "will be considered for scheduling",
			    (long long)json_int(vcpus->items[i], 0));
}

/* @vcpu -1: all.  Without a set only @force has a meaning, NULL: no memory. */
static struct json *affinity_params(uint32_t domid, int64_t vcpu, const libxl_bitmap *hard,
				    const libxl_bitmap *soft, bool force)
{
	struct json *params = libxl__domain_params(domid);

	if (params && add_cpus(params, "hard", hard) && add_cpus(params, "soft", soft) &&
	    (vcpu < 0 || json_set_int(params, "vcpu", vcpu)) &&
	    (!force || json_set_bool(params, "force", true)))
		return params;
	json_free(params);
	return NULL;
}

static int set_affinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpu, const libxl_bitmap *hard,
			const libxl_bitmap *soft, bool force)
{
	struct json *params, *result;
	int rc;

	if (!hard && !soft && !force)
		return ERROR_INVAL;
	params = affinity_params(domid, vcpu, hard, soft, force);
	rc = params ? libxl__call(ctx, "vcpu.affinity.set", params, &result) : ERROR_NOMEM;
	if (rc)
		return rc;
	warn_of_soft(ctx, domid, result);
	json_free(result);
	return 0;
}

int libxl_set_vcpuaffinity(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
			   const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
	return set_affinity(ctx, domid, vcpuid, cpumap_hard, cpumap_soft, false);
}

int libxl_set_vcpuaffinity_force(libxl_ctx *ctx, uint32_t domid, uint32_t vcpuid,
				 const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
	return set_affinity(ctx, domid, vcpuid, cpumap_hard, cpumap_soft, true);
}

/* Xen's libxl sets them one after the other and says of each that it failed. */
static int all_failed(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid,
		      unsigned int nr, const struct rpc_error *error)
{
	unsigned int vcpu;

	for (vcpu = 0; vcpu < nr; vcpu++) {
		if (error)
			libxl__log_refusal(ctx, where, domid, error, NULL);
		libxl__log(ctx, XTL_WARN, -1, where, domid, "Failed to set affinity for %u", vcpu);
	}
	return ERROR_FAIL;
}

/* nacred knows how many vCPUs there are, and changes all of them or none. */
int libxl_set_vcpuaffinity_all(libxl_ctx *ctx, uint32_t domid, unsigned int max_vcpus,
			       const libxl_bitmap *cpumap_hard, const libxl_bitmap *cpumap_soft)
{
	struct json *params, *result;
	struct rpc_error error;

	if (!cpumap_hard && !cpumap_soft)
		return all_failed(ctx, LIBXL__HERE, domid, max_vcpus, NULL);
	params = affinity_params(domid, -1, cpumap_hard, cpumap_soft, false);
	if (!params)
		return ERROR_NOMEM;
	if (libxl__rpc(ctx, LIBXL__CHANGE, "vcpu.affinity.set", params, RPC_QUICK, &result, NULL,
		       &error))
		return all_failed(ctx, LIBXL__HERE, domid, max_vcpus, &error);
	warn_of_soft(ctx, domid, result);
	json_free(result);
	return 0;
}

/* --- which ones ---------------------------------------------------------------------- */

/* The first @count bits are those that are set. */
static bool is_first_ones(const libxl_bitmap *map, int count)
{
	return !count || libxl_bitmap_test(map, count - 1);
}

int libxl_set_vcpuonline(libxl_ctx *ctx, uint32_t domid, libxl_bitmap *cpumap,
			 const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {
		.method = "vcpu.set",
		.missing = "Getting domain info list: No such file or directory",
		.timeout_ms = RPC_QUICK,
		.repeatable = true};
	int count = libxl_bitmap_count_set(cpumap);
	struct json *params = libxl__domain_params(domid);
	bool good = params;

	if (good && is_first_ones(cpumap, count))
		good = json_set_int(params, "count", count);
	else if (good)
		good = json_set(params, "vcpus", libxl__bitmap_to_cpus(cpumap));
	if (!good) {
		json_free(params);
		params = NULL;
	}
	return libxl__ao(ctx, ao_how, domid, &op, params, NULL);
}
