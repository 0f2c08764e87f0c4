/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A domain's configuration as nacred has it, brought up to date: domain.get. */
#include <stdlib.h>

#include "libxl_ao.h"
#include "libxl_query.h"

static int take_config(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
		       int rc)
{
	const struct json *v = json_get(result, "config");
	libxl_domain_config *config = ao->user;
	char *text;

	if (rc)
		return rc;
	if (!v || v->type != JSON_OBJECT) {
		LIBXL__ERROR(ao->ctx, ao->domid, "no configuration in nacred's answer");
		return ERROR_FAIL;
	}
	text = json_print(v, false);
	if (!text)
		return ERROR_NOMEM;
	libxl_domain_config_init(config);
	rc = libxl_domain_config_from_json(ao->ctx, config, text);
	if (rc)
		libxl_domain_config_dispose(config);
	free(text);
	return rc;
}

/* @d_config must last until the operation is over, as libxl.h says. */
int libxl_retrieve_domain_configuration(libxl_ctx *ctx, uint32_t domid,
					libxl_domain_config *d_config,
					const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op op = {.method = "domain.get",
					    .timeout_ms = RPC_QUICK,
					    .repeatable = true,
					    .answered = take_config};

	return libxl__ao(ctx, ao_how, domid, &op, libxl__domain_params(domid), d_config);
}
