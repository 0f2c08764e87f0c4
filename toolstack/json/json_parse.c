/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Text to tree, with limits; yajl does the lexing. */
#include "json_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

struct level {
	struct json *container;
	char *key; /* of the member whose value comes next */
};

struct parser {
	const struct json_limits *limits;
	struct level *stack; /* limits->max_depth entries */
	unsigned int depth;
	size_t values;
	struct json *root;
	char error[128]; /* set when a callback stops the parser */
};

static int __attribute__((format(printf, 2, 3))) stop(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->error, sizeof(p->error), fmt, ap);
	va_end(ap);
	return 0;
}

/* Puts @v where the text stands; takes it. 1 to go on, 0 to stop, as yajl wants. */
static int place(struct parser *p, struct json *v)
{
	struct level *top;
	bool ok;

	if (!v)
		return stop(p, "out of memory");
	if (++p->values > p->limits->max_values) {
		json_free(v);
		return stop(p, "more than %zu values", p->limits->max_values);
	}
	if (p->depth == 0) {
		p->root = v;
		return 1;
	}
	top = &p->stack[p->depth - 1];
	if (top->container->type == JSON_ARRAY) {
		ok = json_append(top->container, v);
	} else {
		ok = json_add_unchecked(top->container, top->key, v);
		top->key = NULL;
	}
	return ok ? 1 : stop(p, "out of memory");
}

static int on_null(void *ctx)
{
	return place(ctx, json_new_null());
}

static int on_bool(void *ctx, int b)
{
	return place(ctx, json_new_bool(b));
}

static int on_integer(void *ctx, long long i)
{
	return place(ctx, json_new_int(i));
}

static int on_double(void *ctx, double d)
{
	return place(ctx, json_new_real(d));
}

/* Whether @s is UTF-8: yajl lets overlong forms and surrogates through. */
static bool well_formed(struct parser *p, const char *s)
{
	const unsigned char *c = (const unsigned char *)s;
	size_t len;

	for (; *c; c += len) {
		len = json_utf8_sequence(c);
		if (!len)
			return stop(p, "invalid UTF8 in a string");
	}
	return true;
}

/* NULL and an error message, or a NUL-terminated copy. */
static char *text_copy(struct parser *p, const unsigned char *s, size_t len)
{
	char *copy;

	if (memchr(s, 0, len)) {
		stop(p, "a string holds a NUL character");
		return NULL;
	}
	copy = strndup((const char *)s, len);
	if (!copy) {
		stop(p, "out of memory");
		return NULL;
	}
	if (well_formed(p, copy))
		return copy;
	free(copy);
	return NULL;
}

static int on_string(void *ctx, const unsigned char *s, size_t len)
{
	struct parser *p = ctx;
	char *copy = text_copy(p, s, len);
	struct json *v;

	if (!copy)
		return 0;
	v = json_new_null();
	if (!v) {
		free(copy);
		return stop(p, "out of memory");
	}
	v->type = JSON_STRING;
	v->string = copy;
	return place(p, v);
}

static int on_key(void *ctx, const unsigned char *s, size_t len)
{
	struct parser *p = ctx;
	struct level *top = &p->stack[p->depth - 1];

	top->key = text_copy(p, s, len);
	return top->key != NULL;
}

static int enter(struct parser *p, struct json *container)
{
	if (p->depth == p->limits->max_depth) {
		json_free(container);
		return stop(p, "nested deeper than %u levels", p->limits->max_depth);
	}
	if (!place(p, container))
		return 0;
	p->stack[p->depth].container = container;
	p->stack[p->depth++].key = NULL;
	return 1;
}

static int on_start_map(void *ctx)
{
	return enter(ctx, json_new_object());
}

