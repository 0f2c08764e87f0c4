/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fields.h"
#include "job.h"
#include "limits.h"
#include "nacred.h"
#include "replay_file.h"
#include "revision.h"
#include "rpc.h"

#define ID_BYTES 64

struct replay {
	struct replay *next; /* newer */
	uid_t uid;
	const struct method *method;
	char id[ID_BYTES + 1];
	char params[REVISION_TEXT]; /* digest */
	uint64_t until;		    /* microseconds of CLOCK_MONOTONIC */
	struct request *first;	    /* NULL: has ended */
	struct request *again;	    /* others that wait for it, by request.also */
	char job[JOB_ID_TEXT];	    /* whose outcome is the call's, or empty */
	struct json *result;	    /* NULL: none yet */
};

static const struct field fields[] = {
	{.name = "request_id",
	 .type = F_STRING,
	 .optional = true,
	 .min = 1,
	 .max = ID_BYTES,
	 .summary = "of the caller's choice: the same call with it again happens once"},
	FIELDS_END,
};

const struct field *replay_fields(const struct method *m)
{
	/* A descriptor is not given twice, and nothing is changed by giving it. */
	return m->class == METHOD_READ || m->no_batch ? NULL : fields;
}

static void replay_free(struct nacred *n, struct replay *r)
{
	struct replay **at;

	for (at = &n->replays; *at != r; at = &(*at)->next)
		;
	*at = r->next;
	n->nr_replays--;
	json_free(r->result);
	free(r);
}

/* What is too old goes, and, when there is no room, the oldest that has ended. */
static bool make_room(struct nacred *n, uint64_t now)
{
	struct replay *r, *next;

	for (r = n->replays; r; r = next) {
		next = r->next;
		if (!r->first && r->until <= now)
			replay_free(n, r);
	}
	for (r = n->replays; r && n->nr_replays >= LIMIT_REPLAYS; r = next) {
		next = r->next;
		if (!r->first)
			replay_free(n, r);
	}
	return n->nr_replays < LIMIT_REPLAYS;
}

static struct replay *find(const struct nacred *n, uid_t uid, const char *id)
{
	struct replay *r = n->replays;

	while (r && (r->uid != uid || strcmp(r->id, id) != 0))
		r = r->next;
	return r;
}

/* The first call has ended, or goes on as a job, or is under way. */
static int answer_again(struct replay *r, struct request *rq, const struct json *params,
			struct json **result, struct rpc_error *e)
{
	struct job *job;

	if (r->result) {
		*result = json_copy(r->result);
		return *result ? RPC_DONE : fail_memory(e);
	}
	if (r->job[0]) {
		job = job_find(rq->n, r->job, e);
		if (!job)
			return RPC_FAILED;
		if (!job_has_failed(job))
			return job_answer(job, rq, params, result, e);
		replay_free(rq->n, r);
		return REPLAY_NEW;
	}
	rq->also = r->again;
	r->again = rq;
	return RPC_LATER;
}

static int remember(struct request *rq, const char *id, const char *digest, uint64_t now,
		    struct rpc_error *e)
{
	struct nacred *n = rq->n;
	struct replay *r, **at;

	if (!make_room(n, now))
		return fail(e, XL_BUFFERFULL, "daemon.busy", "%d calls with a request_id run",
			    LIMIT_REPLAYS);
	r = calloc(1, sizeof(*r));
	if (!r)
		return fail_memory(e);
	*r = (struct replay){.uid = rq->uid, .method = rq->method, .first = rq};
	snprintf(r->id, sizeof(r->id), "%s", id);
	memcpy(r->params, digest, sizeof(r->params));
	for (at = &n->replays; *at; at = &(*at)->next)
		;
	*at = r;
	n->nr_replays++;
	rq->replay = r;
	return REPLAY_NEW;
}

int replay_begin(struct request *rq, const struct json *params, struct json **result,
		 struct rpc_error *e)
{
	const char *id = json_string(json_get(params, "request_id"), NULL);
	char digest[REVISION_TEXT];
	struct replay *r;
	uint64_t now = 0;
	int rc;

	if (!id || !replay_fields(rq->method) || revision_dry_run(params))
		return REPLAY_NEW;
	if (!revision_of(params, digest))
		return fail_memory(e);
	sd_event_now(rq->n->loop, CLOCK_MONOTONIC, &now);
	r = find(rq->n, rq->uid, id);
	if (r && !r->first && r->until <= now) {
		replay_free(rq->n, r);
		r = NULL;
	}
	if (r && (r->method != rq->method || strcmp(r->params, digest) != 0)) {
		fail(e, XL_INVAL, "request.id_reused",
		     "request_id \"%s\" belongs to another call, of %s", id, r->method->name);
		return fail_field(e, "request_id");
	}
	rc = r ? answer_again(r, rq, params, result, e) : REPLAY_NEW;
	return rc == REPLAY_NEW ? remember(rq, id, digest, now, e) : rc;
}

