/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advisory.h"

static struct json *parse(const char *text)
{
	char why[160] = "";
	struct json *v = json_parse(text, strlen(text), NULL, why, sizeof(why));

	cr_assert_not_null(v, "%s: %s", text, why);
	return v;
}

static void refused(const char *text, const char *word)
{
	struct json *v = parse(text);
	char why[200] = "";

	cr_assert_not(advisory_check(v, why, sizeof(why)), "accepted: %s", text);
	cr_assert(strstr(why, word), "%s: \"%s\" does not say \"%s\"", text, why, word);
	cr_assert_not(advisory_check(v, NULL, 0));
	json_free(v);
}

static struct json *accepted(const char *text)
{
	struct json *v = parse(text);
	char why[200] = "";

	cr_assert(advisory_check(v, why, sizeof(why)), "%s: %s", text, why);
	return v;
}

#define START "{\"format\":1,\"id\":\"XSA-1\""

Test(advisory, whole)
{
	struct json *v = accepted(
		"{\"format\":1,\"id\":\"xsa-0191\",\"cve\":[\"CVE-2016-9386\"],\"title\":\"T\","
		"\"published\":\"2016-11-22\",\"references\":[\"https://x\"],"
		"\"evidence\":[\"guest.all advisory-191\"],"
		"\"disclosure\":\"2030-01-01T00:00Z\",\"neutral_name\":\"maintenance-7\","
		"\"products\":{\"nacre\":{\"status\":\"affected\",\"component\":\"xenstored\","
		"\"requires\":[\"guest:pvh\",[\"vendor:amd\",\"!option:smt\"]],\"impact\":\"i\","
		"\"fixed_by\":{\"fixes\":[\"a\"],\"builds\":[\"0123456789abcdef\"]}},"
		"\"xen\":{\"status\":\"affected\",\"introduced\":\"4.1.0\","
		"\"fixed_by\":{\"versions\":[\"4.17.4\"]}}}}");
	const struct json *side = advisory_product(v, "nacre");

	cr_assert_str_eq(advisory_id(v), "XSA-191");
	cr_assert_eq(advisory_published(v), 1479772800);
	cr_assert(advisory_embargoed(v, 1479772800));
	cr_assert_not(advisory_embargoed(v, 4102444800));
	cr_assert(advisory_has_cve(v, "CVE-2016-9386"));
	cr_assert_not(advisory_has_cve(v, "CVE-2016-9387"));
	cr_assert_eq(advisory_side_status(side), STATUS_AFFECTED);
	cr_assert_str_eq(advisory_side_component(side), "xenstored");
	cr_assert_str_eq(advisory_side_component(advisory_product(v, "xen")), "hypervisor");
	cr_assert_null(advisory_product(v, "kvm"));
	json_free(v);
	v = accepted(START "}");
	cr_assert_eq(advisory_published(v), 0);
	cr_assert_not(advisory_embargoed(v, 0));
	json_free(v);
}

Test(advisory, each_member_is_checked)
{
	static const char *const table[][2] = {
		{"[]", "not an object"},
		{"{\"id\":\"XSA-1\"}", "format"},
		{"{\"format\":2,\"id\":\"XSA-1\"}", "format"},
		{"{\"format\":1}", "id"},
		{"{\"format\":1,\"id\":\"!\"}", "id"},
		{"{\"format\":1,\"id\":7}", "id"},
		{START ",\"colour\":1}", "colour"},
		{START ",\"title\":\"\"}", "title"},
		{START ",\"title\":\"a\\nb\"}", "title"},
		{START ",\"title\":\"\\u001b[31m\"}", "title"},
		{START ",\"cve\":\"CVE-2016-9386\"}", "cve"},
		{START ",\"cve\":[\"2016-9386\"]}", "cve"},
		{START ",\"published\":\"soon\"}", "published"},
		{START ",\"disclosure\":\"2030-01-01\"}", "neutral_name"},
		{START ",\"evidence\":[1]}", "evidence"},
		{START ",\"references\":{}}", "references"},
		{START ",\"products\":{\"kvm\":{}}}", "kvm"},
		{START ",\"products\":{\"xen\":{}}}", "status"},
		{START ",\"products\":{\"xen\":{\"status\":\"fine\"}}}", "status"},
		{START ",\"products\":{\"xen\":{\"status\":\"not_affected\"}}}", "justification"},
		{START ",\"products\":{\"xen\":{\"status\":\"affected\",\"justification\":\"x\"}}}",
		 "justification"},
		{START ",\"products\":{\"xen\":{\"status\":\"affected\",\"requires\":[\"moon\"]}}}",
		 "moon"},
		{START ",\"products\":{\"xen\":{\"status\":\"affected\",\"requires\":[[]]}}}",
		 "requires"},
		{START
		 ",\"products\":{\"xen\":{\"status\":\"affected\",\"requires\":[[[\"guest:pv\""
		 "]]]}}}",
		 "requires"},
		{START ",\"products\":{\"xen\":{\"status\":\"affected\",\"introduced\":\"4.1\"}}}",
		 "introduced"},
		{START
		 ",\"products\":{\"xen\":{\"status\":\"affected\",\"fixed_by\":{\"versions\":["
		 "\"4.17.4-pre\"]}}}}",
		 "versions"},
		{START ",\"products\":{\"xen\":{\"status\":\"affected\",\"fixed_by\":{\"builds\":["
		       "\"XYZ\"]}}}}",
		 "builds"},
		{START ",\"products\":{\"xen\":{\"status\":\"affected\",\"fixed_by\":{\"x\":[]}}}}",
		 "\"x\""},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		refused(table[i][0], table[i][1]);
}

/* Texts and lists one longer than allowed. */
Test(advisory, bounds)
{
	char *text = malloc(ADVISORY_TEXT_MAX + 100), *at;
	size_t i;

	at = stpcpy(text, START ",\"title\":\"");
	memset(at, 'x', ADVISORY_TEXT_MAX + 1);
	strcpy(at + ADVISORY_TEXT_MAX, "\"}");
	json_free(accepted(text));
	strcpy(at + ADVISORY_TEXT_MAX, "x\"}");
	refused(text, "title");
	free(text);
	text = malloc(ADVISORY_LIST_MAX * 8 + 100);
	at = stpcpy(text, START ",\"references\":[\"x\"");
	for (i = 0; i < ADVISORY_LIST_MAX; i++)
		at = stpcpy(at, ",\"x\"");
	strcpy(at, "]}");
	refused(text, "references");
	free(text);
}

Test(advisory, merge)
{
	struct json *base = accepted(
		START
		",\"title\":\"old\",\"cve\":[\"CVE-2016-9386\"],\"products\":{\"xen\":{\"status\":"
		"\"affected\",\"introduced\":\"4.1.0\"}}}");
	struct json *over = accepted(
		START ",\"title\":\"new\",\"products\":{\"xen\":{\"status\":\"fixed\"},\"nacre\":{"
		      "\"status\":\"affected\"}}}");

	cr_assert(advisory_merge(base, over));
	cr_assert(advisory_check(base, NULL, 0));
	cr_assert_str_eq(json_string(json_get(base, "title"), ""), "new");
	cr_assert(advisory_has_cve(base, "CVE-2016-9386"));
	cr_assert_eq(advisory_side_status(advisory_product(base, "xen")), STATUS_FIXED);
	cr_assert_not_null(json_get(advisory_product(base, "xen"), "introduced"));
	cr_assert_eq(advisory_side_status(advisory_product(base, "nacre")), STATUS_AFFECTED);
	json_free(base);
	json_free(over);
}