static int on_start_array(void *ctx)
{
	return enter(ctx, json_new_array());
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted copy of the keys: comparing each with each would let one request of a
 * megabyte keep the daemon busy for seconds. */
static int on_end_map(void *ctx)
{
	struct parser *p = ctx;
	struct json *object = p->stack[--p->depth].container;
	size_t i, nr = object->nr;
	char **sorted;
	int go_on = 1;

	if (nr < 2)
		return 1;
	sorted = malloc(nr * sizeof(*sorted));
	if (!sorted)
		return stop(p, "out of memory");
	memcpy(sorted, object->keys, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), compare_keys);
	for (i = 1; i < nr && go_on; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			go_on = stop(p, "duplicate key \"%.64s\"", sorted[i]);
	free(sorted);
	return go_on;
}

static int on_end_array(void *ctx)
{
	struct parser *p = ctx;

	p->depth--;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_integer = on_integer,
	.yajl_double = on_double,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end_map,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

/* yajl's own message, first line only, or ours where a callback stopped it. */
static void report(struct parser *p, yajl_handle h, char *error, size_t error_len)
{
	unsigned char *text;

	if (!error || !error_len)
		return;
	if (p->error[0]) {
		snprintf(error, error_len, "%s at byte %zu", p->error, yajl_get_bytes_consumed(h));
		return;
	}
	text = yajl_get_error(h, 0, NULL, 0);
	snprintf(error, error_len, "%.*s at byte %zu", text ? (int)strcspn((char *)text, "\n") : 0,
		 text ? (char *)text : "", yajl_get_bytes_consumed(h));
	if (text)
		yajl_free_error(h, text);
}

/* The four digits at @s as a number, or 0 where they are none. */
static unsigned int hex4(const char *s, const char *end)
{
	char digits[5] = "", *stop;
	unsigned long v;

	if (end - s < 4)
		return 0;
	memcpy(digits, s, 4);
	v = strtoul(digits, &stop, 16);
	return *stop ? 0 : (unsigned int)v;
}

/*
 * Where an escape stands for half a character: of the two that make one above U+FFFF
 * (RFC 8259, section 7) each is nothing without the other, and yajl reads it as "?".
 * NULL when there is none.  A backslash can only stand in a string.
 */
static const char *half_character(const char *text, size_t len)
{
	const char *p = text, *end = text + len;
	unsigned int unit;

	while ((p = memchr(p, '\\', (size_t)(end - p)))) {
		if (end - p < 2)
			break;
		unit = p[1] == 'u' ? hex4(p + 2, end) & 0xfc00 : 0;
		if (unit == 0xdc00)
			return p;
		if (unit != 0xd800) {
			p += 2;
			continue;
		}
		if (end - p < 12 || p[6] != '\\' || p[7] != 'u' ||
		    (hex4(p + 8, end) & 0xfc00) != 0xdc00)
			return p;
		p += 12;
	}
	return NULL;
}

static bool parse_all(struct parser *p, const char *text, size_t len, char *error, size_t error_len)
{
	yajl_handle h = yajl_alloc(&callbacks, NULL, p);
	yajl_status st;

	if (!h) {
		if (error)
			snprintf(error, error_len, "out of memory");
		return false;
	}
	st = yajl_parse(h, (const unsigned char *)text, len);
	if (st == yajl_status_ok)
		st = yajl_complete_parse(h);
	if (st == yajl_status_ok && !p->root) {
		st = yajl_status_error;
		stop(p, "no value");
	}
	if (st != yajl_status_ok)
		report(p, h, error, error_len);
	yajl_free(h);
	return st == yajl_status_ok;
}

struct json *json_parse(const char *text, size_t len, const struct json_limits *limits, char *error,
			size_t error_len)
{
	struct parser p = {.limits = limits ? limits : &json_default_limits};
	const char *half;
	bool ok;

	if (len > p.limits->max_bytes) {
		if (error)
			snprintf(error, error_len, "longer than %zu bytes", p.limits->max_bytes);
		return NULL;
	}
	half = half_character(text, len);
	if (half) {
		if (error)
			snprintf(error, error_len, "half a character at byte %zu",
				 (size_t)(half - text));
		return NULL;
	}
	p.stack = calloc(p.limits->max_depth, sizeof(*p.stack));
	if (!p.stack) {
		if (error)
			snprintf(error, error_len, "out of memory");
		return NULL;
	}
	ok = parse_all(&p, text, len, error, error_len);
	while (p.depth)
		free(p.stack[--p.depth].key);
	free(p.stack);
	if (ok)
		return p.root;
	json_free(p.root);
	return NULL;
}
