/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Keys and buttons: of the hypervisor, and of a guest's machine. */
#include "libxl_ao.h"
#include "libxl_query.h"

/* {@key: @text} */
static int send_text(libxl_ctx *ctx, const char *method, const char *key, const char *text)
{
	struct json *params = json_new_object();

	if (params && json_set_string(params, key, text))
		return libxl__call(ctx, method, params, NULL);
	json_free(params);
	return ERROR_NOMEM;
}

int libxl_send_debug_keys(libxl_ctx *ctx, char *keys)
{
	return send_text(ctx, "host.debug_keys", "keys", keys);
}

int libxl_set_parameters(libxl_ctx *ctx, char *params)
{
	return send_text(ctx, "host.set_parameters", "parameters", params);
}

int libxl_send_sysrq(libxl_ctx *ctx, uint32_t domid, char sysrq)
{
	struct json *params = libxl__domain_params(domid);
	const char letter[2] = {sysrq, '\0'};

	if (params && json_set_string(params, "letter", letter))
		return libxl__call(ctx, "domain.sysrq", params, NULL);
	json_free(params);
	return ERROR_NOMEM;
}

#define TRIGGER(word)                                                                              \
	{                                                                                          \
		.method = "domain.trigger",                                                        \
		.missing = "Send trigger '" word "' failed: No such process",                      \
		.timeout_ms = RPC_QUICK                                                            \
	}

int libxl_send_trigger(libxl_ctx *ctx, uint32_t domid, libxl_trigger trigger, uint32_t vcpuid,
		       const libxl_asyncop_how *ao_how)
{
	static const struct libxl__op ops[] = {
		[LIBXL_TRIGGER_POWER] = TRIGGER("power"),
		[LIBXL_TRIGGER_SLEEP] = TRIGGER("sleep"),
		[LIBXL_TRIGGER_NMI] = TRIGGER("nmi"),
		[LIBXL_TRIGGER_INIT] = TRIGGER("init"),
		[LIBXL_TRIGGER_RESET] = TRIGGER("reset"),
		[LIBXL_TRIGGER_S3RESUME] = TRIGGER("s3resume"),
	};
	const char *word = libxl_trigger_to_string(trigger);
	struct json *params;

	if (!word || trigger == LIBXL_TRIGGER_UNKNOWN) {
		LIBXL__ERROR(ctx, domid, "unknown trigger %d", (int)trigger);
		return ERROR_INVAL;
	}
	params = libxl__domain_params(domid);
	if (params &&
	    (!json_set_string(params, "trigger", word) || !json_set_int(params, "vcpu", vcpuid))) {
		json_free(params);
		params = NULL;
	}
	return libxl__ao(ctx, ao_how, domid, &ops[trigger], params, NULL);
}
