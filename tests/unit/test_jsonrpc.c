/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "jsonrpc.h"

static struct json *text;

static int read_call(const char *s, struct jsonrpc_call *call, struct rpc_error *e)
{
	char why[160];

	json_free(text);
	text = json_parse(s, strlen(s), NULL, why, sizeof(why));
	cr_assert_not_null(text, "%s", why);
	memset(e, 0, sizeof(*e));
	return jsonrpc_read(text, call, e);
}

static void forget(void)
{
	json_free(text);
	text = NULL;
}

TestSuite(jsonrpc, .fini = forget);

Test(jsonrpc, reads_a_call)
{
	struct jsonrpc_call c;
	struct rpc_error e;

	cr_assert_eq(
		read_call("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"a.b\",\"params\":{\"x\":1}}",
			  &c, &e),
		0);
	cr_assert_str_eq(c.method, "a.b");
	cr_assert_eq(json_int(c.id, 0), 7);
	cr_assert_eq(json_int(json_get(c.params, "x"), 0), 1);
}

Test(jsonrpc, a_call_without_id_is_a_notification)
{
	struct jsonrpc_call c;
	struct rpc_error e;

	cr_assert_eq(read_call("{\"jsonrpc\":\"2.0\",\"method\":\"a\"}", &c, &e), 0);
	cr_assert_null(c.id);
	cr_assert_null(c.params);
	cr_assert_eq(read_call("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":null}", &c, &e), 0);
	cr_assert_not_null(c.id);
}

Test(jsonrpc, refuses_other_shapes)
{
	static const char *const bad[] = {
		"7",
		"\"x\"",
		"null",
		"[]",
		"{}",
		"{\"jsonrpc\":\"1.0\",\"method\":\"a\"}",
		"{\"jsonrpc\":2.0,\"method\":\"a\"}",
		"{\"method\":\"a\"}",
		"{\"jsonrpc\":\"2.0\"}",
		"{\"jsonrpc\":\"2.0\",\"method\":7}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":{}}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":[1]}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":true}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"extra\":1}",
	};
	struct jsonrpc_call c;
	struct rpc_error e;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_assert_eq(read_call(bad[i], &c, &e), -1, "%s", bad[i]);
		cr_assert_eq(e.number, RPC_INVALID_REQUEST, "%s", bad[i]);
	}
}

Test(jsonrpc, parameters_go_by_name)
{
	struct jsonrpc_call c;
	struct rpc_error e;

	cr_assert_eq(
		read_call("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":[1]}", &c, &e),
		-1);
	cr_assert_eq(e.number, RPC_INVALID_PARAMS);
	cr_assert_eq(json_int(c.id, 0), 1);
	cr_assert_eq(read_call("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":\"x\"}",
			       &c, &e),
		     -1);
	cr_assert_eq(
		read_call("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":[]}", &c, &e),
		0);
}

static void prints(struct json *v, const char *expected)
{
	char *out = json_print(v, false);

	cr_assert_str_eq(out, expected);
	free(out);
	json_free(v);
}

Test(jsonrpc, answers)
{
	struct json *id = json_new_string("x");
	struct rpc_error e;

	prints(jsonrpc_result(id, json_new_int(5)),
	       "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":5}");
	fail(&e, XL_DOMAIN_NOTFOUND, "domain.not_found", "there is no domain \"%s\"", "w");
	fail_hint(&e, "try another");
	fail_field(&e, "domain");
	prints(jsonrpc_error(id, &e),
	       "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-32021,"
	       "\"message\":\"there is no domain "
	       "\\\"w\\\"\",\"data\":{\"code\":\"domain.not_found\","
	       "\"detail\":\"there is no domain \\\"w\\\"\",\"hint\":\"try another\","
	       "\"field\":\"domain\"}}}");
	fail(&e, RPC_PARSE_ERROR, "request.parse", "bad");
	prints(jsonrpc_error(NULL, &e),
	       "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"bad\","
	       "\"data\":{\"code\":\"request.parse\",\"detail\":\"bad\"}}}");
	prints(jsonrpc_notification("event", json_new_object()),
	       "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{}}");
	json_free(id);
}

Test(jsonrpc, no_memory_for_the_result_is_no_answer)
{
	cr_assert_null(jsonrpc_result(NULL, NULL));
	cr_assert_null(jsonrpc_notification("event", NULL));
}

Test(jsonrpc, errno_chooses_the_number)
{
	struct rpc_error e;

	fail_errno(&e, -12, "c", "cannot %s", "x");
	cr_assert_eq(e.number, XL_NOMEM);
	cr_assert_str_eq(e.message, "cannot x: Cannot allocate memory");
	fail_errno(&e, 3, "c", "y");
	cr_assert_eq(e.number, XL_DOMAIN_NOTFOUND);
	fail_errno(&e, -22, "c", "y");
	cr_assert_eq(e.number, XL_FAIL);
}
