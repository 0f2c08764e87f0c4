/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "evidence.h"

static char path[120];
static struct evidence_store store;
static struct json *record, *payloads, *nothing;

static struct json *parse(const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);

	cr_assert_not_null(v, "%s", text);
	return v;
}

static void start(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path, sizeof(path), "%.80s/evidence.XXXXXX", tmp ? tmp : "/tmp");
	cr_assert_neq(close(mkstemp(path)), -1);
	unlink(path);
	record = parse("{\"format\":1,\"id\":\"XSA-1\",\"evidence\":[\"guest.all a\",\"unit.b\"]}");
	payloads = parse("[\"hot\"]");
	nothing = parse("[]");
	cr_assert_eq(evidence_open(&store, path), 0);
}

static void stop(void)
{
	evidence_close(&store);
	json_free(record);
	json_free(payloads);
	json_free(nothing);
	unlink(path);
}

TestSuite(evidence, .init = start, .fini = stop);

static void again(void)
{
	evidence_close(&store);
	cr_assert_eq(evidence_open(&store, path), 0);
}

/* Member @member of the @nth test as text, null as "null". */
static const char *shown(const char *build, const struct json *with, size_t nth, const char *member,
			 enum evidence_verdict *verdict)
{
	static char text[80];
	struct json *list = evidence_of(&store, record, build, with, verdict), *v;

	cr_assert_eq(list->nr, 2);
	v = json_get(list->items[nth], member);
	if (v->type == JSON_BOOL)
		snprintf(text, sizeof(text), "%s", v->boolean ? "true" : "false");
	else
		snprintf(text, sizeof(text), "%s", json_string(v, "null"));
	json_free(list);
	return text;
}

#define ADD(test, verdict, build, with, now)                                                       \
	cr_assert_eq(evidence_add(&store, "XSA-1", test, verdict, build, with, now), 0)

Test(evidence, counts_for_the_same_build_and_payloads_only)
{
	enum evidence_verdict v;

	cr_assert_str_eq(shown("aa", nothing, 0, "verdict", &v), "null");
	cr_assert_eq(v, EVIDENCE_NONE);
	ADD("guest.all a", "PASS", "aa", nothing, 1000);
	again();
	cr_assert_str_eq(shown("aa", nothing, 0, "verdict", &v), "PASS");
	cr_assert_eq(v, EVIDENCE_PASS);
	cr_assert_str_eq(shown("aa", nothing, 0, "time", &v), "1970-01-01T00:16:40Z");
	cr_assert_str_eq(shown("aa", nothing, 1, "verdict", &v), "null");
	/* With a live patch or on another build it is history. */
	cr_assert_str_eq(shown("aa", payloads, 0, "current", &v), "false");
	cr_assert_eq(v, EVIDENCE_NONE);
	cr_assert_str_eq(shown("bb", nothing, 0, "verdict", &v), "PASS");
	cr_assert_eq(v, EVIDENCE_NONE);
	cr_assert_str_eq(shown("", nothing, 0, "current", &v), "false");
	/* A test that fails beats one that passes; the latest of each counts. */
	ADD("unit.b", "FAIL", "aa", nothing, 2000);
	cr_assert_str_eq(shown("aa", nothing, 1, "verdict", &v), "FAIL");
	cr_assert_eq(v, EVIDENCE_FAIL);
	ADD("unit.b", "PASS", "aa", nothing, 3000);
	cr_assert_str_eq(shown("aa", nothing, 1, "current", &v), "true");
	cr_assert_eq(v, EVIDENCE_PASS);
	ADD("unit.b", "FAIL", "aa", payloads, 4000);
	cr_assert_str_eq(shown("aa", nothing, 1, "verdict", &v), "PASS");
	cr_assert_eq(v, EVIDENCE_PASS);
	cr_assert_str_eq(shown("aa", payloads, 1, "verdict", &v), "FAIL");
	cr_assert_eq(v, EVIDENCE_FAIL);
	/* Neither of these shows anything. */
	ADD("unit.b", "SKIP", "aa", payloads, 5000);
	cr_assert_str_eq(shown("aa", payloads, 1, "verdict", &v), "SKIP");
	cr_assert_eq(v, EVIDENCE_NONE);
}

