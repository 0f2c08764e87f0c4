/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Events: from where they happen to the caller. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libxl_context.h"

/* --- one stay in the library ---------------------------------------------------------------- */

static void egc_init(struct libxl__egc *egc)
{
	egc->events = NULL;
	egc->last_event = &egc->events;
	egc->aos = NULL;
	egc->last_ao = &egc->aos;
	egc->reap = false;
}

void libxl__enter(struct libxl__egc *egc, libxl_ctx *ctx)
{
	egc->ctx = ctx;
	egc_init(egc);
	libxl__ctx_lock(ctx);
}

static void deliver_event(libxl_ctx *ctx, struct libxl__event_node *node)
{
	if (node->progress)
		node->progress(ctx, &node->event, node->for_callback);
	else
		ctx->loop.event_hooks->event_occurs(ctx->loop.event_user, &node->event);
}

void libxl__leave(struct libxl__egc *egc)
{
	struct libxl__event_node *event, *next_event;
	struct libxl__ao *ao, *next_ao;
	libxl_ctx *ctx = egc->ctx;

	libxl__ctx_unlock(ctx);
	for (event = egc->events; event; event = next_event) {
		next_event = event->next;
		deliver_event(ctx, event);
	}
	for (ao = egc->aos; ao; ao = next_ao) {
		next_ao = ao->next;
		libxl__ao_deliver(ao);
	}
	if (egc->reap)
		libxl__children_reap(ctx);
}

/* --- events ------------------------------------------------------------------------- */

struct libxl__event_node *libxl__event_new(libxl_event_type type, uint32_t domid, uint64_t user)
{
	struct libxl__event_node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	libxl_event_init(&node->event);
	libxl_event_init_type(&node->event, type);
	node->event.domid = domid;
	node->event.for_user = user;
	return node;
}

static struct libxl__event_node *node_of(libxl_event *event)
{
	return (struct libxl__event_node *)((char *)event -
					    offsetof(struct libxl__event_node, event));
}

void libxl__event_drop(struct libxl__event_node *node)
{
	if (!node)
		return;
	libxl_event_dispose(&node->event);
	free(node);
}

void libxl_event_free(libxl_ctx *ctx, libxl_event *event)
{
	if (event)
		libxl__event_drop(node_of(event));
}

static uint64_t type_bit(const libxl_event *event)
{
	return (uint64_t)1 << event->type;
}

void libxl__event_occurred(struct libxl__egc *egc, struct libxl__event_node *node)
{
	struct libxl__loop *loop = &egc->ctx->loop;
	bool hooked = loop->event_hooks &&
		      (loop->event_hooks->event_occurs_mask & type_bit(&node->event));
	struct libxl__event_node ***last =
		node->progress || hooked ? &egc->last_event : &loop->last_event;

	node->next = NULL;
	**last = node;
	*last = &node->next;
	if (last == &loop->last_event)
		libxl__wake_all(egc->ctx);
}

void libxl_event_register_callbacks(libxl_ctx *ctx, const libxl_event_hooks *hooks, void *user)
{
	struct libxl__egc egc;

	libxl__enter(&egc, ctx);
	ctx->loop.event_hooks = hooks;
	ctx->loop.event_user = user;
	libxl__leave(&egc);
}

void libxl__disaster(libxl_ctx *ctx, libxl_event_type type, const char *what, int errnoval)
{
	const libxl_event_hooks *hooks = ctx->loop.event_hooks;

	libxl__log(ctx, XTL_CRITICAL, errnoval ? errnoval : -1, LIBXL__HERE, INVALID_DOMID,
		   "DISASTER in event loop: cannot %s; events of type %d may be missing", what,
		   (int)type);
	if (hooks && hooks->disaster) {
		hooks->disaster(ctx->loop.event_user, type, what, errnoval);
		return;
	}
	/* libxl_event.h: without that function it is the end of the program. */
	fprintf(stderr, "libxl: DISASTER in event loop not handled by libxl application: %s\n",
		what);
	exit(-1);
}

/* --- the queue ---------------------------------------------------------------------- */

static int take_event(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
		      libxl_event_predicate *predicate, void *user)
{
	struct libxl__loop *loop = &ctx->loop;
	struct libxl__event_node **at, *node;

	for (at = &loop->events; (node = *at); at = &node->next) {
		if (!(typemask & type_bit(&node->event)) ||
		    (predicate && !predicate(&node->event, user)))
			continue;
		*at = node->next;
		if (loop->last_event == &node->next)
			loop->last_event = at;
		node->next = NULL;
		*event_r = &node->event;
		return 0;
	}
	return ERROR_NOT_READY;
}

int libxl_event_check(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
		      libxl_event_predicate *predicate, void *predicate_user)
{
	struct libxl__egc egc;
	int rc;

	libxl__enter(&egc, ctx);
	rc = take_event(ctx, event_r, typemask, predicate, predicate_user);
	libxl__leave(&egc);
	return rc;
}

int libxl_event_wait(libxl_ctx *ctx, libxl_event **event_r, uint64_t typemask,
		     libxl_event_predicate *predicate, void *predicate_user)
{
	struct libxl__poller *poller;
	struct libxl__egc egc;
	int rc = ERROR_FAIL;

	libxl__enter(&egc, ctx);
	poller = libxl__poller_get(ctx);
	if (poller) {
		rc = take_event(ctx, event_r, typemask, predicate, predicate_user);
		while (rc == ERROR_NOT_READY) {
			rc = libxl__loop_once(&egc, poller);
			if (!rc)
				rc = take_event(ctx, event_r, typemask, predicate, predicate_user);
		}
		libxl__poller_put(ctx, poller);
	}
	libxl__leave(&egc);
	return rc;
}
