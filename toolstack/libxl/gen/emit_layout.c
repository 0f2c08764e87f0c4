/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A table of every size, offset and constant, to be compiled once with our headers and
 * once with others: the program that gets both compares them (tests/abi).
 */
#include "emit.h"

static void emit_place(FILE *out, const struct type *t, const char *path)
{
	fprintf(out, "\tFIELD(%s, %s)\n", t->c_name, path);
}

static void emit_fields(FILE *out, const struct type *t, const char *path,
			const struct fields *fields)
{
	size_t i, j;

	for (i = 0; i < fields->nr; i++) {
		const struct field *f = &fields->v[i];

		if (f->kind == FIELD_ARRAY || f->kind == FIELD_SWITCH)
			emit_place(out, t, format("%s%s", path, f->other));
		emit_place(out, t, format("%s%s", path, f->name));
		if (f->kind == FIELD_GROUP)
			emit_fields(out, t, format("%s%s.", path, f->name), &f->fields);
		for (j = 0; j < f->nr_arms; j++) {
			const struct arm *arm = &f->arms[j];

			if (!arm->has_body)
				continue;
			emit_place(out, t, format("%s%s.%s", path, f->name, arm->word));
			emit_fields(out, t, format("%s%s.%s.", path, f->name, arm->word),
				    &arm->fields);
		}
	}
}

void emit_layout(const struct model *m, FILE *out)
{
	size_t i, j;

	for (i = 0; i < m->nr; i++) {
		const struct type *t = m->types[i];

		if (t->kind == TYPE_BUILTIN && t->hidden)
			continue;
		fprintf(out, "\tSIZE(%s)\n", t->c_name);
		for (j = 0; j < t->values.nr; j++)
			fprintf(out, "\tCONSTANT(%s)\n", constant_of(t, t->values.v[j].word));
		emit_fields(out, t, "", &t->fields);
	}
}
