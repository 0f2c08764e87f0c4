/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Monitoring and allocation of caches and memory bandwidth, which the hypervisor leaves to
 * the machine: what Xen's libxl answers where the processor has none of it.
 */
#include <errno.h>
#include <stdlib.h>

#include "libxl_internal.h"

static int absent(libxl_ctx *ctx, const struct libxl__where *where, const char *what,
		  const char *why)
{
	libxl__log(ctx, XTL_ERROR, -1, where, INVALID_DOMID, "%s is not supported in this system%s",
		   what, why);
	errno = ENOSYS;
	return ERROR_FAIL;
}

#define NO_CMT(ctx) absent(ctx, LIBXL__HERE, "CMT", ": No such device")

/* --- monitoring ------------------------------------------------------------------------ */

int libxl_psr_cmt_attach(libxl_ctx *ctx, uint32_t domid)
{
	return NO_CMT(ctx);
}

int libxl_psr_cmt_detach(libxl_ctx *ctx, uint32_t domid)
{
	return NO_CMT(ctx);
}

int libxl_psr_cmt_get_total_rmid(libxl_ctx *ctx, uint32_t *total_rmid)
{
	return NO_CMT(ctx);
}

int libxl_psr_cmt_get_l3_cache_size(libxl_ctx *ctx, uint32_t socketid, uint32_t *l3_cache_size)
{
	return NO_CMT(ctx);
}

int libxl_psr_cmt_get_cache_occupancy(libxl_ctx *ctx, uint32_t domid, uint32_t socketid,
				      uint32_t *l3_cache_occupancy)
{
	return NO_CMT(ctx);
}

int libxl_psr_cmt_get_sample(libxl_ctx *ctx, uint32_t domid, libxl_psr_cmt_type type,
			     uint64_t scope, uint64_t *sample_r, uint64_t *tsc_r)
{
	return NO_CMT(ctx);
}

int libxl_psr_cmt_enabled(libxl_ctx *ctx)
{
	return 0;
}

int libxl_psr_cmt_domain_attached(libxl_ctx *ctx, uint32_t domid)
{
	return 0;
}

int libxl_psr_cmt_type_supported(libxl_ctx *ctx, libxl_psr_cmt_type type)
{
	return 0;
}

/* --- allocation ------------------------------------------------------------------------ */

/* By the type of a value; those of caches and their code and data have numbers of their own. */
static int no_allocation(libxl_ctx *ctx, const struct libxl__where *where, libxl_psr_type type)
{
	switch (type) {
	case LIBXL_PSR_CBM_TYPE_MBA_THRTL:
		return absent(ctx, where, "MBA:", "");
	case LIBXL_PSR_CBM_TYPE_L2_CBM:
		return absent(ctx, where, "L2 CAT:", "");
	case LIBXL_PSR_CBM_TYPE_L3_CBM:
	case LIBXL_PSR_CBM_TYPE_L3_CBM_CODE:
	case LIBXL_PSR_CBM_TYPE_L3_CBM_DATA:
		return absent(ctx, where, "L3 CAT:", "");
	default:
		return absent(ctx, where, "PSR:", "");
	}
}

int libxl_psr_set_val(libxl_ctx *ctx, uint32_t domid, libxl_psr_type type, libxl_bitmap *target_map,
		      uint64_t val)
{
	return no_allocation(ctx, LIBXL__HERE, type);
}

int libxl_psr_get_val(libxl_ctx *ctx, uint32_t domid, libxl_psr_type type, unsigned int target,
		      uint64_t *val)
{
	return no_allocation(ctx, LIBXL__HERE, type);
}

int libxl_psr_cat_set_cbm(libxl_ctx *ctx, uint32_t domid, libxl_psr_cbm_type type,
			  libxl_bitmap *target_map, uint64_t cbm)
{
	return no_allocation(ctx, LIBXL__HERE, type);
}

int libxl_psr_cat_get_cbm(libxl_ctx *ctx, uint32_t domid, libxl_psr_cbm_type type, uint32_t target,
			  uint64_t *cbm_r)
{
	return no_allocation(ctx, LIBXL__HERE, type);
}

/* What there is to allocate: said by the result alone, as in Xen. */
static int nothing(void)
{
	errno = ENOSYS;
	return ERROR_FAIL;
}

int libxl_psr_get_hw_info(libxl_ctx *ctx, libxl_psr_feat_type type, unsigned int lvl,
			  unsigned int *nr, libxl_psr_hw_info **info)
{
	return nothing();
}

int libxl_psr_cat_get_info(libxl_ctx *ctx, libxl_psr_cat_info **info, unsigned int *nr,
			   unsigned int lvl)
{
	return nothing();
}

int libxl_psr_cat_get_l3_info(libxl_ctx *ctx, libxl_psr_cat_info **info, int *nr)
{
	return nothing();
}

void libxl_psr_hw_info_list_free(libxl_psr_hw_info *list, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		libxl_psr_hw_info_dispose(&list[i]);
	free(list);
}
