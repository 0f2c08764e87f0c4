/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "advisory.h"

const char *const verdict_words[NR_VERDICTS] = {
	[VERDICT_NOT_AFFECTED] = "not_affected",
	[VERDICT_FIXED_IN_BUILD] = "fixed_in_build",
	[VERDICT_FIXED_BY_LIVEPATCH] = "fixed_by_livepatch",
	[VERDICT_AFFECTED] = "affected",
	[VERDICT_UNKNOWN] = "unknown",
};

const char *const action_words[] = {
	[ACTION_NONE] = "none",
	[ACTION_APPLY] = "apply",
	[ACTION_REBOOT] = "reboot",
	[ACTION_RESTART] = "restart",
};

/* All that the steps look at. */
struct question {
	const struct json *record, *side;
	const struct host_facts *host;
	const char *name; /* of the component at fault */
	const struct component *component;
	struct verdict *v;
};

const struct component *host_component(const struct host_facts *h, const char *name)
{
	size_t i;

	for (i = 0; i < h->nr_components; i++)
		if (strcmp(h->components[i].name, name) == 0)
			return &h->components[i];
	return NULL;
}

/* Always true: the question is answered. */
static bool __attribute__((format(printf, 3, 4)))
say(struct verdict *v, enum verdict_status status, const char *fmt, ...)
{
	va_list ap;

	v->status = status;
	va_start(ap, fmt);
	vsnprintf(v->detail, sizeof(v->detail), fmt, ap);
	va_end(ap);
	return true;
}

/* The words any of which stands for the fix: those listed, or the record's id. */
static bool any_fix(const struct question *q, bool (*has)(const void *, const char *),
		    const void *where)
{
	const struct json *fixes = json_get(json_get(q->side, "fixed_by"), "fixes");
	size_t i;

	if (!fixes)
		return has(where, advisory_id(q->record));
	for (i = 0; i < fixes->nr; i++)
		if (has(where, json_string(fixes->items[i], "")))
			return true;
	return false;
}

static bool manifest_has(const void *manifest, const char *word)
{
	return advisory_list_has(json_get(manifest, "fixes"), word);
}

static bool payload_has(const void *payload, const char *word)
{
	return live_patch_fixes(payload, word);
}

/* Payloads name advisories, fixes or CVE ids. */
static bool payload_mends(const struct question *q, const struct live_patch *p)
{
	const struct json *cve = json_get(q->record, "cve");
	size_t i;

	if (any_fix(q, payload_has, p) || live_patch_fixes(p, advisory_id(q->record)))
		return true;
	/* All of them: a payload for one of two faults leaves the other. */
	for (i = 0; cve && i < cve->nr; i++)
		if (!live_patch_fixes(p, json_string(cve->items[i], "")))
			return false;
	return cve && cve->nr;
}

static const struct live_patch *find_payload(const struct question *q, enum live_patch_state state)
{
	size_t i;

	if (strcmp(q->name, "hypervisor") != 0)
		return NULL;
	for (i = 0; i < q->host->nr_payloads; i++)
		if (q->host->payloads[i].state == state && payload_mends(q, &q->host->payloads[i]))
			return &q->host->payloads[i];
	return NULL;
}

static bool by_record(struct question *q)
{
	switch (advisory_side_status(q->side)) {
	case STATUS_NOT_AFFECTED:
		q->v->justification = json_string(json_get(q->side, "justification"), "");
		return say(q->v, VERDICT_NOT_AFFECTED, "no build is affected");
	case STATUS_FIXED:
		return say(q->v, VERDICT_FIXED_IN_BUILD, "every build contains the fix");
	case STATUS_UNDER_INVESTIGATION:
		return say(q->v, VERDICT_UNKNOWN, "it is being looked into");
	case STATUS_AFFECTED:
		break;
	}
	return false;
}

static bool by_build(struct question *q)
{
	const struct json *fixed_by = json_get(q->side, "fixed_by");
	const char *id = q->component ? q->component->build_id : "";

	if (*id && advisory_list_has(json_get(q->side, "not_affected_builds"), id)) {
		q->v->justification = json_string(json_get(q->side, "justification"),
						  "vulnerable_code_not_present");
		return say(q->v, VERDICT_NOT_AFFECTED, "the record says so of this build");
	}
	if (*id && advisory_list_has(json_get(fixed_by, "builds"), id))
		return say(q->v, VERDICT_FIXED_IN_BUILD, "the record lists this build");
	if (q->component && q->component->manifest &&
	    any_fix(q, manifest_has, q->component->manifest))
		return say(q->v, VERDICT_FIXED_IN_BUILD, "in the manifest of the running %s",
			   q->name);
	return false;
}

/* Whether this release of Xen has the fix; only the hypervisor tells its release,
 * and for other programs only the branch is sure, which they must share with it. */
static enum version_verdict release_has(const struct question *q, const struct json *releases)
{
	struct xen_version v = q->host->version;

	if (strcmp(q->name, "hypervisor") != 0) {
		v.patch = 0;
		v.exact = true;
		if (xen_version_has(&v, releases) != VERSION_HAS)
			return VERSION_UNKNOWN;
	}
	return xen_version_has(&v, releases);
}

