/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* sched.simulate: what the scheduler would do with other weights and caps. */
#include "simulate.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "limits.h"
#include "pools.h"
#include "rpc.h"
#include "sched.h"
#include "simulation.h"
#include "world.h"

/* A call: it samples for a while, then a process simulates, then it is answered. */
struct simulate_call {
	struct nacred *n;
	struct request *rq;
	struct simulate_call *next; /* while it samples */
	sd_event_source *timer;
	struct sched_sample first, last;
	struct share_change *changes;
	size_t nr_changes;
	int seconds, sample_ms;
	bool busy;		      /* no samples: all are taken for busy */
	struct json *domains, *reply; /* the answer so far; none before it simulates */
};

static void call_free(struct simulate_call *c)
{
	struct simulate_call **at = &c->n->simulate_calls;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
	sd_event_source_disable_unref(c->timer);
	sample_free(&c->first);
	sample_free(&c->last);
	json_free(c->domains);
	free(c->changes);
	free(c);
}

/* --- the answer --------------------------------------------------------------------- */

static void put_result(struct json *row, const char *when, const struct json *run, size_t i)
{
	static const char *const members[] = {"share_percent", "worst_delay_us",
					      "cap_loss_percent"};
	const struct json *results = json_get(run, "domains");
	const struct json *result = results && i < results->nr ? results->items[i] : NULL;

	for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
		json_set(json_get(row, when), members[k], json_copy(json_get(result, members[k])));
}

static struct json *reply(struct simulate_call *c, const struct json *answer)
{
	const struct json *before = json_get(answer, "before"), *after = json_get(answer, "after");
	double a = json_real(json_get(before, "simulated_seconds"), 0);
	double b = json_real(json_get(after, "simulated_seconds"), 0);
	struct json *v = json_new_object();

	for (size_t i = 0; i < c->domains->nr; i++) {
		put_result(c->domains->items[i], "before", before, i);
		put_result(c->domains->items[i], "after", after, i);
	}
	json_set_int(v, "seconds", c->seconds);
	json_set_real(v, "simulated_seconds", a < b ? a : b);
	json_set_string(v, "load", c->busy ? "busy" : "measured");
	json_set_int(v, "sample_ms", c->busy ? 0 : c->sample_ms);
	json_set(v, "domains", c->domains);
	c->domains = NULL;
	return v;
}

static void simulated(void *arg, struct json *answer, const struct rpc_error *e)
{
	struct simulate_call *c = arg;

	if (answer)
		request_reply(c->rq, reply(c, answer));
	else
		request_fail(c->rq, e);
	json_free(answer);
	call_free(c);
}

/* --- the order ------------------------------------------------------------------------ */

static bool all_are_there(const struct simulate_call *c, struct rpc_error *e)
{
	for (size_t i = 0; i < c->nr_changes; i++) {
		const struct domain *d = model_by_domid(&c->n->model, c->changes[i].domid);

		if (d && !domain_dying(d))
			continue;
		fail(e, XL_DOMAIN_NOTFOUND, "domain.not_found", "domain %u was destroyed meanwhile",
		     c->changes[i].domid);
		return false;
	}
	return true;
}

/* RPC_LATER, or RPC_FAILED and @e. */
static int simulate(struct simulate_call *c, struct rpc_error *e)
{
	struct machine_order m = {
		.first = &c->first,
		.last = c->busy ? NULL : &c->last,
		.changes = c->changes,
		.nr_changes = c->nr_changes,
	};
	struct json *order = json_new_object();
	int rc = machine_describe(&m, c->n, e);

	c->domains = m.domains;
	json_set_int(order, "seconds", c->seconds);
	json_set_int(order, "cpu_seconds", LIMIT_SIMULATION_CPU_SEC);
	json_set(order, "machine", m.machine);
	if (!rc && !all_are_there(c, e))
		rc = -1;
	if (!rc)
		rc = simulation_start(c->n, order, simulated, c, e);
	json_free(order);
	return rc ? RPC_FAILED : RPC_LATER;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *arg)
{
	struct simulate_call *c = arg;
	struct rpc_error e;

	c->timer = sd_event_source_disable_unref(c->timer);
	if (sample_take(&c->last, c->n, &e) || simulate(c, &e) == RPC_FAILED) {
		request_fail(c->rq, &e);
		call_free(c);
	}
	return 0;
}

/* --- the call ------------------------------------------------------------------------- */

static int read_change(struct share_change *out, struct nacred *n, const struct json *from,
		       size_t i, struct rpc_error *e)
{
	const struct json *weight = json_get(from, "weight"), *cap = json_get(from, "cap");
	const struct domain *d = world_find_settled(n, from, e);
	char field[sizeof(e->field)];

	if (!d)
		return fail_field(e, "changes[%zu].domain", i);
	if (!weight && !cap) {
		fail(e, RPC_INVALID_PARAMS, "request.invalid_params",
		     "a change needs a weight or a cap");
		return fail_field(e, "changes[%zu]", i);
	}
	if (sched_check_shares(n, d, weight, cap, e)) {
		memcpy(field, e->field, sizeof(field));
		return fail_field(e, "changes[%zu].%.32s", i, field);
	}
	*out = (struct share_change){.domid = d->domid,
				     .weight = (int)json_int(weight, -1),
				     .cap = (int)json_int(cap, -1)};
	return 0;
}

