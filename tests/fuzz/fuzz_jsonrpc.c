/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_jsonrpc ROUNDS SEED-DIRECTORY [FIRST]
 *
 * What a hostile client can make nacred look at: mutations of the files of a
 * directory go through the parser, the envelope, the argument table of the method
 * they name and the check of a domain's configuration.  What parses must print to
 * a text that parses to the same.  Round N is the same every time.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "jsonrpc.h"
#include "records.h"
#include "rpc.h"

#define MAX_SEEDS 64
#define MAX_BYTES 4096

struct text {
	char bytes[MAX_BYTES];
	size_t len;
};

static struct text seeds[MAX_SEEDS];
static size_t nr_seeds;
static uint64_t state;

/* xorshift: enough spread for choosing bytes. */
static size_t any(size_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state >> 32) % below;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of their names, so that a round is the same everywhere. */
static void load(const char *directory)
{
	struct dirent **entries;
	int i, nr = scandir(directory, &entries, visible, alphasort);
	char path[4096];
	FILE *file;

	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		file = nr_seeds < MAX_SEEDS ? fopen(path, "r") : NULL;
		if (file) {
			seeds[nr_seeds].len = fread(seeds[nr_seeds].bytes, 1, MAX_BYTES, file);
			nr_seeds++;
			fclose(file);
		}
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

/* Put @len bytes at @at in place of @old ones, as far as there is room. */
static void splice(struct text *t, size_t at, size_t old, const char *bytes, size_t len)
{
	if (t->len - old + len > MAX_BYTES)
		return;
	memmove(t->bytes + at + len, t->bytes + at + old, t->len - at - old);
	memcpy(t->bytes + at, bytes, len);
	t->len = t->len - old + len;
}

static void mutate(struct text *t)
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
	size_t at = any(t->len + 1), left = t->len - at, from, len;
	const struct text *other;
	const char *token;
	char byte;

	switch (any(4)) {
	case 0:
		byte = (char)any(256);
		splice(t, at, left ? 1 : 0, &byte, 1);
		break;
	case 1:
		token = tokens[any(sizeof(tokens) / sizeof(tokens[0]))];
		splice(t, at, left ? any(2) : 0, token, strlen(token));
		break;
	case 2:
		splice(t, at, any(left + 1), "", 0);
		break;
	default:
		other = &seeds[any(nr_seeds)];
		from = any(other->len + 1);
		len = any(other->len - from + 1);
		splice(t, at, any(left + 1), other->bytes + from, len);
	}
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

static void try_one(const struct text *t)
{
	char *exact = malloc(t->len + !t->len), why[160]; /* no slack: overreads show */
	struct json *v;
	size_t i;

	if (!exact)
		abort();
	memcpy(exact, t->bytes, t->len);
	v = json_parse(exact, t->len, NULL, why, sizeof(why));
	free(exact);
	if (!v)
		return;
	look_at_call(v);
	for (i = 0; v->type == JSON_ARRAY && i < v->nr; i++)
		look_at_call(v->items[i]);
	same_again(v);
	json_free(v);
}

int main(int argc, char **argv)
{
	unsigned long round, rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct text text;
	size_t changes;

	if (argc < 3)
		return fprintf(stderr, "usage: %s ROUNDS SEED-DIRECTORY [FIRST]\n", argv[0]), 2;
	load(argv[2]);
	if (!nr_seeds)
		return fprintf(stderr, "%s: no seeds in %s\n", argv[0], argv[2]), 2;
	for (round = argc > 3 ? strtoul(argv[3], NULL, 10) : 0; round < rounds; round++) {
		state = 0x9e3779b97f4a7c15ull * (round + 1);
		any(2);
		text = seeds[any(nr_seeds)];
		for (changes = any(6); changes; changes--)
			mutate(&text);
		try_one(&text);
	}
	printf("%lu rounds over %zu seeds\n", rounds, nr_seeds);
	return 0;
}
