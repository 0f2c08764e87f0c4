/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Types as JSON text. */
#include "type.h"

#include <libxl_json.h>
#include <stdlib.h>
#include <string.h>

#include "libxl_internal.h"

static yajl_gen_status gen_text(yajl_gen hand, const char *s)
{
	if (!s)
		return yajl_gen_null(hand);
	return yajl_gen_string(hand, (const unsigned char *)s, strlen(s));
}

static yajl_gen_status gen_value(yajl_gen hand, const struct libxl__type *type, const void *p);

static yajl_gen_status gen_array(yajl_gen hand, const struct libxl__field *f, int count,
				 const char *elements)
{
	yajl_gen_status s = yajl_gen_array_open(hand);
	int i;

	for (i = 0; s == yajl_gen_status_ok && i < count; i++)
		s = gen_value(hand, f->type, elements + (size_t)i * f->type->size);
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

static yajl_gen_status gen_array_field(yajl_gen hand, const struct libxl__field *f, const char *p)
{
	const char *elements;
	yajl_gen_status s;
	int count;

	memcpy(&count, p + f->other, sizeof(count));
	memcpy(&elements, p + f->at, sizeof(elements));
	if (!elements || !count)
		return yajl_gen_status_ok;
	s = gen_text(hand, f->name);
	return s == yajl_gen_status_ok ? gen_array(hand, f, count, elements) : s;
}

/* One member, whose name says the arm: "type.pvh": { ... }. */
static yajl_gen_status gen_switch(yajl_gen hand, const struct libxl__field *f, const char *p)
{
	const struct libxl__arm *arm = libxl__arm_of(f, p);
	yajl_gen_status s;

	if (!arm)
		return yajl_gen_status_ok;
	s = gen_text(hand, arm->json_key);
	if (s != yajl_gen_status_ok)
		return s;
	if (arm->body)
		return gen_value(hand, arm->body, p + f->at);
	s = yajl_gen_map_open(hand);
	return s == yajl_gen_status_ok ? yajl_gen_map_close(hand) : s;
}

/* A struct is always there, if only as {}; anything else when it was changed. */
static yajl_gen_status gen_plain(yajl_gen hand, const struct libxl__field *f, const char *p)
{
	yajl_gen_status s;

	if (!f->type->fields && libxl__value_is_default(f, p + f->at))
		return yajl_gen_status_ok;
	s = gen_text(hand, f->name);
	return s == yajl_gen_status_ok ? gen_value(hand, f->type, p + f->at) : s;
}

static yajl_gen_status gen_field(yajl_gen hand, const struct libxl__field *f, const char *p)
{
	switch ((enum libxl__kind)f->kind) {
	case LIBXL__VALUE:
		return gen_plain(hand, f, p);
	case LIBXL__ARRAY:
		return gen_array_field(hand, f, p);
	case LIBXL__SWITCH:
		return gen_switch(hand, f, p);
	case LIBXL__HIDDEN:
		break;
	}
	return yajl_gen_status_ok;
}

static yajl_gen_status gen_value(yajl_gen hand, const struct libxl__type *type, const void *p)
{
	yajl_gen_status s;
	size_t i;

	if (type->ops)
		return type->ops->gen(hand, p);
	if (type->words)
		return gen_text(hand, libxl__type_word(type, (int)libxl__number(p, type->size)));
	s = yajl_gen_map_open(hand);
	for (i = 0; s == yajl_gen_status_ok && i < type->nr_fields; i++)
		s = gen_field(hand, &type->fields[i], p);
	return s == yajl_gen_status_ok ? yajl_gen_map_close(hand) : s;
}

yajl_gen_status libxl__type_gen_json(yajl_gen hand, const struct libxl__type *type, const void *p)
{
	return gen_value(hand, type, p);
}

char *libxl__type_to_json(libxl_ctx *ctx, const struct libxl__type *type, const void *p)
{
	yajl_gen hand = libxl_yajl_gen_alloc(NULL);
	const unsigned char *text;
	yajl_gen_status s;
	char *copy = NULL;
	size_t len;

	if (!hand)
		return NULL;
	s = gen_value(hand, type, p);
	if (s == yajl_gen_status_ok)
		s = yajl_gen_get_buf(hand, &text, &len);
	if (s == yajl_gen_status_ok)
		copy = strdup((const char *)text);
	yajl_gen_free(hand);
	if (!copy)
		LIBXL__ERROR(ctx, (uint32_t)INVALID_DOMID,
			     "unable to convert %s to JSON representation. YAJL error code %d",
			     type->name, (int)s);
	return copy;
}
