/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The syntax of xl.cfg: values, messages, limits. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"

static char *report;

static struct cfg *parse_text(const char *text, size_t len)
{
	size_t size;
	FILE *out;
	struct cfg *cfg;

	free(report);
	report = NULL;
	out = open_memstream(&report, &size);
	cfg = cfg_parse("g1.cfg", text, len, out);
	fclose(out);
	return cfg;
}

static struct cfg *parse(const char *text)
{
	return parse_text(text, strlen(text));
}

static void expect_string(const char *text, const char *key, const char *expected)
{
	struct cfg *cfg = parse(text);
	const char *value = NULL;

	cr_assert_not_null(cfg, "%s: %s", text, report);
	cr_expect_eq(cfg_string(cfg, key, &value, NULL), 0, "%s", text);
	cr_expect_str_eq(value, expected);
	cfg_free(cfg);
}

static void expect_error(const char *text, const char *expected)
{
	struct cfg *cfg = parse(text);

	cr_expect_null(cfg, "%s", text);
	cr_expect_str_eq(report, expected);
	cfg_free(cfg);
}

#define NEAR ": config parsing error near "

Test(config_syntax, values)
{
	expect_string("name=\"g1\"", "name", "g1");
	expect_string("name = 'g1' # comment\n", "name", "g1");
	expect_string("# only\n\n;;\nmemory=128;vcpus=2;\n", "vcpus", "2");
	expect_string("a=0x1f\nb=017\n", "a", "0x1f");
	expect_string("name=\"a\"\nname=\"b\"\n", "name", "b");
	expect_string("cmdline=\"a\"\ncmdline+=\" b\"\n", "cmdline", "a b");
	expect_string("cmdline+=\"a\"", "cmdline", "a");
	expect_string("x=\"a#b;c=d\"", "x", "a#b;c=d");
	expect_string("x='a\"b'", "x", "a\"b");
	expect_string("x=\"\\a\\t\\n\\\\\\\"\\x41\\102\"", "x", "\a\t\n\\\"AB");
}

Test(config_syntax, lists)
{
	struct cfg *cfg = parse("a = [ 1,\n 'x', [ [ ] , 3 ],\n]\nb=[]\na+=[ 'y' ]\n");
	const struct cfg_value *list;

	cr_assert_not_null(cfg, "%s", report);
	cr_assert_eq(cfg_list(cfg, "a", &list, NULL), 0);
	cr_assert_eq(list->nr, 4);
	cr_expect_str_eq(list->items[0]->string, "1");
	cr_expect_str_eq(list->items[1]->string, "x");
	cr_expect_eq(list->items[1]->line, 2);
	cr_assert_eq(list->items[2]->nr, 2);
	cr_expect_eq(list->items[2]->items[0]->nr, 0);
	cr_expect_str_eq(list->items[3]->string, "y");
	cr_assert_eq(cfg_list(cfg, "b", &list, NULL), 0);
	cr_expect(cfg_value_is_off(list));
	cfg_free(cfg);
}

Test(config_syntax, long_list)
{
	char text[8000] = "a=[";
	const struct cfg_value *list;
	struct cfg *cfg;
	int i;

	for (i = 0; i < 1000; i++)
		sprintf(text + strlen(text), "%d,", i);
	strcat(text, "]");
	cfg = parse(text);
	cr_assert_not_null(cfg);
	cr_assert_eq(cfg_list(cfg, "a", &list, NULL), 0);
	cr_assert_eq(list->nr, 1000);
	cr_expect_str_eq(list->items[999]->string, "999");
	cfg_free(cfg);
}

