/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "document.h"
#include "revision.h"
#include "world.h"

int document_where(struct rpc_error *e, const char *where, ...)
{
	char text[sizeof(e->field)];
	va_list ap;

	va_start(ap, where);
	vsnprintf(text, sizeof(text), where, ap);
	va_end(ap);
	return fail_field(e, "config.%s", text);
}

int document_add(struct document_plan *plan, const char *method, const char *subject,
		 struct json *params, struct rpc_error *e)
{
	struct document_step *more = reallocarray(plan->step, plan->nr + 1, sizeof(*more));
	struct json *line = json_new_object();

	if (more)
		plan->step = more;
	if (!plan->report)
		plan->report = json_new_array();
	if (!more || !params || !json_set_string(line, "method", method) ||
	    !json_set_string(line, "subject", subject) || !json_append(plan->report, line)) {
		json_free(params);
		return fail_memory(e);
	}
	plan->step[plan->nr] = (struct document_step){.method = method, .params = params};
	snprintf(plan->step[plan->nr].subject, sizeof(plan->step->subject), "%s", subject);
	plan->nr++;
	return 0;
}

void document_plan_free(struct document_plan *plan)
{
	while (plan->nr)
		json_free(plan->step[--plan->nr].params);
	free(plan->step);
	json_free(plan->report);
	*plan = (struct document_plan){0};
}

static bool same(const struct json *a, const struct json *b)
{
	char x[REVISION_TEXT], y[REVISION_TEXT];

	return revision_of(a, x) && revision_of(b, y) && strcmp(x, y) == 0;
}

/* --- payloads ----------------------------------------------------------------------------- */

/* The method itself says whether it would do it. */
static int plan_policy(struct nacred *n, const struct json *policy, struct document_plan *plan,
		       struct rpc_error *e)
{
	struct json *now = document_call(n, "patch.policy.get", NULL, e), *params, *answer;
	bool done;

	if (!now)
		return -1;
	json_free(json_take(now, "revision"));
	done = same(now, policy);
	json_free(now);
	if (done)
		return 0;
	params = json_copy(policy);
	json_set_bool(params, "dry_run", true);
	answer = document_call(n, "patch.policy.set", params, e);
	json_free(params);
	if (!answer)
		return document_where(e, "patch_policy.%s", e->field);
	json_free(answer);
	return document_add(plan, "patch.policy.set", "", json_copy(policy), e);
}

/* --- domains -------------------------------------------------------------------------------- */

struct entry {
	const struct json *v, *config;
	size_t i; /* in the document */
	struct config c;
	const struct domain *d; /* NULL: to be made */
	struct json *now;	/* as document_domain() has it */
};

static struct json *of_domain(const struct entry *en)
{
	struct json *params = json_new_object();

	json_set_string(params, "domain", en->c.uuid);
	return params;
}

static int plan_pins(const struct entry *en, struct document_plan *plan, struct rpc_error *e)
{
	const struct json *pins = json_get(en->v, "affinity"), *now = json_get(en->now, "affinity");
	size_t i;

	for (i = 0; pins && i < pins->nr; i++) {
		const struct json *pin = pins->items[i];
		struct json *params;
		size_t k = 0;

		while (now && k < now->nr && !same(now->items[k], pin))
			k++;
		if (now && k < now->nr)
			continue;
		params = of_domain(en);
		json_set(params, "vcpu", json_copy(json_get(pin, "id")));
		json_set(params, "hard", json_copy(json_get(pin, "hard")));
		json_set(params, "soft", json_copy(json_get(pin, "soft")));
		if (document_add(plan, "vcpu.affinity.set", en->c.name, params, e))
			return -1;
	}
	return 0;
}

static int plan_new(const struct entry *en, struct document_plan *plan, struct rpc_error *e)
{
	struct json *params = json_new_object();

	json_set(params, "config", json_copy(en->config));
	json_set_bool(params, "paused", json_bool(json_get(en->v, "paused"), false));
	json_set_bool(params, "keep_ended", json_bool(json_get(en->v, "keep_ended"), false));
	json_set_bool(params, "async", true);
	return document_add(plan, "domain.create", en->c.name, params, e);
}

static int plan_shares(const struct entry *en, struct document_plan *plan, struct rpc_error *e)
{
	const struct json *want = json_path(en->config, "b_info.sched_params");
	const struct json *now = json_path(en->now, "config.b_info.sched_params");
	struct json *params;

	if (!json_get(want, "weight") || !json_get(want, "cap") || same(want, now))
		return 0;
	params = of_domain(en);
	json_set(params, "weight", json_copy(json_get(want, "weight")));
	json_set(params, "cap", json_copy(json_get(want, "cap")));
	return document_add(plan, "sched.credit2.set", en->c.name, params, e);
}

static int plan_pool(const struct entry *en, struct document_plan *plan, struct rpc_error *e)
{
	const char *now = json_string(json_path(en->now, "config.c_info.pool_name"), "");
	struct json *params;

	if (strcmp(now, en->c.pool) == 0)
		return 0;
	params = of_domain(en);
	json_set_string(params, "pool", en->c.pool);
	return document_add(plan, "cpupool.move_domain", en->c.name, params, e);
}

