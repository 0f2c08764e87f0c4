/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "type.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "no_memory.h"

static void *place(void *p, size_t at)
{
	return (char *)p + at;
}

static const void *const_place(const void *p, size_t at)
{
	return (const char *)p + at;
}

static int count_of(const struct libxl__field *field, const void *p)
{
	int count;

	memcpy(&count, const_place(p, field->other), sizeof(count));
	return count;
}

static void *elements_of(const struct libxl__field *field, const void *p)
{
	void *elements;

	memcpy(&elements, const_place(p, field->at), sizeof(elements));
	return elements;
}

/* --- numbers: the machine is little-endian, as every x86 is ------------------------- */

uint64_t libxl__number(const void *p, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, p, size);
	return value;
}

void libxl__set_number(void *p, size_t size, uint64_t value)
{
	memcpy(p, &value, size);
}

static bool has_init(const struct libxl__field *field)
{
	return field->init || field->type->has_init;
}

static uint64_t init_of(const struct libxl__field *field)
{
	return field->init ? libxl__inits[field->init] : field->type->init;
}

static bool all_zero(const void *p, size_t size)
{
	const unsigned char *byte = p;

	while (size && !*byte)
		byte++, size--;
	return size == 0;
}

bool libxl__value_is_default(const struct libxl__field *field, const void *p)
{
	size_t size = field->type->size;
	uint64_t init;

	if (has_init(field)) {
		libxl__set_number(&init, sizeof(init), init_of(field));
		return memcmp(&init, p, size) == 0;
	}
	if (field->type->ops && field->type->ops->is_default)
		return field->type->ops->is_default(p);
	return all_zero(p, size);
}

/* --- init ---------------------------------------------------------------------------- */

static void init_fields(const struct libxl__type *type, void *p)
{
	size_t i;

	for (i = 0; i < type->nr_fields; i++) {
		const struct libxl__field *f = &type->fields[i];

		if (f->kind == LIBXL__SWITCH)
			libxl__set_number(place(p, f->other), f->type->size, f->type->init);
		else if (f->kind == LIBXL__VALUE && f->type->fields)
			init_fields(f->type, place(p, f->at));
		else if (f->kind == LIBXL__VALUE && has_init(f))
			libxl__set_number(place(p, f->at), f->type->size, init_of(f));
	}
}

void libxl__type_init(const struct libxl__type *type, void *p)
{
	memset(p, 0, type->size);
	if (type->fields)
		init_fields(type, p);
	else if (type->has_init)
		libxl__set_number(p, type->size, type->init);
}

const struct libxl__arm *libxl__arm_of(const struct libxl__field *field, const void *p)
{
	const struct libxl__switch *choice = &libxl__switches[field->arms];
	int key = (int)libxl__number(const_place(p, field->other), field->type->size);
	size_t i;

	for (i = 0; i < choice->nr; i++)
		if (choice->arms[i].key == key)
			return &choice->arms[i];
	return NULL;
}

void libxl__arm_init(const struct libxl__field *field, const struct libxl__arm *arm, void *p)
{
	if (arm && arm->body)
		init_fields(arm->body, place(p, field->at));
}

void libxl__type_choose(const struct libxl__type *type, void *p, int key)
{
	const struct libxl__field *f = type->fields;

	while (f->kind != LIBXL__SWITCH)
		f++;
	assert(libxl__number(place(p, f->other), f->type->size) == (f->type->init & UINT32_MAX));
	libxl__set_number(place(p, f->other), f->type->size, (uint64_t)key);
	libxl__arm_init(f, libxl__arm_of(f, p), p);
}

/* --- dispose ------------------------------------------------------------------------- */

static void dispose_value(const struct libxl__type *type, void *p);

static void dispose_array(const struct libxl__field *f, void *p)
{
	char *elements = elements_of(f, p);
	int i, count = elements ? count_of(f, p) : 0;

	for (i = 0; i < count; i++)
		dispose_value(f->type, elements + (size_t)i * f->type->size);
	free(elements);
}

