/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* patch.list, status, plan, policy.get, policy.set: live patches, without touching them. */
#include <string.h>

#include "client.h"
#include "events.h"
#include "fields.h"
#include "limits.h"
#include "log.h"
#include "patch_fields.h"
#include "patch_plan.h"
#include "patches.h"
#include "revision.h"

static bool trusted(const struct request *rq)
{
	return rq->client && rq->client->trusted;
}

static bool set_revision(struct nacred *n, const struct patch_set *set, struct json *v)
{
	struct json *state = patch_set_state(n, set);
	char text[REVISION_TEXT];
	bool ok = revision_of(state, text) && json_set_string(v, "revision", text);

	json_free(state);
	return ok;
}

static int list(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct json *payloads;
	struct patch_set set;

	if (patch_set_read(n, &set, e)) {
		patch_set_free(&set);
		return RPC_FAILED;
	}
	payloads = json_new_array();
	for (unsigned int i = 0; i < set.nr; i++)
		json_append(payloads, patch_describe(n, &set, &set.patch[i], trusted(rq)));
	*result = json_new_object();
	json_set(*result, "payloads", payloads);
	set_revision(n, &set, *result);
	patch_set_free(&set);
	return RPC_DONE;
}

/* Names as the reader may see them; @names is taken. */
static struct json *shown(struct nacred *n, const struct patch_set *set, bool is_trusted,
			  struct json *names)
{
	struct json *v;

	if (is_trusted)
		return names;
	v = json_new_array();
	for (size_t i = 0; i < names->nr; i++) {
		const char *name = json_string(names->items[i], "");
		const struct patch *p = patch_set_find(set, name);

		json_append(v, json_new_string(p ? patch_shown(n, p) : name));
	}
	json_free(names);
	return v;
}

/* Wanted and not applied. */
static struct json *missing(const struct patch_store *store, const struct patch_set *set)
{
	struct json *names = json_new_array();

	for (size_t i = 0; i < store->wanted->nr; i++) {
		const struct json *name = store->wanted->items[i];
		const struct patch *p = patch_set_find(set, json_string(name, ""));

		if (!p || !patch_is_applied(p))
			json_append(names, json_copy(name));
	}
	return names;
}

static int status(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	const struct patches *ps = n->patches;
	const struct patch *top;
	struct patch_set set;
	struct json *v;

	if (patch_set_read(n, &set, e)) {
		patch_set_free(&set);
		return RPC_FAILED;
	}
	v = json_new_object();
	top = patch_set_top(&set);
	json_set_string(v, "hypervisor", set.hypervisor);
	json_set(v, "top",
		 trusted(rq) ? json_new_string(top ? top->id : set.hypervisor) : json_new_null());
	json_set(v, "applied", shown(n, &set, trusted(rq), patch_set_applied(&set)));
	json_set(v, "wanted", shown(n, &set, trusted(rq), json_copy(ps->store.wanted)));
	json_set(v, "missing", shown(n, &set, trusted(rq), missing(&ps->store, &set)));
	json_set_bool(v, "allow_unsigned", ps->store.allow_unsigned);
	json_set_string(v, "store", ps->store.dir);
	json_set_string(v, "keys", ps->store.keys);
	json_set_string(v, "problem", ps->store.broken);
	json_set(v, "job", ps->job ? json_new_string(job_id(ps->job)) : json_new_null());
	json_set_string(v, "doing", ps->job ? ps->what : "");
	set_revision(n, &set, v);
	patch_set_free(&set);
	*result = v;
	return RPC_DONE;
}

static int plan(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct patch_wish wish = {
		.name = json_string(json_get(params, "name"), ""),
		.whole = json_bool(json_get(params, "whole"), true),
	};
	const char *action = json_string(json_get(params, "action"), "apply");
	struct patch_plan p = {0};
	struct patch_set set;
	int rc;

	while (strcmp(patch_action_words[wish.action], action) != 0)
		wish.action++;
	rc = patch_set_read(n, &set, e);
	if (!rc)
		rc = patch_plan_make(n, &set, &wish, &p, e);
	if (!rc)
		*result = patch_plan_describe(&set, &wish, &p);
	patch_plan_clear(&p);
	patch_set_free(&set);
	return rc ? RPC_FAILED : RPC_DONE;
}

/* --- policy --------------------------------------------------------------------------------- */

static int policy_get(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	char revision[REVISION_TEXT];

	*result = patch_store_policy(&n->patches->store);
	if (!*result || !revision_of(*result, revision) ||
	    !json_set_string(*result, "revision", revision)) {
		json_free(*result);
		return fail_memory(e);
	}
	return RPC_DONE;
}

