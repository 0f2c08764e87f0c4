/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Every combination of what a record can say and what a host can show, against rules
 * that are written down a second time, as a table. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory.h"
#include "verdict.h"

#define RUNNING	  "aaaaaaaaaaaaaaaa"
#define INSTALLED "bbbbbbbbbbbbbbbb"

static struct json *parse(const char *text)
{
	char why[160] = "";
	struct json *v = json_parse(text, strlen(text), NULL, why, sizeof(why));

	cr_assert_not_null(v, "%s: %s", text, why);
	return v;
}

static struct json *manifest(const char *build, const char *fixes)
{
	char text[300];

	snprintf(text, sizeof(text),
		 "{\"format\":1,\"component\":\"hypervisor\",\"build_id\":\"%s\",\"fixes\":[%s]}",
		 build, fixes);
	return parse(text);
}

enum need { NEED_HOLDS, NEED_FAILS, NEED_UNKNOWN };
enum build { BUILD_LISTED, BUILD_EXEMPT, BUILD_HAS, BUILD_LACKS, BUILD_NO_MANIFEST };
enum patch { PATCH_NONE, PATCH_STORED, PATCH_LOADED, PATCH_APPLIED, PATCH_UNREADABLE };
enum next { NEXT_SAME, NEXT_NOTHING, NEXT_HAS, NEXT_LACKS };

struct combination {
	int status; /* enum advisory_status, or -1: no record, -2: nothing about this product */
	enum need need;
	enum build build;
	enum patch patch;
	enum next next;
	enum evidence_verdict evidence;
};

static struct json *record_for(const struct combination *c)
{
	static const char *const needs[] = {"guest:pvh", "guest:pv", "option:smt"};
	char text[700];
	struct json *r;

	if (c->status == -1)
		return NULL;
	snprintf(text, sizeof(text),
		 "{\"format\":1,\"id\":\"XSA-1\",\"products\":{\"%s\":{\"status\":\"%s\","
		 "\"justification\":\"component_not_present\",\"requires\":[\"%s\"],"
		 "\"fixed_by\":{\"fixes\":[\"word\"],\"builds\":[%s]},"
		 "\"not_affected_builds\":[%s]}}}",
		 c->status == -2 ? "xen" : "nacre",
		 advisory_status_words[c->status < 0 ? STATUS_AFFECTED : c->status], needs[c->need],
		 c->build == BUILD_LISTED ? "\"" RUNNING "\"" : "",
		 c->build == BUILD_EXEMPT ? "\"" RUNNING "\"" : "");
	r = parse(text);
	cr_assert(advisory_check(r, NULL, 0), "%s", text);
	return r;
}

static enum verdict_status expected_status(const struct combination *c)
{
	bool patched = c->patch == PATCH_APPLIED;
	/* The first row whose condition holds. */
	const struct {
		bool when;
		enum verdict_status then;
	} rules[] = {
		{c->evidence == EVIDENCE_FAIL, VERDICT_AFFECTED},
		{c->status < 0, VERDICT_UNKNOWN},
		{c->status == STATUS_NOT_AFFECTED, VERDICT_NOT_AFFECTED},
		{c->status == STATUS_FIXED, VERDICT_FIXED_IN_BUILD},
		{c->status == STATUS_UNDER_INVESTIGATION, VERDICT_UNKNOWN},
		{c->need == NEED_FAILS, VERDICT_NOT_AFFECTED},
		{c->build == BUILD_EXEMPT, VERDICT_NOT_AFFECTED},
		{c->build == BUILD_LISTED || c->build == BUILD_HAS, VERDICT_FIXED_IN_BUILD},
		{patched, VERDICT_FIXED_BY_LIVEPATCH},
		{c->patch == PATCH_UNREADABLE, VERDICT_UNKNOWN},
		{c->build == BUILD_NO_MANIFEST, VERDICT_UNKNOWN},
		{c->need == NEED_UNKNOWN, VERDICT_UNKNOWN},
		{true, VERDICT_AFFECTED},
	};
	int i = 0;

	while (!rules[i].when)
		i++;
	return rules[i].then;
}

static enum verdict_action expected_action(const struct combination *c)
{
	/* Without a record nobody knows by which word a fix would go. */
	if (expected_status(c) != VERDICT_AFFECTED || c->status < 0)
		return ACTION_NONE;
	if (c->patch == PATCH_STORED || c->patch == PATCH_LOADED)
		return ACTION_APPLY;
	return c->next == NEXT_HAS ? ACTION_REBOOT : ACTION_NONE;
}