/* Whatever of the last line a crash left, all others are there and the next fits. */
Test(evidence, a_crash_costs_one_line)
{
	FILE *f;
	long size, cut;

	ADD("guest.all a", "PASS", "aa", nothing, 1000);
	f = fopen(path, "r");
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	fclose(f);
	ADD("unit.b", "PASS", "aa", nothing, 2000);
	for (cut = 2 * size - 30; cut > size; cut--) {
		cr_assert_eq(truncate(path, cut), 0);
		again();
		cr_assert_eq(store.lines->nr, 1, "at %ld", cut);
	}
	ADD("unit.b", "FAIL", "aa", payloads, 3000);
	again();
	cr_assert_eq(store.lines->nr, 2);
}

Test(evidence, bad_lines_and_bad_results)
{
	FILE *f = fopen(path, "w");

	fputs("\n[]\n{}\nnonsense\n{\"advisory\":\"XSA-1\",\"test\":\"t\",\"verdict\":\"GOOD\","
	      "\"payloads\":[],\"time\":\"2020-01-01\"}\n{\"advisory\":\"XSA-1\",\"test\":\"t\","
	      "\"verdict\":\"PASS\",\"payloads\":[],\"time\":\"never\"}\n",
	      f);
	fclose(f);
	again();
	cr_assert_eq(store.lines->nr, 0);
	cr_assert_eq(evidence_add(&store, "XSA-1", "t", "GOOD", "aa", nothing, 1), -EINVAL);
	cr_assert_eq(evidence_add(&store, "XSA-1", "", "PASS", "aa", nothing, 1), -EINVAL);
	cr_assert_eq(store.lines->nr, 0);
}

Test(evidence, a_disk_that_takes_nothing)
{
	snprintf(store.path, sizeof(store.path), "/dev/full");
	cr_assert_neq(evidence_add(&store, "XSA-1", "t", "PASS", "aa", nothing, 1), 0);
	cr_assert_eq(store.lines->nr, 0, "what is not written is not there");
	snprintf(store.path, sizeof(store.path), "/nonexistent/e");
	cr_assert_eq(evidence_add(&store, "XSA-1", "t", "PASS", "aa", nothing, 1), -ENOENT);
}

Test(evidence, grows_no_further_than_its_bound)
{
	FILE *f = fopen(path, "w");
	int i;

	for (i = 0; i < EVIDENCE_LINES_MAX + 100; i++)
		fprintf(f,
			"{\"advisory\":\"XSA-1\",\"test\":\"t%d\",\"verdict\":\"PASS\",\"build_"
			"id\":"
			"\"aa\",\"payloads\":[],\"time\":\"2020-01-01\"}\n",
			i % 50);
	fclose(f);
	again();
	cr_assert_eq(store.lines->nr, 50);
	again();
	cr_assert_eq(store.lines->nr, 50);
}

Test(evidence, applied_payloads_by_name)
{
	struct live_patch p[3];
	struct host_facts h = {.payloads = p, .nr_payloads = 3};
	struct json *list;

	live_patch_read(&p[0], "b", LIVE_PATCH_APPLIED, NULL, 0);
	live_patch_read(&p[1], "c", LIVE_PATCH_LOADED, NULL, 0);
	live_patch_read(&p[2], "a", LIVE_PATCH_APPLIED, NULL, 0);
	list = evidence_payloads(&h);
	cr_assert_eq(list->nr, 2);
	cr_assert_str_eq(json_string(list->items[0], ""), "a");
	json_free(list);
	live_patch_free(&p[0]);
	live_patch_free(&p[1]);
	live_patch_free(&p[2]);
}
