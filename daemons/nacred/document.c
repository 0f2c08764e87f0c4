/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "document.h"

#include <stdio.h>
#include <string.h>

#include "ctrl/sched.h"
#include "vcpus.h"
#include "world.h"

struct json *document_call(struct nacred *n, const char *method, const struct json *params,
			   struct rpc_error *e)
{
	struct json *result = NULL;

	*e = (struct rpc_error){0};
	return rpc_method(method)->handle(n, NULL, params, &result, e) == RPC_DONE ? result : NULL;
}

/* --- CPU pools ---------------------------------------------------------------------------- */

static const struct json *by_id(const struct json *list, int64_t id)
{
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (json_int(json_get(list->items[i], "id"), -1) == id)
			return list->items[i];
	return NULL;
}

static struct json *one_pool(const struct json *pool, const struct json *rates)
{
	const struct json *rate = by_id(rates, json_int(json_get(pool, "id"), -1));
	struct json *v = json_new_object();

	json_set(v, "name", json_copy(json_get(pool, "name")));
	json_set(v, "sched", json_copy(json_get(pool, "sched")));
	json_set(v, "cpus", json_copy(json_get(pool, "cpus")));
	json_set(v, "ratelimit_us",
		 rate ? json_copy(json_get(rate, "ratelimit_us")) : json_new_null());
	return v;
}

static void leave_out(struct json *left_out, const char *why, const char *what, long long id,
		      const char *name)
{
	struct json *v = json_new_object();
	char text[LIMIT_NAME_BYTES + 64];

	snprintf(text, sizeof(text), "%s %lld%s%.*s%s", what, id, name ? " (" : "",
		 LIMIT_NAME_BYTES, name ? name : "", name ? ")" : "");
	json_set_string(v, "what", text);
	json_set_string(v, "why", why);
	json_append(left_out, v);
}

static struct json *all_pools(struct nacred *n, struct json *left_out, struct rpc_error *e)
{
	struct json *pools = document_call(n, "cpupool.list", NULL, e);
	struct json *rates = pools ? document_call(n, "sched.params.get", NULL, e) : NULL;
	const struct json *list = json_get(pools, "pools");
	struct json *v = rates ? json_new_array() : NULL;
	size_t i;

	for (i = 0; v && i < list->nr; i++) {
		const struct json *pool = list->items[i];

		if (json_string(json_get(pool, "name"), NULL))
			json_append(v, one_pool(pool, json_get(rates, "pools")));
		else
			leave_out(left_out, "nobody has named it", "CPU pool",
				  json_int(json_get(pool, "id"), -1), NULL);
	}
	json_free(pools);
	json_free(rates);
	return v;
}

/* --- domains ------------------------------------------------------------------------------ */

/* The share that it has now, where its pool's scheduler knows shares. */
static bool put_shares(struct nacred *n, const struct domain *d, const struct pool *pool,
		       struct json *config)
{
	struct json *b_info = json_get(config, "b_info"), *params;
	struct xen_domctl_sched_credit2 now;

	if (pool->info.sched_id != XEN_SCHEDULER_CREDIT2)
		return true;
	if (ctrl_sched_get_credit2(n->ctrl, d->domid, &now))
		return false;
	params = json_get(b_info, "sched_params");
	if (!params || params->type != JSON_OBJECT) {
		json_set(b_info, "sched_params", json_new_object());
		params = json_get(b_info, "sched_params");
	}
	return json_set_int(params, "weight", now.weight) && json_set_int(params, "cap", now.cap);
}

static bool is_pinned(const struct json *pin)
{
	return strcmp(json_string(json_get(pin, "hard"), ""), "all") != 0 ||
	       strcmp(json_string(json_get(pin, "soft"), ""), "all") != 0;
}

/* NULL: it has gone, or no memory. */
static struct json *pins_of(struct nacred *n, const struct domain *d)
{
	struct json *list = json_new_array(), *pin;
	struct rpc_error e;
	struct vcpus v;
	uint32_t i;

	if (vcpus_read(&v, n, d, &e)) {
		json_free(list);
		return NULL;
	}
	for (i = 0; i < v.nr; i++) {
		pin = json_new_object();
		json_set_int(pin, "id", i);
		json_set(pin, "hard", vcpus_cpu_list(v.place[i].hard, v.nr_cpus));
		json_set(pin, "soft", vcpus_cpu_list(v.place[i].soft, v.nr_cpus));
		if (is_pinned(pin))
			json_append(list, pin);
		else
			json_free(pin);
	}
	vcpus_free(&v);
	return list;
}

struct json *document_domain(struct nacred *n, const struct domain *d, const struct record *r)
{
	struct json *config = json_copy(r->next_config ? r->next_config : r->config);
	const struct pool *pool = pools_by_id(&n->pools, d->info.cpupool);
	struct json *c_info = json_get(config, "c_info"), *v = json_new_object();
	bool good = pool && json_set_string(c_info, "uuid", r->uuid) &&
		    json_set_string(c_info, "name", r->name) && put_shares(n, d, pool, config);

	/* Without a name the pool is left to whoever loads it: an id means another one there. */
	if (good && pool->name)
		good = json_set_string(c_info, "pool_name", pool->name);
	good = json_set(v, "config", config) && good;
	good = good && json_set(v, "affinity", pins_of(n, d)) &&
	       json_set_bool(v, "paused", d->info.flags & XEN_DOMINF_paused) &&
	       json_set_bool(v, "keep_ended", r->keep_ended);
	if (good)
		return v;
	json_free(v);
	return NULL;
}

static const char *why_not(const struct domain *d, const struct record *r)
{
	if (!r)
		return "nacred did not make it";
	if (r->state != RECORD_RUNNING)
		return "it is being built";
	return domain_shutdown_reason(d) >= 0 ? "it has shut down" : NULL;
}

static struct json *all_domains(struct nacred *n, struct json *left_out, struct rpc_error *e)
{
	struct json *v, *one;
	size_t i;

	if (world_refresh(n, e))
		return NULL;
	v = json_new_array();
	for (i = 0; i < n->model.nr; i++) {
		const struct domain *d = n->model.domains[i];
		const struct record *r = world_record(n, d);
		const char *why = why_not(d, r);

		if (d->domid == 0 || domain_dying(d))
			continue;
		one = why ? NULL : document_domain(n, d, r);
		if (one)
			json_append(v, one);
		else
			leave_out(left_out, why ? why : "it ends", "domain", d->domid, d->name);
	}
	return v;
}

/* --- all of it ------------------------------------------------------------------------------ */

struct json *document_make(struct nacred *n, struct rpc_error *e)
{
	struct json *v = json_new_object(), *doc = json_new_object(), *policy;
	struct json *left_out = json_new_array(), *pools = all_pools(n, left_out, e);
	struct json *domains = pools ? all_domains(n, left_out, e) : NULL;
	bool complete, good;

	policy = domains ? document_call(n, "patch.policy.get", NULL, e) : NULL;
	json_free(json_take(policy, "revision"));
	complete = policy;
	good = json_set_int(doc, "format", DOCUMENT_FORMAT) && complete;
	/* Each takes its value, whether it succeeds or not. */
	good = json_set(doc, "cpupools", pools) && good;
	good = json_set(doc, "patch_policy", policy) && good;
	good = json_set(doc, "domains", domains) && good;
	good = json_set(v, "config", doc) && good;
	good = json_set(v, "left_out", left_out) && good;
	if (good)
		return v;
	json_free(v);
	if (complete)
		fail_memory(e);
	return NULL;
}
