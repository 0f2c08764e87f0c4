/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What ../type.h works on: each type as a table of its fields or words. */
#include "emit.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Structs without a name and the arms of unions get tables of their own, called after
 * the way to them: u.hvm of domain_build_info is domain_build_info_u_hvm.
 */
struct place {
	const struct type *type; /* the struct with a name */
	const char *path;	 /* C expression for the place in it, "" or "u.hvm." */
	const char *label;
};

/* Texts of which the fields have the index, in the order of their first use; index 0 is
 * none. */
struct list {
	const char *texts[UINT8_MAX + 1];
	unsigned int nr;
};
static struct list inits, switches, replacements;

static unsigned int index_of(struct list *list, const char *text)
{
	unsigned int i;

	for (i = 1; i <= list->nr; i++)
		if (!strcmp(list->texts[i], text))
			return i;
	if (list->nr == UINT8_MAX) {
		fputs("libxl_gen: more than a byte can count\n", stderr);
		exit(EXIT_FAILURE);
	}
	list->texts[++list->nr] = text;
	return list->nr;
}

static void emit_fields(FILE *out, const struct place *at, const struct fields *fields);

static struct place inside(const struct place *at, const char *first, const char *second)
{
	struct place in = {.type = at->type};

	in.path = format("%s%s.%s%s", at->path, first, second ? second : "", second ? "." : "");
	in.label = format("%s_%s%s%s", at->label, first, second ? "_" : "", second ? second : "");
	return in;
}

/* Where @name is, counted from the begin of the place. */
static void emit_offset(FILE *out, const struct place *at, const char *name)
{
	fprintf(out, "offsetof(%s, %s%s)", at->type->c_name, at->path, name);
	if (at->path[0])
		fprintf(out, " - offsetof(%s, %.*s)", at->type->c_name, (int)(strlen(at->path) - 1),
			at->path);
}

static void emit_anonymous(FILE *out, const struct place *at, const struct fields *fields)
{
	emit_fields(out, at, fields);
	fprintf(out,
		"static const struct libxl__type type_%s = {\n\t.name = \"%s\",\n"
		"\t.size = sizeof(((%s *)0)->%.*s),\n"
		"\t.fields = fields_%s,\n\t.nr_fields = %zu,\n};\n\n",
		at->label, at->label, at->type->c_name, (int)(strlen(at->path) - 1), at->path,
		at->label, fields->nr);
}

static void emit_arms(FILE *out, const struct place *at, const struct field *field)
{
	size_t i;

	for (i = 0; i < field->nr_arms; i++) {
		struct place in = inside(at, field->name, field->arms[i].word);

		if (field->arms[i].has_body)
			emit_anonymous(out, &in, &field->arms[i].fields);
	}
	fprintf(out, "static const struct libxl__arm arms_%s_%s[] = {\n", at->label, field->name);
	for (i = 0; i < field->nr_arms; i++) {
		const struct arm *arm = &field->arms[i];

		fprintf(out, "\t{%s, \"%s.%s\", ", constant_of(field->type, arm->word),
			field->other, arm->word);
		if (arm->has_body)
			fprintf(out, "&type_%s_%s_%s},\n", at->label, field->name, arm->word);
		else
			fputs("NULL},\n", out);
	}
	fputs("};\n\n", out);
}

static void emit_nested(FILE *out, const struct place *at, const struct fields *fields)
{
	size_t i;

	for (i = 0; i < fields->nr; i++) {
		const struct field *f = &fields->v[i];

		if (f->kind == FIELD_SWITCH) {
			emit_arms(out, at, f);
		} else if (f->kind == FIELD_GROUP) {
			struct place in = inside(at, f->name, NULL);

			emit_anonymous(out, &in, &f->fields);
		}
	}
}

static void emit_field(FILE *out, const struct place *at, const struct field *f)
{
	fprintf(out, "\t{\n\t\t.name = \"%s\",\n\t\t.at = ", f->name);
	emit_offset(out, at, f->name);
	fputs(",\n", out);
	if (f->kind == FIELD_GROUP)
		fprintf(out, "\t\t.type = &type_%s_%s,\n", at->label, f->name);
	else
		fprintf(out, "\t\t.type = &libxl__type_%s,\n", f->type->name);
	if (f->kind == FIELD_ARRAY || f->kind == FIELD_SWITCH) {
		fprintf(out, "\t\t.kind = %s,\n\t\t.other = ",
			f->kind == FIELD_ARRAY ? "LIBXL__ARRAY" : "LIBXL__SWITCH");
		emit_offset(out, at, f->other);
		fputs(",\n", out);
	}
	if (f->kind == FIELD_SWITCH)
		fprintf(out, "\t\t.arms = %u,\n",
			index_of(&switches, format("arms_%s_%s", at->label, f->name)));
	if (f->constant || (f->type && f->type->hidden))
		fputs("\t\t.kind = LIBXL__HIDDEN,\n", out);
	if (f->init)
		fprintf(out, "\t\t.init = %u,\n", index_of(&inits, f->init));
	if (f->replaced_by)
		fprintf(out, "\t\t.replaced_by = %u,\n", index_of(&replacements, f->replaced_by));
	fputs("\t},\n", out);
}