/* Names of payloads that are kept, each once. */
static int check_wanted(struct nacred *n, const struct json *wanted, struct rpc_error *e)
{
	for (size_t i = 0; wanted && i < wanted->nr; i++) {
		const char *name = json_string(wanted->items[i], "");

		if (!patch_store_find(&n->patches->store, name)) {
			fail(e, XL_NOTFOUND, "patch.not_found", "there is no payload \"%.130s\"",
			     name);
			return fail_field(e, "wanted");
		}
		for (size_t k = 0; k < i; k++) {
			if (strcmp(json_string(wanted->items[k], ""), name) != 0)
				continue;
			fail(e, XL_INVAL, "patch.bad_policy", "%s is wanted twice", name);
			return fail_field(e, "wanted");
		}
	}
	return 0;
}

/* Take the new values; *old gets what they were. */
static bool exchange(struct patch_store *store, const struct json *params, struct json **old)
{
	const struct json *wanted = json_get(params, "wanted");
	struct json *copy = json_copy(wanted ? wanted : store->wanted);

	if (!copy)
		return false;
	store->allow_unsigned =
		json_bool(json_get(params, "allow_unsigned"), store->allow_unsigned);
	*old = store->wanted;
	store->wanted = copy;
	return true;
}

static int policy_set(struct nacred *n, struct request *rq, const struct json *params,
		      struct json **result, struct rpc_error *e)
{
	struct patch_store *store = &n->patches->store;
	struct json *before = patch_store_policy(store), *after = NULL, *old = NULL;
	bool dry_run = revision_dry_run(params), allowed = store->allow_unsigned, ok;

	if (!before || revision_check(params, before, "the policy", e) ||
	    check_wanted(n, json_get(params, "wanted"), e))
		goto out;
	if (n->patches->job) {
		fail(e, XL_LOCK_FAIL, "patch.busy", "%s is under way", n->patches->what);
		goto out;
	}
	if (!exchange(store, params, &old)) {
		fail_memory(e);
		goto out;
	}
	after = patch_store_policy(store);
	*result = json_new_object();
	ok = after && revision_answer(*result, before, after, dry_run);
	if (!ok)
		fail_memory(e);
	if (!ok || dry_run || patch_store_save_policy(store, e)) {
		json_free(store->wanted);
		store->wanted = old;
		store->allow_unsigned = allowed;
	} else {
		json_free(old);
		log_notice("policy of payloads: unsigned ones are %s, %zu are wanted",
			   store->allow_unsigned ? "allowed" : "refused", store->wanted->nr);
		events_tell(n, "patch.policy", "policy", json_new_object());
	}
out:
	json_free(before);
	json_free(after);
	if (!e->number)
		return RPC_DONE;
	json_free(*result);
	*result = NULL;
	return RPC_FAILED;
}

/* --- tables ------------------------------------------------------------------------- */

static const char *const states[] = {"applied", "checked", "stored", NULL};

static const struct field last_fields[] = {
	{.name = "action", .type = F_STRING},
	{.name = "error", .type = F_STRING, .summary = "empty: none"},
	{.name = "pause_ns", .type = F_INT, .summary = "for which the CPUs were stopped"},
	{.name = "gather_ns", .type = F_INT, .summary = "of that until all had met"},
	FIELDS_END,
};

static const struct field payload_fields[] = {
	{.name = "name", .type = F_STRING},
	{.name = "state",
	 .type = F_STRING,
	 .choices = states,
	 .summary = "stored: the hypervisor does not have it"},
	{.name = "position", .type = F_INT, .nullable = true, .summary = "in the stack, from 1"},
	{.name = "stored", .type = F_BOOL, .summary = "nacred keeps its file"},
	{.name = "wanted", .type = F_BOOL, .summary = "is applied when nacred starts"},
	{.name = "signature", .type = F_STRING, .nullable = true, .summary = "null: not stored"},
	{.name = "signed_by", .type = F_STRING, .summary = "name of the key, or empty"},
	{.name = "problem", .type = F_STRING, .summary = "why it cannot be used, or empty"},
	{.name = "build_id", .type = F_STRING, .nullable = true},
	{.name = "depends", .type = F_STRING, .nullable = true, .summary = "build-id below it"},
	{.name = "functions", .type = F_ARRAY, .element = F_STRING},
	{.name = "last", .type = F_OBJECT, .of = last_fields, .nullable = true},
	{.name = "metadata", .type = F_OBJECT, .summary = "each key with the list of its values"},
	FIELDS_END,
};