static struct json *none, *has, *next_none, *next_has;
static struct live_patch patch;

static void host_for(const struct combination *c, struct host_facts *h)
{
	struct component *hv = &h->components[0];

	*h = (struct host_facts){.product = "nacre", .version_text = "4.17-nacre"};
	h->nr_components = 1;
	strcpy(hv->name, "hypervisor");
	strcpy(hv->build_id, RUNNING);
	if (c->build != BUILD_NO_MANIFEST)
		hv->manifest = c->build == BUILD_HAS ? has : none;
	if (c->next == NEXT_SAME) {
		strcpy(hv->installed_id, RUNNING);
		hv->installed = hv->manifest;
	} else if (c->next != NEXT_NOTHING) {
		strcpy(hv->installed_id, INSTALLED);
		hv->installed = c->next == NEXT_HAS ? next_has : next_none;
	}
	feature_set(&h->features, FEATURE_GUEST_PVH, true);
	feature_set(&h->features, FEATURE_GUEST_PV, false);
	h->payloads_known = c->patch != PATCH_UNREADABLE;
	if (c->patch == PATCH_NONE || c->patch == PATCH_UNREADABLE)
		return;
	patch.state = (enum live_patch_state)(c->patch - PATCH_STORED);
	h->payloads = &patch;
	h->nr_payloads = 1;
}

static void judge(const struct combination *c)
{
	struct json *record = record_for(c);
	struct host_facts h;
	struct verdict v;
	char what[120];

	host_for(c, &h);
	verdict_find(record, &h, c->evidence, &v);
	snprintf(what, sizeof(what), "status %d need %d build %d patch %d next %d evidence %d",
		 c->status, c->need, c->build, c->patch, c->next, c->evidence);
	cr_assert_str_eq(verdict_words[v.status], verdict_words[expected_status(c)], "%s: %s", what,
			 v.detail);
	cr_assert_str_eq(action_words[v.action], action_words[expected_action(c)], "%s", what);
	cr_assert_eq(v.justification != NULL, v.status == VERDICT_NOT_AFFECTED, "%s", what);
	cr_assert_eq(v.payload != NULL, v.status == VERDICT_FIXED_BY_LIVEPATCH, "%s", what);
	cr_assert_eq(v.apply != NULL, v.action == ACTION_APPLY, "%s", what);
	cr_assert_neq(v.detail[0], '\0', "%s", what);
	json_free(record);
}

Test(verdict, every_combination)
{
	struct combination c;
	unsigned int nr = 0;

	none = manifest(RUNNING, "\"XSA-2\"");
	has = manifest(RUNNING, "\"word\"");
	next_none = manifest(INSTALLED, "");
	next_has = manifest(INSTALLED, "\"word\"");
	cr_assert(live_patch_read(&patch, "hot", LIVE_PATCH_STORED, "fixes=word", 10));
	for (c.status = -2; c.status <= STATUS_UNDER_INVESTIGATION; c.status++)
		for (c.need = 0; c.need <= NEED_UNKNOWN; c.need++)
			for (c.build = 0; c.build <= BUILD_NO_MANIFEST; c.build++)
				for (c.patch = 0; c.patch <= PATCH_UNREADABLE; c.patch++)
					for (c.next = 0; c.next <= NEXT_LACKS; c.next++)
						for (c.evidence = 0; c.evidence <= EVIDENCE_FAIL;
						     c.evidence++, nr++)
							judge(&c);
	cr_assert_eq(nr, 6 * 3 * 5 * 5 * 4 * 3);
	live_patch_free(&patch);
	json_free(none);
	json_free(has);
	json_free(next_none);
	json_free(next_has);
}

/* A payload for XSA-1 (CVE-1 and CVE-2) that names @metadata: does it count? */
static bool mends(const char *metadata)
{
	struct json *r =
		parse("{\"format\":1,\"id\":\"XSA-1\",\"cve\":[\"CVE-2016-0001\","
		      "\"CVE-2016-0002\"],\"products\":{\"nacre\":{\"status\":\"affected\"}}}");
	struct host_facts h = {.product = "nacre", .payloads_known = true, .nr_payloads = 1};
	struct live_patch p;
	struct verdict v;

	cr_assert(live_patch_read(&p, "p", LIVE_PATCH_APPLIED, metadata, strlen(metadata)));
	h.payloads = &p;
	verdict_find(r, &h, EVIDENCE_NONE, &v);
	live_patch_free(&p);
	json_free(r);
	return v.status == VERDICT_FIXED_BY_LIVEPATCH;
}

