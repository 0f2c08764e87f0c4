/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Builtin types of strings. */
#include <stdlib.h>
#include <string.h>

#include <libxl_utils.h>
#include "type.h"
#include <libxl_json.h>

static yajl_gen_status gen_text(yajl_gen hand, const char *s)
{
	if (!s)
		return yajl_gen_null(hand);
	return yajl_gen_string(hand, (const unsigned char *)s, strlen(s));
}

static int take_text(const char *text, char **out)
{
	*out = strdup(text);
	return *out ? 0 : ERROR_NOMEM;
}

/* --- string ------------------------------------------------------------------------ */

static void dispose_string(void *p)
{
	free(*(char **)p);
}

static void copy_string(libxl_ctx *ctx, void *dst, const void *src)
{
	libxl_string_copy(ctx, dst, src);
}

static yajl_gen_status gen_string(yajl_gen hand, const void *p)
{
	return gen_text(hand, *(char *const *)p);
}

static int parse_string(const struct json_node *node, void *p)
{
	return node->kind == NODE_NULL ? 0 : take_text(node->text, p);
}

const struct libxl__type libxl__type_string = {
	.name = "string",
	.size = sizeof(char *),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_STRING | NODE_NULL,
			.dispose = dispose_string,
			.copy = copy_string,
			.gen = gen_string,
			.parse = parse_string,
		},
};

/* --- list of strings ----------------------------------------------------------------- */

static void dispose_list(void *p)
{
	libxl_string_list_dispose(p);
}

static void copy_list(libxl_ctx *ctx, void *dst, const void *src)
{
	libxl_string_list_copy(ctx, dst, src);
}

static bool list_is_empty(const void *p)
{
	return libxl_string_list_length(p) == 0;
}

yajl_gen_status libxl_string_list_gen_json(yajl_gen hand, libxl_string_list *p)
{
	yajl_gen_status s = yajl_gen_array_open(hand);
	int i, nr = libxl_string_list_length(p);

	for (i = 0; s == yajl_gen_status_ok && i < nr; i++)
		s = gen_text(hand, (*p)[i]);
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

static yajl_gen_status gen_list(yajl_gen hand, const void *p)
{
	libxl_string_list list = *(const libxl_string_list *)p;

	return libxl_string_list_gen_json(hand, &list);
}

static int parse_list(const struct json_node *node, void *p)
{
	const struct json_node *element;
	char **list;
	int rc = 0;

	if (!node->nr)
		return 0;
	list = calloc(node->nr + 1, sizeof(*list));
	if (!list)
		return ERROR_NOMEM;
	*(libxl_string_list *)p = list;
	for (element = node->first; element && !rc; element = element->next)
		rc = element->kind == NODE_STRING ? take_text(element->text, list++) : ERROR_FAIL;
	return rc;
}

const struct libxl__type libxl__type_string_list = {
	.name = "string_list",
	.size = sizeof(libxl_string_list),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_ARRAY,
			.dispose = dispose_list,
			.copy = copy_list,
			.is_default = list_is_empty,
			.gen = gen_list,
			.parse = parse_list,
		},
};

/* --- keys and values ----------------------------------------------------------------- */

static void dispose_pairs(void *p)
{
	libxl_key_value_list_dispose(p);
}

static void copy_pairs(libxl_ctx *ctx, void *dst, const void *src)
{
	libxl_key_value_list_copy(ctx, dst, src);
}

static bool pairs_are_none(const void *p)
{
	return libxl_key_value_list_length(p) == 0;
}

yajl_gen_status libxl_key_value_list_gen_json(yajl_gen hand, libxl_key_value_list *p)
{
	yajl_gen_status s = yajl_gen_map_open(hand);
	int i, nr = libxl_key_value_list_length(p);

	/* Keys and values in turn, as yajl wants them. */
	for (i = 0; s == yajl_gen_status_ok && i < 2 * nr; i++)
		s = gen_text(hand, (*p)[i]);
	return s == yajl_gen_status_ok ? yajl_gen_map_close(hand) : s;
}

static yajl_gen_status gen_pairs(yajl_gen hand, const void *p)
{
	libxl_key_value_list list = *(const libxl_key_value_list *)p;

	return libxl_key_value_list_gen_json(hand, &list);
}

static int parse_pairs(const struct json_node *node, void *p)
{
	const struct json_node *member;
	char **list;
	int rc = 0;

	if (!node->nr)
		return 0;
	list = calloc(2 * node->nr + 2, sizeof(*list));
	if (!list)
		return ERROR_NOMEM;
	*(libxl_key_value_list *)p = list;
	for (member = node->first; member && !rc; member = member->next, list += 2) {
		if (!(member->kind & (NODE_STRING | NODE_NULL)))
			return ERROR_FAIL;
		rc = take_text(member->key, &list[0]);
		if (!rc && member->kind == NODE_STRING)
			rc = take_text(member->text, &list[1]);
	}
	return rc;
}

const struct libxl__type libxl__type_key_value_list = {
	.name = "key_value_list",
	.size = sizeof(libxl_key_value_list),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_MAP,
			.dispose = dispose_pairs,
			.copy = copy_pairs,
			.is_default = pairs_are_none,
			.gen = gen_pairs,
			.parse = parse_pairs,
		},
};