static const struct field list_result[] = {
	{.name = "payloads", .type = F_ARRAY, .of = payload_fields},
	FIELD_REVISION,
	FIELDS_END,
};

static const struct field status_result[] = {
	{.name = "hypervisor", .type = F_STRING, .summary = "its own build-id"},
	{.name = "top",
	 .type = F_STRING,
	 .nullable = true,
	 .summary = "build-id that a payload must depend on now; for administrators"},
	{.name = "applied", .type = F_ARRAY, .element = F_STRING, .summary = "oldest first"},
	{.name = "wanted", .type = F_ARRAY, .element = F_STRING},
	{.name = "missing", .type = F_ARRAY, .element = F_STRING, .summary = "wanted, not applied"},
	{.name = "allow_unsigned", .type = F_BOOL},
	{.name = "store", .type = F_STRING, .summary = "directory"},
	{.name = "keys", .type = F_STRING, .summary = "directory"},
	{.name = "problem", .type = F_STRING, .summary = "why nothing can be stored, or empty"},
	{.name = "job", .type = F_STRING, .nullable = true, .summary = "that is under way"},
	{.name = "doing", .type = F_STRING, .summary = "what that is, or empty"},
	FIELD_REVISION,
	FIELDS_END,
};

static const struct field plan_params[] = {
	FIELD_PATCH_NAME,
	{.name = "action",
	 .type = F_STRING,
	 .optional = true,
	 .choices = patch_action_words,
	 .summary = "apply when absent"},
	{.name = "whole",
	 .type = F_BOOL,
	 .optional = true,
	 .summary = "with what it depends on, or what depends on it (the default)"},
	FIELDS_END,
};

const struct field patch_reason_fields[] = {
	{.name = "code", .type = F_STRING},
	{.name = "message", .type = F_STRING},
	{.name = "hint", .type = F_STRING},
	FIELDS_END,
};

static const struct field plan_result[] = {
	{.name = "action", .type = F_STRING},
	{.name = "name", .type = F_STRING},
	{.name = "possible", .type = F_BOOL, .summary = "as far as can be told from outside"},
	{.name = "steps", .type = F_ARRAY, .of = patch_step_fields},
	{.name = "applied", .type = F_ARRAY, .element = F_STRING, .summary = "afterwards"},
	{.name = "wanted", .type = F_ARRAY, .element = F_STRING, .summary = "afterwards"},
	{.name = "depends_on",
	 .type = F_STRING,
	 .nullable = true,
	 .summary = "payload; empty: the hypervisor itself; null: not known"},
	{.name = "needed_by", .type = F_ARRAY, .element = F_STRING},
	{.name = "reason", .type = F_OBJECT, .of = patch_reason_fields, .nullable = true},
	FIELDS_END,
};

#define POLICY_FIELDS                                                                              \
	{.name = "allow_unsigned", .type = F_BOOL, .summary = "payloads without a signature"},     \
		{.name = "wanted", .type = F_ARRAY, .element = F_STRING}, FIELD_REVISION

static const struct field policy_result[] = {POLICY_FIELDS, FIELDS_END};

static const struct field policy_params[] = {
	{.name = "allow_unsigned", .type = F_BOOL, .optional = true},
	{.name = "wanted",
	 .type = F_ARRAY,
	 .element = F_STRING,
	 .optional = true,
	 .summary = "payloads to apply when nacred starts, in this order"},
	FIELDS_CHANGE,
	FIELDS_END,
};

static const struct field policy_changed[] = {FIELDS_CHANGED, FIELDS_END};

const struct method methods_patch[] = {
	{
		.name = "patch.list",
		.summary = "The live patches that the hypervisor has or nacred keeps",
		.result = list_result,
		.handle = list,
	},
	{
		.name = "patch.status",
		.summary = "What is applied, what is wanted, and what is under way",
		.result = status_result,
		.handle = status,
	},
	{
		.name = "patch.plan",
		.summary = "What an action on a payload would do, in which order, or why not",
		.class = METHOD_OPERATE,
		.params = plan_params,
		.result = plan_result,
		.handle = plan,
	},
	{
		.name = "patch.policy.get",
		.summary = "Which payloads are wanted, and whether they have to be signed",
		.class = METHOD_OPERATE,
		.result = policy_result,
		.handle = policy_get,
	},
	{
		.name = "patch.policy.set",
		.summary = "Change that; nothing is applied or reverted now",
		.class = METHOD_ADMIN,
		.params = policy_params,
		.result = policy_changed,
		.handle = policy_set,
	},
	{.name = NULL},
};
