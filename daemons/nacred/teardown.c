/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "teardown.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/domain.h"
#include "limits.h"
#include "log.h"
#include "nodes.h"
#include "stores.h"
#include "world.h"

struct teardown {
	struct nacred *n;
	struct teardown *next;
	int64_t domid;
	char uuid[UUID_TEXT];
	enum teardown_until until;
	unsigned int waited; /* milliseconds since it is dead */
	sd_event_source *step, *look;
	teardown_done done;
	void *arg;
};

static void teardown_free(struct teardown *t)
{
	struct teardown **at;

	for (at = &t->n->teardowns; *at; at = &(*at)->next) {
		if (*at != t)
			continue;
		*at = t->next;
		break;
	}
	sd_event_source_disable_unref(t->step);
	sd_event_source_disable_unref(t->look);
	free(t);
}

static void remove_nodes(struct teardown *t)
{
	struct nacred *n = t->n;
	int rc;

	if (!n->store || t->domid < 0)
		return; /* what is left goes when xenstored is back (nodes_sweep) */
	rc = nodes_remove(n->store, (uint32_t)t->domid, t->uuid);
	if (!rc)
		return;
	log_warning("cannot remove all nodes of domain %lld: %s", (long long)t->domid,
		    strerror(-rc));
	stores_failed(n, rc);
}

static void finish(struct teardown *t, const struct rpc_error *e)
{
	teardown_done done = t->done;
	struct nacred *n = t->n;
	char uuid[UUID_TEXT];
	void *arg = t->arg;

	memcpy(uuid, t->uuid, sizeof(uuid));
	teardown_free(t);
	done(n, uuid, e, arg);
}

/* No event tells that the last page of a dead domain was let go. */
static void look_later(struct teardown *t)
{
	t->waited += LIMIT_ZOMBIE_STEP_MSEC;
	if (sd_event_source_set_time_relative(t->look, LIMIT_ZOMBIE_STEP_MSEC * 1000ull) < 0 ||
	    sd_event_source_set_enabled(t->look, SD_EVENT_ONESHOT) < 0)
		finish(t, NULL);
}

static int on_look(sd_event_source *s, uint64_t usec, void *arg)
{
	struct teardown *t = arg;
	struct rpc_error ignored;

	if (world_refresh(t->n, &ignored))
		log_error("%s", ignored.message);
	if (t->until == TEARDOWN_GONE && t->domid >= 0 && t->waited < LIMIT_ZOMBIE_MSEC &&
	    model_by_domid(&t->n->model, (uint32_t)t->domid))
		look_later(t);
	else
		finish(t, NULL);
	return 0;
}

/* One step of the hypervisor's; memory is given back piece by piece. */
static int on_step(sd_event_source *s, void *arg)
{
	struct teardown *t = arg;
	struct rpc_error e;
	int rc = 0;

	if (t->domid >= 0)
		rc = ctrl_domain_destroy_step(t->n->ctrl, (uint32_t)t->domid);
	if (rc == -EAGAIN) {
		sd_event_source_set_enabled(t->step, SD_EVENT_ONESHOT);
		return 0;
	}
	if (rc && rc != -ESRCH) {
		fail_errno(&e, rc, "hypervisor.refused", "cannot destroy domain %lld",
			   (long long)t->domid);
		finish(t, &e);
	} else {
		remove_nodes(t);
		on_look(NULL, 0, t);
	}
	return 0;
}

bool teardown_running(const struct nacred *n, const char *uuid)
{
	const struct teardown *t;

	for (t = n->teardowns; t; t = t->next)
		if (strcmp(t->uuid, uuid) == 0)
			return true;
	return false;
}

static int add_sources(struct teardown *t)
{
	int rc = sd_event_add_defer(t->n->loop, &t->step, on_step, t);

	if (rc >= 0)
		rc = sd_event_add_time_relative(t->n->loop, &t->look, CLOCK_MONOTONIC, 0, 1000,
						on_look, t);
	return rc < 0 ? rc : sd_event_source_set_enabled(t->look, SD_EVENT_OFF);
}

int teardown_start(struct nacred *n, int64_t domid, const char *uuid, enum teardown_until until,
		   teardown_done done, void *arg, struct rpc_error *e)
{
	struct teardown *t;

	if (teardown_running(n, uuid))
		return fail(e, XL_DOMAIN_NOTFOUND, "domain.dying", "domain %lld is being destroyed",
			    (long long)domid);
	t = calloc(1, sizeof(*t));
	if (!t)
		return fail_memory(e);
	*t = (struct teardown){.n = n, .domid = domid, .until = until, .done = done, .arg = arg};
	snprintf(t->uuid, sizeof(t->uuid), "%s", uuid);
	if (add_sources(t) < 0) {
		teardown_free(t);
		return fail_memory(e);
	}
	t->next = n->teardowns;
	n->teardowns = t;
	return 0;
}

void teardown_stop(struct nacred *n)
{
	while (n->teardowns)
		teardown_free(n->teardowns);
}
