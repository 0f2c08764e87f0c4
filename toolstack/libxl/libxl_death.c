/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_death.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "libxl_context.h"

struct libxl__evgen_domain_death {
	struct libxl__evgen_domain_death *next;
	uint32_t domid;
	char uuid[40]; /* as first seen; the number may be another domain's one day */
	/* Made beforehand; NULL once they have happened. */
	struct libxl__event_node *shutdown, *death;
};

static void list_domains(libxl_ctx *ctx);

static void evgen_free(struct libxl__evgen_domain_death *evgen)
{
	if (!evgen)
		return;
	libxl__event_drop(evgen->shutdown);
	libxl__event_drop(evgen->death);
	free(evgen);
}

/* --- what happened ---------------------------------------------------------------------------- */

static void died(struct libxl__egc *egc, struct libxl__evgen_domain_death *evgen)
{
	struct libxl__event_node *node = evgen->death;

	evgen->death = NULL;
	if (node)
		libxl__event_occurred(egc, node);
}

static void shut_down(struct libxl__egc *egc, struct libxl__evgen_domain_death *evgen,
		      int64_t reason)
{
	struct libxl__event_node *node = evgen->shutdown;

	evgen->shutdown = NULL;
	if (!node)
		return;
	/* A death that is reported is the last that is heard of a domain. */
	if (!evgen->death) {
		libxl__event_drop(node);
		return;
	}
	node->event.u.domain_shutdown.shutdown_reason = (uint8_t)reason;
	libxl__event_occurred(egc, node);
}

static void remember_uuid(struct libxl__evgen_domain_death *evgen, const char *uuid)
{
	size_t len = strlen(uuid);
	uuid_t binary;

	if (len >= sizeof(evgen->uuid) || uuid_parse(uuid, binary))
		return;
	memcpy(evgen->uuid, uuid, len + 1);
	if (evgen->shutdown)
		memcpy(evgen->shutdown->event.domuuid.uuid, binary, sizeof(binary));
	if (evgen->death)
		memcpy(evgen->death->event.domuuid.uuid, binary, sizeof(binary));
}

static bool another_domain(const struct libxl__evgen_domain_death *evgen, const char *uuid)
{
	return evgen->uuid[0] && *uuid && strcmp(evgen->uuid, uuid) != 0;
}

/* @domain as domain.list gives it, NULL: there is none of that number. */
static void examine(struct libxl__egc *egc, struct libxl__evgen_domain_death *evgen,
		    const struct json *domain)
{
	const char *uuid = json_string(json_get(domain, "uuid"), "");
	const struct json *reason = json_get(domain, "shutdown_reason");

	if (!domain || another_domain(evgen, uuid)) {
		died(egc, evgen);
		return;
	}
	if (!evgen->uuid[0])
		remember_uuid(evgen, uuid);
	if (reason && reason->type == JSON_INT)
		shut_down(egc, evgen, reason->integer);
	if (json_bool(json_path(domain, "state.dying"), false))
		died(egc, evgen);
}

void libxl__deaths_event(struct libxl__egc *egc, const struct json *event)
{
	const char *type = json_string(json_get(event, "type"), "");
	const struct json *domain = json_get(event, "domain");
	uint32_t domid = (uint32_t)json_int(json_get(domain, "domid"), INVALID_DOMID);
	const struct json *reason = json_get(domain, "shutdown_reason");
	struct libxl__evgen_domain_death *evgen;

	if (!strcmp(type, "event.gap"))
		list_domains(egc->ctx);
	for (evgen = egc->ctx->deaths; evgen; evgen = evgen->next) {
		if (evgen->domid != domid ||
		    another_domain(evgen, json_string(json_get(domain, "uuid"), "")))
			continue;
		if (reason && reason->type == JSON_INT)
			shut_down(egc, evgen, reason->integer);
		if (!strcmp(type, "domain.destroyed"))
			died(egc, evgen);
	}
}

/* --- watching ----------------------------------------------------------------------- */

static const struct json *find_domain(const struct json *domains, uint32_t domid)
{
	size_t i;

	for (i = 0; domains && i < domains->nr; i++)
		if (json_int(json_get(domains->items[i], "domid"), -1) == domid)
			return domains->items[i];
	return NULL;
}

static void listed(struct libxl__egc *egc, struct libxl__post *post, const struct json *result,
		   const struct rpc_error *error)
{
	const struct json *domains = json_get(result, "domains");
	struct libxl__evgen_domain_death *evgen;
	libxl_ctx *ctx = egc->ctx;

	if (error && strncmp(error->symbol, "rpc.", 4) != 0) {
		libxl__log_refusal(ctx, LIBXL__HERE, INVALID_DOMID, error, NULL);
		libxl__disaster(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, "list the domains", 0);
		return;
	}
	if (!domains || domains->type != JSON_ARRAY)
		return; /* the connection was lost: what follows lists them again */
	if (ctx->watch.again)
		list_domains(ctx);
	for (evgen = ctx->deaths; evgen; evgen = evgen->next)
		examine(egc, evgen, find_domain(domains, evgen->domid));
}

