/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_start.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "events.h"
#include "log.h"
#include "patch_inspect.h"
#include "patch_run.h"
#include "patches.h"

struct patch_start {
	struct nacred *n;
	sd_event_source *step;
	struct patch_file *file; /* the next to be looked at */
	struct patch_inspect *inspect;
	bool recovered;
	unsigned int polls;
	size_t next; /* of the wanted ones */
};

static struct patch_store *store_of(const struct patch_start *s)
{
	return &s->n->patches->store;
}

static void start_free(struct patch_start *s)
{
	s->n->patches->start = NULL;
	sd_event_source_disable_unref(s->step);
	patch_inspect_cancel(s->inspect);
	free(s);
}

static void go_on_in(struct patch_start *s, unsigned int msec)
{
	sd_event_source_set_time_relative(s->step, msec * 1000ull);
	sd_event_source_set_enabled(s->step, SD_EVENT_ONESHOT);
}

static void go_on(struct patch_start *s)
{
	go_on_in(s, 0);
}

static void finish(struct patch_start *s, const struct rpc_error *e)
{
	struct nacred *n = s->n;

	start_free(s);
	patches_end(n, e ? NULL : json_new_object(), e);
}

/* --- the store's payloads ------------------------------------------------------------------ */

static void on_inspected(void *arg, struct json *facts, const struct rpc_error *e)
{
	struct patch_start *s = arg;

	s->inspect = NULL;
	s->file->facts = facts;
	if (e) {
		snprintf(s->file->problem, sizeof(s->file->problem), "%.255s", e->message);
		log_error("a payload of the store cannot be used (%s); patch.list tells which",
			  e->code);
	}
	s->file = s->file->next;
	go_on(s);
}

/* What a signature is worth now is noted; looking at the bytes is safe in any case. */
static void inspect_next(struct patch_start *s)
{
	struct patch_file *f = s->file;
	size_t size, payload_size;
	struct rpc_error e = {0};
	uint8_t *bytes = patch_store_read(store_of(s), f, &size, &e);
	int fd = -1;

	if (bytes) {
		patch_store_judge(store_of(s), bytes, size, f, &payload_size, &e);
		fd = memfd_create("nacre-payload", MFD_CLOEXEC);
	}
	if (fd >= 0 && write(fd, bytes, payload_size) == (ssize_t)payload_size)
		s->inspect = patch_inspect_start(s->n, fd, payload_size, on_inspected, s, &e);
	if (fd >= 0)
		close(fd);
	free(bytes);
	if (s->inspect)
		return;
	log_error("a payload of the store cannot be looked at (%s); patch.list tells which",
		  e.code);
	s->file = f->next;
	go_on(s);
}

/* --- what was begun -------------------------------------------------------------------------- */

static bool same_names(const struct json *a, const struct json *b)
{
	if (a->nr != b->nr)
		return false;
	for (size_t i = 0; i < a->nr; i++)
		if (strcmp(json_string(a->items[i], ""), json_string(b->items[i], "")) != 0)
			return false;
	return true;
}

static void add_step(struct patch_start *s, const struct patch_set *set, struct patch_plan *plan,
		     enum patch_step_kind kind, const char *name)
{
	const struct patch *p = patch_set_find(set, name);
	struct patch_step *step = &plan->step[plan->nr];

	if (plan->nr == PATCH_STEPS_MAX)
		return;
	plan->nr++;
	step->kind = kind;
	snprintf(step->name, sizeof(step->name), "%s", name);
	snprintf(step->shown, sizeof(step->shown), "%s", p ? patch_shown(s->n, p) : name);
}

/* From @applied back to @before: what is too much goes, what is missing comes back. */
static void plan_return(struct patch_start *s, const struct patch_set *set,
			const struct json *applied, const struct json *before,
			struct patch_plan *plan)
{
	size_t keep = 0;

	while (keep < applied->nr && keep < before->nr &&
	       strcmp(json_string(applied->items[keep], ""),
		      json_string(before->items[keep], "")) == 0)
		keep++;
	for (size_t i = applied->nr; i-- > keep;)
		add_step(s, set, plan, STEP_REVERT, json_string(applied->items[i], ""));
	for (size_t i = keep; i < before->nr; i++) {
		const char *name = json_string(before->items[i], "");
		const struct patch *p = patch_set_find(set, name);
		bool data = p && p->file && json_bool(json_get(p->file->facts, "has_data"), false);

		if (p && p->loaded && data)
			add_step(s, set, plan, STEP_UNLOAD, name);
		if (!p || !p->loaded || data)
			add_step(s, set, plan, STEP_LOAD, name);
		add_step(s, set, plan, STEP_APPLY, name);
	}
}

static void forget_pending(struct patch_start *s, bool done)
{
	struct patch_store *store = store_of(s);
	struct rpc_error e;

	if (done) {
		json_free(store->wanted);
		store->wanted = store->pending.wanted;
		store->pending.wanted = NULL;
	}
	patch_pending_clear(&store->pending);
	if (patch_store_save_policy(store, &e))
		log_error("%s", e.message);
}

static void on_returned(struct nacred *n, void *arg, struct json *result, const struct rpc_error *e)
{
	struct patch_start *s = arg;

	json_free(result);
	if (e)
		log_error("the payloads that were applied before could not be restored (%s)",
			  e->code);
	forget_pending(s, false);
	go_on(s);
}

