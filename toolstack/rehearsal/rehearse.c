/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "rehearse.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define SMOKE_GUEST "hello"

static bool fail(struct rpc_error *e, const char *symbol, const char *text)
{
	*e = (struct rpc_error){.libxl = RPC_ERROR_FAIL};
	snprintf(e->symbol, sizeof(e->symbol), "%s", symbol);
	snprintf(e->text, sizeof(e->text), "%s", text);
	return false;
}

static bool no_memory(struct rpc_error *e)
{
	return fail(e, "rehearsal.memory", "out of memory");
}

static struct json *call(struct rpc *rpc, const char *method, struct json *params,
			 struct rpc_error *e)
{
	return rpc_call(rpc, method, params, RPC_SLOW, NULL, e);
}

/* {@key: @value, @other: @more}, the second one only if @more is not NULL. */
static struct json *strings(const char *key, const char *value, const char *other, const char *more)
{
	struct json *v = json_new_object();

	if (json_set_string(v, key, value) && (!more || json_set_string(v, other, more)))
		return v;
	json_free(v);
	return NULL;
}

static bool allow_unsigned(struct replica *replica, struct rpc_error *e)
{
	struct json *params = json_new_object(), *reply;

	if (!json_set_bool(params, "allow_unsigned", true)) {
		json_free(params);
		return no_memory(e);
	}
	reply = call(replica->rpc, "patch.policy.set", params, e);
	json_free(reply);
	return reply != NULL;
}

static bool equip_one(struct replica *replica, const char *store, const char *name,
		      struct rpc_error *e)
{
	char path[4096];
	struct json *reply;

	snprintf(path, sizeof(path), "%s/%s.payload", store, name);
	reply = call(replica->rpc, "patch.upload", strings("file", path, "name", name), e);
	if (!reply)
		return false;
	json_free(reply);
	reply = call(replica->rpc, "patch.apply", strings("name", name, NULL, NULL), e);
	json_free(reply);
	return reply != NULL;
}

bool rehearse_equip(struct replica *replica, const struct json *status, struct rpc_error *e)
{
	const char *host = json_string(json_get(status, "hypervisor"), "");
	const char *store = json_string(json_get(status, "store"), "");
	const struct json *applied = json_get(status, "applied");
	char text[sizeof(e->text)];
	size_t i;

	if (strcmp(host, replica->build_id) != 0) {
		snprintf(text, sizeof(text),
			 "the running hypervisor is build %.40s, the image installed here is build "
			 "%.40s: a replica of it cannot be made",
			 host, replica->build_id);
		return fail(e, "rehearsal.other_build", text);
	}
	/* The host's keys decide there; here even a payload that is not signed yet may run. */
	if (!allow_unsigned(replica, e))
		return false;
	for (i = 0; applied && i < applied->nr; i++)
		if (!equip_one(replica, store, json_string(applied->items[i], ""), e))
			return false;
	return true;
}

/* "guest.all NAME" and "stack.races NAME" are guests; other tests do not run here. */
static const char *guest_of(const char *test)
{
	static const char *const runners[] = {"guest.all ", "stack.races "};
	size_t i;

	for (i = 0; i < sizeof(runners) / sizeof(runners[0]); i++)
		if (!strncmp(test, runners[i], strlen(runners[i])))
			return test + strlen(runners[i]);
	return NULL;
}

static bool add_evidence(struct trials *trials, const struct json *advisory, struct rpc_error *e)
{
	const struct json *evidence = json_get(advisory, "evidence");
	char text[sizeof(e->text)];
	size_t i;

	for (i = 0; evidence && i < evidence->nr; i++) {
		const char *guest = guest_of(json_string(json_get(evidence->items[i], "test"), ""));

		if (guest && trials_add(trials, guest, text, sizeof(text)))
			return fail(e, "rehearsal.guest", text);
	}
	return true;
}

static struct json *advisories(struct rpc *rpc, const struct json *ids, struct rpc_error *e)
{
	struct json *params = json_new_object();

	if (!params || (ids && !json_set(params, "ids", json_copy(ids)))) {
		json_free(params);
		no_memory(e);
		return NULL;
	}
	return call(rpc, "advisory.status", params, e);
}

bool rehearse_choose(struct rpc *rpc, struct trials *trials, const struct json *ids,
		     struct rpc_error *e)
{
	struct json *reply = advisories(rpc, ids, e);
	const struct json *list = json_get(reply, "advisories");
	bool ok = reply != NULL;
	size_t i;

	for (i = 0; ok && list && i < list->nr; i++)
		ok = add_evidence(trials, list->items[i], e);
	json_free(reply);
	return ok;
}

