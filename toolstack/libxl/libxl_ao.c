/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "libxl_ao.h"

#include <stdlib.h>
#include <string.h>

#include "libxl_context.h"

static void ao_free(struct libxl__ao *ao)
{
	if (!ao)
		return;
	if (ao->release)
		ao->release(ao->user);
	libxl__event_drop(ao->event);
	free(ao);
}

static struct libxl__ao *ao_new(libxl_ctx *ctx, const struct libxl__where *where,
				const libxl_asyncop_how *how, uint32_t domid)
{
	struct libxl__ao *ao = calloc(1, sizeof(*ao));

	if (!ao)
		return NULL;
	ao->ctx = ctx;
	ao->where = *where;
	ao->domid = domid;
	ao->sync = !how;
	if (how)
		ao->how = *how;
	if (!how || how->callback)
		return ao;
	ao->event = libxl__event_new(LIBXL_EVENT_TYPE_OPERATION_COMPLETE, domid, how->u.for_event);
	if (ao->event)
		return ao;
	free(ao);
	return NULL;
}

static void ao_unlink(struct libxl__ao *ao)
{
	struct libxl__ao **at = &ao->ctx->aos;

	while (*at != ao)
		at = &(*at)->next;
	*at = ao->next;
	ao->next = NULL;
}

void libxl__ao_complete(struct libxl__egc *egc, struct libxl__ao *ao, int rc)
{
	struct libxl__event_node *event = ao->event;

	ao->rc = rc;
	ao->complete = true;
	ao_unlink(ao);
	if (ao->sync) {
		libxl__wake_all(egc->ctx);
	} else if (ao->how.callback) {
		*egc->last_ao = ao;
		egc->last_ao = &ao->next;
	} else {
		ao->event = NULL;
		event->event.domid = ao->domid;
		event->event.u.operation_complete.rc = rc;
		libxl__event_occurred(egc, event);
		ao_free(ao);
	}
}

void libxl__ao_deliver(struct libxl__ao *ao)
{
	ao->how.callback(ao->ctx, ao->rc, ao->how.u.for_callback);
	ao_free(ao);
}

static void post_answered(struct libxl__egc *egc, struct libxl__post *post,
			  const struct json *result, const struct rpc_error *error)
{
	struct libxl__ao *ao =
		(struct libxl__ao *)((char *)post - offsetof(struct libxl__ao, post));
	int rc = error ? -error->libxl : 0;

	if (ao->op->answered)
		rc = ao->op->answered(egc, ao, result, rc);
	if (error && rc < 0)
		libxl__log_refusal(egc->ctx, &ao->where, ao->domid, error, ao->op->missing);
	if (rc != LIBXL__GOES_ON)
		libxl__ao_complete(egc, ao, rc);
}

static int ao_post(struct libxl__ao *ao, const struct libxl__op *op, struct json *params)
{
	if (!params)
		return ERROR_NOMEM;
	ao->op = op;
	ao->post.method = op->method;
	ao->post.params = params;
	ao->post.repeatable = op->repeatable;
	ao->post.timeout_ms = op->timeout_ms;
	ao->post.fd = op->with_fd ? &ao->fd : NULL;
	ao->post.answered = post_answered;
	return libxl__post(ao->ctx, &ao->post);
}

int libxl__ao_next(struct libxl__ao *ao, const struct libxl__op *op, struct json *params)
{
	if (!ao->aborting)
		return ao_post(ao, op, params);
	json_free(params);
	return ERROR_ABORTED;
}

/* Other threads may complete it meanwhile: they handle whatever has come. */
static int ao_wait(struct libxl__egc *egc, struct libxl__ao *ao, struct libxl__poller *poller)
{
	int rc = 0;

	while (!ao->complete && !rc)
		rc = libxl__loop_once(egc, poller);
	if (ao->complete)
		return ao->rc;
	libxl__post_cancel(egc->ctx, &ao->post);
	ao_unlink(ao);
	return rc;
}

static int ao_begin(struct libxl__ao *ao, const struct libxl__op *op, struct json *params)
{
	int rc;

	ao->next = ao->ctx->aos;
	ao->ctx->aos = ao;
	rc = ao_post(ao, op, params);
	if (rc)
		ao_unlink(ao);
	return rc;
}

int libxl__ao_run(libxl_ctx *ctx, const struct libxl__where *where, const libxl_asyncop_how *how,
		  uint32_t domid, const struct libxl__op *op, struct json *params, void *user)
{
	struct libxl__ao *ao = ao_new(ctx, where, how, domid);
	struct libxl__poller *poller = NULL;
	struct libxl__egc egc;
	int rc = ERROR_NOMEM;

	if (!ao) {
		if (op->release)
			op->release(user);
		json_free(params);
		return rc;
	}
	ao->user = user;
	ao->release = op->release;
	libxl__enter(&egc, ctx);
	if (!how && !(poller = libxl__poller_get(ctx)))
		json_free(params);
	else
		rc = ao_begin(ao, op, params);
	if (!rc && !how)
		rc = ao_wait(&egc, ao, poller);
	if (!how || rc)
		ao_free(ao);
	if (poller)
		libxl__poller_put(ctx, poller);
	libxl__leave(&egc);
	return rc;
}

int libxl__ao_done(libxl_ctx *ctx, const libxl_asyncop_how *how, uint32_t domid, int rc)
{
	struct libxl__egc egc;
	struct libxl__ao *ao;

	if (!how)
		return rc;
	ao = ao_new(ctx, LIBXL__HERE, how, domid);
	if (!ao)
		return ERROR_NOMEM;
	libxl__enter(&egc, ctx);
	ao->next = ctx->aos;
	ctx->aos = ao;
	libxl__ao_complete(&egc, ao, rc);
	libxl__leave(&egc);
	return 0;
}

void libxl__aos_free(libxl_ctx *ctx)
{
	while (ctx->aos) {
		struct libxl__ao *ao = ctx->aos;

		ctx->aos = ao->next;
		ao_free(ao);
	}
}

static bool same_how(const struct libxl__ao *ao, const libxl_asyncop_how *how)
{
	if (!how || ao->sync)
		return !how && ao->sync;
	if (ao->how.callback != how->callback)
		return false;
	return how->callback ? ao->how.u.for_callback == how->u.for_callback
			     : ao->how.u.for_event == how->u.for_event;
}

void libxl__ao_cancel(struct libxl__egc *egc, struct libxl__ao *ao)
{
	libxl__post_cancel(egc->ctx, &ao->post);
	libxl__ao_complete(egc, ao, ERROR_ABORTED);
}

static void ao_abort(struct libxl__egc *egc, struct libxl__ao *ao)
{
	ao->aborting = true;
	if (!libxl__post_sent(&ao->post))
		libxl__ao_cancel(egc, ao);
	else if (ao->op->abort)
		ao->op->abort(egc, ao);
}

int libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how)
{
	struct libxl__egc egc;
	struct libxl__ao *ao;
	int rc = ERROR_NOTFOUND;

	libxl__enter(&egc, ctx);
	for (ao = ctx->aos; ao && !same_how(ao, how); ao = ao->next)
		;
	if (ao)
		rc = ao->aborting ? ERROR_ABORTED : 0;
	if (ao && !ao->aborting)
		ao_abort(&egc, ao);
	libxl__leave(&egc);
	return rc;
}
