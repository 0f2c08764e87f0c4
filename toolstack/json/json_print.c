/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Tree to text; yajl does the escaping and the layout. */
#include "json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

/* Shortest decimal form that reads back as the same value, and that stays a
 * real (libxl's and our readers tell 1 from 1.0).  JSON has no NaN: null. */
static yajl_gen_status print_real(yajl_gen g, double d)
{
	char buf[40];
	int digits = 15;

	if (!isfinite(d))
		return yajl_gen_null(g);
	do
		snprintf(buf, sizeof(buf), "%.*g", digits, d);
	while (strtod(buf, NULL) != d && ++digits <= 17);
	if (!strpbrk(buf, ".e"))
		snprintf(buf + strlen(buf), sizeof(buf) - strlen(buf), ".0");
	return yajl_gen_number(g, buf, strlen(buf));
}

static yajl_gen_status print_string(yajl_gen g, const char *s)
{
	return yajl_gen_string(g, (const unsigned char *)s, strlen(s));
}

static yajl_gen_status print_value(yajl_gen g, const struct json *v);

static yajl_gen_status print_members(yajl_gen g, const struct json *v)
{
	bool object = v->type == JSON_OBJECT;
	yajl_gen_status st = object ? yajl_gen_map_open(g) : yajl_gen_array_open(g);
	size_t i;

	for (i = 0; st == yajl_gen_status_ok && i < v->nr; i++) {
		if (object)
			st = print_string(g, v->keys[i]);
		if (st == yajl_gen_status_ok)
			st = print_value(g, v->items[i]);
	}
	if (st != yajl_gen_status_ok)
		return st;
	return object ? yajl_gen_map_close(g) : yajl_gen_array_close(g);
}

static yajl_gen_status print_value(yajl_gen g, const struct json *v)
{
	switch (v->type) {
	case JSON_BOOL:
		return yajl_gen_bool(g, v->boolean);
	case JSON_INT:
		return yajl_gen_integer(g, v->integer);
	case JSON_REAL:
		return print_real(g, v->real);
	case JSON_STRING:
		return print_string(g, v->string);
	case JSON_ARRAY:
	case JSON_OBJECT:
		return print_members(g, v);
	case JSON_NULL:
		break;
	}
	return yajl_gen_null(g);
}

char *json_print(const struct json *v, bool beautify)
{
	yajl_gen g = yajl_gen_alloc(NULL);
	const unsigned char *text;
	size_t len;
	char *out = NULL;

	if (!g)
		return NULL;
	if (beautify) {
		yajl_gen_config(g, yajl_gen_beautify, 1);
		yajl_gen_config(g, yajl_gen_indent_string, "    ");
	}
	if (print_value(g, v) == yajl_gen_status_ok &&
	    yajl_gen_get_buf(g, &text, &len) == yajl_gen_status_ok)
		out = strndup((const char *)text, len);
	yajl_gen_free(g);
	return out;
}
