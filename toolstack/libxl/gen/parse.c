/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "parse.h"

#include <string.h>

#include "lex.h"

static const char *parse_value(struct lex *lex)
{
	const char *sign = "";

	if (lex_is(lex, "-") || lex_is(lex, "~")) {
		sign = lex->token;
		lex_next(lex);
	}
	return format("%s%s", sign, lex_word(lex));
}

static struct type *new_type(struct model *m, struct lex *lex, enum type_kind kind)
{
	const char *name = lex_word(lex);

	if (model_find(m, name))
		lex_fail(lex, "there is a type %s already", name);
	return model_add(m, kind, name);
}

static const struct type *old_type(struct model *m, struct lex *lex)
{
	const char *name = lex_word(lex);
	const struct type *type = model_find(m, name);

	if (!type)
		lex_fail(lex, "no type %s before this line", name);
	return type;
}

static void parse_enum(struct model *m, struct lex *lex)
{
	struct type *type = new_type(m, lex, TYPE_ENUM);

	type->prefix = format("LIBXL_%s_", upper(type->name));
	if (lex_accept(lex, "prefix"))
		type->prefix = lex_word(lex);
	if (lex_accept(lex, "default"))
		type->init = lex_word(lex);
	lex_expect(lex, "{");
	while (!lex_accept(lex, "}")) {
		const char *word = lex_word(lex);
		struct value *value;

		if (find_value(type, word))
			lex_fail(lex, "%s has the word %s already", type->name, word);
		value = add_value(&type->values);
		value->word = word;
		lex_expect(lex, "=");
		value->number = parse_value(lex);
		lex_expect(lex, ",");
	}
	if (type->init && !find_value(type, type->init))
		lex_fail(lex, "%s has no word %s to begin with", type->name, type->init);
}

static void parse_fields(struct model *m, struct lex *lex, struct fields *fields);

static void parse_arm(struct model *m, struct lex *lex, struct field *field)
{
	struct arm *arm = add_arm(field);

	lex_expect(lex, "case");
	arm->word = lex_word(lex);
	if (!find_value(field->type, arm->word))
		lex_fail(lex, "%s has no word %s", field->type->name, arm->word);
	arm->has_body = !lex_accept(lex, ";");
	if (arm->has_body)
		parse_fields(m, lex, &arm->fields);
}

static void parse_switch(struct model *m, struct lex *lex, struct field *field)
{
	field->kind = FIELD_SWITCH;
	lex_expect(lex, "(");
	field->type = old_type(m, lex);
	if (field->type->kind != TYPE_ENUM)
		lex_fail(lex, "%s is no enum", field->type->name);
	field->other = lex_word(lex);
	lex_expect(lex, ")");
	field->name = lex_word(lex);
	lex_expect(lex, "{");
	while (!lex_accept(lex, "}"))
		parse_arm(m, lex, field);
}

static void parse_plain_field(struct model *m, struct lex *lex, struct field *field)
{
	field->constant = lex_accept(lex, "const");
	field->type = old_type(m, lex);
	field->name = lex_word(lex);
	if (lex_accept(lex, "[")) {
		field->kind = FIELD_ARRAY;
		field->other = lex_word(lex);
		lex_expect(lex, "]");
	}
	if (lex_accept(lex, "="))
		field->init = parse_value(lex);
	if (lex_accept(lex, "replaced_by"))
		field->replaced_by = lex_word(lex);
	field->doc = lex_text(lex);
	lex_expect(lex, ";");
}

static void parse_fields(struct model *m, struct lex *lex, struct fields *fields)
{
	lex_expect(lex, "{");
	while (!lex_accept(lex, "}")) {
		/* A nested one may move the array: filled apart, then put in. */
		struct field field = {.kind = FIELD_VALUE};

		if (lex_accept(lex, "switch")) {
			parse_switch(m, lex, &field);
		} else if (lex_accept(lex, "group")) {
			field.kind = FIELD_GROUP;
			field.name = lex_word(lex);
			parse_fields(m, lex, &field.fields);
		} else {
			parse_plain_field(m, lex, &field);
		}
		*add_field(fields) = field;
	}
}

static void parse_struct(struct model *m, struct lex *lex)
{
	struct type *type = new_type(m, lex, TYPE_STRUCT);

	type->plain = lex_accept(lex, "plain");
	type->listed = lex_accept(lex, "listed");
	parse_fields(m, lex, &type->fields);
}

void parse_file(struct model *m, const char *path)
{
	struct lex lex;

	lex_open(&lex, path);
	while (!lex_is(&lex, "")) {
		if (lex_accept(&lex, "enum"))
			parse_enum(m, &lex);
		else if (lex_accept(&lex, "struct"))
			parse_struct(m, &lex);
		else
			lex_fail(&lex, "'enum' or 'struct' expected before '%s'", lex.token);
	}
}
