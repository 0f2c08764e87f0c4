/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The steps of a document, one after the other.  Each is a change of its own, whole or not at
 * all; who loads the document again goes on where it stopped. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "job.h"
#include "log.h"

struct document_load {
	struct nacred *n;
	struct document_plan plan;
	size_t at;
	struct job *job;
	sd_event_source *next;
	bool cancelled, creating; /* a domain is being made by a job of its own */
	struct rpc_error error;	  /* of that job */
};

static void load_free(struct document_load *l)
{
	l->n->load = NULL;
	sd_event_source_disable_unref(l->next);
	document_plan_free(&l->plan);
	free(l);
}

/* Which step it was, in front of what it says. */
static void load_failed(struct document_load *l, const struct rpc_error *why)
{
	const struct document_step *step = &l->plan.step[l->at];
	struct rpc_error e = *why;
	struct job *job = l->job;

	snprintf(e.message, sizeof(e.message), "step %zu of %zu, %s %.60s: %.200s", l->at + 1,
		 l->plan.nr, step->method, step->subject, why->message);
	fail_hint(&e, "the steps before are done; loading again goes on from there");
	load_free(l);
	job_fail(job, &e);
}

static void load_done(struct document_load *l)
{
	struct json *result = json_new_object();
	struct job *job = l->job;

	json_set(result, "steps", l->plan.report);
	json_set_bool(result, "dry_run", false);
	l->plan.report = NULL;
	load_free(l);
	job_done(job, result);
}

/* The domain is made, or not.  Whoever tells this is not done with it: go on from the loop. */
static void on_created(void *arg, const struct rpc_error *e)
{
	struct document_load *l = arg;

	if (e)
		l->error = *e;
	sd_event_source_set_enabled(l->next, SD_EVENT_ONESHOT);
}

/* One step; false: the load has ended, or goes on when a job ends. */
static bool take_step(struct document_load *l)
{
	const struct document_step *step = &l->plan.step[l->at];
	char phase[sizeof(step->subject) + 40];
	struct json *result;
	struct job *create;
	struct rpc_error e;

	snprintf(phase, sizeof(phase), "%s %s", step->method, step->subject);
	job_phase(l->job, phase, (unsigned int)(l->at * 100 / l->plan.nr));
	result = document_call(l->n, step->method, step->params, &e);
	if (!result) {
		load_failed(l, &e);
		return false;
	}
	log_notice("config.load: %s %s", step->method, step->subject);
	create = strcmp(step->method, "domain.create") == 0
			 ? job_find(l->n, json_string(json_get(result, "job"), ""), &e)
			 : NULL;
	json_free(result);
	if (!create) {
		l->at++;
		return true;
	}
	l->creating = true;
	job_follow(create, on_created, l);
	return false;
}

static int on_next(sd_event_source *s, void *arg)
{
	struct document_load *l = arg;
	struct rpc_error e;

	if (l->creating && l->error.number) {
		load_failed(l, &l->error);
		return 0;
	}
	l->at += l->creating;
	l->creating = false;
	if (l->at == l->plan.nr) {
		load_done(l);
	} else if (l->cancelled) {
		fail(&e, XL_ABORTED, "job.cancelled", "the job was cancelled");
		load_failed(l, &e);
	} else if (take_step(l)) {
		/* Others get their turn between two steps. */
		sd_event_source_set_enabled(l->next, SD_EVENT_ONESHOT);
	}
	return 0;
}

static int on_cancel(void *arg, struct rpc_error *e)
{
	struct document_load *l = arg;

	l->cancelled = true;
	return 0;
}

struct job *document_load(struct nacred *n, struct document_plan *plan, struct rpc_error *e)
{
	struct document_load *l = calloc(1, sizeof(*l));

	if (!l) {
		fail_memory(e);
		document_plan_free(plan);
		return NULL;
	}
	*l = (struct document_load){.n = n, .plan = *plan};
	*plan = (struct document_plan){0};
	n->load = l;
	if (sd_event_add_defer(n->loop, &l->next, on_next, l) < 0)
		fail_memory(e);
	else
		l->job = job_start(n, "config.load", "", on_cancel, l, e);
	if (l->job)
		return l->job;
	load_free(l);
	return NULL;
}

void document_stop(struct nacred *n)
{
	if (n->load)
		load_free(n->load);
}
