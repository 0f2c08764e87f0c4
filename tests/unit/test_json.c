/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static struct json *parse(const char *text, char why[160])
{
	return json_parse(text, strlen(text), NULL, why, 160);
}

static void refused(const char *text, const char *word)
{
	char why[160] = "";
	struct json *v = parse(text, why);

	cr_assert_null(v, "accepted: %s", text);
	cr_assert(strstr(why, word), "%s: \"%s\" does not say \"%s\"", text, why, word);
}

static void same_again(const char *text)
{
	char why[160] = "";
	struct json *v = parse(text, why);
	char *out;

	cr_assert_not_null(v, "%s: %s", text, why);
	out = json_print(v, false);
	cr_assert_str_eq(out, text);
	free(out);
	json_free(v);
}

Test(json, every_type_survives)
{
	same_again("{\"a\":[1,-2,2.5,\"x\",true,false,null],\"b\":{},\"c\":[]}");
	same_again("9223372036854775807");
	same_again("-9223372036854775807");
	same_again("\"\\u0001\\n\xc3\xa9\"");
	same_again("0.1");
	same_again("1e+300");
	same_again("3.0");
}

Test(json, refuses_what_is_not_json)
{
	refused("", "premature");
	refused("  ", "premature");
	refused("[1,2", "premature");
	refused("{} x", "trailing");
	refused("{} {}", "trailing");
	refused("NaN", "invalid");
	refused("{a:1}", "invalid");
	refused("[1,]", "");
	refused("\"\xff\"", "UTF8");
	refused("1e999", "overflow");
	refused("99999999999999999999", "overflow");
	refused("\"a\\u0000b\"", "NUL");
	refused("{\"a\\u0000\":1}", "NUL");
	refused("/* c */ 1", "");
}

/* yajl takes the first of these as "?", the others as they are. */
Test(json, refuses_what_is_not_unicode)
{
	refused("\"\\ud800\"", "half a character at byte 1");
	refused("[\"\\\\\",\"\\udc00\\ud800\"]", "half a character at byte 7");
	refused("\"\\uDBFF\\u0041\"", "half a character");
	refused("\"\\ud800", "half a character");
	refused("{\"\\udfff\":1}", "half a character");
	refused("\"\xc0\xaf\"", "UTF8");
	refused("\"\xe0\x80\x80\"", "UTF8");
	refused("\"\xed\xa0\x80\"", "UTF8");
	refused("{\"\xf4\x90\x80\x80\":1}", "UTF8");
	same_again("\"\xf0\x9f\x90\x9a\"");
	same_again("\"\\\\ud800 is no escape\"");
}

Test(json, refuses_duplicate_keys_at_any_depth)
{
	refused("{\"a\":1,\"b\":2,\"a\":3}", "duplicate key \"a\"");
	refused("[{\"x\":{\"k\":1,\"k\":1}}]", "duplicate key \"k\"");
	refused("{\"a\":1,\"\\u0061\":3}", "duplicate key \"a\"");
	same_again("{\"a\":{\"a\":{\"a\":1}}}");
}

Test(json, many_keys_take_no_square_time)
{
	struct json_limits wide = {1u << 24, 8, 1u << 20};
	size_t n = 100000, len = 1, i;
	char *text = malloc(n * 16 + 2), why[160];
	struct json *v;

	text[0] = '{';
	for (i = 0; i < n; i++)
		len += (size_t)sprintf(text + len, "%s\"k%zu\":0", i ? "," : "", i);
	text[len++] = '}';
	v = json_parse(text, len, &wide, why, sizeof(why));
	cr_assert_not_null(v, "%s", why);
	cr_assert_eq(v->nr, n);
	json_free(v);
	free(text);
}

Test(json, depth_has_a_limit)
{
	char text[129], why[160];
	struct json *v;
	int i;

	for (i = 0; i < 32; i++) {
		text[i] = '[';
		text[32 + i] = ']';
	}
	text[64] = '\0';
	v = parse(text, why);
	cr_assert_not_null(v);
	json_free(v);
	memset(text, '[', 33);
	memset(text + 33, ']', 33);
	text[66] = '\0';
	refused(text, "nested deeper than 32");
	memset(text, '[', 128);
	text[128] = '\0';
	refused(text, "nested deeper than 32");
}

Test(json, length_and_number_of_values_have_limits)
{
	struct json_limits tight = {16, 4, 3};
	char why[160] = "";
	struct json *v;

	cr_assert_null(json_parse("[1,2,3,4,5,6,7,8,9]", 19, &tight, why, sizeof(why)));
	cr_assert_str_eq(why, "longer than 16 bytes");
	cr_assert_null(json_parse("[1,2,3]", 7, &tight, why, sizeof(why)));
	cr_assert(strstr(why, "more than 3 values"));
	v = json_parse("[1,2]", 5, &tight, why, sizeof(why));
	cr_assert_not_null(v);
	json_free(v);
}

