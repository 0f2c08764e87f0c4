/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What happens to a domain between its beginning and its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "libxl_context.h"

/* --- what real libxl gives and says when there is no such domain ------------------------ */

static int pause_answered(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
			  int rc)
{
	return rc == ERROR_DOMAIN_NOTFOUND ? ERROR_FAIL : rc;
}

/* Of whatever depends on the domain's type. */
static int type_answered(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
			 int rc)
{
	if (rc != ERROR_DOMAIN_NOTFOUND)
		return rc;
	libxl__log(ao->ctx, XTL_ERROR, -1, &ao->where, INVALID_DOMID,
		   "unable to get domain type for domid=%u", ao->domid);
	return ERROR_FAIL;
}

/* --- changes ------------------------------------------------------------------------------ */

int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	/* Pauses are counted: twice is not once. */
	static const struct libxl__op op = {.method = "domain.pause",
					    .missing = "Pausing domain: No such process",
					    .timeout_ms = RPC_QUICK,
					    .answered = pause_answered};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.unpause",
					    .missing = "",
					    .timeout_ms = RPC_QUICK,
					    .answered = type_answered};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

int libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.shutdown",
					    .missing = "",
					    .timeout_ms = RPC_QUICK,
					    .repeatable = true,
					    .answered = type_answered};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.reboot",
					    .missing = "",
					    .timeout_ms = RPC_QUICK,
					    .repeatable = true,
					    .answered = type_answered};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

static int destroyed(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
		     int rc)
{
	static const char *const words[] = {"Non-existant domain", "Unable to destroy guest",
					    "Destruction of domain failed"};
	size_t i;

	/* Of a repeated call: the first, of which no answer came, has done it. */
	if (rc != ERROR_DOMAIN_NOTFOUND || ao->post.repeated)
		return rc == ERROR_DOMAIN_NOTFOUND ? 0 : rc;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		libxl__log(ao->ctx, XTL_ERROR, -1, &ao->where, ao->domid, "%s", words[i]);
	return rc;
}

int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.destroy",
					    .missing = "",
					    .timeout_ms = RPC_SLOW,
					    .repeatable = true,
					    .answered = destroyed};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

static int check_old_name(libxl_ctx *ctx, uint32_t domid, const char *old_name)
{
	char *name = libxl_domid_to_name(ctx, domid);
	int rc = 0;

	if (!name)
		return ERROR_FAIL;
	if (strcmp(name, old_name) != 0) {
		LIBXL__ERROR(ctx, domid, "the domain's name is \"%s\", not \"%s\"", name, old_name);
		rc = ERROR_FAIL;
	}
	free(name);
	return rc;
}

int libxl_domain_rename(libxl_ctx *ctx, uint32_t domid, const char *old_name, const char *new_name)
{
	struct json *params;
	int rc = old_name ? check_old_name(ctx, domid, old_name) : 0;

	if (rc)
		return rc;
	params = libxl__domain_params(domid);
	if (!params || !json_set_string(params, "new_name", new_name)) {
		json_free(params);
		return ERROR_NOMEM;
	}
	/* Real libxl says nothing of a domain that is not there. */
	rc = libxl__call_of(ctx, "domain.rename", params, NULL, "");
	return rc == ERROR_DOMAIN_NOTFOUND ? ERROR_FAIL : rc;
}

int libxl_domain_preserve(libxl_ctx *ctx, uint32_t domid, libxl_domain_create_info *info,
			  const char *name_suffix, libxl_uuid new_uuid)
{
	struct json *params = libxl__domain_params(domid);
	char *name = NULL, uuid[UUID_STR_LEN];
	int rc = ERROR_NOMEM;

	uuid_unparse_lower(new_uuid.uuid, uuid);
	if (asprintf(&name, "%s%s", info->name, name_suffix) < 0)
		name = NULL;
	if (params && name && json_set_string(params, "new_name", name) &&
	    json_set_string(params, "new_uuid", uuid))
		rc = libxl__call(ctx, "domain.preserve", params, NULL);
	else
		json_free(params);
	free(name);
	return rc;
}

/* --- what nacred does not have
 * -------------------------------------------------------------------- */

int libxl_domain_suspend(libxl_ctx *ctx, uint32_t domid, int fd, int flags,
			 const libxl_asyncop_how *ao_how)
{
	LIBXL__ERROR(ctx, domid, "saving a domain is not supported");
	return ERROR_NI;
}

int libxl_domain_suspend_only(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	LIBXL__ERROR(ctx, domid, "suspending a domain is not supported");
	return ERROR_NI;
}

int libxl_domain_resume(libxl_ctx *ctx, uint32_t domid, int suspend_cancel,
			const libxl_asyncop_how *ao_how)
{
	LIBXL__ERROR(ctx, domid, "resuming a suspended domain is not supported");
	return ERROR_NI;
}
