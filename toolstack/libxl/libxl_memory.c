/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* How much memory a domain needs, and changing what it has. */
#include "libxl_internal.h"

/* KiB beyond a guest's own that libxl 4.17 counts with: for a guest with HAP, and for one
 * of type PV; and what the sum is rounded up to. */
#define HVM_EXTRA_KIB 2048
#define PV_EXTRA_KIB  1024
#define ROUND_KIB     2048
#define DEFAULT_KIB   32768

static uint64_t max_kib(const libxl_domain_build_info *info)
{
	return info->max_memkb == LIBXL_MEMKB_DEFAULT ? DEFAULT_KIB : info->max_memkb;
}

static uint64_t target_kib(const libxl_domain_build_info *info)
{
	return info->target_memkb == LIBXL_MEMKB_DEFAULT ? max_kib(info) : info->target_memkb;
}

/* libxl's default for shadow_memkb with HAP: 256 pages a vCPU, and one for each MiB. */
static uint64_t paging_kib(const libxl_domain_build_info *info)
{
	uint64_t vcpus = info->max_vcpus ? (uint64_t)info->max_vcpus : 1;

	if (info->shadow_memkb != LIBXL_MEMKB_DEFAULT)
		return info->shadow_memkb;
	return 4 * (256 * vcpus + max_kib(info) / 1024);
}

static int need_memory(libxl_ctx *ctx, const libxl_domain_build_info *info, uint32_t domid,
		       uint64_t *need_memkb)
{
	uint64_t extra;

	switch (info->type) {
	case LIBXL_DOMAIN_TYPE_PVH:
	case LIBXL_DOMAIN_TYPE_HVM:
		extra = HVM_EXTRA_KIB + paging_kib(info);
		break;
	case LIBXL_DOMAIN_TYPE_PV:
		extra = PV_EXTRA_KIB;
		break;
	default:
		LIBXL__ERROR(ctx, domid, "what memory a domain of type %d needs is not known",
			     (int)info->type);
		return ERROR_INVAL;
	}
	*need_memkb = target_kib(info) + extra;
	*need_memkb = (*need_memkb + ROUND_KIB - 1) / ROUND_KIB * ROUND_KIB;
	return 0;
}

int libxl_domain_need_memory(libxl_ctx *ctx, libxl_domain_config *config,
			     uint32_t domid_for_logging, uint64_t *need_memkb)
{
	return need_memory(ctx, &config->b_info, domid_for_logging, need_memkb);
}

int libxl_domain_setmaxmem(libxl_ctx *ctx, uint32_t domid, uint64_t target_memkb)
{
	struct json *params = libxl__domain_params(domid);

	if (!params || !json_set_int(params, "max_kib", (int64_t)target_memkb)) {
		json_free(params);
		return ERROR_NOMEM;
	}
	return libxl__call(ctx, "memory.set_max", params, NULL);
}

int libxl_set_memory_target(libxl_ctx *ctx, uint32_t domid, int64_t target_memkb, int relative,
			    int enforce)
{
	struct json *params = libxl__domain_params(domid);

	if (!params || !json_set_int(params, relative ? "by_kib" : "target_kib", target_memkb) ||
	    !json_set_bool(params, "enforce", enforce)) {
		json_free(params);
		return ERROR_NOMEM;
	}
	return libxl__call(ctx, "memory.set_target", params, NULL);
}