/* Whether the configuration differs in more than the two things that have steps of their own. */
static bool config_differs(const struct entry *en)
{
	struct json *now = json_copy(json_get(en->now, "config"));
	const struct json *shares = json_path(en->config, "b_info.sched_params");
	const char *pool = json_string(json_path(en->config, "c_info.pool_name"), NULL);
	bool differs;

	if (shares && json_path(now, "b_info.sched_params"))
		json_set(json_get(now, "b_info"), "sched_params", json_copy(shares));
	if (pool)
		json_set_string(json_get(now, "c_info"), "pool_name", pool);
	differs = !same(now, en->config);
	json_free(now);
	return differs;
}

/* What a domain that is there has not yet. */
static int plan_known(const struct entry *en, struct document_plan *plan, struct rpc_error *e)
{
	struct json *params;

	if (plan_pool(en, plan, e) || plan_shares(en, plan, e))
		return -1;
	if (!config_differs(en))
		return 0;
	params = of_domain(en);
	json_set(params, "config", json_copy(en->config));
	return document_add(plan, "domain.update_config", en->c.name, params, e);
}

/* Pools of the document are there when its domains come. */
static int check_pool(const struct nacred *n, const struct json *doc, const struct entry *en,
		      struct rpc_error *e)
{
	const struct json *pools = json_get(doc, "cpupools");
	size_t i;

	for (i = 0; pools && i < pools->nr; i++)
		if (strcmp(json_string(json_get(pools->items[i], "name"), ""), en->c.pool) == 0)
			return 0;
	return pools_for_domain(&n->pools, en->c.pool, e) ? 0 : -1;
}

static int conflict(struct rpc_error *e, const char *member, const char *why)
{
	fail(e, XL_FAIL, "config.conflict", "%s", why);
	return fail_field(e, "%s", member);
}

static int check_entry(struct nacred *n, const struct json *doc, struct entry *en,
		       struct rpc_error *e)
{
	const struct record *r;

	if (config_read(&en->c, en->config, e))
		return -1;
	if (!en->c.uuid)
		return conflict(e, "config.c_info.uuid",
				"without its UUID nobody can tell whether a "
				"domain is there already");
	en->d = model_by_uuid(&n->model, en->c.uuid);
	if (en->d && domain_dying(en->d))
		en->d = NULL;
	if (!en->d)
		return world_check_free(n, en->c.name, en->c.uuid, e) ? -1
								      : check_pool(n, doc, en, e);
	r = world_record(n, en->d);
	if (!r || r->state != RECORD_RUNNING || strcmp(r->name, en->c.name) != 0)
		return conflict(e, "config.c_info.uuid",
				"a domain with this UUID is there, of another name or not to be "
				"changed");
	en->now = document_domain(n, en->d, r);
	return en->now ? check_pool(n, doc, en, e) : fail_memory(e);
}

static int check_unique(const struct json *list, const struct entry *en, struct rpc_error *e)
{
	static const char *const members[] = {"config.c_info.uuid", "config.c_info.name"};
	size_t i, k;

	for (i = 0; i < en->i; i++)
		for (k = 0; k < 2; k++)
			if (strcmp(json_string(json_path(list->items[i], members[k]), ""),
				   json_string(json_path(en->v, members[k]), "")) == 0)
				return conflict(e, members[k],
						"two domains of the document have it");
	return 0;
}

static int plan_domain(struct nacred *n, const struct json *doc, size_t i,
		       struct document_plan *plan, struct rpc_error *e)
{
	const struct json *list = json_get(doc, "domains");
	struct entry en = {
		.v = list->items[i], .config = json_get(list->items[i], "config"), .i = i};
	int rc = -1;

	if (check_entry(n, doc, &en, e) || check_unique(list, &en, e))
		document_where(e, "domains[%zu].%s", i, e->field);
	else
		rc = (en.d ? plan_known(&en, plan, e) : plan_new(&en, plan, e)) ||
				     plan_pins(&en, plan, e)
			     ? -1
			     : 0;
	config_free(&en.c);
	json_free(en.now);
	return rc;
}

int document_plan(struct nacred *n, const struct json *doc, struct document_plan *plan,
		  struct rpc_error *e)
{
	const struct json *pools = json_get(doc, "cpupools"), *domains = json_get(doc, "domains");
	const struct json *policy = json_get(doc, "patch_policy");
	size_t i;

	*plan = (struct document_plan){.report = json_new_array()};
	if (json_int(json_get(doc, "format"), 0) != DOCUMENT_FORMAT) {
		fail(e, XL_INVAL, "config.format", "the format is not %d", DOCUMENT_FORMAT);
		fail_hint(e, "config.save of this nacred makes a document that it can load");
		return fail_field(e, "config.format");
	}
	if (world_refresh(n, e) || pools_refresh(n, e) ||
	    (pools && document_plan_pools(n, pools, plan, e)) ||
	    (policy && plan_policy(n, policy, plan, e)))
		return -1;
	for (i = 0; domains && i < domains->nr; i++)
		if (plan_domain(n, doc, i, plan, e))
			return -1;
	return 0;
}