static int read_changes(struct simulate_call *c, const struct json *list, struct rpc_error *e)
{
	if (pools_refresh(c->n, e))
		return -1;
	if (!list)
		return 0;
	c->changes = calloc(list->nr + 1, sizeof(*c->changes));
	if (!c->changes)
		return fail_memory(e);
	for (; c->nr_changes < list->nr; c->nr_changes++)
		if (read_change(&c->changes[c->nr_changes], c->n, list->items[c->nr_changes],
				c->nr_changes, e))
			return -1;
	return 0;
}

static int begin(struct simulate_call *c, struct rpc_error *e)
{
	int rc;

	if (c->busy)
		return simulate(c, e);
	/* Without a wait: since the domains are there. */
	if (c->sample_ms && sample_take(&c->first, c->n, e))
		return RPC_FAILED;
	rc = sd_event_add_time_relative(c->n->loop, &c->timer, CLOCK_MONOTONIC,
					(uint64_t)c->sample_ms * 1000, 0, on_timer, c);
	return rc < 0 ? fail_errno(e, rc, "simulate.failed", "cannot wait for a sample")
		      : RPC_LATER;
}

static int handle(struct nacred *n, struct request *rq, const struct json *params,
		  struct json **result, struct rpc_error *e)
{
	struct simulate_call *c;
	int verdict = RPC_FAILED;

	if (!simulation_room(n, e))
		return RPC_FAILED;
	c = calloc(1, sizeof(*c));
	if (!c)
		return fail_memory(e);
	c->n = n;
	c->rq = rq;
	c->seconds = (int)json_int(json_get(params, "seconds"), 10);
	c->sample_ms = (int)json_int(json_get(params, "sample_ms"), 1000);
	c->busy = !strcmp(json_string(json_get(params, "load"), "measured"), "busy");
	c->next = n->simulate_calls;
	n->simulate_calls = c;
	if (!read_changes(c, json_get(params, "changes"), e))
		verdict = begin(c, e);
	if (verdict == RPC_FAILED)
		call_free(c);
	return verdict;
}

void simulate_stop(struct nacred *n)
{
	struct rpc_error e;

	/* Those that simulate already end with it. */
	simulation_stop(n);
	fail(&e, XL_ABORTED, "daemon.ends", "nacred ends");
	while (n->simulate_calls) {
		request_fail(n->simulate_calls->rq, &e);
		call_free(n->simulate_calls);
	}
}

static const char *const loads[] = {"measured", "busy", NULL};

static const struct field change_fields[] = {
	FIELD_DOMAIN,
	{.name = "weight", .type = F_INT, .optional = true, .summary = "1 to 65535"},
	{.name = "cap",
	 .type = F_INT,
	 .optional = true,
	 .summary = "percent of one CPU, 0: none; at most 100 for each vCPU"},
	FIELDS_END,
};

static const struct field simulate_params[] = {
	{.name = "seconds",
	 .type = F_INT,
	 .optional = true,
	 .min = 1,
	 .max = 3600,
	 .summary = "to simulate; default 10"},
	{.name = "changes",
	 .type = F_ARRAY,
	 .of = change_fields,
	 .optional = true,
	 .summary = "tried together"},
	{.name = "load",
	 .type = F_STRING,
	 .optional = true,
	 .choices = loads,
	 .summary = "what the domains want: as they did lately, or all they can get"},
	{.name = "sample_ms",
	 .type = F_INT,
	 .optional = true,
	 .min = 0,
	 .max = 60000,
	 .summary = "how long their load is measured; default 1000, 0: since they are"},
	FIELDS_END,
};

static const struct field run_fields[] = {
	{.name = "weight", .type = F_INT},
	{.name = "cap", .type = F_INT},
	{.name = "share_percent", .type = F_REAL, .summary = "of one CPU, all its vCPUs"},
	{.name = "worst_delay_us",
	 .type = F_INT,
	 .summary = "the longest that a vCPU was runnable without a CPU"},
	{.name = "cap_loss_percent",
	 .type = F_REAL,
	 .summary = "of one CPU: vCPUs parked by the cap while they wanted to run"},
	FIELDS_END,
};

static const struct field domain_fields[] = {
	FIELDS_IDENTITY,
	{.name = "cpupool", .type = F_STRING},
	{.name = "vcpus", .type = F_INT, .summary = "online"},
	{.name = "load_percent", .type = F_REAL, .summary = "of a CPU, that each vCPU wants"},
	{.name = "before", .type = F_OBJECT, .of = run_fields},
	{.name = "after", .type = F_OBJECT, .of = run_fields},
	FIELDS_END,
};

static const struct field simulate_result[] = {
	{.name = "seconds", .type = F_INT},
	{.name = "simulated_seconds",
	 .type = F_REAL,
	 .summary = "fewer, when they took too much time"},
	{.name = "load", .type = F_STRING, .choices = loads},
	{.name = "sample_ms", .type = F_INT},
	{.name = "domains", .type = F_ARRAY, .of = domain_fields},
	FIELDS_END,
};

const struct method methods_simulate[] = {
	{
		.name = "sched.simulate",
		.summary = "Run the scheduler on the present domains with other weights and caps",
		.class = METHOD_OPERATE, /* changes nothing, but takes processor time */
		.params = simulate_params,
		.result = simulate_result,
		.handle = handle,
	},
	{.name = NULL},
};
