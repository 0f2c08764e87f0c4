/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "build.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "config.h"
#include "ctrl/domain.h"
#include "events.h"
#include "log.h"
#include "rpc.h"
#include "stores.h"
#include "teardown.h"
#include "worker.h"
#include "world.h"

static const char aborted[] = "the domain was destroyed while it was being built";

struct build {
	struct nacred *n;
	struct build *next;
	char uuid[UUID_TEXT];	/* of its record */
	struct request *rq;	/* NULL: a restart */
	struct request *cancel; /* of a destroy that stopped it, or NULL */
	struct json *identity;	/* its answer */
	bool paused, cancelled;
	pid_t pid; /* 0: waits for its turn */
	int pipe;  /* from the worker, -1 */
	sd_event_source *child, *delay;
	struct worker_result result;
	size_t got; /* bytes of result */
};

static void start_waiting(struct nacred *n);

static void build_free(struct build *b)
{
	struct nacred *n = b->n;
	struct build **at;

	for (at = &n->builds; *at; at = &(*at)->next) {
		if (*at != b)
			continue;
		*at = b->next;
		n->nr_builds--;
		break;
	}
	sd_event_source_disable_unref(b->child);
	sd_event_source_disable_unref(b->delay);
	json_free(b->identity);
	if (b->pipe >= 0)
		close(b->pipe);
	free(b);
}

/* The half-made domain has gone: the record too, and the caller hears why. */
static void taken_back(struct nacred *n, const char *uuid, const struct rpc_error *e, void *arg)
{
	struct record *r = record_by_uuid(&n->records, uuid);
	struct build *b = arg;

	if (e)
		log_error("%s", e->message);
	if (r && !e)
		record_remove(&n->records, r);
	if (b->rq)
		request_fail(b->rq, &b->result.error);
	if (b->cancel && e)
		request_fail(b->cancel, e);
	else if (b->cancel)
		request_reply(b->cancel, json_copy(b->identity));
	build_free(b);
}

static void build_failed(struct build *b)
{
	struct nacred *n = b->n;
	struct record *r = record_by_uuid(&n->records, b->uuid);
	const struct domain *d;
	struct rpc_error e;

	if (!b->rq)
		log_error("%s is not started again: %s", r ? r->name : b->uuid,
			  b->result.error.message);
	if (world_refresh(n, &e))
		log_error("%s", e.message);
	d = model_by_uuid(&n->model, b->uuid);
	if (teardown_start(n, d && !domain_dying(d) ? (int64_t)d->domid : b->result.domid, b->uuid,
			   TEARDOWN_GONE, taken_back, b, &e))
		taken_back(n, b->uuid, &e, b);
}

static int announce(struct build *b, struct record *r, struct rpc_error *e)
{
	struct nacred *n = b->n;
	struct domain *d;
	int rc;

	if (world_refresh(n, e))
		return -1;
	d = model_by_domid(&n->model, (uint32_t)b->result.domid);
	if (!d || domain_dying(d))
		return fail(e, XL_FAIL, "domain.vanished",
			    "the new domain was destroyed by others");
	r->domid = b->result.domid;
	r->start_time = d->start_time = b->result.start_time;
	r->state = RECORD_RUNNING;
	r->begins_paused = b->paused;
	if (record_save(&n->records, r, e)) {
		r->state = RECORD_CREATING;
		return -1;
	}
	events_domain(n, "domain.created", d);
	stores_watch_console(n, d);
	if (!b->paused) {
		rc = ctrl_domain_unpause(n->ctrl, d->domid);
		if (rc)
			return fail_errno(e, rc, "hypervisor.refused", "cannot start domain %u",
					  d->domid);
		events_domain(n, "domain.started", d);
	}
	if (b->rq)
		request_reply(b->rq, world_identity(d));
	log_entry(SD_NOTICE, LOG_FIELDS(.id = LOG_ID_MADE, .domain = r->name),
		  "domain %u (%s) is made", d->domid, r->name);
	return 0;
}

/* The worker has ended and its whole result is here, or it is not coming. */
static void build_finished(struct build *b)
{
	struct record *r = record_by_uuid(&b->n->records, b->uuid);
	struct nacred *n = b->n;

	n->nr_builds_running--;
	b->child = sd_event_source_disable_unref(b->child);
	if (b->cancelled)
		fail(&b->result.error, XL_ABORTED, "domain.aborted", "%s", aborted);
	else if (b->got != sizeof(b->result))
		fail(&b->result.error, XL_FAIL, "daemon.builder",
		     "the builder process ended "
		     "unexpectedly");
	if (b->got != sizeof(b->result))
		b->result.domid = -1;
	if (!b->result.error.number && r && announce(b, r, &b->result.error) == 0) {
		b->rq = NULL;
		build_free(b);
	} else {
		build_failed(b);
	}
	start_waiting(n);
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *arg)
{
	struct build *b = arg;
	ssize_t n;

	/* Everything the worker wrote is in the pipe by now. */
	do {
		n = read(b->pipe, (char *)&b->result + b->got, sizeof(b->result) - b->got);
		if (n > 0)
			b->got += (size_t)n;
	} while (n > 0 && b->got < sizeof(b->result));
	if (si->si_code != CLD_EXITED)
		log_error("builder process %d was killed by signal %d", (int)si->si_pid,
			  si->si_status);
	build_finished(b);
	return 0;
}

