/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "json_node.h"

#include <errno.h>
#include <libxl.h>
#include <libxl_json.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 8192

struct json_chunk {
	struct json_chunk *next;
	size_t used, size;
	max_align_t bytes[];
};

/* The containers that are open, innermost last. */
struct parser {
	struct json_text *t;
	struct json_node **open;
	size_t depth, room;
	const char *key; /* of the member that comes next */
};

static void *take(struct json_text *t, size_t size)
{
	struct json_chunk *c = t->chunks;
	void *p;

	size = (size + sizeof(max_align_t) - 1) & ~(sizeof(max_align_t) - 1);
	if (!c || c->size - c->used < size) {
		size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;

		c = malloc(sizeof(*c) + room);
		if (!c)
			return NULL;
		*c = (struct json_chunk){.next = t->chunks, .size = room};
		t->chunks = c;
	}
	p = (char *)c->bytes + c->used;
	c->used += size;
	return p;
}

/* What follows a NUL in a string is lost, as in any C string. */
static char *take_text(struct json_text *t, const void *s, size_t len)
{
	char *copy = take(t, len + 1);

	if (!copy)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

static struct json_node *place(struct parser *p, unsigned int kind)
{
	struct json_node *node = take(p->t, sizeof(*node)), *in;

	if (!node)
		return NULL;
	*node = (struct json_node){.kind = kind, .key = p->key};
	p->key = NULL;
	if (p->depth == 0) {
		p->t->root = node;
		return node;
	}
	in = p->open[p->depth - 1];
	if (in->last)
		in->last->next = node;
	else
		in->first = node;
	in->last = node;
	in->nr++;
	return node;
}

static int on_null(void *ctx)
{
	return place(ctx, NODE_NULL) != NULL;
}

static int on_bool(void *ctx, int b)
{
	struct json_node *node = place(ctx, NODE_BOOL);

	if (node)
		node->boolean = b != 0;
	return node != NULL;
}

/* False when @s does not fit: more digits than any 64 bits have, or too large a number. */
static bool to_integer(const char *s, size_t len, long long *integer)
{
	char digits[24];

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, s, len);
	digits[len] = '\0';
	errno = 0;
	*integer = strtoll(digits, NULL, 10);
	return errno != ERANGE;
}

static bool has_fraction(const char *s, size_t len)
{
	return memchr(s, '.', len) || memchr(s, 'e', len) || memchr(s, 'E', len);
}

/* Only numbers that do not fit keep their digits: a long array must not take many
 * times the memory of its text. */
static int on_number(void *ctx, const char *s, size_t len)
{
	struct parser *p = ctx;
	struct json_node *node = place(p, has_fraction(s, len) ? NODE_DOUBLE : NODE_INTEGER);

	if (!node)
		return 0;
	if (node->kind == NODE_DOUBLE || to_integer(s, len, &node->integer))
		return 1;
	node->kind = NODE_NUMBER;
	node->text = take_text(p->t, s, len);
	return node->text != NULL;
}

static int on_string(void *ctx, const unsigned char *s, size_t len)
{
	struct parser *p = ctx;
	const char *text = take_text(p->t, s, len);
	struct json_node *node = text ? place(p, NODE_STRING) : NULL;

	if (node)
		node->text = text;
	return node != NULL;
}

static int on_key(void *ctx, const unsigned char *s, size_t len)
{
	struct parser *p = ctx;

	p->key = take_text(p->t, s, len);
	return p->key != NULL;
}

static int enter(struct parser *p, unsigned int kind)
{
	struct json_node *node = place(p, kind);

	if (!node)
		return 0;
	if (p->depth == p->room) {
		size_t room = p->room ? p->room * 2 : 16;
		struct json_node **open = reallocarray(p->open, room, sizeof(*open));

		if (!open)
			return 0;
		p->open = open;
		p->room = room;
	}
	p->open[p->depth++] = node;
	return 1;
}

static int on_map(void *ctx)
{
	return enter(ctx, NODE_MAP);
}

static int on_array(void *ctx)
{
	return enter(ctx, NODE_ARRAY);
}

static int on_end(void *ctx)
{
	((struct parser *)ctx)->depth--;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

static bool parse(struct parser *p, yajl_handle hand, const char *text)
{
	size_t len = strlen(text);
	unsigned char *words;
	yajl_status st = yajl_parse(hand, (const unsigned char *)text, len);

	if (st == yajl_status_ok)
		st = yajl_complete_parse(hand);
	if (st == yajl_status_ok)
		return p->t->root != NULL;
	if (st == yajl_status_error) {
		words = yajl_get_error(hand, 1, (const unsigned char *)text, len);
		if (words) {
			p->t->error = strdup((char *)words);
			yajl_free_error(hand, words);
		}
	}
	return false;
}

void json_text_parse(struct json_text *t, const char *text)
{
	struct parser p = {.t = t};
	yajl_handle hand;

	memset(t, 0, sizeof(*t));
	hand = libxl__yajl_alloc(&callbacks, NULL, &p);
	if (!hand)
		return;
	if (!parse(&p, hand, text))
		t->root = NULL;
	free(p.open);
	yajl_free(hand);
}

void json_text_free(struct json_text *t)
{
	struct json_chunk *c, *next;

	for (c = t->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
	free(t->error);
	memset(t, 0, sizeof(*t));
}

const struct json_node *json_node_get(const struct json_node *map, const char *key,
				      unsigned int accepts)
{
	const struct json_node *node;

	if (map->kind != NODE_MAP)
		return NULL;
	for (node = map->first; node; node = node->next)
		if (strcmp(node->key, key) == 0)
			return node->kind & accepts ? node : NULL;
	return NULL;
}
