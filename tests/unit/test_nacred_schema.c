/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "rpc.h"
#include "schema.h"

static const char *const colours[] = {"red", "green", NULL};

static const struct field row[] = {
	{.name = "domain", .type = F_DOMAIN},
	{.name = "w", .type = F_INT, .optional = true, .min = 1, .max = 9},
	{.name = NULL},
};

static const struct field fields[] = {
	{.name = "domain", .type = F_DOMAIN},
	{.name = "n", .type = F_INT, .optional = true, .min = 1, .max = 9},
	{.name = "b", .type = F_BOOL, .optional = true},
	{.name = "c", .type = F_STRING, .optional = true, .choices = colours},
	{.name = "s", .type = F_STRING, .optional = true, .min = 1, .max = 5},
	{.name = "l", .type = F_ARRAY, .element = F_STRING, .optional = true, .choices = colours},
	{.name = "o", .type = F_OBJECT, .optional = true},
	{.name = "r", .type = F_ARRAY, .of = row, .optional = true},
	{.name = NULL},
};

static int check(const char *text, struct rpc_error *e)
{
	char why[160];
	struct json *v = json_parse(text, strlen(text), NULL, why, sizeof(why));
	int rc;

	cr_assert_not_null(v, "%s", why);
	memset(e, 0, sizeof(*e));
	rc = schema_check(fields, v, e);
	json_free(v);
	return rc;
}

static void accepted(const char *text)
{
	struct rpc_error e;

	cr_assert_eq(check(text, &e), 0, "%s: %s", text, e.message);
}

static void refused(const char *text, const char *field)
{
	struct rpc_error e;

	cr_assert_eq(check(text, &e), -1, "accepted: %s", text);
	cr_assert_eq(e.number, RPC_INVALID_PARAMS);
	cr_assert_str_eq(e.field, field);
	cr_assert(e.message[0]);
}

Test(schema, accepts_what_fits)
{
	accepted("{\"domain\":\"web\"}");
	accepted("{\"domain\":0}");
	accepted("{\"domain\":32751,\"n\":1,\"b\":false,\"c\":\"green\",\"s\":\"abcde\","
		 "\"l\":[\"red\",\"green\"],\"o\":{\"any\":1}}");
	accepted("{\"domain\":1,\"r\":[]}");
	accepted("{\"domain\":1,\"r\":[{\"domain\":2},{\"domain\":\"web\",\"w\":9}]}");
}

Test(schema, names_the_field_at_fault)
{
	refused("{}", "domain");
	refused("{\"domain\":null}", "domain");
	refused("{\"domain\":-1}", "domain");
	refused("{\"domain\":40000}", "domain");
	refused("{\"domain\":\"\"}", "domain");
	refused("{\"domain\":1.5}", "domain");
	refused("{\"domain\":1,\"r\":{}}", "r");
	refused("{\"domain\":1,\"r\":[1]}", "r[0]");
	refused("{\"domain\":1,\"r\":[{\"domain\":2},{}]}", "r[1].domain");
	refused("{\"domain\":1,\"r\":[{\"domain\":2,\"w\":10}]}", "r[0].w");
	refused("{\"domain\":1,\"r\":[{\"domain\":2,\"x\":1}]}", "r[0].x");
	refused("{\"domain\":1,\"n\":0}", "n");
	refused("{\"domain\":1,\"n\":10}", "n");
	refused("{\"domain\":1,\"n\":\"5\"}", "n");
	refused("{\"domain\":1,\"n\":5.0}", "n");
	refused("{\"domain\":1,\"b\":1}", "b");
	refused("{\"domain\":1,\"c\":\"blue\"}", "c");
	refused("{\"domain\":1,\"s\":\"\"}", "s");
	refused("{\"domain\":1,\"s\":\"abcdef\"}", "s");
	refused("{\"domain\":1,\"l\":\"red\"}", "l");
	refused("{\"domain\":1,\"l\":[\"red\",\"blue\"]}", "l[1]");
	refused("{\"domain\":1,\"l\":[1]}", "l[0]");
	refused("{\"domain\":1,\"o\":[]}", "o");
	refused("{\"domain\":1,\"unheard\":1}", "unheard");
}

Test(schema, no_parameters_at_all)
{
	struct rpc_error e;

	cr_assert_eq(schema_check(fields, NULL, &e), -1);
	cr_assert_eq(schema_check(NULL, NULL, &e), 0);
}

Test(schema, says_the_choices)
{
	struct rpc_error e;

	check("{\"domain\":1,\"c\":\"blue\"}", &e);
	cr_assert(strstr(e.message, "red, green"));
}

Test(schema, becomes_json_schema)
{
	struct json *v = schema_object(fields);

	cr_assert_str_eq(json_string(json_path(v, "properties.n.type"), ""), "integer");
	cr_assert_eq(json_int(json_path(v, "properties.n.maximum"), 0), 9);
	cr_assert_eq(json_get(v, "required")->nr, 1);
	cr_assert_eq(json_path(v, "properties.c.enum")->nr, 2);
	cr_assert_eq(json_path(v, "properties.l.items.enum")->nr, 2);
	cr_assert_not_null(json_path(v, "properties.domain.oneOf"));
	json_free(v);
}

Test(schema, every_method_is_described_and_unique)
{
	const struct method *m;
	unsigned int i;

	for (i = 0; (m = rpc_method_at(i)); i++) {
		struct json *v = schema_object(m->result);

		cr_assert_not_null(m->handle, "%s", m->name);
		cr_assert(m->summary && *m->summary, "%s", m->name);
		cr_assert_not_null(m->result, "%s", m->name);
		cr_assert_eq(rpc_method(m->name), m, "%s is there twice", m->name);
		cr_assert_not_null(v);
		json_free(v);
	}
	cr_assert_geq(i, 17);
	cr_assert_null(rpc_method("domain.fly"));
}
