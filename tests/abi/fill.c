/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "fill.h"

#include <libxl_utils.h>
#include <stdlib.h>
#include <string.h>

/* xorshift64: the test must be the same everywhere. */
uint64_t fill_random(struct fill *how)
{
	how->random ^= how->random << 13;
	how->random ^= how->random >> 7;
	how->random ^= how->random << 17;
	return how->random;
}

static bool one_in(struct fill *how, unsigned int n)
{
	return fill_random(how) % n == 0;
}

static char *any_string(struct fill *how)
{
	static const char *const strings[] = {
		"",
		"web",
		"phy:/dev/vg0/web,xvda,w",
		"quote \" backslash \\ slash /",
		"\b\f\n\r\t\x01\x1f\x7f",
		"Gr\xc3\xbc\xc3\x9f\x65, \xe4\xb8\x96\xe7\x95\x8c, \xf0\x9f\x98\x80",
		"null",
		"<script>&amp;'%s%n",
	};
	static const char *const unreadable[] = {
		"\xff\xfe",
		"\xc3",
		"\xed\xa0\x80",
		"a\x80z",
	};
	char *text;

	if (one_in(how, 16)) {
		text = malloc(5001);
		memset(text, 'x', 5000);
		text[5000] = '\0';
		return text;
	}
	if (!how->readable && one_in(how, 16))
		return strdup(unreadable[fill_random(how) % 4]);
	return strdup(strings[fill_random(how) % (sizeof(strings) / sizeof(strings[0]))]);
}

static uint64_t any_number(struct fill *how)
{
	static const uint64_t edges[] = {
		0,	    1,		 127,	    128,	255,
		256,	    65535,	 65536,	    INT32_MAX,	0x80000000,
		UINT32_MAX, 0x100000000, INT64_MAX, 1ULL << 63, UINT64_MAX - 1,
		UINT64_MAX,
	};

	return one_in(how, 2) ? edges[fill_random(how) % (sizeof(edges) / sizeof(edges[0]))]
			      : fill_random(how);
}

static void fill_map(struct fill *how, libxl_bitmap *map)
{
	int bits = (int)(fill_random(how) % 200);

	map->size = (uint32_t)(bits + 7) / 8;
	map->map = map->size ? calloc(1, map->size) : NULL;
	while (bits--)
		if (map->size && one_in(how, 3))
			libxl_bitmap_set(map, bits);
}

static void fill_list(struct fill *how, char ***list, bool pairs)
{
	size_t i, nr = fill_random(how) % 5;

	*list = calloc(2 * nr + 2, sizeof(char *));
	for (i = 0; i < nr * (pairs ? 2 : 1); i++)
		if (!(pairs && i % 2 && one_in(how, 4)))
			(*list)[i] = any_string(how);
}

static void fill_builtin(struct fill *how, const struct libxl__type *type, void *p)
{
	uint64_t number = any_number(how);

	if (type == &libxl__type_string)
		*(char **)p = any_string(how);
	else if (type == &libxl__type_string_list)
		fill_list(how, p, false);
	else if (type == &libxl__type_key_value_list)
		fill_list(how, p, true);
	else if (type == &libxl__type_bitmap)
		fill_map(how, p);
	else if (type == &libxl__type_bool)
		*(bool *)p = number & 1;
	else if (type == &libxl__type_defbool)
		((libxl_defbool *)p)->val = (int)(number % 3) - 1;
	else if (type == &libxl__type_uuid || type == &libxl__type_mac ||
		 type == &libxl__type_ms_vm_genid || type == &libxl__type_hwcap)
		for (size_t i = 0; i < type->size; i++)
			((uint8_t *)p)[i] = (uint8_t)fill_random(how);
	else if (type != &libxl__type_cpuid_policy_list)
		/* Real libxl does not read the upper half again, though it prints it. */
		libxl__set_number(p, type->size, how->readable ? number & INT64_MAX : number);
}

static void fill_word(struct fill *how, const struct libxl__type *type, void *p)
{
	size_t nr = 0;

	while (type->words[nr].s)
		nr++;
	if (!how->readable && one_in(how, 16))
		libxl__set_number(p, type->size, 99);
	else
		libxl__set_number(p, type->size, (uint64_t)type->words[fill_random(how) % nr].v);
}