static bool by_release(struct question *q)
{
	const char *introduced = json_string(json_get(q->side, "introduced"), NULL);
	const struct json *releases = json_get(json_get(q->side, "fixed_by"), "versions");

	if (strcmp(q->host->product, "xen") != 0)
		return false;
	if (introduced && xen_version_before(&q->host->version, introduced) == VERSION_HAS) {
		q->v->justification = "vulnerable_code_not_present";
		return say(q->v, VERDICT_NOT_AFFECTED, "the fault came with %s", introduced);
	}
	if (release_has(q, releases) == VERSION_HAS)
		return say(q->v, VERDICT_FIXED_IN_BUILD, "fixed in the release %s",
			   q->host->version_text);
	return false;
}

static bool by_payload(struct question *q)
{
	q->v->payload = find_payload(q, LIVE_PATCH_APPLIED);
	if (!q->v->payload)
		return false;
	return say(q->v, VERDICT_FIXED_BY_LIVEPATCH, "a live patch in force says that it fixes it");
}

/* Whether the absence of the fix is as sure as its presence would be. */
static bool lacks_for_sure(struct question *q)
{
	const struct json *releases = json_get(json_get(q->side, "fixed_by"), "versions");

	if (strcmp(q->name, "hypervisor") == 0 && !q->host->payloads_known)
		return !say(q->v, VERDICT_UNKNOWN, "the live patches in force cannot be listed");
	if (q->component && q->component->manifest)
		return true;
	if (strcmp(q->host->product, "xen") != 0)
		return !say(q->v, VERDICT_UNKNOWN, "no manifest of the running %s is at hand",
			    q->name);
	if (strcmp(q->name, "hypervisor") == 0 &&
	    (!releases || !releases->nr || release_has(q, releases) == VERSION_LACKS))
		return true; /* no release has it, or not this one */
	return !say(q->v, VERDICT_UNKNOWN, "%s does not tell whether the %s has the fix",
		    q->host->version_text, q->name);
}

static void find_action(struct question *q)
{
	const struct component *c = q->component;

	q->v->apply = find_payload(q, LIVE_PATCH_LOADED);
	if (!q->v->apply)
		q->v->apply = find_payload(q, LIVE_PATCH_STORED);
	if (q->v->apply)
		q->v->action = ACTION_APPLY;
	else if (c && c->installed && strcmp(c->installed_id, c->build_id) != 0 &&
		 any_fix(q, manifest_has, c->installed))
		q->v->action = strcmp(q->name, "hypervisor") == 0 ? ACTION_REBOOT : ACTION_RESTART;
}

static void last_word(struct question *q)
{
	const char *which = "";

	if (!lacks_for_sure(q))
		return;
	if (features_meet(&q->host->features, json_get(q->side, "requires"), &which) ==
	    TRI_UNKNOWN) {
		say(q->v, VERDICT_UNKNOWN, "it needs %s, and the host does not tell", which);
		return;
	}
	say(q->v, VERDICT_AFFECTED, "the running %s lacks the fix", q->name);
}

/* Features come before builds: what cannot be reached need not be fixed. */
static bool by_features(struct question *q)
{
	const char *which = "";

	if (features_meet(&q->host->features, json_get(q->side, "requires"), &which) != TRI_NO)
		return false;
	q->v->justification = json_string(json_get(q->side, "justification"),
					  "vulnerable_code_not_in_execute_path");
	return say(q->v, VERDICT_NOT_AFFECTED, "it needs %s, which does not hold here", which);
}

void verdict_find(const struct json *record, const struct host_facts *host,
		  enum evidence_verdict evidence, struct verdict *v)
{
	struct question q = {.record = record, .host = host, .v = v};

	*v = (struct verdict){.status = VERDICT_UNKNOWN};
	q.side = advisory_product(record, host->product);
	q.name = advisory_side_component(q.side);
	q.component = host_component(host, q.name);
	if (!q.side)
		say(v, VERDICT_UNKNOWN,
		    record ? "no record says how it concerns %s" : "no record of it for %s",
		    host->product);
	else if (!by_record(&q) && !by_features(&q) && !by_build(&q) && !by_release(&q) &&
		 !by_payload(&q))
		last_word(&q);
	if (evidence == EVIDENCE_FAIL) {
		v->payload = NULL;
		v->justification = NULL;
		say(v, VERDICT_AFFECTED, "its test failed on this build with these live patches");
	}
	if (v->status == VERDICT_AFFECTED)
		find_action(&q);
}

void verdict_count(struct verdict_counts *c, const struct verdict *v)
{
	c->status[v->status]++;
	c->pending += v->status == VERDICT_AFFECTED && v->action != ACTION_NONE;
}

int verdict_exit(const struct verdict_counts *c)
{
	if (c->status[VERDICT_AFFECTED] > c->pending)
		return 2;
	if (c->pending)
		return 1;
	return c->status[VERDICT_UNKNOWN] ? 3 : 0;
}
