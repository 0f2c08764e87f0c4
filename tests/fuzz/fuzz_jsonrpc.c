/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_jsonrpc ROUNDS SEED-DIRECTORY [FIRST]
 *
 * What a hostile client can make nacred look at: mutations of the files of a
 * directory go through the parser, the envelope, the argument table of the method
 * they name and the check of a domain's configuration.  What parses must print to
 * a text that parses to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "jsonrpc.h"
#include "records.h"
#include "rpc.h"
#include "seeds.h"

static void mutate(struct seed *t)
{
	static const char *const tokens[] = {
		"[",
		"]",
		"{",
		"}",
		",",
		":",
		"\"",
		"\\u0000",
		"\\ud800",
		"-",
		"e999",
		"null",
		"true",
		"1e-400",
		"18446744073709551616",
		"-9223372036854775808",
		"0.1",
		"\"\"",
		"{}",
		"[]",
		"\xff",
		"\xc0\x80",
		"\xed\xa0\x80",
		"\"a\":1,\"a\":1",
		"[[[[[[[[",
		"129",
		"65536",
		"\"pv\"",
		"\"hvm\"",
		"\"\\n\"",
	};

	mutate_text(t, tokens, sizeof(tokens) / sizeof(tokens[0]));
}

static void look_at_call(const struct json *v)
{
	const struct method *m;
	struct jsonrpc_call call;
	struct config config;
	struct rpc_error e;
	struct json *reply;

	if (jsonrpc_read(v, &call, &e) == 0) {
		m = rpc_method(call.method);
		if (m && schema_check(m->params, call.params, &e) == 0 &&
		    config_read(&config, json_get(call.params, "config"), &e) == 0)
			config_free(&config);
	}
	fail(&e, XL_FAIL, "x", "%s", "x");
	reply = jsonrpc_error(call.id, &e);
	if (!reply)
		abort();
	json_free(reply);
	record_free(record_from_json(v));
}

static void same_again(const struct json *v)
{
	char *text = json_print(v, false), *again, why[160];
	struct json *copy = json_parse(text, strlen(text), NULL, why, sizeof(why));

	if (!copy) {
		fprintf(stderr, "%s: %s\n", why, text);
		abort();
	}
	again = json_print(copy, false);
	if (strcmp(text, again) != 0)
		abort();
	json_free(copy);
	free(text);
	free(again);
}

static void try_one(const struct seed *t, unsigned long round)
{
	char *exact = seed_exact(t), why[160];
	struct json *v = json_parse(exact, t->len, NULL, why, sizeof(why));

	free(exact);
	if (!v)
		return;
	look_at_call(v);
	for (size_t i = 0; v->type == JSON_ARRAY && i < v->nr; i++)
		look_at_call(v->items[i]);
	same_again(v);
	json_free(v);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.mutate = mutate, .max_mutations = 5, .try = try_one};

	return seeds_main(argc, argv, &fuzzer);
}