static void list_domains(libxl_ctx *ctx)
{
	struct libxl__post *list = &ctx->watch.list;

	ctx->watch.again = list->pending;
	if (list->pending || !ctx->watch.subscribed)
		return;
	list->method = "domain.list";
	list->params = json_new_object();
	list->repeatable = false; /* after a restart only when subscribed anew */
	list->timeout_ms = -1;
	list->answered = listed;
	if (libxl__post(ctx, list))
		libxl__disaster(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, "list the domains", 0);
}

static void subscribed(struct libxl__egc *egc, struct libxl__post *post, const struct json *result,
		       const struct rpc_error *error)
{
	libxl_ctx *ctx = egc->ctx;

	if (error && strncmp(error->symbol, "rpc.", 4) != 0) {
		libxl__log_refusal(ctx, LIBXL__HERE, INVALID_DOMID, error, NULL);
		libxl__disaster(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, "subscribe to events", 0);
	}
	if (error)
		return;
	ctx->watch.subscribed = true;
	list_domains(ctx);
}

static struct json *subscribe_params(void)
{
	static const char *const types[] = {"domain.shutdown", "domain.crashed",
					    "domain.destroyed"};
	struct json *params = json_new_object(), *list = json_new_array();
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		json_append(list, json_new_string(types[i]));
	json_set(params, "types", list);
	return params;
}

static int watch(libxl_ctx *ctx)
{
	struct libxl__post *subscribe = &ctx->watch.subscribe;

	if (ctx->watch.subscribed || subscribe->pending)
		return 0;
	subscribe->method = "event.subscribe";
	subscribe->params = subscribe_params();
	subscribe->repeatable = false;
	subscribe->timeout_ms = -1;
	subscribe->answered = subscribed;
	return libxl__post(ctx, subscribe);
}

void libxl__deaths_connected(libxl_ctx *ctx)
{
	if (ctx->deaths && watch(ctx))
		libxl__disaster(ctx, LIBXL_EVENT_TYPE_DOMAIN_DEATH, "subscribe to events", 0);
}

void libxl__deaths_lost(libxl_ctx *ctx)
{
	libxl__post_cancel(ctx, &ctx->watch.subscribe);
	libxl__post_cancel(ctx, &ctx->watch.list);
	ctx->watch.subscribed = false;
	ctx->watch.again = false;
}

void libxl__deaths_free(libxl_ctx *ctx)
{
	while (ctx->deaths) {
		struct libxl__evgen_domain_death *evgen = ctx->deaths;

		ctx->deaths = evgen->next;
		evgen_free(evgen);
	}
}

/* --- wishes
 * ---------------------------------------------------------------------------------------- */

static struct libxl__evgen_domain_death *evgen_new(uint32_t domid, libxl_ev_user user)
{
	struct libxl__evgen_domain_death *evgen = calloc(1, sizeof(*evgen));

	if (!evgen)
		return NULL;
	evgen->domid = domid;
	evgen->shutdown = libxl__event_new(LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN, domid, user);
	evgen->death = libxl__event_new(LIBXL_EVENT_TYPE_DOMAIN_DEATH, domid, user);
	if (evgen->shutdown && evgen->death)
		return evgen;
	evgen_free(evgen);
	return NULL;
}

static void evgen_unlink(libxl_ctx *ctx, struct libxl__evgen_domain_death *evgen)
{
	struct libxl__evgen_domain_death **at = &ctx->deaths;

	while (*at != evgen)
		at = &(*at)->next;
	*at = evgen->next;
}

int libxl_evenable_domain_death(libxl_ctx *ctx, uint32_t domid, libxl_ev_user user,
				libxl_evgen_domain_death **evgen_out)
{
	struct libxl__evgen_domain_death *evgen = evgen_new(domid, user);
	struct libxl__egc egc;
	int rc;

	if (!evgen)
		return ERROR_NOMEM;
	libxl__enter(&egc, ctx);
	evgen->next = ctx->deaths;
	ctx->deaths = evgen;
	rc = watch(ctx);
	if (rc) {
		evgen_unlink(ctx, evgen);
		evgen_free(evgen);
	} else {
		list_domains(ctx);
		*evgen_out = evgen;
	}
	libxl__leave(&egc);
	return rc;
}

void libxl_evdisable_domain_death(libxl_ctx *ctx, libxl_evgen_domain_death *evgen)
{
	struct libxl__egc egc;

	libxl__enter(&egc, ctx);
	evgen_unlink(ctx, evgen);
	evgen_free(evgen);
	libxl__leave(&egc);
}

/* --- CD-ROMs ------------------------------------------------------------------------ */

struct libxl__evgen_disk_eject {
	uint32_t domid;
};

/*
 * As in real libxl a wish is granted for any name, and nothing comes of it when there is
 * no such disk; here no domain has one that can be ejected.
 */
int libxl_evenable_disk_eject(libxl_ctx *ctx, uint32_t domid, const char *vdev, libxl_ev_user user,
			      libxl_evgen_disk_eject **evgen_out)
{
	libxl_evgen_disk_eject *evgen = calloc(1, sizeof(*evgen));

	if (!evgen)
		return ERROR_NOMEM;
	evgen->domid = domid;
	*evgen_out = evgen;
	return 0;
}

void libxl_evdisable_disk_eject(libxl_ctx *ctx, libxl_evgen_disk_eject *evgen)
{
	free(evgen);
}
