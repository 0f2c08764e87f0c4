/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "teardown.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/domain.h"
#include "log.h"
#include "nodes.h"
#include "stores.h"
#include "world.h"

struct teardown {
	struct nacred *n;
	struct teardown *next;
	int64_t domid;
	char uuid[UUID_TEXT];
	sd_event_source *step;
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
	struct rpc_error ignored;

	memcpy(uuid, t->uuid, sizeof(uuid));
	if (!e)
		remove_nodes(t);
	teardown_free(t);
	if (world_refresh(n, &ignored))
		log_error("%s", ignored.message);
	done(n, uuid, e, arg);
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
		finish(t, NULL);
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

int teardown_start(struct nacred *n, int64_t domid, const char *uuid, teardown_done done,
		   void *arg, struct rpc_error *e)
{
	struct teardown *t;

	if (teardown_running(n, uuid))
		return fail(e, XL_DOMAIN_NOTFOUND, "domain.dying",
			    "domain %lld is being destroyed", (long long)domid);
	t = calloc(1, sizeof(*t));
	if (!t)
		return fail_memory(e);
	*t = (struct teardown){.n = n, .domid = domid, .done = done, .arg = arg};
	snprintf(t->uuid, sizeof(t->uuid), "%s", uuid);
	if (sd_event_add_defer(n->loop, &t->step, on_step, t) < 0) {
		free(t);
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
