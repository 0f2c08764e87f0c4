/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "patches.h"

const char *const patch_action_words[] = {
	[PATCH_APPLY] = "apply",
	[PATCH_REVERT] = "revert",
	[PATCH_REPLACE] = "replace",
	[PATCH_UNLOAD] = "unload",
	NULL,
};

static const char *const step_words[] = {
	[STEP_LOAD] = "load",	  [STEP_UNLOAD] = "unload",   [STEP_APPLY] = "apply",
	[STEP_REVERT] = "revert", [STEP_REPLACE] = "replace",
};

const char *patch_step_word(enum patch_step_kind kind)
{
	return step_words[kind];
}

/* Everything that the rules below look at. */
struct planner {
	struct nacred *n;
	const struct patch_set *set;
	const struct patch_wish *wish;
	struct patch *target;
	struct patch_plan *plan;
};

/* The first reason stays; steps are found all the same. */
#define cannot(p, code, ...)                                                                       \
	((p)->plan->reason.number ? -1                                                             \
				  : ((p)->plan->possible = false,                                  \
				     fail(&(p)->plan->reason, XL_FAIL, code, __VA_ARGS__)))

static void add(struct planner *p, enum patch_step_kind kind, const struct patch *patch)
{
	struct patch_plan *plan = p->plan;

	if (plan->nr == PATCH_STEPS_MAX) {
		cannot(p, "patch.too_many", "more than %d steps", PATCH_STEPS_MAX);
		return;
	}
	plan->step[plan->nr].kind = kind;
	memcpy(plan->step[plan->nr].name, patch->name, sizeof(patch->name));
	snprintf(plan->step[plan->nr++].shown, sizeof(patch->name), "%s", patch_shown(p->n, patch));
}

/* --- one payload --------------------------------------------------------------------------- */

/* Whether its bytes may go to the hypervisor; read and judged now, as they will be. */
static void check_file(struct planner *p, const struct patch *patch)
{
	const char *build = json_string(json_get(patch->file->facts, "xen_depends"), "");
	const struct patch_store *store = &p->n->patches->store;
	struct rpc_error e = {0};
	size_t size, payload_size;
	uint8_t *bytes;

	if (!patch->file->facts) {
		cannot(p, "patch.refused", "%s: %.200s", patch->name, patch->file->problem);
		return;
	}
	if (strcmp(build, p->set->hypervisor) != 0) {
		cannot(p, "patch.wrong_build", "%s is for the build %.40s, but %.40s runs",
		       patch->name, build, p->set->hypervisor);
		return;
	}
	bytes = patch_store_read(store, patch->file, &size, &e);
	if (bytes)
		patch_store_judge(store, bytes, size, patch->file, &payload_size, &e);
	free(bytes);
	if (e.number && !p->plan->reason.number) {
		p->plan->possible = false;
		p->plan->reason = e;
	}
}

/* It has to be loaded, or loaded anew because its variables are used already. */
static void add_load(struct planner *p, const struct patch *patch)
{
	bool data = patch->file && json_bool(json_get(patch->file->facts, "has_data"), false);

	if (patch->loaded && !(patch->has_info && patch->info.cmd && data))
		return;
	if (!patch->file) {
		cannot(p, "patch.not_found", "%s is not in the store", patch->name);
		return;
	}
	if (patch->loaded)
		add(p, STEP_UNLOAD, patch);
	check_file(p, patch);
	add(p, STEP_LOAD, patch);
}

/* --- apply ----------------------------------------------------------------------------------- */

static struct patch *find_id(const struct patch_set *set, const char *id)
{
	for (unsigned int i = 0; i < set->nr; i++)
		if (set->patch[i].id[0] && strcmp(set->patch[i].id, id) == 0)
			return &set->patch[i];
	return NULL;
}

/* What comes on top now. */
static const char *top_id(const struct patch_set *set)
{
	const struct patch *top = patch_set_top(set);

	return top ? top->id : set->hypervisor;
}