/* Over its environments: a FAIL or an ERROR counts most, a SKIP least. NULL: not run. */
static const char *worst(const struct trials *trials, const char *guest)
{
	static const int weight[] = {
		[GUEST_SKIP] = 0, [GUEST_PASS] = 1, [GUEST_ERROR] = 2, [GUEST_FAIL] = 3};
	const char *word = NULL;
	int heaviest = -1;
	size_t i;

	for (i = 0; i < trials->nr; i++) {
		const struct trial *t = &trials->trials[i];

		if (strcmp(t->test->name, guest) != 0)
			continue;
		if (!t->ran[0])
			return NULL;
		if (weight[t->results[0].verdict] > heaviest) {
			heaviest = weight[t->results[0].verdict];
			word = guest_verdict_words[t->results[0].verdict];
		}
	}
	return word;
}

static bool add_result(struct json *results, const struct json *advisory, const char *test,
		       const char *verdict)
{
	struct json *v = strings("id", json_string(json_get(advisory, "id"), ""), "test", test);

	if (v && json_set_string(v, "verdict", verdict))
		return json_append(results, v);
	json_free(v);
	return false;
}

struct json *rehearse_evidence(const struct trials *trials, const struct json *status)
{
	const struct json *list = json_get(status, "advisories");
	struct json *results = json_new_array();
	size_t i, k;

	for (i = 0; results && list && i < list->nr; i++) {
		const struct json *evidence = json_get(list->items[i], "evidence");

		for (k = 0; results && evidence && k < evidence->nr; k++) {
			const char *test = json_string(json_get(evidence->items[k], "test"), "");
			const char *guest = guest_of(test);
			const char *verdict = guest ? worst(trials, guest) : NULL;

			if (verdict && !add_result(results, list->items[i], test, verdict)) {
				json_free(results);
				results = NULL;
			}
		}
	}
	return results;
}

/* --- the payloads -------------------------------------------------------------------------- */

static bool interrupted(const struct rehearsal *r, struct rpc_error *e)
{
	struct pollfd pfd = {.fd = r->stop, .events = POLLIN};

	if (poll(&pfd, 1, 0) <= 0)
		return false;
	fail(e, "rehearsal.interrupted", "interrupted");
	return true;
}

static bool add_fault(struct rehearsal *r, const char *what, const char *name, const char *why)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s %s: %s", what, name, why);
	if (r->progress)
		fprintf(r->progress, "FAIL  %s\n", text);
	return json_append(r->faults, json_new_string(text));
}

static bool add_step(struct rehearsal *r, const char *action, const char *name, int64_t pause_ns)
{
	struct json *v = strings("action", action, "name", name);

	if (!v || !json_set_int(v, "pause_ns", pause_ns)) {
		json_free(v);
		return false;
	}
	if (r->progress)
		fprintf(r->progress, "      %s %s: all CPUs stopped for %lld ns\n", action, name,
			(long long)pause_ns);
	return json_append(r->steps, v);
}

/* patch.apply or patch.revert. *@done: it was; a refusal is a fault. */
static bool act(struct rehearsal *r, const char *action, const char *name, bool *done,
		struct rpc_error *e)
{
	char method[32];
	struct json *reply;
	bool ok;

	*done = false;
	if (interrupted(r, e))
		return false;
	snprintf(method, sizeof(method), "patch.%s", action);
	reply = call(r->replica->rpc, method, strings("name", name, NULL, NULL), e);
	if (!reply)
		return add_fault(r, action, name, e->text) || no_memory(e);
	ok = add_step(r, action, name, json_int(json_get(reply, "pause_ns"), 0));
	json_free(reply);
	*done = true;
	return ok || no_memory(e);
}

static bool smoke(struct rehearsal *r, const char *when, struct rpc_error *e)
{
	struct trials one = {0};
	char text[256];
	bool ok;

	if (trials_open(&one, r->trials->directory, text, sizeof(text)) ||
	    trials_add(&one, SMOKE_GUEST, text, sizeof(text))) {
		trials_close(&one);
		return fail(e, "rehearsal.guest", text);
	}
	ok = trials_run(&one, r->replica->rpc, 0, NULL, r->stop) ||
	     fail(e, "rehearsal.interrupted", "interrupted");
	if (ok && trials_failed(&one, 0))
		ok = add_fault(r, "guest " SMOKE_GUEST, when, "does not run") || no_memory(e);
	trials_close(&one);
	return ok;
}

/* Its name on the replica (malloc'd); NULL: refused, which is a fault, or an error. */
static char *upload(struct rehearsal *r, const char *file, bool *ok, struct rpc_error *e)
{
	struct json *reply =
		call(r->replica->rpc, "patch.upload", strings("file", file, NULL, NULL), e);
	char *name = NULL;

	if (reply) {
		name = strdup(json_string(json_get(reply, "name"), ""));
		*ok = name || no_memory(e);
		json_free(reply);
	} else {
		*ok = add_fault(r, "upload", file, e->text) || no_memory(e);
	}
	return name;
}

