/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Making a domain: its configuration as JSON, one call of nacred, and word of its console. */
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "libxl_context.h"

/* For xenconsoled to notice a new domain; its console then is there late, not never. */
#define CONSOLE_WAIT_MS 10000

struct create {
	uint32_t *domid;		   /* the caller's */
	char uuid[40];			   /* by which the domain is known while it is being made */
	struct json *config;		   /* until it is sent */
	struct libxl__event_node *console; /* to tell when its console is there, or NULL */
	struct libxl__post stop;	   /* of an abort */
};

static void create_free(void *user)
{
	struct create *create = user;

	json_free(create->config);
	libxl__event_drop(create->console);
	free(create);
}

/* --- the configuration ---------------------------------------------------------------------- */

static struct json *config_json(libxl_ctx *ctx, libxl_domain_config *config)
{
	char *text = libxl_domain_config_to_json(ctx, config);
	struct json *tree = NULL;
	char why[160];

	if (!text) {
		LIBXL__ERROR(ctx, INVALID_DOMID, "cannot put the configuration into JSON");
		return NULL;
	}
	tree = json_parse(text, strlen(text), &json_default_limits, why, sizeof(why));
	if (!tree)
		LIBXL__ERROR(ctx, INVALID_DOMID, "cannot send the configuration: %s", why);
	free(text);
	return tree;
}

/* The parameters of domain.create.  The domain stays paused, and as it is when it ends:
 * it is the caller who acts on on_poweroff and its like. */
static struct json *create_params(struct create *create)
{
	struct json *params = json_new_object(), *config = create->config;

	create->config = NULL;
	if (params && json_set(params, "config", config) && json_set_bool(params, "paused", true) &&
	    json_set_bool(params, "keep_ended", true))
		return params;
	json_free(params);
	return NULL;
}

/* --- the console -------------------------------------------------------------------- */

static int console_there(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result,
			 int rc)
{
	struct create *create = ao->user;
	struct libxl__event_node *console = create->console;

	if (ao->aborting)
		return ERROR_ABORTED;
	if (rc || !json_bool(json_get(result, "reached"), false)) {
		/* The domain is made all the same. */
		LIBXL__WARN(egc->ctx, ao->domid, "its console is not available");
		return 0;
	}
	create->console = NULL;
	console->event.domid = ao->domid;
	libxl__event_occurred(egc, console);
	return 0;
}

/* Nobody is to be asked to end a call that only waits. */
static void console_abort(struct libxl__egc *egc, struct libxl__ao *ao)
{
	libxl__ao_cancel(egc, ao);
}

static int await_console(struct libxl__ao *ao)
{
	static const struct libxl__op op = {.method = "domain.wait",
					    .timeout_ms = CONSOLE_WAIT_MS + RPC_QUICK,
					    .repeatable = true,
					    .answered = console_there,
					    .abort = console_abort};
	struct json *params = libxl__domain_params(ao->domid);

	if (!params || !json_set_string(params, "for", "console") ||
	    !json_set_int(params, "timeout_ms", CONSOLE_WAIT_MS)) {
		json_free(params);
		return ERROR_NOMEM;
	}
	return libxl__ao_next(ao, &op, params);
}

/* --- the domain --------------------------------------------------------------------- */

static int created(struct libxl__egc *egc, struct libxl__ao *ao, const struct json *result, int rc)
{
	struct create *create = ao->user;

	libxl__post_cancel(egc->ctx, &create->stop);
	*create->domid = (uint32_t)json_int(json_get(result, "domid"), INVALID_DOMID);
	ao->domid = *create->domid;
	if (rc || !create->console)
		return rc;
	rc = await_console(ao);
	return rc ? rc : LIBXL__GOES_ON;
}

/* Whether it could be stopped is in the answer to domain.create. */
static void stop_answered(struct libxl__egc *egc, struct libxl__post *post,
			  const struct json *result, const struct rpc_error *error)
{
}

static void create_abort(struct libxl__egc *egc, struct libxl__ao *ao)
{
	struct create *create = ao->user;
	struct json *params = json_new_object();

	if (!params || !json_set_string(params, "domain", create->uuid)) {
		json_free(params);
		return;
	}
	create->stop = (struct libxl__post){.method = "domain.destroy",
					    .params = params,
					    .timeout_ms = RPC_SLOW,
					    .answered = stop_answered};
	if (libxl__post(egc->ctx, &create->stop))
		LIBXL__WARN(egc->ctx, INVALID_DOMID, "cannot ask nacred to stop making a domain");
}

static struct create *create_new(libxl_ctx *ctx, libxl_domain_config *config, uint32_t *domid,
				 const libxl_asyncprogress_how *console)
{
	struct create *create = calloc(1, sizeof(*create));

	if (!create)
		return NULL;
	create->domid = domid;
	uuid_unparse_lower(config->c_info.uuid.uuid, create->uuid);
	create->config = config_json(ctx, config);
	if (console) {
		create->console = libxl__event_new(LIBXL_EVENT_TYPE_DOMAIN_CREATE_CONSOLE_AVAILABLE,
						   INVALID_DOMID, console->for_event);
		if (create->console) {
			create->console->progress = console->callback;
			create->console->for_callback = console->for_callback;
		}
	}
	if (create->config && (create->console || !console))
		return create;
	create_free(create);
	return NULL;
}

int libxl_domain_create_new(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
			    const libxl_asyncop_how *ao_how,
			    const libxl_asyncprogress_how *aop_console_how)
{
	static const struct libxl__op op = {.method = "domain.create",
					    .timeout_ms = RPC_SLOW,
					    .answered = created,
					    .abort = create_abort,
					    .release = create_free};
	struct create *create;

	*domid = (uint32_t)INVALID_DOMID;
	if (uuid_is_null(d_config->c_info.uuid.uuid))
		uuid_generate(d_config->c_info.uuid.uuid);
	create = create_new(ctx, d_config, domid, aop_console_how);
	if (!create)
		return ERROR_FAIL;
	return libxl__ao(ctx, ao_how, INVALID_DOMID, &op, create_params(create), create);
}

/* --- what nacred does not have ------------------------------------------------------ */

int libxl_domain_create_restore(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t *domid,
				int restore_fd, int send_back_fd,
				const libxl_domain_restore_params *params,
				const libxl_asyncop_how *ao_how,
				const libxl_asyncprogress_how *aop_console_how)
{
	*domid = (uint32_t)INVALID_DOMID;
	LIBXL__ERROR(ctx, INVALID_DOMID, "restoring a domain is not supported");
	return ERROR_NI;
}

int libxl_domain_soft_reset(libxl_ctx *ctx, libxl_domain_config *d_config, uint32_t domid,
			    const libxl_asyncop_how *ao_how,
			    const libxl_asyncprogress_how *aop_console_how)
{
	LIBXL__ERROR(ctx, domid, "a soft reset is not supported");
	return ERROR_NI;
}
