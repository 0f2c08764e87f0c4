/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "revision.h"

static struct json *parsed(const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);

	cr_assert_not_null(v, "%s", text);
	return v;
}

static const char *revision(const char *text)
{
	static char turns[4][REVISION_TEXT];
	static unsigned int turn;
	char *out = turns[turn++ % 4];
	struct json *v = parsed(text);

	cr_assert(revision_of(v, out));
	cr_assert_eq(strlen(out), REVISION_TEXT - 1);
	json_free(v);
	return out;
}

static void differ(const char *a, const char *b)
{
	cr_assert_str_neq(revision(a), revision(b), "%s and %s", a, b);
}

Test(revision, is_of_the_state_and_not_of_its_spelling)
{
	cr_assert_str_eq(revision("{\"a\":1,\"b\":[1,2]}"),
			 revision("{ \"b\" : [1,2], \"a\" : 1 }"));
	cr_assert_str_eq(revision("{\"o\":{\"x\":1,\"y\":2}}"),
			 revision("{\"o\":{\"y\":2,\"x\":1}}"));
}

Test(revision, changes_with_the_state)
{
	differ("{}", "{\"a\":null}");
	differ("{\"a\":1}", "{\"a\":2}");
	differ("{\"a\":1}", "{\"b\":1}");
	differ("{\"a\":1}", "{\"a\":\"1\"}");
	differ("{\"a\":[1,2]}", "{\"a\":[2,1]}");
	differ("{\"a\":[12]}", "{\"a\":[1,2]}");
	differ("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}");
	differ("{\"o\":{\"x\":1},\"p\":{}}", "{\"o\":{},\"p\":{\"x\":1}}");
}

static int check(const char *params, const char *state, struct rpc_error *e)
{
	struct json *p = parsed(params), *s = parsed(state);
	int rc;

	memset(e, 0, sizeof(*e));
	rc = revision_check(p, s, "pool \"p\"", e);
	json_free(p);
	json_free(s);
	return rc;
}

Test(revision, lets_pass_whoever_names_none_or_the_right_one)
{
	struct rpc_error e;
	char params[64];

	cr_assert_eq(check("{}", "{\"a\":1}", &e), 0);
	snprintf(params, sizeof(params), "{\"if_revision\":\"%s\"}", revision("{\"a\":1}"));
	cr_assert_eq(check(params, "{\"a\":1}", &e), 0);
}

Test(revision, refuses_a_change_of_what_has_changed)
{
	struct rpc_error e;
	char params[64];

	snprintf(params, sizeof(params), "{\"if_revision\":\"%s\"}", revision("{\"a\":1}"));
	cr_assert_eq(check(params, "{\"a\":2}", &e), -1);
	cr_assert_str_eq(e.code, "revision.mismatch");
	cr_assert_str_eq(e.field, "if_revision");
	cr_assert_eq(e.number, XL_FAIL);
	cr_assert(strstr(e.message, "pool \"p\""), "%s", e.message);
	cr_assert(strstr(e.message, revision("{\"a\":2}")), "%s", e.message);
	cr_assert(e.hint[0]);
}

static struct json *answer(const char *from, const char *to, bool dry_run)
{
	struct json *before = parsed(from), *after = parsed(to), *reply = json_new_object();

	cr_assert(revision_answer(reply, before, after, dry_run));
	cr_assert_str_eq(json_string(json_get(reply, "revision"), ""), revision(to));
	json_free(before);
	json_free(after);
	return reply;
}

static void changes(const char *from, const char *to, const char *expected)
{
	struct json *reply = answer(from, to, false);
	char *text = json_print(json_get(reply, "changes"), false);

	cr_assert_str_eq(text, expected, "%s, not %s", text, expected);
	free(text);
	json_free(reply);
}

Test(revision, tells_what_a_change_changes)
{
	changes("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", "[]");
	changes("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":3}", "[{\"path\":\"b\",\"from\":2,\"to\":3}]");
	changes("{\"vcpus\":{\"0\":{\"hard\":\"all\"},\"1\":{\"hard\":[1]}}}",
		"{\"vcpus\":{\"0\":{\"hard\":[0,1]},\"1\":{\"hard\":[1]}}}",
		"[{\"path\":\"vcpus.0.hard\",\"from\":\"all\",\"to\":[0,1]}]");
	changes("{\"a\":1}", "{\"b\":1}",
		"[{\"path\":\"a\",\"from\":1,\"to\":null},{\"path\":\"b\",\"from\":null,\"to\":1}"
		"]");
	changes("{\"o\":{\"x\":1}}", "{\"o\":5}", "[{\"path\":\"o\",\"from\":{\"x\":1},\"to\":5}]");
}

Test(revision, tells_a_dry_run_from_a_change)
{
	struct json *dry = parsed("{\"dry_run\":true}"), *wet = parsed("{}");
	struct json *reply = answer("{}", "{}", true);

	cr_assert(revision_dry_run(dry));
	cr_assert_not(revision_dry_run(wet));
	cr_assert_not(revision_dry_run(NULL));
	cr_assert(json_bool(json_get(reply, "dry_run"), false));
	json_free(dry);
	json_free(wet);
	json_free(reply);
}

Test(revision, a_change_that_creates_or_ends_an_object_has_one_side_only)
{
	struct json *after = parsed("{\"a\":1}"), *reply = json_new_object();

	cr_assert(revision_answer(reply, NULL, after, false));
	cr_assert_eq(json_get(reply, "changes")->nr, 1);
	json_free(reply);
	reply = json_new_object();
	cr_assert(revision_answer(reply, after, NULL, false));
	cr_assert_eq(json_get(reply, "changes")->nr, 1);
	json_free(reply);
	json_free(after);
}