/* Upload and apply; @names gets those that are applied. */
static bool apply_all(struct rehearsal *r, char *const files[], size_t nr, char **names,
		      size_t *applied, struct rpc_error *e)
{
	bool ok = true, done = true;
	size_t i;

	for (i = 0; ok && done && i < nr; i++) {
		names[i] = upload(r, files[i], &ok, e);
		done = names[i] != NULL;
		if (done)
			ok = act(r, "apply", names[i], &done, e);
		*applied += done;
	}
	return ok;
}

/* Last in, first out; then once more, in order. */
static bool there_and_back(struct rehearsal *r, char **names, size_t nr, struct rpc_error *e)
{
	bool done = true;
	size_t i;

	for (i = nr; done && i; i--)
		if (!act(r, "revert", names[i - 1], &done, e))
			return false;
	if (!smoke(r, "after the revert", e))
		return false;
	for (i = 0; done && i < nr; i++)
		if (!act(r, "apply", names[i], &done, e))
			return false;
	return smoke(r, "after the second apply", e);
}

/* --- what they promise --------------------------------------------------------------------- */

/* The guests for the advisories that a payload names have to pass now. */
static bool check_promise(struct rehearsal *r, const char *advisory, struct rpc_error *e)
{
	struct json *ids = json_new_array(), *reply;
	struct trials named = {0};
	size_t i, k;
	bool ok;

	if (!json_append(ids, json_new_string(advisory))) {
		json_free(ids);
		return no_memory(e);
	}
	reply = advisories(r->replica->rpc, ids, e);
	json_free(ids);
	if (!reply)
		return add_fault(r, "advisory", advisory, e->text) || no_memory(e);
	named.table = r->trials->table;
	memcpy(named.directory, r->trials->directory, sizeof(named.directory));
	ok = add_evidence(&named, json_get(reply, "advisories")->items[0], e);
	json_free(reply);
	for (i = 0; ok && i < named.nr; i++)
		for (k = 0; ok && k < r->trials->nr; k++) {
			const struct trial *t = &r->trials->trials[k];

			if (!strcmp(t->name, named.trials[i].name) &&
			    t->results[1].verdict != GUEST_PASS &&
			    t->results[1].verdict != GUEST_SKIP)
				ok = add_fault(r, advisory, t->name, t->results[1].line) ||
				     no_memory(e);
		}
	free(named.trials);
	return ok;
}

static bool check_promises(struct rehearsal *r, char **names, size_t nr, struct rpc_error *e)
{
	struct json *reply = call(r->replica->rpc, "patch.list", NULL, e);
	const struct json *list = json_get(reply, "payloads");
	bool ok = reply != NULL;
	size_t i, k, a;

	for (i = 0; ok && list && i < list->nr; i++) {
		const struct json *p = list->items[i];
		const struct json *ids = json_path(p, "metadata.advisory");

		for (k = 0; ok && ids && k < nr; k++)
			for (a = 0; !strcmp(names[k], json_string(json_get(p, "name"), "")) && ok &&
				    a < ids->nr;
			     a++)
				ok = check_promise(r, json_string(ids->items[a], ""), e);
	}
	json_free(reply);
	return ok;
}

static bool second_round(struct rehearsal *r, char **names, size_t nr, struct rpc_error *e)
{
	char text[64];

	if (!trials_run(r->trials, r->replica->rpc, 1, r->progress, r->stop))
		return fail(e, "rehearsal.interrupted", "interrupted");
	if (trials_worse(r->trials)) {
		snprintf(text, sizeof(text), "%u of them passed before", trials_worse(r->trials));
		if (!add_fault(r, "guests", "fail with the patches", text))
			return no_memory(e);
	}
	return check_promises(r, names, nr, e) && there_and_back(r, names, nr, e);
}

bool rehearse(struct rehearsal *r, char *const files[], size_t nr, struct rpc_error *e)
{
	char **names = calloc(nr, sizeof(*names));
	size_t applied = 0, i;
	bool ok;

	r->steps = json_new_array();
	r->faults = json_new_array();
	if (!names || !r->steps || !r->faults)
		ok = no_memory(e);
	else if (!trials_run(r->trials, r->replica->rpc, 0, r->progress, r->stop))
		ok = fail(e, "rehearsal.interrupted", "interrupted");
	else
		ok = apply_all(r, files, nr, names, &applied, e);
	if (ok && applied == nr)
		ok = second_round(r, names, nr, e);
	for (i = 0; names && i < nr; i++)
		free(names[i]);
	free(names);
	return ok;
}
