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
		LIBXL__ERROR(
			ctx, INVALID_DOMID,
			"getting Credit2 scheduler parameters: the scheduler is %s",
			json_string(json_get(pools ? pools->items[0] : NULL, "sched"), "none"));
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
	LIBXL__ERROR(ctx, INVALID_DOMID, "getting Credit scheduler parameters: Invalid argument");
	return ERROR_FAIL;
}

int libxl_sched_credit_params_set(libxl_ctx *ctx, uint32_t poolid,
				  libxl_sched_credit_params *scinfo)
{
	LIBXL__ERROR(ctx, INVALID_DOMID, "Setting Credit scheduler parameters: Invalid argument");
	return ERROR_FAIL;
}

/* --- domains -------------------------------------------------------------------------- */

/* The one element of what sched.credit2.get says about @domid, copied.  Logged at @where,
 * but for a domain that is not there. */
static int query_domain(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid,
			struct json **domain)
{
	struct json *params = libxl__domain_params(domid), *result;
	const struct json *domains;
	int rc = params ? libxl__rpc_logged(ctx, where, LIBXL__READ, "sched.credit2.get", params,
					    &result, "")
			: ERROR_NOMEM;

	if (rc)
		return rc;
	domains = json_get(result, "domains");
	*domain = domains && domains->type == JSON_ARRAY && domains->nr == 1
			  ? json_copy(domains->items[0])
			  : NULL;
	json_free(result);
	return *domain ? 0 : ERROR_FAIL;
}

/* The same, which says that, too. */
static int query_present(libxl_ctx *ctx, const struct libxl__where *where, uint32_t domid,
			 struct json **domain)
{
	int rc = query_domain(ctx, where, domid, domain);

	if (rc == ERROR_DOMAIN_NOTFOUND)
		libxl__log(ctx, XTL_ERROR, -1, where, INVALID_DOMID,
			   "getinfolist failed 0: No such file or directory");
	return rc;
}

static libxl_scheduler scheduler_of(const struct json *domain)
{
	return libxl__scheduler(json_string(json_get(domain, "sched"), ""));
}

libxl_scheduler libxl__domain_scheduler(libxl_ctx *ctx, const struct libxl__where *where,
					uint32_t domid)
{
	libxl_scheduler sched;
	struct json *domain;

	if (query_present(ctx, where, domid, &domain))
		return LIBXL_SCHEDULER_UNKNOWN;
	sched = scheduler_of(domain);
	json_free(domain);
	return sched;
}

int libxl_domain_sched_params_get(libxl_ctx *ctx, uint32_t domid, libxl_domain_sched_params *params)
{
	struct json *domain;
	int rc;

	libxl_domain_sched_params_init(params);
	rc = query_present(ctx, LIBXL__HERE, domid, &domain);
	if (rc == ERROR_DOMAIN_NOTFOUND) {
		LIBXL__ERROR(ctx, domid, "Unknown scheduler");
		return ERROR_INVAL;
	}
	if (rc)
		return rc;
	params->sched = scheduler_of(domain);
	params->weight =
		(int)json_int(json_get(domain, "weight"), LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT);
	params->cap = (int)json_int(json_get(domain, "cap"), LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT);
	json_free(domain);
	return 0;
}

/* That there is no such domain is told by the result alone, as in Xen. */
static int set_credit2(libxl_ctx *ctx, uint32_t domid, const libxl_domain_sched_params *params)
{
	struct json *args = libxl__domain_params(domid);
	bool good = args != NULL;
	int rc;

	if (good && params->weight != LIBXL_DOMAIN_SCHED_PARAM_WEIGHT_DEFAULT)
		good = json_set_int(args, "weight", params->weight);
	if (good && params->cap != LIBXL_DOMAIN_SCHED_PARAM_CAP_DEFAULT)
		good = json_set_int(args, "cap", params->cap);
	if (!good) {
		json_free(args);
		return ERROR_NOMEM;
	}
	rc = libxl__call_of(ctx, "sched.credit2.set", args, NULL, "");
	return rc == ERROR_DOMAIN_NOTFOUND ? ERROR_INVAL : rc;
}

/* Of a scheduler that no pool has: it is asked for what was, before that is changed. */
static int refuse_other(libxl_ctx *ctx, uint32_t domid, libxl_scheduler sched)
{
	struct json *domain;
	int rc = query_domain(ctx, LIBXL__HERE, domid, &domain);

	if (rc)
		return rc == ERROR_DOMAIN_NOTFOUND ? ERROR_INVAL : rc;
	json_free(domain);
	LIBXL__ERROR(ctx, domid, "Getting domain sched %s: Invalid argument",
		     libxl__scheduler_name(sched));
	return ERROR_FAIL;
}

/* Which scheduler the domain has is asked for when the caller does not say. */
int libxl_domain_sched_params_set(libxl_ctx *ctx, uint32_t domid,
				  const libxl_domain_sched_params *params)
{
	libxl_scheduler sched = params->sched;

	if (sched == LIBXL_SCHEDULER_UNKNOWN)
		sched = libxl__domain_scheduler(ctx, LIBXL__HERE, domid);
	switch (sched) {
	case LIBXL_SCHEDULER_CREDIT2:
		return set_credit2(ctx, domid, params);
	case LIBXL_SCHEDULER_NULL: /* has no parameters */
		return 0;
	case LIBXL_SCHEDULER_CREDIT:
	case LIBXL_SCHEDULER_RTDS:
		return refuse_other(ctx, domid, sched);
	case LIBXL_SCHEDULER_SEDF:
		LIBXL__ERROR(ctx, domid, "SEDF scheduler no longer available");
		return ERROR_FEATURE_REMOVED;
	default:
		LIBXL__ERROR(ctx, domid, "Unknown scheduler");
		return ERROR_INVAL;
	}
}
