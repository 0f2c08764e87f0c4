/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "limits.h"
#include "log.h"
#include "patches.h"

struct patch_run {
	struct nacred *n;
	struct patch_wish wish;
	char name[PATCH_NAME_BYTES], shown[PATCH_NAME_BYTES];
	struct patch_plan plan;
	bool quiet;
	uint32_t timeout_ns;
	patch_run_done *done;
	void *arg;

	unsigned int at; /* step */
	bool acting;	 /* it has begun in the hypervisor */
	unsigned int polls, tries;
	sd_event_source *timer;
	struct patch_step gone[PATCH_STEPS_MAX]; /* that changed what is applied */
	unsigned int nr_gone;
	bool cancelled;
	bool undoing, recorded; /* recorded: the intention is in the policy */
	struct rpc_error error;
	struct json *steps; /* [{action, name, pause_ns, gather_ns}] */
	uint64_t pause_ns;  /* the longest */
};

static const uint32_t commands[] = {
	[STEP_UNLOAD] = LIVEPATCH_ACTION_UNLOAD,
	[STEP_APPLY] = LIVEPATCH_ACTION_APPLY,
	[STEP_REVERT] = LIVEPATCH_ACTION_REVERT,
	[STEP_REPLACE] = LIVEPATCH_ACTION_REPLACE,
};

static struct patch_store *store_of(const struct patch_run *r)
{
	return &r->n->patches->store;
}

static bool changes_set(enum patch_step_kind kind)
{
	return kind == STEP_APPLY || kind == STEP_REVERT || kind == STEP_REPLACE;
}

static void again(struct patch_run *r, unsigned int msec)
{
	sd_event_source_set_time_relative(r->timer, msec * 1000ull);
	sd_event_source_set_enabled(r->timer, SD_EVENT_ONESHOT);
}

/* --- the policy around it ------------------------------------------------------------------ */

static bool needs_record(const struct patch_run *r)
{
	for (unsigned int i = 0; i < r->plan.nr; i++)
		if (changes_set(r->plan.step[i].kind))
			return !r->wish.once;
	return false;
}

static int write_intention(struct patch_run *r, struct json *before, struct rpc_error *e)
{
	struct patch_store *store = store_of(r);
	struct patch_pending *p = &store->pending;

	snprintf(p->instance, sizeof(p->instance), "%s", r->n->instance_id);
	p->before = before;
	p->after = json_copy(r->plan.after);
	p->wanted = json_copy(r->plan.wanted);
	if (p->before && p->after && p->wanted && patch_store_save_policy(store, e) == 0) {
		r->recorded = true;
		return 0;
	}
	if (!p->before || !p->after || !p->wanted)
		fail_memory(e);
	patch_pending_clear(p);
	return -1;
}

/* The intention is fulfilled, or given up.  When that cannot be written the record on the
 * disk still says what was begun, and patch_start.c draws the conclusion. */
static void write_outcome(struct patch_run *r, bool done)
{
	struct patch_store *store = store_of(r);
	struct rpc_error e;

	patch_pending_clear(&store->pending);
	if (done && !r->wish.once) {
		json_free(store->wanted);
		store->wanted = r->plan.wanted;
		r->plan.wanted = NULL;
	}
	if (patch_store_save_policy(store, &e))
		log_error("%s", e.message);
}

/* --- the end --------------------------------------------------------------------------------- */

static void run_free(struct patch_run *r)
{
	r->n->patches->run = NULL;
	sd_event_source_disable_unref(r->timer);
	patch_plan_clear(&r->plan);
	json_free(r->steps);
	free(r);
}

static void tell(struct patch_run *r, const char *type)
{
	struct json *v = json_new_object();

	json_set_string(v, "name", r->shown);
	json_set_string(v, "action", patch_action_words[r->wish.action]);
	json_set_int(v, "pause_ns", (int64_t)r->pause_ns);
	json_set_string(v, "error", r->error.code);
	events_tell(r->n, type, "patch", v);
}

