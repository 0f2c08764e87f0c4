/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What each reader gets to see, and the forms for machines. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "advisory_set.h"
#include "report.h"

#define NOW 1800000000 /* 2027-01-15 */

static struct advisory_set rs;
static struct evidence_store evidence;
static struct host_facts host;
static struct live_patch payloads[2];
static struct json *manifest, *open_view, *full_view;

static struct json *parse(const char *text)
{
	char why[160] = "";
	struct json *v = json_parse(text, strlen(text), NULL, why, sizeof(why));

	cr_assert_not_null(v, "%s: %s", text, why);
	return v;
}

static void add(const char *text)
{
	struct json *v = parse(text);
	char why[200] = "";

	cr_assert(advisory_check(v, why, sizeof(why)), "%s: %s", text, why);
	cr_assert(advisory_set_add(&rs, v, LAYER_LOCAL));
}

#define METADATA(text) text, sizeof(text)

static void start(void)
{
	cr_assert(advisory_set_init(&rs));
	add("{\"format\":1,\"id\":\"XSA-1\",\"title\":\"first\",\"cve\":[\"CVE-2020-0001\",\"CVE-"
	    "2020-"
	    "0002\"],\"published\":\"2020-01-01\",\"evidence\":[\"t\"],\"products\":{\"nacre\":{"
	    "\"status\":\"affected\"}}}");
	add("{\"format\":1,\"id\":\"XSA-2\",\"published\":\"2026-01-01\",\"products\":{\"nacre\":{"
	    "\"status\":\"affected\"}}}");
	add("{\"format\":1,\"id\":\"XSA-3\",\"products\":{\"nacre\":{\"status\":\"not_affected\","
	    "\"justification\":\"component_not_present\"}}}");
	add("{\"format\":1,\"id\":\"XSA-4\",\"products\":{\"nacre\":{\"status\":\"affected\"}}}");
	add("{\"format\":1,\"id\":\"XSA-999\",\"title\":\"SECRET\",\"cve\":[\"CVE-2027-9999\"],"
	    "\"disclosure\":\"2033-01-01\",\"neutral_name\":\"plain-name\",\"products\":{\"nacre\":"
	    "{"
	    "\"status\":\"affected\",\"fixed_by\":{\"fixes\":[\"hushword\"]}}}}");
	manifest = parse(
		"{\"format\":1,\"component\":\"hypervisor\",\"build_id\":\"aaaaaaaaaaaaaaaa\","
		"\"fixes\":[\"XSA-1\"]}");
	host = (struct host_facts){.product = "nacre",
				   .version_text = "4.17-nacre",
				   .nr_components = 1,
				   .payloads = payloads,
				   .nr_payloads = 2,
				   .payloads_known = true};
	strcpy(host.components[0].name, "hypervisor");
	strcpy(host.components[0].build_id, "aaaaaaaaaaaaaaaa");
	host.components[0].manifest = manifest;
	cr_assert(live_patch_read(
		&payloads[0], "xsa999-fix", LIVE_PATCH_APPLIED,
		METADATA("advisory=XSA-999,XSA-2\0fixes=hushword\0cve=CVE-2027-9999")));
	cr_assert(live_patch_read(&payloads[1], "four", LIVE_PATCH_STORED,
				  METADATA("advisory=XSA-4")));
	cr_assert_eq(evidence_open(&evidence, "/nonexistent/none"), 0);
	open_view = advisory_set_view(&rs, NOW, false);
	full_view = advisory_set_view(&rs, NOW, true);
}

static void stop(void)
{
	advisory_set_free(&rs);
	evidence_close(&evidence);
	live_patch_free(&payloads[0]);
	live_patch_free(&payloads[1]);
	json_free(manifest);
	json_free(open_view);
	json_free(full_view);
}

TestSuite(report, .init = start, .fini = stop);

static struct json *report(bool privileged, const struct json *ids)
{
	struct report_source src = {.view = privileged ? full_view : open_view,
				    .hidden = privileged ? NULL : full_view,
				    .host = &host,
				    .evidence = &evidence,
				    .now = NOW};
	struct json *v = report_make(&src, ids);

	cr_assert_not_null(v);
	return v;
}

