/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Builtin types that are numbers, and bool. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxl_utils.h>
#include "type.h"
#include <libxl_json.h>

/* yajl's integers are signed: the upper half of 64 bits goes as text. */
yajl_gen_status libxl__uint64_gen_json(yajl_gen hand, uint64_t val)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, val);

	return yajl_gen_number(hand, digits, (size_t)len);
}

static yajl_gen_status gen_bool(yajl_gen hand, const void *p)
{
	return yajl_gen_bool(hand, *(const bool *)p);
}

static yajl_gen_status gen_int(yajl_gen hand, const void *p)
{
	return yajl_gen_integer(hand, *(const int *)p);
}

static yajl_gen_status gen_uint8(yajl_gen hand, const void *p)
{
	return yajl_gen_integer(hand, *(const uint8_t *)p);
}

static yajl_gen_status gen_uint16(yajl_gen hand, const void *p)
{
	return yajl_gen_integer(hand, *(const uint16_t *)p);
}

static yajl_gen_status gen_uint32(yajl_gen hand, const void *p)
{
	return yajl_gen_integer(hand, *(const uint32_t *)p);
}

static yajl_gen_status gen_uint64(yajl_gen hand, const void *p)
{
	return libxl__uint64_gen_json(hand, *(const uint64_t *)p);
}

/* libxl prints what a program gave to find its way back with a sign. */
static yajl_gen_status gen_ev_user(yajl_gen hand, const void *p)
{
	return yajl_gen_integer(hand, (long long)*(const uint64_t *)p);
}

static int parse_bool(const struct json_node *node, void *p)
{
	*(bool *)p = node->boolean;
	return 0;
}

static int parse_ranged(const struct json_node *node, void *p, size_t size, long long least,
			long long most)
{
	if (node->integer < least || node->integer > most)
		return ERROR_FAIL;
	libxl__set_number(p, size, (uint64_t)node->integer);
	return 0;
}

static int parse_int(const struct json_node *node, void *p)
{
	return parse_ranged(node, p, sizeof(int), INT_MIN, INT_MAX);
}

static int parse_uint8(const struct json_node *node, void *p)
{
	return parse_ranged(node, p, sizeof(uint8_t), 0, UINT8_MAX);
}

static int parse_uint16(const struct json_node *node, void *p)
{
	return parse_ranged(node, p, sizeof(uint16_t), 0, UINT16_MAX);
}

static int parse_uint32(const struct json_node *node, void *p)
{
	return parse_ranged(node, p, sizeof(uint32_t), 0, UINT32_MAX);
}

/* Real libxl passes over what is beyond 2^63 - 1, though it prints such numbers. */
static int parse_uint64(const struct json_node *node, void *p)
{
	char *end;

	if (node->kind == NODE_INTEGER)
		return parse_ranged(node, p, sizeof(uint64_t), 0, LLONG_MAX);
	if (node->text[0] == '-')
		return ERROR_FAIL;
	errno = 0;
	*(uint64_t *)p = strtoull(node->text, &end, 10);
	return errno || *end ? ERROR_FAIL : 0;
}

static int parse_ev_user(const struct json_node *node, void *p)
{
	if (node->kind != NODE_INTEGER)
		return parse_uint64(node, p);
	*(uint64_t *)p = (uint64_t)node->integer;
	return 0;
}

#define OPS(word, kinds)                                                                           \
	static const struct libxl__ops word##_ops = {                                              \
		.accepts = (kinds),                                                                \
		.gen = gen_##word,                                                                 \
		.parse = parse_##word,                                                             \
	}

OPS(bool, NODE_BOOL);
OPS(int, NODE_INTEGER);
OPS(uint8, NODE_INTEGER);
OPS(uint16, NODE_INTEGER);
OPS(uint32, NODE_INTEGER);
OPS(uint64, NODE_INTEGER | NODE_NUMBER);
OPS(ev_user, NODE_INTEGER | NODE_NUMBER);

#define TYPE(word, c_type, like)                                                                   \
	const struct libxl__type libxl__type_##word = {                                            \
		.name = #word, .size = sizeof(c_type), .ops = &like##_ops}

TYPE(bool, bool, bool);
TYPE(int, int, int);
TYPE(uint8, uint8_t, uint8);
TYPE(uint16, uint16_t, uint16);
TYPE(uint32, uint32_t, uint32);
TYPE(uint64, uint64_t, uint64);
TYPE(domid, libxl_domid, uint32);
TYPE(ev_user, libxl_ev_user, ev_user);

const struct libxl__type libxl__type_memkb = {
	.name = "memkb",
	.size = sizeof(uint64_t),
	.ops = &uint64_ops,
	.has_init = true,
	.init = LIBXL_MEMKB_DEFAULT,
};

const struct libxl__type libxl__type_devid = {
	.name = "devid",
	.size = sizeof(libxl_devid),
	.ops = &int_ops,
	.has_init = true,
	.init = (uint64_t)-1,
};