/* Why @patch, which depends on @id, cannot be put on top of what is applied. */
static void explain(struct planner *p, const struct patch *patch, const char *id)
{
	const struct patch *top = patch_set_top(p->set), *base = find_id(p->set, id);

	if (strcmp(id, p->set->hypervisor) == 0 && top) {
		cannot(p, "patch.dependency", "%s lies on the hypervisor itself, but %s is applied",
		       patch->name, top->name);
		fail_hint(&p->plan->reason, "revert what is applied, or replace it with %s",
			  patch->name);
	} else if (base && top) {
		cannot(p, "patch.dependency", "%s lies on %s, but %s is on top", patch->name,
		       base->name, top->name);
		fail_hint(&p->plan->reason, "revert %s first", top->name);
	} else {
		cannot(p, "patch.dependency",
		       "%s lies on a payload with build-id %.40s, which is "
		       "not here",
		       patch->name, id);
	}
}

/* From the target down to what lies on the top of the stack: @chain, *nr of them. */
static void find_chain(struct planner *p, struct patch **chain, unsigned int *nr)
{
	struct patch *at = p->target;

	for (;;) {
		const char *id = patch_depends(at);
		struct patch *below;

		chain[(*nr)++] = at;
		/* Not known: the hypervisor will say. */
		if (!id || p->wish->anyway || !*top_id(p->set) || strcmp(id, top_id(p->set)) == 0)
			return;
		below = find_id(p->set, id);
		for (unsigned int i = 0; below && i < *nr; i++)
			if (chain[i] == below)
				below = NULL;
		if (!below || patch_is_applied(below) || *nr == LIMIT_PATCHES) {
			explain(p, at, id);
			return;
		}
		at = below;
	}
}

static void plan_apply(struct planner *p)
{
	struct patch *chain[LIMIT_PATCHES];
	unsigned int nr = 0;

	if (patch_is_applied(p->target)) {
		cannot(p, "patch.state", "%s is applied already", p->target->name);
		return;
	}
	find_chain(p, chain, &nr);
	if (nr > 1 && !p->wish->whole) {
		cannot(p, "patch.dependency", "%s lies on %s, which is not applied",
		       p->target->name, chain[1]->name);
		fail_hint(&p->plan->reason, "apply that first, or ask for the dependencies too");
	}
	while (nr--) {
		add_load(p, chain[nr]);
		add(p, STEP_APPLY, chain[nr]);
		json_append(p->plan->after, json_new_string(chain[nr]->name));
		if (!p->wish->once && !patch_store_wants(&p->n->patches->store, chain[nr]->name))
			json_append(p->plan->wanted, json_new_string(chain[nr]->name));
	}
}

/* --- the others ------------------------------------------------------------------------------ */

static void leave_out(struct json **list, const char *name)
{
	struct json *kept = json_new_array();

	for (size_t i = 0; i < (*list)->nr; i++)
		if (strcmp(json_string((*list)->items[i], ""), name) != 0)
			json_append(kept, json_copy((*list)->items[i]));
	json_free(*list);
	*list = kept;
}

static void plan_revert(struct planner *p)
{
	const struct patch_set *set = p->set;

	if (!patch_is_applied(p->target)) {
		cannot(p, "patch.state", "%s is not applied", p->target->name);
		return;
	}
	if (patch_set_top(set) != p->target && !p->wish->whole) {
		cannot(p, "patch.not_last", "%s was applied later than %s",
		       patch_set_top(set)->name, p->target->name);
		fail_hint(&p->plan->reason, "revert that first, or ask for all above too");
	}
	for (unsigned int i = set->nr_applied; i--;) {
		const struct patch *patch = &set->patch[set->applied[i]];

		add(p, STEP_REVERT, patch);
		leave_out(&p->plan->after, patch->name);
		if (!p->wish->once)
			leave_out(&p->plan->wanted, patch->name);
		if (patch == p->target)
			break;
	}
}

static void check_vetoes(struct planner *p, const struct patch *patch)
{
	if (patch->file && json_bool(json_get(patch->file->facts, "vetoes"), false))
		cannot(p, "patch.hooks", "%s has hooks that forbid to replace it or with it",
		       patch->name);
}

static void plan_replace(struct planner *p)
{
	const struct patch_set *set = p->set;
	const char *id = patch_depends(p->target);

	if (patch_is_applied(p->target)) {
		cannot(p, "patch.state", "%s is applied already", p->target->name);
		return;
	}
	if (id && strcmp(id, set->hypervisor) != 0) {
		cannot(p, "patch.dependency",
		       "%s does not lie on the hypervisor itself and cannot stand alone",
		       p->target->name);
	}
	check_vetoes(p, p->target);
	for (unsigned int i = 0; i < set->nr_applied; i++)
		check_vetoes(p, &set->patch[set->applied[i]]);
	add_load(p, p->target);
	add(p, STEP_REPLACE, p->target);
	json_free(p->plan->after);
	p->plan->after = json_new_array();
	json_append(p->plan->after, json_new_string(p->target->name));
	if (p->wish->once)
		return;
	json_free(p->plan->wanted);
	p->plan->wanted = json_copy(p->plan->after);
}