static const struct json *find(const struct json *v, const char *id)
{
	const struct json *list = json_get(v, "advisories");
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (strcmp(json_string(json_get(list->items[i], "id"), ""), id) == 0)
			return list->items[i];
	return NULL;
}

static const char *text(const struct json *v, const char *id, const char *member)
{
	return json_string(json_get(find(v, id), member), "(none)");
}

Test(report, administrator)
{
	struct json *v = report(true, NULL);

	cr_assert_eq(json_get(v, "advisories")->nr, 5);
	cr_assert_str_eq(text(v, "XSA-1", "status"), "fixed_in_build");
	cr_assert_str_eq(text(v, "XSA-2", "status"), "fixed_by_livepatch");
	cr_assert_str_eq(text(v, "XSA-2", "payload"), "xsa999-fix");
	cr_assert_str_eq(text(v, "XSA-3", "justification"), "component_not_present");
	cr_assert_str_eq(text(v, "XSA-4", "status"), "affected");
	cr_assert_str_eq(text(v, "XSA-4", "action"), "apply");
	cr_assert_str_eq(text(v, "XSA-4", "apply"), "four");
	cr_assert_str_eq(text(v, "XSA-999", "status"), "fixed_by_livepatch");
	cr_assert_str_eq(text(v, "XSA-999", "disclosure"), "2033-01-01");
	cr_assert_eq(json_int(json_path(v, "counts.fixed_by_livepatch"), 0), 2);
	cr_assert_eq(json_int(json_get(v, "exit"), 0), 1);
	json_free(v);
}

/* Not one word of the undisclosed record, in any form that others can get. */
static void says_nothing(const char *form, const char *what)
{
	static const char *const words[] = {"999", "SECRET", "hush", "2033", "embargo"};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		cr_assert_null(strstr(form, words[i]), "%s says \"%s\": %s", what, words[i], form);
}

Test(report, embargo)
{
	struct json *payload, *v, *ids = parse("[\"XSA-999\",\"XSA-998\"]");
	struct json *csaf;
	char *form;

	json_append(
		evidence.lines,
		parse("{\"advisory\":\"XSA-1\",\"test\":\"t\",\"verdict\":\"PASS\",\"build_id\":"
		      "\"aaaaaaaaaaaaaaaa\",\"payloads\":[\"xsa999-fix\"],\"time\":"
		      "\"2027-01-01\"}"));
	v = report(false, NULL);
	form = json_print(v, false);
	says_nothing(form, "status");
	free(form);
	cr_assert_eq(json_get(v, "advisories")->nr, 4);
	cr_assert_eq(json_int(json_path(v, "counts.fixed_by_livepatch"), 0), 1);
	payload = json_get(v, "payloads")->items[0];
	cr_assert_str_eq(json_string(json_get(payload, "name"), ""), "plain-name");
	cr_assert_eq(json_get(payload, "fixes")->nr, 1);
	cr_assert_str_eq(text(v, "XSA-2", "payload"), "plain-name");
	form = report_metrics(v, NOW);
	says_nothing(form, "metrics");
	cr_assert_not_null(strstr(form, "nacre_advisories{status=\"fixed_by_livepatch\"} 1\n"));
	free(form);
	csaf = report_csaf(v, NOW);
	form = json_print(csaf, false);
	says_nothing(form, "csaf");
	free(form);
	json_free(csaf);
	json_free(v);
	/* Asked for by its id it is as unknown as any other. */
	v = report(false, ids);
	cr_assert_str_eq(text(v, "XSA-999", "status"), "unknown");
	cr_assert_str_eq(text(v, "XSA-999", "detail"), text(v, "XSA-998", "detail"));
	cr_assert_str_eq(text(v, "XSA-999", "title"), "(none)");
	json_free(v);
	json_free(ids);
}

/* The word for the fix, the CVE id or the id alone: each gives the payload away. */
Test(report, neutral_name)
{
	static const char *const table[] = {"advisory=XSA-999", "cve=CVE-2027-9999",
					    "fixes=hushword"};
	struct live_patch p;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		cr_assert(live_patch_read(&p, "p", LIVE_PATCH_LOADED, table[i], strlen(table[i])));
		cr_assert_str_eq(report_patch_name(&p, full_view, NOW), "plain-name", "%s",
				 table[i]);
		cr_assert_str_eq(report_patch_name(&p, full_view, 2000000000), "p");
		live_patch_free(&p);
	}
	cr_assert_str_eq(report_patch_name(&payloads[1], full_view, NOW), "four");
}

