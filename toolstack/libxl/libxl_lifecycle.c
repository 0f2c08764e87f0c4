/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What happens to a domain between its beginning and its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "libxl_context.h"

int libxl_domain_pause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	/* Pauses are counted: twice is not once. */
	static const struct libxl__op op = {.method = "domain.pause", .timeout_ms = RPC_QUICK};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

int libxl_domain_unpause(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.unpause", .timeout_ms = RPC_QUICK};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

int libxl_domain_shutdown(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {
		.method = "domain.shutdown", .timeout_ms = RPC_QUICK, .repeatable = true};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

int libxl_domain_reboot(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {
		.method = "domain.reboot", .timeout_ms = RPC_QUICK, .repeatable = true};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

/* Of a repeated call: the first, of which no answer came, has done it. */
static int destroyed(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
		     int rc)
{
	return rc == ERROR_DOMAIN_NOTFOUND && ao->post.repeated ? 0 : rc;
}

int libxl_domain_destroy(libxl_ctx *ctx, uint32_t domid, const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.destroy",
					    .timeout_ms = RPC_SLOW,
					    .repeatable = true,
					    .answered = destroyed};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), NULL);
}

/* The name that domain @domid has. 0 with a string to be freed. */
static int name_of(libxl_ctx *ctx, uint32_t domid, char **name)
{
	struct json *domain;
	int rc = libxl__query(ctx, "domain.get", libxl__domain_params(domid), &domain);

	if (rc)
		return rc;
	*name = strdup(json_string(json_get(domain, "name"), ""));
	json_free(domain);
	return *name ? 0 : ERROR_NOMEM;
}

static int check_old_name(libxl_ctx *ctx, uint32_t domid, const char *old_name)
{
	char *name;
	int rc = name_of(ctx, domid, &name);

	if (rc)
		return rc;
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
	return libxl__call(ctx, "domain.rename", params, NULL);
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
