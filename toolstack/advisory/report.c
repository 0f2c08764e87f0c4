/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "report.h"

#include <string.h>

#include "advisory_set.h"

/* Whether the payload speaks of this record: its id, its CVE ids, the words for its fix. */
static bool speaks_of(const struct live_patch *p, const struct json *record)
{
	const struct json *cve = json_get(record, "cve"), *fixes;
	size_t i;
	int product;

	if (live_patch_fixes(p, advisory_id(record)))
		return true;
	for (i = 0; cve && i < cve->nr; i++)
		if (live_patch_fixes(p, json_string(cve->items[i], "")))
			return true;
	for (product = 0; advisory_products[product]; product++) {
		fixes = json_path(advisory_product(record, advisory_products[product]),
				  "fixed_by.fixes");
		for (i = 0; fixes && i < fixes->nr; i++)
			if (live_patch_fixes(p, json_string(fixes->items[i], "")))
				return true;
	}
	return false;
}

const char *report_patch_name(const struct live_patch *p, const struct json *privileged,
			      int64_t now)
{
	size_t i;

	for (i = 0; i < privileged->nr; i++) {
		const struct json *record = privileged->items[i];

		if (advisory_embargoed(record, now) && speaks_of(p, record))
			return json_string(json_get(record, "neutral_name"), "");
	}
	return p->name;
}

/* Readers without the right see only words that belong to records they can see. */
static bool may_see(const struct report_source *src, const char *word)
{
	char id[ADVISORY_ID_MAX];

	if (!src->hidden)
		return true;
	if (!advisory_id_parse(word, id))
		return false;
	return advisory_find(src->view, id) || advisory_find_cve(src->view, id);
}

static const char *payload_name(const struct report_source *src, const struct live_patch *p)
{
	return src->hidden ? report_patch_name(p, src->hidden, src->now) : p->name;
}

static struct json *payload_json(const struct report_source *src, const struct live_patch *p)
{
	static const char *const states[] = {
		[LIVE_PATCH_STORED] = "stored",
		[LIVE_PATCH_LOADED] = "loaded",
		[LIVE_PATCH_APPLIED] = "applied",
	};
	struct json *v = json_new_object(), *fixes = json_new_array();
	size_t i;

	for (i = 0; i < p->fixes->nr; i++) {
		const char *word = json_string(p->fixes->items[i], "");

		if (may_see(src, word))
			json_append(fixes, json_new_string(word));
	}
	if (v && json_set_string(v, "name", payload_name(src, p)) &&
	    json_set_string(v, "state", states[p->state]) && json_set(v, "fixes", fixes))
		return v;
	json_free(v);
	return NULL;
}

static struct json *components_json(const struct host_facts *h)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < h->nr_components; i++) {
		const struct component *c = &h->components[i];
		struct json *v = json_new_object();

		json_set_string(v, "name", c->name);
		json_set_string(v, "build_id", c->build_id);
		json_set_bool(v, "manifest", c->manifest != NULL);
		json_set_string(v, "installed_build_id", c->installed_id);
		/* Both known, and different: what is installed does not run. */
		json_set_bool(v, "outdated",
			      c->build_id[0] && c->installed_id[0] &&
				      strcmp(c->build_id, c->installed_id) != 0);
		json_append(list, v);
	}
	return list;
}

static struct json *host_json(const struct host_facts *h)
{
	struct json *v = json_new_object(), *features = json_new_object();
	int f;

	for (f = 0; f < NR_FEATURES; f++) {
		enum tri t = feature_get(&h->features, (enum feature)f);

		json_set(features, feature_name((enum feature)f),
			 t == TRI_UNKNOWN ? json_new_null() : json_new_bool(t == TRI_YES));
	}
	json_set_string(v, "product", h->product);
	json_set_string(v, "version", h->version_text);
	json_set(v, "components", components_json(h));
	json_set(v, "features", features);
	json_set_bool(v, "payloads_known", h->payloads_known);
	return v;
}

static bool set_copy(struct json *v, const char *key, const struct json *from)
{
	return !from || json_set(v, key, json_copy(from));
}

