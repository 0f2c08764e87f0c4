/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "model.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What C calls the types that the runtime (../types_*.c) knows by itself. */
static const struct {
	const char *name, *c_name;
	bool hidden;
} builtins[] = {
	{"int", "int", false},
	{"bool", "bool", false},
	{"uint8", "uint8_t", false},
	{"uint16", "uint16_t", false},
	{"uint32", "uint32_t", false},
	{"uint64", "uint64_t", false},
	{"memkb", "uint64_t", false},
	{"string", "char *", false},
	{"domid", "libxl_domid", false},
	{"devid", "libxl_devid", false},
	{"uuid", "libxl_uuid", false},
	{"mac", "libxl_mac", false},
	{"defbool", "libxl_defbool", false},
	{"bitmap", "libxl_bitmap", false},
	{"cpuid_policy_list", "libxl_cpuid_policy_list", false},
	{"string_list", "libxl_string_list", false},
	{"key_value_list", "libxl_key_value_list", false},
	{"hwcap", "libxl_hwcap", false},
	{"ms_vm_genid", "libxl_ms_vm_genid", false},
	{"ev_user", "uint64_t", false},
	{"ev_link", "libxl_ev_link", true},
};

static void *grown(void *v, size_t nr, size_t size)
{
	v = reallocarray(v, nr + 1, size);
	if (!v) {
		fputs("libxl_gen: out of memory\n", stderr);
		exit(1);
	}
	memset((char *)v + nr * size, 0, size);
	return v;
}

void *zalloc(size_t size)
{
	return grown(NULL, 0, size);
}

char *format(const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0) {
		fputs("libxl_gen: out of memory\n", stderr);
		exit(1);
	}
	va_end(ap);
	return text;
}

struct value *add_value(struct values *values)
{
	values->v = grown(values->v, values->nr, sizeof(*values->v));
	return &values->v[values->nr++];
}

struct field *add_field(struct fields *fields)
{
	fields->v = grown(fields->v, fields->nr, sizeof(*fields->v));
	return &fields->v[fields->nr++];
}

struct arm *add_arm(struct field *field)
{
	field->arms = grown(field->arms, field->nr_arms, sizeof(*field->arms));
	return &field->arms[field->nr_arms++];
}

struct type *model_add(struct model *m, enum type_kind kind, const char *name)
{
	struct type *type = zalloc(sizeof(*type));

	type->kind = kind;
	type->name = name;
	type->c_name = format("libxl_%s", name);
	m->types = grown(m->types, m->nr, sizeof(struct type *));
	m->types[m->nr++] = type;
	return type;
}

void model_init(struct model *m)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
		struct type *type = model_add(m, TYPE_BUILTIN, builtins[i].name);

		type->c_name = builtins[i].c_name;
		type->hidden = builtins[i].hidden;
	}
}

struct type *model_find(const struct model *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->nr; i++)
		if (strcmp(m->types[i]->name, name) == 0)
			return m->types[i];
	return NULL;
}

const struct value *find_value(const struct type *type, const char *word)
{
	size_t i;

	for (i = 0; i < type->values.nr; i++)
		if (strcmp(type->values.v[i].word, word) == 0)
			return &type->values.v[i];
	return NULL;
}

char *upper(const char *s)
{
	char *copy = format("%s", s), *c;

	for (c = copy; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return copy;
}

const char *constant_of(const struct type *type, const char *word)
{
	return format("%s%s", type->prefix, upper(word));
}
