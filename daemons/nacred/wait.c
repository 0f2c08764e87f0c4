/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "wait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <store.h>

#include "job.h"
#include "limits.h"
#include "rpc.h"
#include "stores.h"
#include "world.h"

struct waiter {
	struct nacred *n;
	struct waiter *next;
	struct request *rq; /* NULL: a job waits */
	struct job *job;
	uint32_t domid;
	enum wait_for what;
	sd_event_source *timer; /* NULL: waits without limit */
	char path[64];		/* node that is watched, or empty */
};

static struct json *reason_of(int reason)
{
	return reason < 0 ? json_new_null() : json_new_int(reason);
}

/* reached, and who it was. */
static struct json *answer(bool reached, struct json *v, int reason)
{
	json_set_bool(v, "reached", reached);
	json_set(v, "shutdown_reason", reason_of(reason));
	return v;
}

struct json *wait_gone_answer(const struct gone *g)
{
	struct json *v = json_new_object();

	json_set_int(v, "domid", g->domid);
	json_set(v, "name", g->name ? json_new_string(g->name) : json_new_null());
	json_set_string(v, "uuid", g->uuid);
	json_set_int(v, "generation", g->generation);
	return answer(true, v, g->reason);
}

bool wait_console_ready(struct nacred *n, uint32_t domid)
{
	bool ready = false;
	char *tty;

	if (!n->store ||
	    store_readf(n->store, XBT_NULL, &tty, "/local/domain/%u/console/tty", domid))
		return false;
	ready = *tty != '\0';
	free(tty);
	return ready;
}

static bool reached(struct nacred *n, const struct domain *d, enum wait_for what)
{
	switch (what) {
	case WAIT_SHUTDOWN:
		return domain_shutdown_reason(d) >= 0 || domain_dying(d) || d->ended;
	case WAIT_DESTROYED:
		return domain_dying(d) || d->ended;
	case WAIT_CONSOLE:
		return wait_console_ready(n, d->domid);
	}
	return false;
}

static void waiter_free(struct waiter *w)
{
	struct nacred *n = w->n;
	struct waiter **at;

	for (at = &n->waiters; *at; at = &(*at)->next) {
		if (*at != w)
			continue;
		*at = w->next;
		n->nr_waiters--;
		break;
	}
	if (w->path[0])
		stores_unwatch(n, w->path);
	sd_event_source_disable_unref(w->timer);
	free(w);
}

static void finish(struct waiter *w, const struct domain *d, bool is_reached)
{
	struct request *rq = w->rq;
	struct json *v = d ? world_identity(d) : json_new_object();
	struct job *job = w->job;

	waiter_free(w);
	if (job) {
		json_set(v, "shutdown_reason", reason_of(d ? domain_shutdown_reason(d) : -1));
		job_done(job, v);
		return;
	}
	request_reply(rq, answer(is_reached, v, d ? domain_shutdown_reason(d) : -1));
}

static int on_timeout(sd_event_source *s, uint64_t usec, void *arg)
{
	struct waiter *w = arg;

	finish(w, model_by_domid(&w->n->model, w->domid), false);
	return 0;
}

static int start_timer(struct waiter *w, int64_t msec)
{
	return sd_event_add_time_relative(w->n->loop, &w->timer, CLOCK_MONOTONIC,
					  (uint64_t)msec * 1000, 1000, on_timeout, w);
}

static struct waiter *waiter_new(struct nacred *n, struct request *rq, const struct domain *d,
				 enum wait_for what)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	*w = (struct waiter){.n = n, .next = n->waiters, .rq = rq, .domid = d->domid, .what = what};
	n->waiters = w;
	n->nr_waiters++;
	return w;
}

int wait_add(struct nacred *n, struct request *rq, const struct domain *d, enum wait_for what,
	     int64_t timeout_msec, struct json **result, struct rpc_error *e)
{
	struct waiter *w;

	if (reached(n, d, what)) {
		*result = answer(true, world_identity(d), domain_shutdown_reason(d));
		return RPC_DONE;
	}
	if (what == WAIT_CONSOLE && !stores_get(n, e))
		return RPC_FAILED;
	if (n->nr_waiters >= client_share(rq->client, LIMIT_WAITS))
		return fail(e, XL_BUFFERFULL, "daemon.busy", "more than %u calls of domain.wait",
			    client_share(rq->client, LIMIT_WAITS));
	w = waiter_new(n, rq, d, what);
	if (!w)
		return fail_memory(e);
	if (timeout_msec >= 0 && start_timer(w, timeout_msec) < 0) {
		waiter_free(w);
		return fail_memory(e);
	}
	if (what == WAIT_CONSOLE) {
		snprintf(w->path, sizeof(w->path), "/local/domain/%u/console/tty", d->domid);
		stores_watch(n, w->path); /* else wait_rewatch() does it */
	}
	return RPC_LATER;
}

static int stop_waiting(void *arg, struct rpc_error *e)
{
	struct waiter *w = arg;
	struct job *job = w->job;
	struct rpc_error why;

	waiter_free(w);
	fail(&why, XL_ABORTED, "job.cancelled",
	     "nobody waits any more; the guest was asked already");
	job_fail(job, &why);
	return 0;
}

struct job *wait_job(struct nacred *n, const char *kind, const struct domain *d, enum wait_for what,
		     struct rpc_error *e)
{
	struct waiter *w = NULL;

	if (n->nr_waiters >= LIMIT_WAITS)
		fail(e, XL_BUFFERFULL, "daemon.busy", "more than %d calls of domain.wait",
		     LIMIT_WAITS);
	else if (!(w = waiter_new(n, NULL, d, what)))
		fail_memory(e);
	else
		w->job = job_start(n, kind, d->name ? d->name : d->uuid, stop_waiting, w, e);
	if (w && w->job) {
		job_phase(w->job, "guest", 0);
		return w->job;
	}
	if (w)
		waiter_free(w);
	return NULL;
}

/* Whether @w is over now, one way or the other: then it is answered. */
static bool try_finish(struct waiter *w, const struct domain *d)
{
	if (reached(w->n, d, w->what))
		finish(w, d, true);
	else if (w->what == WAIT_CONSOLE && (domain_dying(d) || d->ended))
		finish(w, d, false);
	else
		return false;
	return true;
}

/* An answer may end a client and with it other waits: look from the start again. */
void wait_changed(struct nacred *n, const struct domain *d)
{
	struct waiter *w = n->waiters;

	while (w)
		w = w->domid == d->domid && try_finish(w, d) ? n->waiters : w->next;
}

void wait_forget(struct nacred *n, const struct client *c)
{
	struct waiter *w = n->waiters;

	while (w) {
		if (w->rq && w->rq->client == c) {
			finish(w, NULL, false);
			w = n->waiters;
		} else {
			w = w->next;
		}
	}
}

void wait_path_changed(struct nacred *n, const char *path)
{
	struct waiter *w = n->waiters;
	struct domain *d;

	while (w) {
		d = strcmp(w->path, path) == 0 ? model_by_domid(&n->model, w->domid) : NULL;
		w = d && try_finish(w, d) ? n->waiters : w->next;
	}
}

void wait_rewatch(struct nacred *n)
{
	struct waiter *w;

	for (w = n->waiters; w; w = w->next)
		if (w->path[0])
			stores_watch(n, w->path);
}

void wait_stop(struct nacred *n)
{
	while (n->waiters)
		waiter_free(n->waiters);
}