Test(verdict, what_a_payload_names)
{
	cr_assert(mends("advisory=XSA-1"));
	cr_assert(mends("advisory=xsa-01"));
	cr_assert(mends("fixes=XSA-1"));
	cr_assert(mends("cve=CVE-2016-0001,CVE-2016-0002"));
	cr_assert_not(mends("cve=CVE-2016-0001"), "one of two faults is left");
	cr_assert_not(mends("advisory=XSA-10"));
	cr_assert_not(mends(""));
}

/* Releases of Xen: what the version alone can prove. */
Test(verdict, xen_by_release)
{
	static const struct {
		const char *version, *component;
		enum verdict_status want;
	} table[] = {
		{"4.17.4", "hypervisor", VERDICT_FIXED_IN_BUILD},
		{"4.17.3", "hypervisor", VERDICT_AFFECTED},
		{"4.17.4-pre", "hypervisor", VERDICT_UNKNOWN},
		{"4.18.0", "hypervisor", VERDICT_FIXED_IN_BUILD},
		{"4.16.9", "hypervisor", VERDICT_UNKNOWN},
		{"4.9.9", "hypervisor", VERDICT_NOT_AFFECTED},
		/* Other programs tell no release: only the branch is theirs for sure. */
		{"4.17.4", "xenstored", VERDICT_UNKNOWN},
		{"4.17.3", "xenstored", VERDICT_UNKNOWN},
		{"4.18.0", "xenstored", VERDICT_FIXED_IN_BUILD},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct host_facts h = {.product = "xen", .payloads_known = true};
		struct verdict v;
		char text[300];
		struct json *r;

		snprintf(text, sizeof(text),
			 "{\"format\":1,\"id\":\"XSA-1\",\"products\":{\"xen\":{\"status\":"
			 "\"affected\",\"component\":\"%s\",\"introduced\":\"4.10.0\","
			 "\"fixed_by\":{\"versions\":[\"4.17.4\"]}}}}",
			 table[i].component);
		r = parse(text);
		xen_version_parse(table[i].version, &h.version);
		verdict_find(r, &h, EVIDENCE_NONE, &v);
		cr_assert_str_eq(verdict_words[v.status], verdict_words[table[i].want], "%s %s: %s",
				 table[i].version, table[i].component, v.detail);
		json_free(r);
	}
}

/* A live patch of the hypervisor mends no daemon; a daemon is started again. */
Test(verdict, daemons)
{
	struct json *r = parse("{\"format\":1,\"id\":\"XSA-1\",\"products\":{\"nacre\":{\"status\":"
			       "\"affected\",\"component\":\"xenstored\"}}}");
	struct host_facts h = {.product = "nacre", .nr_components = 1, .nr_payloads = 1};
	struct component *c = &h.components[0];
	struct live_patch p;
	struct verdict v;

	strcpy(c->name, "xenstored");
	strcpy(c->build_id, RUNNING);
	strcpy(c->installed_id, INSTALLED);
	none = manifest(RUNNING, "");
	next_has = manifest(INSTALLED, "\"XSA-1\"");
	c->manifest = none;
	c->installed = next_has;
	cr_assert(live_patch_read(&p, "p", LIVE_PATCH_APPLIED, "advisory=1", 10));
	h.payloads = &p;
	verdict_find(r, &h, EVIDENCE_NONE, &v);
	cr_assert_eq(v.status, VERDICT_AFFECTED, "%s", v.detail);
	cr_assert_eq(v.action, ACTION_RESTART);
	c->manifest = NULL;
	verdict_find(r, &h, EVIDENCE_NONE, &v);
	cr_assert_eq(v.status, VERDICT_UNKNOWN);
	live_patch_free(&p);
	json_free(none);
	json_free(next_has);
	json_free(r);
}

Test(verdict, exit_status)
{
	unsigned int hopeless, pending, unknown, fine;

	for (hopeless = 0; hopeless < 2; hopeless++)
		for (pending = 0; pending < 2; pending++)
			for (unknown = 0; unknown < 2; unknown++)
				for (fine = 0; fine < 2; fine++) {
					struct verdict_counts c = {.pending = pending};
					int want = hopeless ? 2 : pending ? 1 : unknown ? 3 : 0;

					c.status[VERDICT_AFFECTED] = hopeless + pending;
					c.status[VERDICT_UNKNOWN] = unknown;
					c.status[VERDICT_FIXED_IN_BUILD] = fine;
					cr_assert_eq(verdict_exit(&c), want);
				}
}
