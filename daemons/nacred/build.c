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

#include "build_check.h"
#include "config.h"
#include "ctrl/domain.h"
#include "events.h"
#include "job.h"
#include "log.h"
#include "revision.h"
#include "rpc.h"
#include "stores.h"
#include "teardown.h"
#include "worker.h"
#include "world.h"

static const char aborted[] = "the domain was destroyed while it was being built";

struct build {
	struct nacred *n;
	struct build *next;
	char uuid[UUID_TEXT];  /* of its record */
	struct job *job;       /* NULL: a restart */
	struct job *cancel;    /* of a destroy that stopped it, or NULL */
	struct json *identity; /* its result */
	bool paused, cancelled;
	pid_t pid; /* 0: waits for its turn */
	int pipe;  /* from the worker, -1 */
	sd_event_source *child, *delay, *progress;
	struct worker_result result;
	bool complete; /* the result is the last */
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
	sd_event_source_disable_unref(b->progress);
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
	if (b->job)
		job_fail(b->job, &b->result.error);
	if (b->cancel && e)
		job_fail(b->cancel, e);
	else if (b->cancel)
		job_done(b->cancel, json_copy(b->identity));
	build_free(b);
}

static void build_failed(struct build *b)
{
	struct nacred *n = b->n;
	struct record *r = record_by_uuid(&n->records, b->uuid);
	const struct domain *d;
	struct rpc_error e;

	if (b->job)
		job_phase(b->job, "taking back", 90);
	else
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
	if (!b->paused) {
		rc = ctrl_domain_unpause(n->ctrl, d->domid);
		if (rc)
			return fail_errno(e, rc, "hypervisor.refused", "cannot start domain %u",
					  d->domid);
		events_domain(n, "domain.started", d);
	}
	log_entry(SD_NOTICE, LOG_FIELDS(.id = LOG_ID_MADE, .domain = r->name),
		  "domain %u (%s) is made", d->domid, r->name);
	if (b->job)
		job_done(b->job, world_identity(d));
	/* Nobody waits for xenstored's answer to this. */
	stores_watch_console(n, d);
	return 0;
}

/* The worker has ended and its whole result is here, or it is not coming. */
static void build_finished(struct build *b)
{
	struct record *r = record_by_uuid(&b->n->records, b->uuid);
	struct nacred *n = b->n;

	n->nr_builds_running--;
	b->child = sd_event_source_disable_unref(b->child);
	b->progress = sd_event_source_disable_unref(b->progress);
	if (b->cancelled)
		fail(&b->result.error, XL_ABORTED, "domain.aborted", "%s", aborted);
	else if (!b->complete)
		fail(&b->result.error, XL_FAIL, "daemon.builder",
		     "the builder process ended "
		     "unexpectedly");
	if (!b->result.error.number && r && announce(b, r, &b->result.error) == 0) {
		build_free(b);
	} else {
		build_failed(b);
	}
	start_waiting(n);
}

/* Take what the worker has sent: a phase, or its end.  Each came whole. */
static void read_progress(struct build *b)
{
	struct worker_result r;
	const char *word;

	while (read(b->pipe, &r, sizeof(r)) == (ssize_t)sizeof(r)) {
		b->result = r;
		b->complete = r.phase == WORKER_DONE;
		word = worker_phase_word(r.phase);
		if (b->job && word && !b->cancelled)
			job_phase(b->job, word, worker_phase_percent(r.phase));
	}
}

static int on_progress(sd_event_source *s, int fd, uint32_t revents, void *arg)
{
	struct build *b = arg;

	read_progress(b);
	if (revents & (EPOLLHUP | EPOLLERR))
		sd_event_source_set_enabled(s, SD_EVENT_OFF); /* on_child() follows */
	return 0;
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *arg)
{
	struct build *b = arg;

	/* Everything the worker wrote is in the pipe by now. */
	read_progress(b);
	if (si->si_code != CLD_EXITED)
		log_error("builder process %d was killed by signal %d", (int)si->si_pid,
			  si->si_status);
	build_finished(b);
	return 0;
}

