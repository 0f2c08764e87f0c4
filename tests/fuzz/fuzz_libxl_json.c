/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_libxl_json ROUNDS SEED-DIRECTORY [FIRST]
 *
 * A seed is the name of a type, a line's end, and JSON.  What from_json takes is
 * printed, read again and copied: all three must print the same.
 */
#include <stdlib.h>
#include <string.h>

#include <xentoollog.h>

#include "libxl_context.h"
#include "seeds.h"
#include "type.h"

static struct libxl__ctx ctx;

static const struct libxl__type *type_called(const char *name, size_t len)
{
	size_t i;

	for (i = 0; libxl__types[i]; i++)
		if (strlen(libxl__types[i]->name) == len &&
		    memcmp(libxl__types[i]->name, name, len) == 0)
			return libxl__types[i];
	/* The name was changed as well: the largest of all. */
	return &libxl__type_domain_config;
}

static void must_be_same(const char *a, const char *b)
{
	if (!a || !b || strcmp(a, b) != 0)
		abort();
}

static void try_value(const struct libxl__type *type, void *p)
{
	char *text = libxl__type_to_json(&ctx, type, p), *other;
	void *q = calloc(1, type->size);

	/* A union of which no arm was named says nothing and may be read as nothing. */
	if (text && libxl__type_from_json(&ctx, type, q, text) == 0) {
		other = libxl__type_to_json(&ctx, type, q);
		must_be_same(text, other);
		free(other);
	} else {
		abort();
	}
	libxl__type_dispose(type, q);
	if (type->fields) {
		libxl__type_copy(&ctx, type, q, p);
		other = libxl__type_to_json(&ctx, type, q);
		must_be_same(text, other);
		free(other);
		libxl__type_dispose(type, q);
	}
	free(q);
	free(text);
}

static void try_one(const struct seed *seed, unsigned long round)
{
	const char *end = memchr(seed->bytes, '\n', seed->len);
	size_t name = end ? (size_t)(end - seed->bytes) : 0;
	const struct libxl__type *type = type_called(seed->bytes, name);
	char *text = strndup(seed->bytes + name, seed->len - name);
	void *p = calloc(1, type->size);

	if (libxl__type_from_json(&ctx, type, p, text) == 0)
		try_value(type, p);
	libxl__type_dispose(type, p);
	free(p);
	free(text);
}

static void mutate(struct seed *seed)
{
	static const char *const tokens[] = {
		"{",
		"}",
		"[",
		"]",
		",",
		":",
		"\"\"",
		"null",
		"true",
		"false",
		"-1",
		"1e3",
		"0.5",
		"65535",
		"4294967295",
		"9223372036854775808",
		"18446744073709551616",
		"\"type.pvh\"",
		"\"type.hvm\"",
		"\"True\"",
		"\"\\u0000\"",
		"\"cpuid\"",
		"\"leaf\"",
	};

	mutate_text(seed, tokens, sizeof(tokens) / sizeof(tokens[0]));
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {.mutate = mutate, .max_mutations = 5, .try = try_one};

	/* Nothing listens: ctx.lg stays NULL. */
	return seeds_main(argc, argv, &fuzzer);
}