static void emit_fields(FILE *out, const struct place *at, const struct fields *fields)
{
	size_t i;

	emit_nested(out, at, fields);
	fprintf(out, "static const struct libxl__field fields_%s[] = {\n", at->label);
	for (i = 0; i < fields->nr; i++)
		emit_field(out, at, &fields->v[i]);
	fputs("};\n\n", out);
}

static void emit_enum(FILE *out, const struct type *t)
{
	size_t i;

	fprintf(out, "libxl_enum_string_table %s_string_table[] = {\n", t->c_name);
	for (i = 0; i < t->values.nr; i++)
		fprintf(out, "\t{\"%s\", %s},\n", t->values.v[i].word,
			constant_of(t, t->values.v[i].word));
	fputs("\t{NULL, -1},\n};\n\n", out);
	fprintf(out, "const struct libxl__type libxl__type_%s = {\n\t.name = \"%s\",\n", t->name,
		t->c_name);
	fprintf(out, "\t.size = sizeof(%s),\n\t.words = %s_string_table,\n", t->c_name, t->c_name);
	if (t->init)
		fprintf(out, "\t.has_init = true,\n\t.init = (uint64_t)%s,\n",
			constant_of(t, t->init));
	fputs("};\n\n", out);
}

static void emit_struct(FILE *out, const struct type *t)
{
	struct place at = {.type = t, .path = "", .label = t->name};

	emit_fields(out, &at, &t->fields);
	fprintf(out,
		"const struct libxl__type libxl__type_%s = {\n\t.name = \"%s\",\n"
		"\t.size = sizeof(%s),\n\t.fields = fields_%s,\n\t.nr_fields = %zu,\n};\n\n",
		t->name, t->c_name, t->c_name, t->name, t->fields.nr);
}

static void emit_lists(FILE *out)
{
	unsigned int i;

	fputs("const uint64_t libxl__inits[] = {\n\t0,\n", out);
	for (i = 1; i <= inits.nr; i++)
		fprintf(out, "\t(uint64_t)(%s),\n", inits.texts[i]);
	fputs("};\n\nconst struct libxl__switch libxl__switches[] = {\n\t{NULL, 0},\n", out);
	for (i = 1; i <= switches.nr; i++)
		fprintf(out, "\t{%s, sizeof(%s) / sizeof(%s[0])},\n", switches.texts[i],
			switches.texts[i], switches.texts[i]);
	fputs("};\n\nconst char *const libxl__replacements[] = {\n\tNULL,\n", out);
	for (i = 1; i <= replacements.nr; i++)
		fprintf(out, "\t\"%s\",\n", replacements.texts[i]);
	fputs("};\n\n", out);
}

void emit_tables(const struct model *m, FILE *out)
{
	size_t i;

	fputs("#include \"type.h\"\n\n#include <stddef.h>\n\n", out);
	for (i = 0; i < m->nr; i++) {
		if (m->types[i]->kind == TYPE_ENUM)
			emit_enum(out, m->types[i]);
		else if (m->types[i]->kind == TYPE_STRUCT)
			emit_struct(out, m->types[i]);
	}
	emit_lists(out);
	fputs("const struct libxl__type *const libxl__types[] = {\n", out);
	for (i = 0; i < m->nr; i++)
		if (m->types[i]->kind != TYPE_BUILTIN)
			fprintf(out, "\t&libxl__type_%s,\n", m->types[i]->name);
	fputs("\tNULL,\n};\n", out);
}

void emit_table_header(const struct model *m, FILE *out)
{
	size_t i;

	fputs("#ifndef LIBXL_TYPE_TABLES_H\n#define LIBXL_TYPE_TABLES_H\n\n", out);
	for (i = 0; i < m->nr; i++)
		fprintf(out, "extern const struct libxl__type libxl__type_%s;\n",
			m->types[i]->name);
	fputs("\n#endif\n", out);
}