static struct json *result_of(struct patch_run *r)
{
	struct json *v = json_new_object();

	json_set_string(v, "action", patch_action_words[r->wish.action]);
	json_set_string(v, "name", r->name);
	json_set(v, "steps", r->steps);
	r->steps = NULL;
	json_set_int(v, "pause_ns", (int64_t)r->pause_ns);
	json_set(v, "applied", json_copy(r->plan.after));
	return v;
}

static void finish(struct patch_run *r)
{
	static const char *const types[] = {
		[PATCH_APPLY] = "patch.applied",
		[PATCH_REVERT] = "patch.reverted",
		[PATCH_REPLACE] = "patch.applied",
		[PATCH_UNLOAD] = "patch.unloaded",
	};
	const char *action = patch_action_words[r->wish.action];
	struct rpc_error error = r->error;
	patch_run_done *done = r->done;
	struct json *result = NULL;
	struct nacred *n = r->n;
	void *arg = r->arg;

	if (error.number) {
		log_error("%s of payload %s failed (%s)", action, r->shown, error.code);
	} else {
		log_notice("%s of payload %s: CPUs paused for %llu ns", action, r->shown,
			   (unsigned long long)r->pause_ns);
		result = result_of(r);
	}
	if (error.number || !r->quiet)
		tell(r, error.number ? "patch.failed" : types[r->wish.action]);
	run_free(r);
	done(n, arg, result, error.number ? &error : NULL);
}

static void succeed(struct patch_run *r)
{
	struct patch_file *f = patch_store_find(store_of(r), r->name);

	if (r->wish.action == PATCH_UNLOAD && f && patch_store_remove(store_of(r), f, &r->error)) {
		finish(r);
		return;
	}
	if (r->recorded || r->wish.action == PATCH_UNLOAD)
		write_outcome(r, true);
	finish(r);
}

static void give_up(struct patch_run *r)
{
	if (r->recorded)
		write_outcome(r, false);
	finish(r);
}

static void add_back(struct patch_run *r, enum patch_step_kind kind, const struct patch_step *step)
{
	if (r->plan.nr == PATCH_STEPS_MAX)
		return;
	r->plan.step[r->plan.nr] = *step;
	r->plan.step[r->plan.nr++].kind = kind;
}

/* The way back in the other order; variables that were used need the payload anew. */
static void turn_back(struct patch_run *r)
{
	r->undoing = true;
	r->plan.nr = 0;
	while (r->nr_gone) {
		const struct patch_step *step = &r->gone[--r->nr_gone];
		const struct patch_file *f = patch_store_find(store_of(r), step->name);

		if (step->kind == STEP_REVERT && f &&
		    json_bool(json_get(f->facts, "has_data"), false)) {
			add_back(r, STEP_UNLOAD, step);
			add_back(r, STEP_LOAD, step);
		}
		add_back(r, step->kind == STEP_APPLY ? STEP_REVERT : STEP_APPLY, step);
	}
	r->at = 0;
	again(r, 0);
}

/* A step back that fails leaves the set in between; it is told, and what is wanted stays
 * what it was. */
static void step_failed(struct patch_run *r, const struct rpc_error *e)
{
	r->acting = false;
	r->tries = 0;
	if (r->undoing)
		log_error("cannot take back what was done (%s)", e->code);
	else
		r->error = *e;
	if (r->undoing || !r->nr_gone)
		give_up(r);
	else
		turn_back(r);
}

/* --- steps -------------------------------------------------------------------------- */

static void note_step(struct patch_run *r, const struct patch_step *step)
{
	struct json *v = json_new_object();
	struct ctrl_livepatch_info info;

	json_set_string(v, "action", patch_step_word(step->kind));
	json_set_string(v, "name", step->name);
	if (changes_set(step->kind) && ctrl_livepatch_info(r->n->ctrl, step->name, &info) == 0) {
		json_set_int(v, "pause_ns", (int64_t)info.pause_ns);
		json_set_int(v, "gather_ns", (int64_t)info.gather_ns);
		if (info.pause_ns > r->pause_ns)
			r->pause_ns = info.pause_ns;
	}
	json_append(r->steps, v);
	if (changes_set(step->kind) && !r->undoing)
		r->gone[r->nr_gone++] = *step;
}

