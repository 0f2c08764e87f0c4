/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Parameters of single vCPUs, which only RTDS has, and no pool has that: what Xen's libxl
 * answers where a domain has another scheduler.
 */
#include "libxl_query.h"

enum direction { GETTING, SETTING };

/* @sched unknown: the domain's.  Always an error, logged. */
static int refuse(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid,
		  libxl_scheduler sched, enum direction direction)
{
	bool set = direction == SETTING;

	if (sched == LIBXL_SCHEDULER_UNKNOWN)
		sched = libxl__domain_scheduler(ctx, where, domid);
	switch (sched) {
	case LIBXL_SCHEDULER_SEDF:
		libxl__log(ctx, XTL_ERROR, -1, where, domid,
			   "SEDF scheduler is no longer available");
		return ERROR_FEATURE_REMOVED;
	case LIBXL_SCHEDULER_CREDIT:
	case LIBXL_SCHEDULER_CREDIT2:
	case LIBXL_SCHEDULER_ARINC653:
	case LIBXL_SCHEDULER_NULL:
		libxl__log(ctx, XTL_ERROR, -1, where, domid,
			   "per-VCPU parameter %s not supported for this scheduler",
			   set ? "setting" : "getting");
		return ERROR_INVAL;
	case LIBXL_SCHEDULER_RTDS:
		libxl__log(ctx, XTL_ERROR, -1, where, domid, "%s vcpu sched rtds: Invalid argument",
			   set ? "Setting" : "Getting");
		return ERROR_FAIL;
	default:
		libxl__log(ctx, XTL_ERROR, -1, where, domid, "Unknown scheduler");
		return ERROR_INVAL;
	}
}

int libxl_vcpu_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_vcpu_sched_params *params)
{
	return refuse(ctx, LIBXL__HERE, domid, LIBXL_SCHEDULER_UNKNOWN, GETTING);
}

int libxl_vcpu_sched_params_get_all(libxl_ctx *ctx, uint32_t domid, libxl_vcpu_sched_params *params)
{
	return refuse(ctx, LIBXL__HERE, domid, LIBXL_SCHEDULER_UNKNOWN, GETTING);
}

int libxl_vcpu_sched_params_set(libxl_ctx *ctx, uint32_t domid,
				const libxl_vcpu_sched_params *params)
{
	return refuse(ctx, LIBXL__HERE, domid, params->sched, SETTING);
}

int libxl_vcpu_sched_params_set_all(libxl_ctx *ctx, uint32_t domid,
				    const libxl_vcpu_sched_params *params)
{
	return refuse(ctx, LIBXL__HERE, domid, params->sched, SETTING);
}