static void dispose_field(const struct libxl__field *f, void *p)
{
	const struct libxl__arm *arm;

	switch ((enum libxl__kind)f->kind) {
	case LIBXL__VALUE:
		dispose_value(f->type, place(p, f->at));
		break;
	case LIBXL__ARRAY:
		dispose_array(f, p);
		break;
	case LIBXL__SWITCH:
		arm = libxl__arm_of(f, p);
		if (arm && arm->body)
			dispose_value(arm->body, place(p, f->at));
		break;
	case LIBXL__HIDDEN:
		break;
	}
}

static void dispose_value(const struct libxl__type *type, void *p)
{
	size_t i;

	for (i = 0; i < type->nr_fields; i++)
		dispose_field(&type->fields[i], p);
	if (type->ops && type->ops->dispose)
		type->ops->dispose(p);
}

void libxl__type_dispose(const struct libxl__type *type, void *p)
{
	if (!p)
		return;
	dispose_value(type, p);
	memset(p, 0, type->size);
}

void libxl__type_list_free(const struct libxl__type *type, void *list, int nr)
{
	int i;

	for (i = 0; list && i < nr; i++)
		dispose_value(type, (char *)list + (size_t)i * type->size);
	free(list);
}

/* --- copy ---------------------------------------------------------------------------- */

static void copy_value(libxl_ctx *ctx, const struct libxl__type *type, void *dst, const void *src);

static void copy_array(libxl_ctx *ctx, const struct libxl__field *f, void *dst, const void *src)
{
	const char *from = elements_of(f, src);
	int i, count = from ? count_of(f, src) : 0;
	char *to = NULL;

	if (count > 0)
		to = libxl__must_calloc((size_t)count, f->type->size);
	else
		count = 0;
	for (i = 0; i < count; i++)
		copy_value(ctx, f->type, to + (size_t)i * f->type->size,
			   from + (size_t)i * f->type->size);
	memcpy(place(dst, f->at), &to, sizeof(to));
	memcpy(place(dst, f->other), &count, sizeof(count));
}

static void copy_field(libxl_ctx *ctx, const struct libxl__field *f, void *dst, const void *src)
{
	const struct libxl__arm *arm;

	switch ((enum libxl__kind)f->kind) {
	case LIBXL__VALUE:
		copy_value(ctx, f->type, place(dst, f->at), const_place(src, f->at));
		break;
	case LIBXL__ARRAY:
		copy_array(ctx, f, dst, src);
		break;
	case LIBXL__SWITCH:
		memcpy(place(dst, f->other), const_place(src, f->other), f->type->size);
		arm = libxl__arm_of(f, src);
		if (arm && arm->body)
			copy_value(ctx, arm->body, place(dst, f->at), const_place(src, f->at));
		break;
	case LIBXL__HIDDEN:
		break;
	}
}

static void copy_value(libxl_ctx *ctx, const struct libxl__type *type, void *dst, const void *src)
{
	size_t i;

	if (type->ops && type->ops->copy)
		type->ops->copy(ctx, dst, src);
	else if (!type->fields)
		memcpy(dst, src, type->size);
	for (i = 0; i < type->nr_fields; i++)
		copy_field(ctx, &type->fields[i], dst, src);
}

void libxl__type_copy(libxl_ctx *ctx, const struct libxl__type *type, void *dst, const void *src)
{
	copy_value(ctx, type, dst, src);
}

/* --- words --------------------------------------------------------------------------- */

const char *libxl__type_word(const struct libxl__type *type, int number)
{
	const libxl_enum_string_table *w;

	for (w = type->words; w->s; w++)
		if (w->v == number)
			return w->s;
	return NULL;
}

int libxl__type_from_word(const struct libxl__type *type, const char *word, void *p)
{
	const libxl_enum_string_table *w;

	for (w = type->words; w->s; w++) {
		if (strcasecmp(w->s, word) == 0) {
			libxl__set_number(p, type->size, (uint64_t)w->v);
			return 0;
		}
	}
	return ERROR_FAIL;
}
