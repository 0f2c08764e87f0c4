/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxl-types(7): what there is in each type, and how JSON says it. */
#include "emit.h"

#include <string.h>

static void emit_text(FILE *out, const char *text)
{
	/* A line that begins with a mark of mdoc's would be taken for a macro. */
	if (text[0] == '.' || text[0] == '\'')
		fputs("\\&", out);
	for (; *text; text++)
		fputs(*text == '\\' ? "\\e" : (char[]){*text, '\0'}, out);
}

static const char *type_of(const struct field *f)
{
	if (f->kind == FIELD_ARRAY)
		return format("array of %s", f->type->name);
	return f->kind == FIELD_GROUP ? "object" : f->type->name;
}

/* What stands there when nothing was said; NULL: nothing worth saying. */
static const char *default_of(const struct field *f)
{
	if (f->init)
		return strncmp(f->init, "LIBXL_", 6) == 0 || f->init[0] == '~' ? NULL : f->init;
	return f->kind == FIELD_VALUE ? f->type->init : NULL;
}

static void emit_fields(FILE *out, const struct fields *fields);

static void emit_switch(FILE *out, const struct field *f)
{
	size_t i;

	for (i = 0; i < f->nr_arms; i++) {
		const struct arm *arm = &f->arms[i];

		fprintf(out, ".It Cm %s.%s\n", f->other, arm->word);
		fprintf(out, "At most one of these: %s\nis\n.Cm %s .\n", f->other, arm->word);
		if (arm->has_body)
			emit_fields(out, &arm->fields);
	}
}

static void emit_field(FILE *out, const struct field *f)
{
	const char *first = default_of(f);

	if (f->constant || (f->type && f->type->hidden))
		return;
	if (f->kind == FIELD_SWITCH) {
		emit_switch(out, f);
		return;
	}
	fprintf(out, ".It Cm %s Pq %s\n", f->name, type_of(f));
	if (f->doc) {
		emit_text(out, f->doc);
		fputs(".\n", out);
	}
	if (f->replaced_by)
		fprintf(out, "Replaced by\n.Cm %s\nof the struct.\n", f->replaced_by);
	if (first)
		fprintf(out, "Default:\n.Cm %s .\n", first);
	if (f->kind == FIELD_GROUP)
		emit_fields(out, &f->fields);
}

static void emit_fields(FILE *out, const struct fields *fields)
{
	size_t i;

	fputs(".Bl -tag -width 4n -compact\n", out);
	for (i = 0; i < fields->nr; i++)
		emit_field(out, &fields->v[i]);
	fputs(".El\n", out);
}

static void emit_words(FILE *out, const struct type *t)
{
	size_t i;

	for (i = 0; i < t->values.nr; i++)
		fprintf(out, ".Cm %s Pq %s%s\n", t->values.v[i].word, t->values.v[i].number,
			i + 1 < t->values.nr ? " ," : " .");
	if (t->init)
		fprintf(out, "Default:\n.Cm %s .\n", t->init);
}

static void emit_kind(const struct model *m, FILE *out, enum type_kind kind)
{
	size_t i;

	for (i = 0; i < m->nr; i++) {
		const struct type *t = m->types[i];

		if (t->kind != kind)
			continue;
		fprintf(out, ".Ss %s\n", t->name);
		if (kind == TYPE_ENUM)
			emit_words(out, t);
		else
			emit_fields(out, &t->fields);
	}
}

void emit_manual(const struct model *m, FILE *out)
{
	fputs(".Sh STRUCTS\n", out);
	emit_kind(m, out, TYPE_STRUCT);
	fputs(".Sh ENUMERATIONS\n", out);
	emit_kind(m, out, TYPE_ENUM);
}