static void fill_array(struct fill *how, const struct libxl__field *f, char *p)
{
	int i, count = (int)(fill_random(how) % 4);
	char *elements;

	if (!count)
		return;
	elements = calloc((size_t)count, f->type->size);
	for (i = 0; i < count; i++) {
		libxl__type_init(f->type, elements + (size_t)i * f->type->size);
		fill(how, f->type, elements + (size_t)i * f->type->size);
	}
	memcpy(p + f->at, &elements, sizeof(elements));
	memcpy(p + f->other, &count, sizeof(count));
}

static void fill_switch(struct fill *how, const struct libxl__field *f, char *p)
{
	const struct libxl__arm *arm;

	fill_word(how, f->type, p + f->other);
	arm = libxl__arm_of(f, p);
	libxl__arm_init(f, arm, p);
	if (arm && arm->body)
		fill(how, arm->body, p + f->at);
}

void fill(struct fill *how, const struct libxl__type *type, void *p)
{
	size_t i;

	if (type->ops)
		fill_builtin(how, type, p);
	else if (type->words)
		fill_word(how, type, p);
	for (i = 0; i < type->nr_fields; i++) {
		const struct libxl__field *f = &type->fields[i];

		/* What is left alone has its default. */
		if (f->kind == LIBXL__HIDDEN || one_in(how, 3))
			continue;
		if (f->kind == LIBXL__ARRAY)
			fill_array(how, f, p);
		else if (f->kind == LIBXL__SWITCH)
			fill_switch(how, f, p);
		else
			fill(how, f->type, (char *)p + f->at);
	}
}

/* --- same ------------------------------------------------------------------------------ */

static bool same_string(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_strings(char *const *a, char *const *b, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!same_string(a[i], b[i]))
			return false;
	return true;
}

static bool same_builtin(const struct libxl__type *type, const void *a, const void *b)
{
	if (type == &libxl__type_string)
		return same_string(*(char *const *)a, *(char *const *)b);
	if (type == &libxl__type_string_list)
		return libxl_string_list_length(a) == libxl_string_list_length(b) &&
		       same_strings(*(char **const *)a, *(char **const *)b,
				    libxl_string_list_length(a));
	if (type == &libxl__type_key_value_list)
		return libxl_key_value_list_length(a) == libxl_key_value_list_length(b) &&
		       same_strings(*(char **const *)a, *(char **const *)b,
				    2 * libxl_key_value_list_length(a));
	if (type == &libxl__type_bitmap)
		return libxl_bitmap_equal(a, b, 0);
	if (type == &libxl__type_cpuid_policy_list)
		return true; /* opaque; what is printed of it is compared */
	/* The words of the host's features that are printed. */
	return memcmp(a, b, type == &libxl__type_hwcap ? 16 : type->size) == 0;
}

static bool same_array(const struct libxl__field *f, const char *a, const char *b)
{
	const char *x, *y;
	int count, other, i;

	memcpy(&count, a + f->other, sizeof(count));
	memcpy(&other, b + f->other, sizeof(other));
	memcpy(&x, a + f->at, sizeof(x));
	memcpy(&y, b + f->at, sizeof(y));
	for (i = 0; count == other && i < count; i++)
		if (!same(f->type, x + (size_t)i * f->type->size, y + (size_t)i * f->type->size))
			return false;
	return count == other;
}

static bool same_field(const struct libxl__field *f, const char *a, const char *b)
{
	const struct libxl__arm *arm;

	switch (f->kind) {
	case LIBXL__VALUE:
		return same(f->type, a + f->at, b + f->at);
	case LIBXL__ARRAY:
		return same_array(f, a, b);
	case LIBXL__SWITCH:
		arm = libxl__arm_of(f, a);
		return arm == libxl__arm_of(f, b) &&
		       (!arm || !arm->body || same(arm->body, a + f->at, b + f->at));
	case LIBXL__HIDDEN:
		break;
	}
	return true;
}

bool same(const struct libxl__type *type, const void *a, const void *b)
{
	size_t i;

	if (type->ops)
		return same_builtin(type, a, b);
	if (type->words)
		return memcmp(a, b, type->size) == 0;
	for (i = 0; i < type->nr_fields; i++)
		if (!same_field(&type->fields[i], a, b))
			return false;
	return true;
}
