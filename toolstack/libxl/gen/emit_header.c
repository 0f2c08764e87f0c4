/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The public headers. */
#include "emit.h"

static void indent(FILE *out, int depth)
{
	while (depth-- > 0)
		fputc('\t', out);
}

static const char *comment(const struct field *field)
{
	return field->doc ? format(" /* %s */", field->doc) : "";
}

static void emit_fields(FILE *out, const struct fields *fields, int depth);

static void emit_switch(FILE *out, const struct field *field, int depth)
{
	size_t i;

	indent(out, depth);
	fprintf(out, "%s %s;\n", field->type->c_name, field->other);
	indent(out, depth);
	fputs("union {\n", out);
	for (i = 0; i < field->nr_arms; i++) {
		if (!field->arms[i].has_body)
			continue;
		indent(out, depth + 1);
		fputs("struct {\n", out);
		emit_fields(out, &field->arms[i].fields, depth + 2);
		indent(out, depth + 1);
		fprintf(out, "} %s;\n", field->arms[i].word);
	}
	indent(out, depth);
	fprintf(out, "} %s;\n", field->name);
}

static void emit_field(FILE *out, const struct field *field, int depth)
{
	switch (field->kind) {
	case FIELD_SWITCH:
		emit_switch(out, field, depth);
		return;
	case FIELD_GROUP:
		indent(out, depth);
		fputs("struct {\n", out);
		emit_fields(out, &field->fields, depth + 1);
		indent(out, depth);
		fprintf(out, "} %s;\n", field->name);
		return;
	case FIELD_ARRAY:
		indent(out, depth);
		fprintf(out, "int %s;\n", field->other);
		indent(out, depth);
		fprintf(out, "%s *%s;%s\n", field->type->c_name, field->name, comment(field));
		return;
	case FIELD_VALUE:
		indent(out, depth);
		fprintf(out, "%s%s %s;%s\n", field->constant ? "const " : "", field->type->c_name,
			field->name, comment(field));
	}
}

static void emit_fields(FILE *out, const struct fields *fields, int depth)
{
	size_t i;

	for (i = 0; i < fields->nr; i++)
		emit_field(out, &fields->v[i], depth);
}

static void emit_enum(FILE *out, const struct type *t)
{
	size_t i;

	fprintf(out, "typedef enum %s {\n", t->c_name);
	for (i = 0; i < t->values.nr; i++)
		fprintf(out, "\t%s = %s,\n", constant_of(t, t->values.v[i].word),
			t->values.v[i].number);
	fprintf(out, "} %s;\n", t->c_name);
	fprintf(out, "char *%s_to_json(libxl_ctx *ctx, %s p);\n", t->c_name, t->c_name);
	fprintf(out, "int %s_from_json(libxl_ctx *ctx, %s *p, const char *s);\n", t->c_name,
		t->c_name);
	fprintf(out, "const char *%s_to_string(%s p);\n", t->c_name, t->c_name);
	fprintf(out, "int %s_from_string(const char *s, %s *e);\n", t->c_name, t->c_name);
	fprintf(out, "extern libxl_enum_string_table %s_string_table[];\n\n", t->c_name);
}

static void emit_struct(FILE *out, const struct type *t)
{
	const struct field *key = switch_of(t);

	fprintf(out, "typedef struct %s {\n", t->c_name);
	emit_fields(out, &t->fields, 1);
	fprintf(out, "} %s;\n", t->c_name);
	if (!t->plain)
		fprintf(out, "void %s_dispose(%s *p);\n", t->c_name, t->c_name);
	if (has_replaced(t))
		fprintf(out, "int libxl__%s_copy_deprecated(libxl_ctx *ctx, %s *p);\n", t->name,
			t->c_name);
	fprintf(out, "void %s_copy(libxl_ctx *ctx, %s *dst, const %s *src);\n", t->c_name,
		t->c_name, t->c_name);
	fprintf(out, "void %s_init(%s *p);\n", t->c_name, t->c_name);
	if (key)
		fprintf(out, "void %s_init_%s(%s *p, %s %s);\n", t->c_name, key->other, t->c_name,
			key->type->c_name, key->other);
	fprintf(out, "char *%s_to_json(libxl_ctx *ctx, %s *p);\n", t->c_name, t->c_name);
	fprintf(out, "int %s_from_json(libxl_ctx *ctx, %s *p, const char *s);\n\n", t->c_name,
		t->c_name);
}

void emit_header(const struct model *m, FILE *out)
{
	size_t i;

	fputs("#ifndef LIBXL_TYPES_H\n#define LIBXL_TYPES_H\n\n", out);
	for (i = 0; i < m->nr; i++) {
		if (m->types[i]->kind == TYPE_ENUM)
			emit_enum(out, m->types[i]);
		else if (m->types[i]->kind == TYPE_STRUCT)
			emit_struct(out, m->types[i]);
	}
	fputs("#endif\n", out);
}

void emit_json_header(const struct model *m, FILE *out)
{
	size_t i;

	fputs("#ifndef LIBXL_TYPES_JSON_H\n#define LIBXL_TYPES_JSON_H\n\n", out);
	for (i = 0; i < m->nr; i++)
		if (m->types[i]->kind != TYPE_BUILTIN)
			fprintf(out, "yajl_gen_status %s_gen_json(yajl_gen hand, %s *p);\n",
				m->types[i]->c_name, m->types[i]->c_name);
	fputs("\n#endif\n", out);
}
