/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "events.h"
#include "limits.h"
#include "replay.h"

enum job_state { JOB_RUNNING, JOB_DONE, JOB_FAILED };

static const char *const state_words[] = {
	[JOB_RUNNING] = "running",
	[JOB_DONE] = "done",
	[JOB_FAILED] = "failed",
};

struct phase {
	char name[64];
	double started, ended; /* 0: not yet */
};

/* A call that is answered when the job ends, or when the time is over. */
struct job_wait {
	struct job_wait *next;
	struct job *job;
	struct request *rq;
	bool describe; /* job.wait; else the job's result or error */
	sd_event_source *timer;
};

struct job {
	struct nacred *n;
	struct job *next; /* newer */
	char id[JOB_ID_TEXT];
	char *kind, *subject;
	enum job_state state;
	unsigned int percent, nr_phases;
	struct phase phase[LIMIT_PHASES];
	double created, ended;
	job_cancel *cancel;
	void *arg;
	job_ended *tell_end;
	void *tell_arg;
	struct json *result;
	struct rpc_error error;
	struct job_wait *waits;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

const char *job_id(const struct job *job)
{
	return job->id;
}

/* --- descriptions --------------------------------------------------------------------- */

static struct json *describe_phase(const struct phase *p)
{
	struct json *v = json_new_object();

	json_set_string(v, "name", p->name);
	json_set_real(v, "started", p->started);
	json_set(v, "ended", p->ended > 0 ? json_new_real(p->ended) : json_new_null());
	return v;
}

/* Messages and results may hold what only administrators may know. */
static struct json *describe_error(const struct rpc_error *e, bool trusted)
{
	struct json *v = json_new_object();

	json_set_string(v, "code", e->code);
	json_set_string(v, "message", trusted ? e->message : "");
	json_set_string(v, "hint", trusted ? e->hint : "");
	return v;
}

/* What events carry, and the beginning of the whole. */
static struct json *summary(const struct job *job, bool trusted)
{
	struct json *v = json_new_object();

	json_set_string(v, "job", job->id);
	json_set_string(v, "kind", job->kind);
	json_set_string(v, "subject", job->subject);
	json_set_string(v, "state", state_words[job->state]);
	json_set_int(v, "percent", job->percent);
	json_set_string(v, "phase", job->nr_phases ? job->phase[job->nr_phases - 1].name : "");
	json_set(v, "error",
		 job->state == JOB_FAILED ? describe_error(&job->error, trusted) : json_new_null());
	return v;
}

struct json *job_describe(const struct job *job, bool trusted)
{
	struct json *v = summary(job, trusted), *phases = json_new_array();

	for (unsigned int i = 0; i < job->nr_phases; i++)
		json_append(phases, describe_phase(&job->phase[i]));
	json_set(v, "phases", phases);
	json_set_real(v, "created", job->created);
	json_set(v, "ended",
		 job->state == JOB_RUNNING ? json_new_null() : json_new_real(job->ended));
	json_set(v, "result", job->result && trusted ? json_copy(job->result) : json_new_null());
	return v;
}

struct json *job_describe_all(struct nacred *n, const char *kind, bool trusted)
{
	struct json *list = json_new_array();

