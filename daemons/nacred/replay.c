/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "job.h"
#include "limits.h"
#include "nacred.h"
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
