/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * JSON as libxl reads it, which is not quite as the rest of Nacre does (toolstack/json):
 * numbers up to 2^64 - 1, the first of two members with one name counts, and what
 * follows the first value is ignored.  All nodes of a text lie in chunks that are freed
 * at once, so that no depth of nesting needs any stack.
 */
#ifndef NACRE_LIBXL_JSON_NODE_H
#define NACRE_LIBXL_JSON_NODE_H

#include <stdbool.h>
#include <stddef.h>

/* One bit each, so that a set of them says what a place accepts. */
enum {
	NODE_NULL = 1,
	NODE_BOOL = 2,
	NODE_INTEGER = 4, /* fits long long */
	NODE_DOUBLE = 8,  /* has a point or an exponent */
	NODE_NUMBER = 16, /* any other; its digits are kept */
	NODE_STRING = 32,
	NODE_MAP = 64,
	NODE_ARRAY = 128,
	NODE_ANY = 255,
};

struct json_node {
	unsigned int kind;
	const char *key; /* in a map */
	struct json_node *next;
	union {
		bool boolean;
		long long integer;
		const char *text; /* string, number */
		struct {
			struct json_node *first, *last;
			size_t nr;
		};
	};
};

struct json_text {
	struct json_node *root; /* NULL: not JSON */
	struct json_chunk *chunks;
	char *error; /* yajl's words when root is NULL, NULL when memory was out */
};

void json_text_parse(struct json_text *t, const char *text);
void json_text_free(struct json_text *t);

/* NULL also when the member is of a kind that is not in @accepts. */
const struct json_node *json_node_get(const struct json_node *map, const char *key,
				      unsigned int accepts);

#endif