	for (const struct job *job = n->jobs; job; job = job->next)
		if (!kind || strcmp(job->kind, kind) == 0)
			json_append(list, job_describe(job, trusted));
	return list;
}

/* --- calls that wait -------------------------------------------------------------------- */

static void wait_free(struct job_wait *w)
{
	struct job_wait **at;

	for (at = &w->job->waits; *at != w; at = &(*at)->next)
		;
	*at = w->next;
	w->job->n->nr_waiters--;
	sd_event_source_disable_unref(w->timer);
	free(w);
}

static int deadline_error(const struct job *job, struct rpc_error *e)
{
	fail(e, XL_TIMEDOUT, "job.deadline", "%s of %.100s is not finished yet", job->kind,
	     job->subject);
	return fail_hint(e, "it goes on as job %s: see job.wait", job->id);
}

/* Answer as the job stands: it has ended, or the caller's time has. */
static void wait_finish(struct job_wait *w)
{
	const struct job *job = w->job;
	struct request *rq = w->rq;
	bool describe = w->describe;
	struct rpc_error e = job->error;
	struct json *v = NULL;

	if (describe)
		v = job_describe(job, rq->client && rq->client->trusted);
	else if (job->state == JOB_DONE)
		v = json_copy(job->result);
	else if (job->state == JOB_RUNNING)
		deadline_error(job, &e);
	wait_free(w); /* before the answer, which may end the client and its waits */
	if (v)
		request_reply(rq, v);
	else
		request_fail(rq, &e);
}

static int on_timeout(sd_event_source *s, uint64_t usec, void *arg)
{
	wait_finish(arg);
	return 0;
}

static int wait_add(struct job *job, struct request *rq, bool describe, int64_t timeout_msec,
		    struct rpc_error *e)
{
	struct nacred *n = job->n;
	struct job_wait *w;