Test(report, unknown_ids)
{
	struct json *ids = parse("[\"XSA-77\"]"), *v = report(true, ids);

	cr_assert_eq(json_get(v, "advisories")->nr, 1);
	cr_assert_str_eq(text(v, "XSA-77", "status"), "unknown");
	cr_assert_eq(json_int(json_get(v, "exit"), 0), 3);
	json_free(v);
	json_free(ids);
}

Test(report, failed_test_beats_the_manifest)
{
	struct json *v;

	json_append(
		evidence.lines,
		parse("{\"advisory\":\"XSA-1\",\"test\":\"t\",\"verdict\":\"FAIL\",\"build_id\":"
		      "\"aaaaaaaaaaaaaaaa\",\"payloads\":[\"xsa999-fix\"],\"time\":"
		      "\"2027-01-01\"}"));
	v = report(true, NULL);
	cr_assert_str_eq(text(v, "XSA-1", "status"), "affected");
	cr_assert_eq(json_int(json_get(v, "exit"), 0), 2);
	json_free(v);
	/* Without that live patch it was another host. */
	host.nr_payloads = 0;
	v = report(true, NULL);
	cr_assert_str_eq(text(v, "XSA-1", "status"), "fixed_in_build");
	json_free(v);
}

Test(report, metrics)
{
	struct json *v = report(false, NULL);
	char *m = report_metrics(v, NOW), *line;

	cr_assert_not_null(strstr(m, "\nnacre_advisories{status=\"affected\"} 1\n"), "%s", m);
	cr_assert_not_null(strstr(m, "\nnacre_advisories_pending 1\n"));
	cr_assert_not_null(strstr(m, "\nnacre_advisory_exit 1\n"));
	cr_assert_not_null(strstr(m, "\nnacre_livepatches{state=\"stored\"} 1\n"));
	cr_assert_not_null(
		strstr(m, "component=\"hypervisor\",build_id=\"aaaaaaaaaaaaaaaa\"} 1\n"));
	/* 2026-01-01 is the newest record's date; XSA-4, which affects, has none. */
	cr_assert_not_null(strstr(m, "\nnacre_advisory_newest_record_seconds 32774400\n"), "%s", m);
	cr_assert_null(strstr(m, "oldest_affected"));
	/* Each sample's name is announced in front of it. */
	for (line = strtok(m, "\n"); line; line = strtok(NULL, "\n"))
		cr_assert(strncmp(line, "# HELP nacre_", 13) == 0 ||
				  strncmp(line, "# TYPE nacre_", 13) == 0 ||
				  strncmp(line, "nacre_", 6) == 0,
			  "%s", line);
	free(m);
	json_free(v);
}

/* Our own document, imported elsewhere, says of the same build what it said here. */
Test(report, csaf_comes_back)
{
	struct json *v = report(false, NULL), *csaf = report_csaf(v, NOW);
	const struct json *side;
	struct import im;
	char why[200];

	cr_assert_eq(json_get(csaf, "vulnerabilities")->nr, 5, "one for each CVE");
	cr_assert(import_json(csaf, NULL, &im, why, sizeof(why)), "%s", why);
	side = advisory_product(advisory_find(im.records, "XSA-1"), "nacre");
	cr_assert(advisory_list_has(json_path(side, "fixed_by.builds"), "aaaaaaaaaaaaaaaa"));
	side = advisory_product(advisory_find(im.records, "XSA-3"), "nacre");
	cr_assert(advisory_list_has(json_get(side, "not_affected_builds"), "aaaaaaaaaaaaaaaa"));
	cr_assert_str_eq(json_string(json_get(side, "justification"), ""), "component_not_present");
	side = advisory_product(advisory_find(im.records, "XSA-4"), "nacre");
	cr_assert_null(json_path(side, "fixed_by.builds"));
	import_free(&im);
	json_free(csaf);
	json_free(v);
}