static void return_to_before(struct patch_start *s, const struct patch_set *set,
			     const struct json *applied)
{
	const struct json *before = store_of(s)->pending.before;
	struct patch_plan plan = {.possible = true, .after = json_copy(before)};
	struct patch_order order = {
		.wish = {.action = PATCH_REVERT, .name = "the applied set", .once = true},
		.shown = "the applied set",
		.plan = &plan,
		.quiet = true,
		.done = on_returned,
		.arg = s,
	};
	struct rpc_error e;

	plan_return(s, set, applied, before, &plan);
	if (patch_run_start(s->n, &order, &e)) {
		log_error("%s", e.message);
		go_on(s);
	}
}

static void recover(struct patch_start *s, const struct patch_set *set)
{
	const struct patch_pending *p = &store_of(s)->pending;
	struct json *applied = patch_set_applied(set);

	/* In another hypervisor nothing of it is left. */
	bool same_run = strcmp(p->instance, s->n->instance_id) == 0;
	bool done = same_run && same_names(applied, p->after);

	if (done || !same_run || same_names(applied, p->before)) {
		forget_pending(s, done);
		go_on(s);
	} else {
		log_warning("an action on payloads was interrupted and is taken back");
		return_to_before(s, set, applied);
	}
	json_free(applied);
}

/* --- what is wanted ----------------------------------------------------------------- */

static void give_up(struct patch_start *s, const char *shown, const struct rpc_error *e)
{
	struct json *v = json_new_object();

	log_error("payload %s is wanted and cannot be applied (%s); those that come after it in "
		  "the policy are not tried",
		  shown, e->code);
	json_set_string(v, "name", shown);
	json_set_string(v, "action", "apply");
	json_set_int(v, "pause_ns", 0);
	json_set_string(v, "error", e->code);
	events_tell(s->n, "patch.failed", "patch", v);
	finish(s, e);
}

static void on_applied(struct nacred *n, void *arg, struct json *result, const struct rpc_error *e)
{
	struct patch_start *s = arg;
	struct rpc_error own;

	json_free(result);
	if (!e) {
		go_on(s);
		return;
	}
	own = *e;
	finish(s, &own); /* patch_run.c has told it */
}

static void apply(struct patch_start *s, const struct patch_set *set, const char *name)
{
	const struct patch *p = patch_set_find(set, name);
	char shown[PATCH_NAME_BYTES];
	struct patch_plan plan = {0};
	struct patch_order order = {
		.wish = {.action = PATCH_APPLY, .name = name, .once = true},
		.shown = shown,
		.plan = &plan,
		.done = on_applied,
		.arg = s,
	};
	struct rpc_error e = {0};
	int rc;

	snprintf(shown, sizeof(shown), "%s", p ? patch_shown(s->n, p) : name);
	rc = patch_plan_make(s->n, set, &order.wish, &plan, &e);
	if (!rc && !plan.possible) {
		e = plan.reason;
		rc = -1;
	}
	if (!rc)
		rc = patch_run_start(s->n, &order, &e);
	patch_plan_clear(&plan);
	if (rc)
		give_up(s, shown, &e);
}

static void apply_next(struct patch_start *s, const struct patch_set *set)
{
	const struct json *wanted = store_of(s)->wanted;

	while (s->next < wanted->nr) {
		const char *name = json_string(wanted->items[s->next++], "");
		const struct patch *p = patch_set_find(set, name);

		if (p && patch_is_applied(p))
			continue;
		apply(s, set, name);
		return;
	}
	finish(s, NULL);
}

/* What an earlier nacred began may be under way still: then nothing can be told yet. */
static bool settled(struct patch_start *s, const struct patch_set *set)
{
	struct xen_livepatch_status status;

	for (unsigned int i = 0; i < set->nr; i++)
		if (set->patch[i].rc == -EAGAIN &&
		    ctrl_livepatch_get(s->n->ctrl, set->patch[i].name, &status) == 0)
			return false;
	return true;
}

static int on_step(sd_event_source *source, uint64_t usec, void *arg)
{
	struct patch_start *s = arg;
	struct patch_set set;
	struct rpc_error e;

	if (s->file) {
		inspect_next(s);
		return 0;
	}
	if (patch_set_read(s->n, &set, &e)) {
		log_error("%s", e.message);
		finish(s, &e);
	} else if (!settled(s, &set)) {
		go_on_in(s, ctrl_livepatch_poll_ms(s->polls++));
	} else if (!s->recovered && store_of(s)->pending.after) {
		s->recovered = true;
		recover(s, &set);
	} else {
		apply_next(s, &set);
	}
	patch_set_free(&set);
	return 0;
}

int patch_start(struct nacred *n)
{
	const struct patch_store *store = &n->patches->store;
	struct patch_start *s;
	struct rpc_error e;
	int rc;

	if (!store->files && !store->wanted->nr && !store->pending.after)
		return 0;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->n = n;
	s->file = store->files;
	n->patches->start = s;
	rc = sd_event_add_time_relative(n->loop, &s->step, CLOCK_MONOTONIC, 0, 1000, on_step, s);
	if (rc >= 0 && patches_begin(n, "patch.start", "the store", NULL, &e))
		return 0;
	start_free(s);
	return rc < 0 ? rc : -ENOMEM;
}

void patch_start_abandon(struct nacred *n)
{
	if (n->patches->start)
		start_free(n->patches->start);
}