	if (n->nr_waiters >= client_share(rq->client, LIMIT_WAITS))
		return fail(e, XL_BUFFERFULL, "daemon.busy", "more than %u calls wait",
			    client_share(rq->client, LIMIT_WAITS));
	w = calloc(1, sizeof(*w));
	if (!w)
		return fail_memory(e);
	*w = (struct job_wait){.next = job->waits, .job = job, .rq = rq, .describe = describe};
	job->waits = w;
	n->nr_waiters++;
	if (timeout_msec >= 0 &&
	    sd_event_add_time_relative(n->loop, &w->timer, CLOCK_MONOTONIC,
				       (uint64_t)timeout_msec * 1000, 1000, on_timeout, w) < 0) {
		wait_free(w);
		return fail_memory(e);
	}
	return RPC_LATER;
}

int job_wait(struct job *job, struct request *rq, int64_t timeout_msec, struct json **result,
	     struct rpc_error *e)
{
	if (job->state == JOB_RUNNING && timeout_msec)
		return wait_add(job, rq, true, timeout_msec, e);
	*result = job_describe(job, rq->client && rq->client->trusted);
	return RPC_DONE;
}

int job_answer(struct job *job, struct request *rq, const struct json *params, struct json **result,
	       struct rpc_error *e)
{
	replay_is_job(rq, job->id);
	if (json_bool(json_get(params, "async"), false)) {
		*result = json_new_object();
		json_set_string(*result, "job", job->id);
		return RPC_DONE;
	}
	if (job->state == JOB_RUNNING)
		return wait_add(job, rq, false,
				json_int(json_get(params, "deadline"), LIMIT_JOB_MSEC), e);
	*e = job->error;
	if (job->state == JOB_FAILED)
		return RPC_FAILED;
	*result = json_copy(job->result);
	return RPC_DONE;
}

void job_forget(struct nacred *n, const struct client *c)
{
	for (struct job *job = n->jobs; job; job = job->next) {
		struct job_wait *w = job->waits;

		while (w) {
			bool mine = w->rq->client == c;

			if (mine)
				wait_finish(w);
			w = mine ? job->waits : w->next;
		}
	}
}

/* --- life -------------------------------------------------------------------------------- */

static void job_free(struct job *job)
{
	struct job **at;

	for (at = &job->n->jobs; *at != job; at = &(*at)->next)
		;
	*at = job->next;
	job->n->nr_jobs--;
	while (job->waits)
		wait_free(job->waits);
	json_free(job->result);
	free(job->kind);
	free(job->subject);
	free(job);
}

/* Room for one more: the oldest that have ended go. */
static bool make_room(struct nacred *n)
{
	struct job *job, *next;

	for (job = n->jobs; job && n->nr_jobs >= LIMIT_JOBS; job = next) {
		next = job->next;
		if (job->state != JOB_RUNNING)
			job_free(job);
	}
	return n->nr_jobs < LIMIT_JOBS_RUN;
}

struct job *job_start(struct nacred *n, const char *kind, const char *subject, job_cancel *cancel,
		      void *arg, struct rpc_error *e)
{
	struct job *job, **at;

	if (!make_room(n)) {
		fail(e, XL_BUFFERFULL, "daemon.busy", "%d jobs are running", LIMIT_JOBS_RUN);
		return NULL;
	}
	job = calloc(1, sizeof(*job));
	if (job) {
		job->kind = strdup(kind);
		job->subject = strdup(subject);
	}
	if (!job || !job->kind || !job->subject) {
		if (job) {
			free(job->kind);
			free(job->subject);
		}
		free(job);
		fail_memory(e);
		return NULL;
	}
	job->n = n;
	job->cancel = cancel;
	job->arg = arg;
	job->created = now();
	/* Ids of an earlier nacred must not name jobs of this one. */
	if (!n->job_epoch)
		n->job_epoch = (uint32_t)((uint64_t)(job->created * 16) & UINT32_MAX) | 1;
	snprintf(job->id, sizeof(job->id), "%08x-%u", n->job_epoch, ++n->job_number);
	for (at = &n->jobs; *at; at = &(*at)->next)
		;
	*at = job;
	n->nr_jobs++;
	return job;
}

static void end_phase(struct job *job)
{
	if (job->nr_phases)
		job->phase[job->nr_phases - 1].ended = now();
}

void job_phase(struct job *job, const char *phase, unsigned int percent)
{
	struct phase *p;

	end_phase(job);
	/* The last one of many takes all that follow. */
	if (job->nr_phases < LIMIT_PHASES)
		job->nr_phases++;
	p = &job->phase[job->nr_phases - 1];
	snprintf(p->name, sizeof(p->name), "%s", phase);
	p->started = now();
	p->ended = 0;
	job->percent = percent < 100 ? percent : 99;
	events_tell(job->n, "job.progress", "job", summary(job, false));
}

static void finish(struct job *job, enum job_state state)
{
	end_phase(job);
	job->state = state;
	job->ended = now();
	job->cancel = NULL;
	if (state == JOB_DONE)
		job->percent = 100;
	events_tell(job->n, "job.done", "job", summary(job, false));
	while (job->waits)
		wait_finish(job->waits);
	if (job->tell_end)
		job->tell_end(job->tell_arg, state == JOB_FAILED ? &job->error : NULL);
	job->tell_end = NULL;
}

void job_follow(struct job *job, job_ended *ended, void *arg)
{
	if (job->state == JOB_RUNNING) {
		job->tell_end = ended;
		job->tell_arg = arg;
	} else {
		ended(arg, job->state == JOB_FAILED ? &job->error : NULL);
	}
}

void job_done(struct job *job, struct json *result)
{
	job->result = result ? result : json_new_object();
	finish(job, JOB_DONE);
}

void job_fail(struct job *job, const struct rpc_error *e)
{
	job->error = *e;
	finish(job, JOB_FAILED);
}

struct job *job_find(struct nacred *n, const char *id, struct rpc_error *e)
{
	for (struct job *job = n->jobs; job; job = job->next)
		if (strcmp(job->id, id) == 0)
			return job;
	fail(e, XL_NOTFOUND, "job.not_found", "there is no job \"%.40s\"", id);
	fail_hint(e, "the latest %d are remembered, until nacred is started again", LIMIT_JOBS);
	fail_field(e, "job");
	return NULL;
}

int job_stop(struct job *job, struct rpc_error *e)
{
	if (job->state != JOB_RUNNING)
		return fail(e, XL_FAIL, "job.ended", "job %s has ended already", job->id);
	if (!job->cancel)
		return fail(e, XL_FAIL, "job.not_cancellable", "%s cannot be cancelled", job->kind);
	return job->cancel(job->arg, e);
}

bool job_has_failed(const struct job *job)
{
	return job->state == JOB_FAILED;
}

void job_free_all(struct nacred *n)
{
	while (n->jobs)
		job_free(n->jobs);
}