static void step_done(struct patch_run *r)
{
	note_step(r, &r->plan.step[r->at]);
	r->acting = false;
	r->at++;
	r->tries = 0;
	again(r, 0);
}

static int refused(const struct patch_step *step, int rc, struct rpc_error *e)
{
	const char *what = patch_step_word(step->kind);

	if (rc == -EBUSY && step->kind == STEP_UNLOAD)
		fail(e, XL_FAIL, "patch.in_use",
		     "%s is used by another payload, or an action is "
		     "under way",
		     step->name);
	else if (rc == -EBUSY && step->kind == STEP_REVERT)
		fail(e, XL_FAIL, "patch.not_last",
		     "%s is not the last one that was applied, or "
		     "an action is under way",
		     step->name);
	else if (rc == -EBUSY)
		fail(e, XL_LOCK_FAIL, "patch.busy", "an action on another payload is under way");
	else if (rc == -EEXIST)
		fail(e, XL_FAIL, "patch.exists",
		     "the hypervisor has a payload of this name or build-id already");
	else if (rc == -EOPNOTSUPP && step->kind == STEP_REPLACE)
		fail(e, XL_FAIL, "patch.hooks", "payloads with hooks cannot be replaced");
	else if (rc == -ENOENT && step->kind != STEP_LOAD)
		fail(e, XL_NOTFOUND, "patch.not_found", "the hypervisor has no payload %s any more",
		     step->name);
	else
		fail_errno(e, rc, "patch.refused", "the hypervisor does not %s %s", what,
			   step->name);
	return fail_hint(e, "`xl dmesg' tells its reason");
}

static int load(struct patch_run *r, const struct patch_step *step, struct rpc_error *e)
{
	struct patch_file *f = patch_store_find(store_of(r), step->name);
	size_t size, payload_size;
	uint8_t *bytes;
	int rc;

	if (!f)
		return fail(e, XL_NOTFOUND, "patch.not_found", "%s is not in the store",
			    step->name);
	bytes = patch_store_read(store_of(r), f, &size, e);
	if (!bytes || patch_store_judge(store_of(r), bytes, size, f, &payload_size, e)) {
		free(bytes);
		return -1;
	}
	rc = ctrl_livepatch_upload(r->n->ctrl, step->name, bytes, payload_size);
	free(bytes);
	return rc ? refused(step, rc, e) : 0;
}

/* The CPUs did not meet in time, or somebody else acts: nothing has changed, so once more. */
static bool try_again(struct patch_run *r)
{
	if (++r->tries >= LIMIT_PATCH_TRIES)
		return false;
	r->acting = false;
	again(r, ctrl_livepatch_poll_ms(r->tries));
	return true;
}

static void poll_action(struct patch_run *r, const struct patch_step *step)
{
	int rc = ctrl_livepatch_outcome(r->n->ctrl, step->name, commands[step->kind]);
	struct rpc_error e;

	if (rc == -EAGAIN) {
		again(r, ctrl_livepatch_poll_ms(r->polls++));
		return;
	}
	if (!rc) {
		step_done(r);
		return;
	}
	if (rc == -EBUSY && try_again(r))
		return;
	if (rc == -EBUSY) {
		fail(&e, XL_TIMEDOUT, "patch.timeout", "the CPUs did not meet in time for %s",
		     step->name);
		fail_hint(&e, "nothing was changed; a longer timeout may help");
	} else if (rc == -EINVAL && step->kind == STEP_APPLY) {
		fail(&e, XL_FAIL, "patch.used_data",
		     "%s has variables that were used already, or its hook failed", step->name);
		fail_hint(&e, "unload it and upload it again");
	} else {
		refused(step, rc, &e);
	}
	step_failed(r, &e);
}

