/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The table of errors is complete and free of doubles, and the OpenRPC document made from
 * it and from the methods is whole. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error_table.h"
#include "openrpc.h"

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 256 * 1024);

	cr_assert(f && text, "%s", path);
	cr_assert_lt(fread(text, 1, 256 * 1024 - 1, f), 256 * 1024 - 1);
	fclose(f);
	return text;
}

/* The first string of a call that has the form of a code: word.word. */
static bool code_in(const char *call, char code[48])
{
	size_t len = strcspn(call, ";{"), i, at = 0;

	for (i = 0; i < len && call[i] != '"'; i++)
		;
	for (i++; i < len && at < 47 &&
		  (islower((unsigned char)call[i]) || call[i] == '.' || call[i] == '_');
	     i++)
		code[at++] = call[i];
	code[at] = '\0';
	return call[i] == '"' && strchr(code, '.');
}

/* Every call of @function in @text names a code of the table. */
static unsigned int look_for(const char *text, const char *function, const char *path)
{
	unsigned int nr = 0;
	char code[48];
	const char *p;

	for (p = text; (p = strstr(p, function)); p++) {
		if (p > text && (isalnum((unsigned char)p[-1]) || p[-1] == '_'))
			continue;
		if (!code_in(p + strlen(function), code))
			continue;
		cr_expect_not_null(error_find(code), "%s: %s is not in the table", path, code);
		nr++;
	}
	return nr;
}

Test(errors, all_that_occur_are_in_the_table)
{
	static const char *const functions[] = {"fail(", "fail_errno(", "refuse(", "refused("};
	unsigned int nr = 0, f;
	glob_t files = {0};
	size_t i;

	cr_assert_eq(glob(SOURCES "/*.c", 0, NULL, &files), 0);
	cr_assert_eq(glob(SOURCES "/methods/*.c", GLOB_APPEND, NULL, &files), 0);
	for (i = 0; i < files.gl_pathc; i++) {
		char *text = read_file(files.gl_pathv[i]);

		for (f = 0; f < sizeof(functions) / sizeof(functions[0]); f++)
			nr += look_for(text, functions[f], files.gl_pathv[i]);
		free(text);
	}
	globfree(&files);
	cr_assert_geq(nr, 100, "the test sees only %u", nr);
}

Test(errors, each_is_there_once_and_complete)
{
	const struct error_entry *entry;

	for (entry = error_table; entry->code; entry++) {
		cr_expect_eq(error_find(entry->code), entry, "%s", entry->code);
		cr_expect(entry->meaning && entry->meaning[strlen(entry->meaning) - 1] == '.', "%s",
			  entry->code);
		cr_expect(entry->number != 0, "%s", entry->code);
		cr_expect_leq(error_jsonrpc_number(entry), -32001, "%s", entry->code);
		cr_expect_lt(strlen(entry->code), sizeof(((struct rpc_error *)NULL)->code));
	}
	cr_assert_null(error_find("no.such"));
}

/* A JSON Schema that is one: a type, or a choice of them, and what belongs to it. */
static void check_schema(const struct json *s, const char *where)
{
	const struct json *props = json_get(s, "properties"), *type = json_get(s, "type");
	size_t i;

	cr_assert(s && s->type == JSON_OBJECT, "%s", where);
	cr_assert(!type || type->type == JSON_STRING || type->type == JSON_ARRAY, "%s", where);
	for (i = 0; props && i < props->nr; i++)
		check_schema(props->items[i], props->keys[i]);
	if (strcmp(json_string(type, ""), "array") == 0)
		check_schema(json_get(s, "items"), where);
}

static void check_errors(const struct json *list, const struct json *codes, const char *method)
{
	static const char prefix[] = "#/components/errors/";
	const char *ref;
	size_t i;

	cr_assert(list && list->nr > 3, "%s", method);
	for (i = 0; i < list->nr; i++) {
		ref = json_string(json_get(list->items[i], "$ref"), "");
		cr_assert_eq(strncmp(ref, prefix, sizeof(prefix) - 1), 0);
		cr_assert_not_null(json_get(codes, ref + sizeof(prefix) - 1), "%s", ref);
	}
}

static void check_method(const struct json *m, const struct json *codes)
{
	const char *name = json_string(json_get(m, "name"), NULL);
	const struct json *params = json_get(m, "params");
	bool optional = false;
	size_t i;

	cr_assert(name && *name);
	cr_assert_gt(strlen(json_string(json_get(m, "summary"), "")), 5, "%s", name);
	cr_assert(params && params->type == JSON_ARRAY, "%s", name);
	for (i = 0; i < params->nr; i++) {
		const struct json *p = params->items[i];

		cr_assert_not_null(json_string(json_get(p, "name"), NULL), "%s", name);
		check_schema(json_get(p, "schema"), name);
		optional = optional || !json_bool(json_get(p, "required"), true);
	}
	cr_assert_not_null(json_string(json_path(m, "result.name"), NULL), "%s", name);
	check_schema(json_path(m, "result.schema"), name);
	cr_assert_str_eq(json_string(json_path(m, "result.schema.type"), ""), "object", "%s", name);
	check_errors(json_get(m, "errors"), codes, name);
}

Test(errors, the_openrpc_document_is_whole)
{
	struct json *v = openrpc_document();
	const struct json *methods = json_get(v, "methods");
	const struct json *codes = json_path(v, "components.errors");
	size_t i, j;

	cr_assert_str_eq(json_string(json_get(v, "openrpc"), ""), "1.2.6");
	cr_assert_not_null(json_string(json_path(v, "info.title"), NULL));
	cr_assert_not_null(json_string(json_path(v, "info.version"), NULL));
	cr_assert(methods && methods->nr > 60);
	for (i = 0; i < methods->nr; i++) {
		check_method(methods->items[i], codes);
		for (j = 0; j < i; j++)
			cr_assert_str_neq(json_string(json_get(methods->items[i], "name"), ""),
					  json_string(json_get(methods->items[j], "name"), ""));
	}
	json_free(v);
}