void replay_is_job(struct request *rq, const char *id)
{
	if (rq && rq->replay)
		snprintf(rq->replay->job, sizeof(rq->replay->job), "%s", id);
}

/* --- over a restart of nacred ----------------------------------------------------------- */

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Jobs live in memory: what only names one means nothing to the next nacred. */
static bool outlives_us(const struct replay *r)
{
	return r->result && !(r->job[0] && r->result->nr == 1 && json_get(r->result, "job"));
}

static struct json *to_json(const struct nacred *n, const struct replay *r)
{
	double left = (double)r->until / 1e6 - seconds(CLOCK_MONOTONIC);
	struct json *v = json_new_object();

	json_set_string(v, "instance_id", n->instance_id);
	json_set_int(v, "uid", r->uid);
	json_set_string(v, "method", r->method->name);
	json_set_string(v, "id", r->id);
	json_set_string(v, "params", r->params);
	json_set_real(v, "until", seconds(CLOCK_REALTIME) + left);
	json_set(v, "result", json_copy(r->result));
	return v;
}

static void note(struct nacred *n, const struct replay *r)
{
	struct json *v, *all;

	if (!outlives_us(r))
		return;
	v = to_json(n, r);
	replay_file_add(n, v);
	json_free(v);
	if (n->replay_lines <= 2 * LIMIT_REPLAYS)
		return;
	all = json_new_array();
	for (r = n->replays; r; r = r->next)
		if (outlives_us(r))
			json_append(all, to_json(n, r));
	replay_file_write(n, all);
	json_free(all);
}

/* NULL: of another run of the hypervisor, too old, or not one of ours. */
static struct replay *from_json(const struct nacred *n, const struct json *v)
{
	const struct method *m = rpc_method(json_string(json_get(v, "method"), ""));
	const char *id = json_string(json_get(v, "id"), "");
	const char *params = json_string(json_get(v, "params"), "");
	const struct json *result = json_get(v, "result");
	double left = json_real(json_get(v, "until"), 0) - seconds(CLOCK_REALTIME);
	struct replay *r;

	if (!m || !replay_fields(m) || !*id || strlen(id) > ID_BYTES ||
	    strlen(params) != REVISION_TEXT - 1 || !result || result->type != JSON_OBJECT ||
	    strcmp(json_string(json_get(v, "instance_id"), ""), n->instance_id) != 0 ||
	    !(left > 0 && left <= LIMIT_REPLAY_SEC))
		return NULL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	*r = (struct replay){.uid = (uid_t)json_int(json_get(v, "uid"), -1), .method = m};
	snprintf(r->id, sizeof(r->id), "%s", id);
	memcpy(r->params, params, sizeof(r->params));
	r->until = (uint64_t)((seconds(CLOCK_MONOTONIC) + left) * 1e6);
	r->result = json_copy(result);
	return r;
}

void replay_start(struct nacred *n)
{
	struct json *lines = replay_file_read(n), *kept = json_new_array();
	struct replay *r, **end = &n->replays;
	size_t i = lines && lines->nr > LIMIT_REPLAYS ? lines->nr - LIMIT_REPLAYS : 0;

	for (; lines && i < lines->nr; i++) {
		r = from_json(n, lines->items[i]);
		if (r && (!r->result || find(n, r->uid, r->id))) {
			json_free(r->result);
			free(r);
		} else if (r) {
			*end = r;
			end = &r->next;
			n->nr_replays++;
			json_append(kept, json_copy(lines->items[i]));
		}
	}
	if (lines && kept && lines->nr != kept->nr)
		replay_file_write(n, kept);
	else if (lines)
		n->replay_lines = (unsigned int)lines->nr;
	json_free(lines);
	json_free(kept);
}

void replay_end(struct request *rq, const struct json *result, const struct rpc_error *e)
{
	struct request *again, *next;
	struct replay *r = rq->replay;
	uint64_t now = 0;

	rq->replay = NULL;
	if (!r)
		return;
	again = r->again;
	r->again = NULL;
	r->first = NULL;
	sd_event_now(rq->n->loop, CLOCK_MONOTONIC, &now);
	r->until = now + LIMIT_REPLAY_SEC * UINT64_C(1000000);
	r->result = result ? json_copy(result) : NULL;
	/* Before anybody hears of it: who hears nothing asks the next nacred. */
	note(rq->n, r);
	/* A job's end is known by the job. */
	if (!r->result && !r->job[0])
		replay_free(rq->n, r);
	for (; again; again = next) {
		next = again->also;
		if (result)
			request_reply(again, json_copy(result));
		else
			request_fail(again, e);
	}
}

void replay_stop(struct nacred *n)
{
	while (n->replays)
		replay_free(n, n->replays);
}