static void plan_unload(struct planner *p)
{
	if (patch_is_applied(p->target)) {
		cannot(p, "patch.state", "%s is applied", p->target->name);
		fail_hint(&p->plan->reason, "revert it first");
		return;
	}
	if (p->target->loaded)
		add(p, STEP_UNLOAD, p->target);
	leave_out(&p->plan->wanted, p->target->name);
}

int patch_plan_make(struct nacred *n, const struct patch_set *set, const struct patch_wish *wish,
		    struct patch_plan *plan, struct rpc_error *e)
{
	static void (*const rules[])(struct planner * p) = {
		[PATCH_APPLY] = plan_apply,
		[PATCH_REVERT] = plan_revert,
		[PATCH_REPLACE] = plan_replace,
		[PATCH_UNLOAD] = plan_unload,
	};
	struct planner p = {.n = n, .set = set, .wish = wish, .plan = plan};

	memset(plan, 0, sizeof(*plan));
	p.target = patch_set_find(set, wish->name);
	if (!p.target) {
		fail(e, XL_NOTFOUND, "patch.not_found", "there is no payload \"%.130s\"",
		     wish->name);
		return fail_field(e, "name");
	}
	plan->possible = true;
	plan->after = patch_set_applied(set);
	plan->wanted = json_copy(n->patches->store.wanted);
	if (plan->after && plan->wanted)
		rules[wish->action](&p);
	return plan->after && plan->wanted ? 0 : fail_memory(e);
}

void patch_plan_clear(struct patch_plan *plan)
{
	json_free(plan->after);
	json_free(plan->wanted);
	memset(plan, 0, sizeof(*plan));
}

/* --- telling ------------------------------------------------------------------------ */

/* A name, "" for the hypervisor itself, null for what is not here or not known. */
static struct json *depends_on(const struct patch_set *set, const struct patch *patch)
{
	const char *id = patch_depends(patch);
	const struct patch *below = id ? find_id(set, id) : NULL;

	if (below)
		return json_new_string(below->name);
	return id && strcmp(id, set->hypervisor) == 0 ? json_new_string("") : json_new_null();
}

static struct json *needed_by(const struct patch_set *set, const struct patch *patch)
{
	struct json *names = json_new_array();

	for (unsigned int i = 0; i < set->nr; i++) {
		const char *id = patch_depends(&set->patch[i]);

		if (id && patch->id[0] && strcmp(id, patch->id) == 0)
			json_append(names, json_new_string(set->patch[i].name));
	}
	return names;
}

static struct json *describe_reason(const struct rpc_error *e)
{
	struct json *v;

	if (!e->number)
		return json_new_null();
	v = json_new_object();
	json_set_string(v, "code", e->code);
	json_set_string(v, "message", e->message);
	json_set_string(v, "hint", e->hint);
	return v;
}

struct json *patch_plan_describe(const struct patch_set *set, const struct patch_wish *wish,
				 const struct patch_plan *plan)
{
	const struct patch *target = patch_set_find(set, wish->name);
	struct json *v = json_new_object(), *steps = json_new_array();

	for (unsigned int i = 0; i < plan->nr; i++) {
		struct json *step = json_new_object();

		json_set_string(step, "action", patch_step_word(plan->step[i].kind));
		json_set_string(step, "name", plan->step[i].name);
		json_append(steps, step);
	}
	json_set_string(v, "action", patch_action_words[wish->action]);
	json_set_string(v, "name", wish->name);
	json_set_bool(v, "possible", plan->possible);
	json_set(v, "steps", steps);
	json_set(v, "applied", json_copy(plan->after));
	json_set(v, "wanted", json_copy(plan->wanted));
	json_set(v, "depends_on", depends_on(set, target));
	json_set(v, "needed_by", needed_by(set, target));
	json_set(v, "reason", describe_reason(&plan->reason));
	return v;
}