/* Wording of real xl 4.17.7. */
Test(config_syntax, errors)
{
	expect_error("foo bar\n", "g1.cfg:1" NEAR "`bar': syntax error, unexpected IDENT, "
				  "expecting += or '='\n");
	expect_error("a=1\nb=2\n=3\n", "g1.cfg:3" NEAR "`=': syntax error, unexpected '=', "
				       "expecting $end or IDENT or NEWLINE or ';'\n");
	expect_error("a=\n", "g1.cfg:1" NEAR "<newline>: syntax error, unexpected NEWLINE, "
			     "expecting STRING or NUMBER or '['\n");
	expect_error("a=[1,2\nb=3\n", "g1.cfg:2" NEAR "`b': syntax error, unexpected IDENT, "
				      "expecting ']'\n");
	expect_error("a=\"abc\n", "g1.cfg:1" NEAR "`\"abc': lexical error\n");
	expect_error("a=3 b=4\n", "g1.cfg:1" NEAR "`b': syntax error, unexpected IDENT, expecting "
				  "$end\n");
	expect_error("A=1\n_b=2\n", "g1.cfg:1" NEAR "`A=1': lexical error\n"
				    "g1.cfg:2" NEAR "`_b=2': lexical error\n");
	expect_error("a=\"\\q\"", "g1.cfg:1" NEAR "`\"\\q\"': invalid character after backlash in "
				  "quoted string\n");
	expect_error("a=\"\\x4\"", "g1.cfg:1" NEAR "`\"\\x4\"': invalid digit after backslash "
				   "hexnumerical character escape in quoted string\n");
	expect_error("a=[1]\na+=\"b\"\n", "g1.cfg:2" NEAR "`\"b\"': can't add [list] to \"string\" "
					  "or vice versa\n");
}

/* One mistake is told once, a later one again. */
Test(config_syntax, recovery)
{
	expect_error("q q\nr r\n", "g1.cfg:1" NEAR "`q': syntax error, unexpected IDENT, "
				   "expecting += or '='\n");
	expect_error("q q\na=1\nr r\n", "g1.cfg:1" NEAR "`q': syntax error, unexpected IDENT, "
					"expecting += or '='\n"
					"g1.cfg:3" NEAR "`r': syntax error, unexpected IDENT, "
					"expecting += or '='\n");
}

Test(config_syntax, python_hint)
{
	cr_expect_null(parse("memory = 64 + 64\n"));
	cr_expect(strstr(report, "looks like it contains Python"));
}

Test(config_syntax, hostile)
{
	char deep[400] = "a=";
	char *big;
	size_t i;

	for (i = 2; i < sizeof(deep) - 1; i++)
		deep[i] = '[';
	cr_expect_null(parse(deep));
	cr_expect(strstr(report, "nested"));
	cr_expect_null(parse_text("a=\"x\0y\"\n", 8));
	cr_expect_null(parse("a=\x1b[31m\n"));
	cr_expect_null(strchr(report, 0x1b));
	big = malloc(CFG_MAX_BYTES + 1);
	memset(big, '\n', CFG_MAX_BYTES + 1);
	cr_expect_null(parse_text(big, CFG_MAX_BYTES + 1));
	free(big);
}

Test(config_syntax, numbers)
{
	long value;

	cr_expect_eq(cfg_number("0x10", &value), 0);
	cr_expect_eq(value, 16);
	cr_expect_eq(cfg_number("010", &value), 0);
	cr_expect_eq(value, 8);
	cr_expect_eq(cfg_number("12x", &value), -EINVAL);
	cr_expect_eq(cfg_number("", &value), -EINVAL);
	cr_expect_eq(cfg_number("99999999999999999999", &value), -ERANGE);
}

Test(config_syntax, getters_report)
{
	struct cfg *cfg = parse("memory=\"12x\"\nvcpus=[1]\nvif=\"a\"\n");
	const struct cfg_value *list;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	long value;

	cr_assert_not_null(cfg);
	cr_expect_eq(cfg_long(cfg, "memory", &value, out), -EINVAL);
	cr_expect_eq(cfg_long(cfg, "vcpus", &value, out), -EINVAL);
	cr_expect_eq(cfg_list(cfg, "vif", &list, out), -EINVAL);
	cr_expect_eq(cfg_long(cfg, "none", &value, out), -ESRCH);
	fclose(out);
	cr_expect_str_eq(text,
			 "g1.cfg:1: warning: parameter `memory' is not a valid number\n"
			 "g1.cfg:2: warning: parameter `vcpus' is a list but should be a single "
			 "value\n"
			 "g1.cfg:3: warning: parameter `vif' is a single value but should be a "
			 "list\n");
	free(text);
	cfg_free(cfg);
}