/* Members of the record that a reader wants beside the verdict. */
static bool add_record(struct json *v, const struct json *record, int64_t now)
{
	static const char *const members[] = {"cve", "title", "published", "references", NULL};
	int i;

	for (i = 0; members[i]; i++)
		if (!set_copy(v, members[i], json_get(record, members[i])))
			return false;
	if (!advisory_embargoed(record, now))
		return true;
	return set_copy(v, "disclosure", json_get(record, "disclosure")) &&
	       set_copy(v, "neutral_name", json_get(record, "neutral_name"));
}

static struct json *verdict_json(const struct report_source *src, const struct json *record,
				 const char *id, const struct verdict *verdict,
				 struct json *evidence)
{
	const struct json *side = advisory_product(record, src->host->product);
	struct json *v = json_new_object();
	bool ok = v && json_set_string(v, "id", id) &&
		  json_set_string(v, "status", verdict_words[verdict->status]) &&
		  json_set_string(v, "component", advisory_side_component(side)) &&
		  json_set_string(v, "detail", verdict->detail) &&
		  json_set_string(v, "action", action_words[verdict->action]);

	if (ok && verdict->justification)
		ok = json_set_string(v, "justification", verdict->justification);
	if (ok && verdict->payload)
		ok = json_set_string(v, "payload", payload_name(src, verdict->payload));
	if (ok && verdict->apply)
		ok = json_set_string(v, "apply", payload_name(src, verdict->apply));
	ok = ok && set_copy(v, "impact", json_get(side, "impact"));
	ok = ok && add_record(v, record, src->now);
	if (ok && json_set(v, "evidence", evidence))
		return v;
	if (!ok)
		json_free(evidence);
	json_free(v);
	return NULL;
}

struct judged {
	const struct report_source *src;
	const char *build_id; /* of the hypervisor */
	struct json *payloads, *list;
	struct verdict_counts counts;
};

/* Names of payloads that were in force then may tell what cannot be told. */
static bool hide_payloads(struct json *evidence)
{
	size_t i;

	for (i = 0; evidence && i < evidence->nr; i++)
		if (!json_set(evidence->items[i], "payloads", json_new_null()))
			return false;
	return true;
}

static bool judge(struct judged *j, const struct json *record, const char *id)
{
	enum evidence_verdict shown;
	struct verdict verdict;
	struct json *evidence =
		evidence_of(j->src->evidence, record, j->build_id, j->payloads, &shown);

	if (j->src->hidden && !hide_payloads(evidence)) {
		json_free(evidence);
		return false;
	}
	verdict_find(record, j->src->host, shown, &verdict);
	verdict_count(&j->counts, &verdict);
	return json_append(j->list, verdict_json(j->src, record, id, &verdict, evidence));
}

static bool judge_all(struct judged *j, const struct json *ids)
{
	const struct json *list = ids ? ids : j->src->view;
	size_t i;

	for (i = 0; i < list->nr; i++) {
		const struct json *record = list->items[i];
		const char *id = ids ? json_string(record, "") : advisory_id(record);

		if (!judge(j, ids ? advisory_find(j->src->view, id) : record, id))
			return false;
	}
	return true;
}

static struct json *counts_json(const struct verdict_counts *c)
{
	struct json *v = json_new_object();
	int i;

	for (i = 0; i < NR_VERDICTS; i++)
		json_set_int(v, verdict_words[i], c->status[i]);
	json_set_int(v, "pending", c->pending);
	return v;
}

struct json *report_make(const struct report_source *src, const struct json *ids)
{
	const struct component *hv = host_component(src->host, "hypervisor");
	struct judged j = {.src = src, .build_id = hv ? hv->build_id : ""};
	struct json *v = json_new_object(), *payloads = json_new_array();
	bool ok = v && payloads;
	size_t i;

	j.payloads = evidence_payloads(src->host);
	j.list = json_new_array();
	ok = ok && j.payloads && j.list && judge_all(&j, ids);
	for (i = 0; ok && i < src->host->nr_payloads; i++)
		ok = json_append(payloads, payload_json(src, &src->host->payloads[i]));
	ok = ok && json_set(v, "host", host_json(src->host));
	ok = ok && json_set(v, "counts", counts_json(&j.counts));
	ok = ok && json_set_int(v, "exit", verdict_exit(&j.counts));
	json_free(j.payloads);
	if (ok && json_set(v, "payloads", payloads) && json_set(v, "advisories", j.list))
		return v;
	if (!ok) {
		json_free(payloads);
		json_free(j.list);
	}
	json_free(v);
	return NULL;
}