static void begin_action(struct patch_run *r, const struct patch_step *step)
{
	uint32_t flags = step->kind == STEP_APPLY && (r->wish.anyway || r->undoing)
				 ? LIVEPATCH_ACTION_APPLY_NODEPS
				 : 0;
	int rc = ctrl_livepatch_action(r->n->ctrl, step->name, commands[step->kind], r->timeout_ns,
				       flags);
	struct rpc_error e;

	if (rc == -EBUSY && try_again(r))
		return;
	if (rc) {
		refused(step, rc, &e);
		step_failed(r, &e);
		return;
	}
	r->acting = true;
	r->polls = 0;
	poll_action(r, step);
}

static void begin_step(struct patch_run *r, const struct patch_step *step)
{
	char phase[PATCH_NAME_BYTES + 32];
	struct rpc_error e;

	if (!r->tries) {
		snprintf(phase, sizeof(phase), "%s%s %s", r->undoing ? "take back: " : "",
			 patch_step_word(step->kind), step->shown);
		job_phase(r->n->patches->job, phase, 100 * r->at / r->plan.nr);
	}
	if (step->kind != STEP_LOAD)
		begin_action(r, step);
	else if (load(r, step, &e))
		step_failed(r, &e);
	else
		step_done(r);
}

static void cancel(struct patch_run *r)
{
	struct rpc_error e;

	fail(&e, XL_ABORTED, "patch.cancelled", "it was cancelled before it was finished");
	step_failed(r, &e);
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct patch_run *r = arg;

	if (r->acting)
		poll_action(r, &r->plan.step[r->at]);
	else if (r->cancelled && !r->undoing && r->at < r->plan.nr)
		cancel(r);
	else if (r->at < r->plan.nr)
		begin_step(r, &r->plan.step[r->at]);
	else if (!r->undoing)
		succeed(r);
	else
		give_up(r); /* all is taken back */
	return 0;
}

/* --- the beginning ------------------------------------------------------------------ */

static struct patch_run *run_new(struct nacred *n, const struct patch_order *order)
{
	struct patch_run *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->n = n;
	r->wish = order->wish;
	snprintf(r->name, sizeof(r->name), "%s", order->wish.name);
	r->wish.name = r->name;
	snprintf(r->shown, sizeof(r->shown), "%s", order->shown);
	r->plan = *order->plan;
	memset(order->plan, 0, sizeof(*order->plan));
	r->quiet = order->quiet;
	r->timeout_ns = order->timeout_ns;
	r->done = order->done;
	r->arg = order->arg;
	r->steps = json_new_array();
	if (r->steps && sd_event_add_time_relative(n->loop, &r->timer, CLOCK_MONOTONIC, 0, 1000,
						   on_timer, r) >= 0)
		return r;
	run_free(r);
	return NULL;
}

int patch_run_start(struct nacred *n, const struct patch_order *order, struct rpc_error *e)
{
	struct patch_run *r = run_new(n, order);
	struct patch_set set;
	int rc = 0;

	patch_plan_clear(order->plan);
	if (!r)
		return fail_memory(e);
	if (needs_record(r)) {
		rc = patch_set_read(n, &set, e);
		if (!rc)
			rc = write_intention(r, patch_set_applied(&set), e);
		patch_set_free(&set);
	}
	if (rc) {
		run_free(r);
		return -1;
	}
	n->patches->run = r;
	return 0;
}

int patch_run_cancel(struct nacred *n, struct rpc_error *e)
{
	struct patch_run *r = n->patches->run;

	if (r->undoing || r->at + r->acting >= r->plan.nr)
		return fail(e, XL_FAIL, "job.not_cancellable",
			    r->undoing ? "it takes back what it did already"
				       : "its last step is under way");
	r->cancelled = true;
	return 0;
}

void patch_run_abandon(struct nacred *n)
{
	if (n->patches->run)
		run_free(n->patches->run);
}