static int build_run(struct build *b, struct rpc_error *e)
{
	struct record *r = record_by_uuid(&b->n->records, b->uuid);
	int rc = worker_spawn(r, false, &b->pid, &b->pipe);

	if (rc) {
		b->pid = 0;
		return fail_errno(e, rc, "daemon.builder", "cannot start a builder process");
	}
	rc = sd_event_add_child(b->n->loop, &b->child, b->pid, WEXITED, on_child, b);
	if (rc >= 0)
		rc = sd_event_add_io(b->n->loop, &b->progress, b->pipe, EPOLLIN, on_progress, b);
	if (rc < 0) {
		b->child = sd_event_source_disable_unref(b->child);
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

static struct build *build_new(struct nacred *n, const char *uuid, bool paused)
{
	struct build *b = calloc(1, sizeof(*b)), **at;

	if (!b)
		return NULL;
	*b = (struct build){.n = n, .paused = paused, .pipe = -1, .result.domid = -1};
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

/* What is known of the pools is as new as the latest event of xenstored; the worker looks again. */
static int check_pool(struct nacred *n, const char *text, struct rpc_error *e)
{
	if (pools_for_domain(&n->pools, text, e))
		return 0;
	return pools_refresh(n, e) || !pools_for_domain(&n->pools, text, e) ? -1 : 0;
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
		rc = check_pool(n, c.pool, e);
	config_free(&c);
	return rc;
}

/* What the call says when it could be done. */
static struct json *dry_answer(const char *name, const char *uuid)
{
	struct json *v = json_new_object();

	json_set(v, "domid", json_new_null());
	json_set_string(v, "name", name);
	json_set_string(v, "uuid", uuid);
	json_set_int(v, "generation", 1);
	json_set_bool(v, "dry_run", true);
	return v;
}

static int cancel_create(void *arg, struct rpc_error *e)
{
	struct build *b = arg;

	if (build_cancel(b->n, b->uuid, NULL))
		return 0;
	return fail(e, XL_FAIL, "job.not_cancellable",
		    "the domain is complete, or on its way back");
}

/* The record, which says what to take back should nacred end, and the job. */
static struct build *begin(struct nacred *n, const struct json *params, const char *name,
			   const char *uuid, struct rpc_error *e)
{
	struct record *r = record_new(&n->records, uuid, name,
				      complete_config(json_get(params, "config"), uuid));
	struct build *b;

	if (!r) {
		fail_memory(e);
		return NULL;
	}
	r->keep_ended = json_bool(json_get(params, "keep_ended"), false);
	b = build_new(n, uuid, json_bool(json_get(params, "paused"), false));
	if (!b)
		fail_memory(e);
	else
		b->job = job_start(n, "domain.create", name, cancel_create, b, e);
	if (b && b->job && record_save(&n->records, r, e) == 0)
		return b;
	if (b && b->job)
		job_fail(b->job, e);
	if (b)
		build_free(b);
	record_remove(&n->records, r);
	return NULL;
}

int build_create(struct nacred *n, struct request *rq, const struct json *params,
		 struct json **result, struct rpc_error *e)
{
	const struct json *config = json_get(params, "config");
	const char *name = json_string(json_path(config, "c_info.name"), "");
	char uuid[UUID_TEXT];
	struct build *b;
	struct job *job;

	if (world_refresh(n, e) || check_create(n, config, uuid, e) || !stores_get(n, e))
		return RPC_FAILED;
	if (n->nr_builds >= LIMIT_BUILD_QUEUE)
		return fail(e, XL_BUFFERFULL, "daemon.busy", "%d domains are being made already",
			    LIMIT_BUILD_QUEUE);
	if (revision_dry_run(params)) {
		job = build_check_start(n, name, uuid, json_get(params, "config"),
					dry_answer(name, uuid), e);
		return job ? job_answer(job, rq, params, result, e) : RPC_FAILED;
	}
	b = begin(n, params, name, uuid, e);
	if (!b)
		return RPC_FAILED;
	job = b->job;
	job_phase(job, "queue", 0);
	start_waiting(n);
	return job_answer(job, rq, params, result, e);
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
	b = build_new(n, r->uuid, false);
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

static struct build *cancellable(const struct nacred *n, const char *uuid)
{
	struct build *b = n->builds;

	while (b && (strcmp(b->uuid, uuid) != 0 || b->cancelled || (b->pid && !b->child)))
		b = b->next;
	return b;
}

bool build_running(const struct nacred *n, const char *uuid)
{
	return cancellable(n, uuid);
}

bool build_cancel(struct nacred *n, const char *uuid, struct job *job)
{
	struct build *b = cancellable(n, uuid);

	if (!b)
		return false;
	b->cancelled = true;
	b->cancel = job;
	b->identity = identity_of(record_by_uuid(&n->records, uuid));
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