static int build_run(struct build *b, struct rpc_error *e)
{
	struct record *r = record_by_uuid(&b->n->records, b->uuid);
	int rc = worker_spawn(r, &b->pid, &b->pipe);

	if (rc) {
		b->pid = 0;
		return fail_errno(e, rc, "daemon.builder", "cannot start a builder process");
	}
	rc = sd_event_add_child(b->n->loop, &b->child, b->pid, WEXITED, on_child, b);
	if (rc < 0) {
		kill(b->pid, SIGKILL);
		waitpid(b->pid, NULL, 0);
		b->pid = 0;
		return fail_errno(e, rc, "daemon.builder", "cannot watch a builder process");
	}
	b->n->nr_builds_running++;
	return 0;
}

static void start_waiting(struct nacred *n)
{
	struct build *b, *next;

	for (b = n->builds; b && n->nr_builds_running < LIMIT_BUILDS; b = next) {
		next = b->next;
		if (!b->pid && !b->cancelled && !b->delay && build_run(b, &b->result.error)) {
			build_failed(b);
			return;
		}
	}
}

static struct build *build_new(struct nacred *n, struct request *rq, const char *uuid, bool paused)
{
	struct build *b = calloc(1, sizeof(*b)), **at;

	if (!b)
		return NULL;
	*b = (struct build){.n = n, .rq = rq, .paused = paused, .pipe = -1};
	snprintf(b->uuid, sizeof(b->uuid), "%s", uuid);
	for (at = &n->builds; *at; at = &(*at)->next)
		;
	*at = b; /* first come, first served */
	n->nr_builds++;
	return b;
}

/* A copy of @config with its UUID in it. */
static struct json *complete_config(const struct json *config, const char *uuid)
{
	struct json *copy = json_copy(config);

	if (copy && json_set_string(json_get(copy, "c_info"), "uuid", uuid))
		return copy;
	json_free(copy);
	return NULL;
}

static int check_create(struct nacred *n, const struct json *config, char uuid[UUID_TEXT],
			struct rpc_error *e)
{
	struct config c;
	uuid_t u;
	int rc;

	if (config_read(&c, config, e))
		return -1;
	if (c.uuid)
		uuid_parse(c.uuid, u);
	else
		uuid_generate(u);
	uuid_unparse_lower(u, uuid);
	rc = world_check_free(n, c.name, uuid, e);
	if (!rc)
		rc = pools_refresh(n, e) || !pools_for_domain(&n->pools, c.pool, e) ? -1 : 0;
	config_free(&c);
	return rc;
}

int build_create(struct nacred *n, struct request *rq, const struct json *params,
		 struct rpc_error *e)
{
	const struct json *config = json_get(params, "config");
	char uuid[UUID_TEXT];
	struct record *r;
	struct build *b;

	if (world_refresh(n, e) || check_create(n, config, uuid, e) || !stores_get(n, e))
		return RPC_FAILED;
	if (n->nr_builds >= LIMIT_BUILD_QUEUE)
		return fail(e, XL_BUFFERFULL, "daemon.busy", "%d domains are being made already",
			    LIMIT_BUILD_QUEUE);
	r = record_new(&n->records, uuid, json_string(json_path(config, "c_info.name"), ""),
		       complete_config(config, uuid));
	if (!r)
		return fail_memory(e);
	r->keep_ended = json_bool(json_get(params, "keep_ended"), false);
	b = build_new(n, rq, uuid, json_bool(json_get(params, "paused"), false));
	if (!b || record_save(&n->records, r, e)) {
		if (!b)
			fail_memory(e);
		else
			build_free(b);
		record_remove(&n->records, r);
		return RPC_FAILED;
	}
	start_waiting(n);
	return RPC_LATER;
}

static int on_delay(sd_event_source *s, uint64_t usec, void *arg)
{
	struct build *b = arg;

	b->delay = sd_event_source_disable_unref(b->delay);
	start_waiting(b->n);
	return 0;
}

void build_restart(struct nacred *n, struct record *r, unsigned int delay_msec)
{
	struct rpc_error e;
	struct build *b;

	if (record_save(&n->records, r, &e))
		log_error("%s", e.message);
	b = build_new(n, NULL, r->uuid, false);
	if (!b) {
		log_error("no memory to start %s again", r->name);
		return;
	}
	if (delay_msec)
		sd_event_add_time_relative(n->loop, &b->delay, CLOCK_MONOTONIC,
					   delay_msec * 1000ull, 0, on_delay, b);
	start_waiting(n);
}

static struct json *identity_of(const struct record *r)
{
	struct json *v = json_new_object();

	json_set(v, "domid", r->domid < 0 ? json_new_null() : json_new_int(r->domid));
	json_set_string(v, "name", r->name);
	json_set_string(v, "uuid", r->uuid);
	json_set_int(v, "generation", r->generation);
	return v;
}

bool build_cancel(struct nacred *n, const char *uuid, struct request *rq)
{
	struct build *b = n->builds;

	while (b && (strcmp(b->uuid, uuid) != 0 || b->cancelled || (b->pid && !b->child)))
		b = b->next;
	if (!b)
		return false;
	b->cancelled = true;
	b->cancel = rq;
	b->identity = identity_of(record_by_uuid(&n->records, uuid));
	b->result.domid = -1;
	if (b->child) {
		kill(b->pid, SIGKILL); /* on_child() goes on */
		return true;
	}
	fail(&b->result.error, XL_ABORTED, "domain.aborted", "%s", aborted);
	build_failed(b);
	return true;
}

void build_stop(struct nacred *n)
{
	while (n->builds) {
		if (n->builds->child) {
			kill(n->builds->pid, SIGKILL);
			waitpid(n->builds->pid, NULL, 0);
		}
		build_free(n->builds);
	}
}
