/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Parameters of the scheduler, of a pool and of a domain. */
#include "libxl_query.h"

/* --- pools ---------------------------------------------------------------------------- */

int libxl_sched_credit2_params_get(libxl_ctx *ctx, uint32_t poolid,
				   libxl_sched_credit2_params *scinfo)
{
	struct json *params = libxl__pool_params(poolid), *result;
	const struct json *pools, *limit = NULL;
	int rc = params ? libxl__query(ctx, "sched.params.get", params, &result) : ERROR_NOMEM;

	if (rc)
		return rc;
	pools = json_get(result, "pools");
	if (pools && pools->type == JSON_ARRAY && pools->nr == 1)
		limit = json_get(pools->items[0], "ratelimit_us");
	if (limit && limit->type == JSON_INT) {
		scinfo->ratelimit_us = (int)limit->integer;
	} else {
		LIBXL__ERROR(ctx, INVALID_DOMID, "getting Credit2 scheduler parameters");
		rc = ERROR_FAIL;
	}
	json_free(result);
	return rc;
}

int libxl_sched_credit2_params_set(libxl_ctx *ctx, uint32_t poolid,
				   libxl_sched_credit2_params *scinfo)
{
	struct json *params = libxl__pool_params(poolid);

	if (params && json_set_int(params, "ratelimit_us", scinfo->ratelimit_us))
		return libxl__call(ctx, "sched.params.set", params, NULL);
	json_free(params);
	return ERROR_NOMEM;
}

/* No pool has the older scheduler: the answers of a libxl whose pools have another. */
int libxl_sched_credit_params_get(libxl_ctx *ctx, uint32_t poolid,
				  libxl_sched_credit_params *scinfo)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "getting Credit scheduler parameters");
	return ERROR_FAIL;
}

int libxl_sched_credit_params_set(libxl_ctx *ctx, uint32_t poolid,
				  libxl_sched_credit_params *scinfo)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "Setting Credit scheduler parameters");
	return ERROR_FAIL;
}

/* --- domains -------------------------------------------------------------------------- */

/* The one element of what sched.credit2.get says about @domid, copied. */
static int query_domain(libxl_ctx *ctx, uint32_t domid, struct json **domain)
{
	struct json *params = libxl__domain_params(domid), *result;
	const struct json *domains;
	int rc = params ? libxl__query(ctx, "sched.credit2.get", params, &result) : ERROR_NOMEM;

	if (rc)
		return rc;
	domains = json_get(result, "domains");
	*domain = domains && domains->type == JSON_ARRAY && domains->nr == 1
			  ? json_copy(domains->items[0])
			  : NULL;
	json_free(result);
	return *domain ? 0 : ERROR_FAIL;
}

int libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_domain_sched_params *params)
{
	struct json *domain;
	int rc;

	libxl_domain_sched_params_init(params);
	rc = query_domain(ctx, domid, &domain);
	if (rc)
		return rc;
	params->sched = libxl__scheduler(json_string(json_get(domain, "sched"), ""));
	params->weight =
		(int)json_int(json_get(domain, "weight"), LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT);
	params->cap = (int)json_int(json_get(domain, "cap"), LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT);
	json_free(domain);
	return 0;
}

static int set_credit2(libxl_ctx *ctx, uint32_t domid, const libxl_domain_sched_params *params)
{
	struct json *args = libxl__domain_params(domid);
	bool good = args != NULL;

	if (good && params->weight != LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT)
		good = json_set_int(args, "weight", params->weight);
	if (good && params->cap != LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT)
		good = json_set_int(args, "cap", params->cap);
	if (good)
		return libxl__call(ctx, "sched.credit2.set", args, NULL);
	json_free(args);
	return ERROR_NOMEM;
}

/* Which scheduler the domain has is asked for when the caller does not say. */
int libxl_domain_sched_params_set(libxl_ctx *ctx, uint32_t domid,
				  const libxl_domain_sched_params *params)
{
	libxl_domain_sched_params now = {.sched = params->sched};
	int rc = 0;

	if (params->sched == LIBXL_SCHEDULER_UNKNOWN)
		rc = libxl_domain_sched_params_get(ctx, domid, &now);
	if (rc)
		return rc;
	switch (now.sched) {
	case LIBXL_SCHEDULER_CREDIT2:
		return set_credit2(ctx, domid, params);
	case LIBXL_SCHEDULER_NULL: /* has no parameters */
		return 0;
	case LIBXL_SCHEDULER_CREDIT:
	case LIBXL_SCHEDULER_RTDS:
		LIBXL__ERROR(ctx, domid, "Setting domain sched %s",
			     libxl__scheduler_name(now.sched));
		return ERROR_FAIL;
	case LIBXL_SCHEDULER_SEDF:
		LIBXL__ERROR(ctx, domid, "SEDF scheduler no longer available");
		return ERROR_FEATURE_REMOVED;
	default:
		LIBXL__ERROR(ctx, domid, "Unknown scheduler");
		return ERROR_INVAL;
	}
}