Test(json, error_text_may_be_unwanted)
{
	cr_assert_null(json_parse("[", 1, NULL, NULL, 0));
	cr_assert_null(json_parse("{\"a\":1,\"a\":1}", 13, NULL, NULL, 0));
}

Test(json, set_replaces_and_keeps_the_place)
{
	struct json *v = json_new_object();
	char *out;

	cr_assert(json_set_int(v, "a", 1));
	cr_assert(json_set_string(v, "b", "x"));
	cr_assert(json_set_bool(v, "a", true));
	cr_assert(json_set_real(v, "c", 0.5));
	out = json_print(v, false);
	cr_assert_str_eq(out, "{\"a\":true,\"b\":\"x\",\"c\":0.5}");
	free(out);
	json_free(v);
}

Test(json, adding_to_the_wrong_type_fails_and_frees)
{
	struct json *array = json_new_array(), *object = json_new_object();

	cr_assert_not(json_set(array, "a", json_new_int(1)));
	cr_assert_not(json_append(object, json_new_int(1)));
	cr_assert_not(json_append(array, NULL));
	cr_assert_not(json_set(NULL, "a", json_new_int(1)));
	json_free(array);
	json_free(object);
	json_free(NULL);
}

Test(json, look_up)
{
	char why[160];
	struct json *v = parse("{\"a\":{\"b\":{\"c\":7}},\"type.pvh\":{\"x\":1},\"s\":\"t\"}", why);

	cr_assert_eq(json_int(json_path(v, "a.b.c"), 0), 7);
	cr_assert_null(json_path(v, "a.x.c"));
	cr_assert_null(json_path(v, "a.b.c.d"));
	cr_assert_eq(json_int(json_get(json_get(v, "type.pvh"), "x"), 0), 1);
	cr_assert_str_eq(json_string(json_get(v, "s"), ""), "t");
	cr_assert_eq(json_int(json_get(v, "s"), -5), -5);
	cr_assert_float_eq(json_real(json_path(v, "a.b.c"), 0), 7.0, 0);
	cr_assert_null(json_get(NULL, "a"));
	cr_assert_null(json_get(json_get(v, "s"), "a"));
	json_free(v);
}

Test(json, strings_become_valid_utf8)
{
	static const char bytes[] = "a\xff\xe2\x82z\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80";
	struct json *v = json_new_string(bytes);
	char *out = json_print(v, false), why[160];
	struct json *back = json_parse(out, strlen(out), NULL, why, sizeof(why));

	cr_assert_not_null(back, "%s", why);
	cr_assert_str_eq(back->string, v->string);
	json_free(back);
	json_free(v);
	free(out);
}

Test(json, control_characters_are_escaped)
{
	struct json *v = json_new_string("\"quote\"\n\tend\x1b[0m\x7f");
	char *out = json_print(v, false);

	cr_assert_null(strpbrk(out, "\n\t\x1b"));
	free(out);
	json_free(v);
}

Test(json, beautified_as_xl_prints)
{
	char why[160];
	struct json *v = parse("[{\"domid\":0,\"config\":{\"e\":{},\"l\":[0]}}]", why);
	char *out = json_print(v, true);

	cr_assert_str_eq(out, "[\n"
			      "    {\n"
			      "        \"domid\": 0,\n"
			      "        \"config\": {\n"
			      "            \"e\": {\n"
			      "\n"
			      "            },\n"
			      "            \"l\": [\n"
			      "                0\n"
			      "            ]\n"
			      "        }\n"
			      "    }\n"
			      "]\n");
	free(out);
	json_free(v);
}

Test(json, no_number_becomes_null)
{
	struct json *v = json_new_real(NAN);
	char *out = json_print(v, false);

	cr_assert_str_eq(out, "null");
	free(out);
	json_free(v);
}

Test(json, copy_is_deep)
{
	char why[160];
	struct json *v = parse("{\"a\":[1,{\"b\":\"c\"}]}", why), *copy = json_copy(v);
	char *out;

	json_free(v);
	out = json_print(copy, false);
	cr_assert_str_eq(out, "{\"a\":[1,{\"b\":\"c\"}]}");
	free(out);
	json_free(copy);
	cr_assert_null(json_copy(NULL));
}

Test(json, taking_a_member_leaves_the_others)
{
	char why[160];
	struct json *v = parse("{\"a\":1,\"b\":[2,3],\"c\":4}", why), *b = json_take(v, "b");
	char *out = json_print(v, false);

	cr_assert_str_eq(out, "{\"a\":1,\"c\":4}");
	cr_assert_eq(b->nr, 2);
	cr_assert_null(json_take(v, "b"));
	cr_assert_null(json_take(b, "a"));
	cr_assert_null(json_take(NULL, "a"));
	free(out);
	json_free(b);
	json_free(v);
}
