/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The functions that the public headers declare: each hands its type to ../type.h. */
#include "emit.h"

static void emit_enum(FILE *out, const struct type *t)
{
	const char *c = t->c_name;

	fprintf(out,
		"char *%s_to_json(libxl_ctx *ctx, %s p)\n{\n"
		"\treturn libxl__type_to_json(ctx, &libxl__type_%s, &p);\n}\n\n",
		c, c, t->name);
	fprintf(out,
		"const char *%s_to_string(%s p)\n{\n"
		"\treturn libxl__type_word(&libxl__type_%s, (int)p);\n}\n\n",
		c, c, t->name);
	fprintf(out,
		"int %s_from_string(const char *s, %s *e)\n{\n"
		"\treturn libxl__type_from_word(&libxl__type_%s, s, e);\n}\n\n",
		c, c, t->name);
}

static void emit_list_free(FILE *out, const struct type *t)
{
	fprintf(out,
		"void %s_list_free(%s *list, int nr)\n{\n"
		"\tlibxl__type_list_free(&libxl__type_%s, list, nr);\n}\n\n",
		t->c_name, t->c_name, t->name);
}

static void emit_struct(FILE *out, const struct type *t)
{
	const struct field *key = switch_of(t);
	const char *c = t->c_name;

	fprintf(out, "void %s_init(%s *p)\n{\n\tlibxl__type_init(&libxl__type_%s, p);\n}\n\n", c, c,
		t->name);
	if (key)
		fprintf(out,
			"void %s_init_%s(%s *p, %s %s)\n{\n"
			"\tlibxl__type_choose(&libxl__type_%s, p, (int)%s);\n}\n\n",
			c, key->other, c, key->type->c_name, key->other, t->name, key->other);
	if (!t->plain)
		fprintf(out,
			"void %s_dispose(%s *p)\n{\n"
			"\tlibxl__type_dispose(&libxl__type_%s, p);\n}\n\n",
			c, c, t->name);
	fprintf(out,
		"void %s_copy(libxl_ctx *ctx, %s *dst, const %s *src)\n{\n"
		"\tlibxl__type_copy(ctx, &libxl__type_%s, dst, src);\n}\n\n",
		c, c, c, t->name);
	fprintf(out,
		"char *%s_to_json(libxl_ctx *ctx, %s *p)\n{\n"
		"\treturn libxl__type_to_json(ctx, &libxl__type_%s, p);\n}\n\n",
		c, c, t->name);
	if (has_replaced(t))
		fprintf(out,
			"int libxl__%s_copy_deprecated(libxl_ctx *ctx, %s *p)\n{\n"
			"\treturn libxl__type_move_replaced(&libxl__type_%s, p);\n}\n\n",
			t->name, c, t->name);
	if (t->listed)
		emit_list_free(out, t);
}

void emit_calls(const struct model *m, FILE *out)
{
	size_t i;

	fputs("#include \"type.h\"\n\n#include <libxl_json.h>\n\n", out);
	for (i = 0; i < m->nr; i++) {
		const struct type *t = m->types[i];

		if (t->kind == TYPE_BUILTIN)
			continue;
		if (t->kind == TYPE_ENUM)
			emit_enum(out, t);
		else
			emit_struct(out, t);
		fprintf(out,
			"int %s_from_json(libxl_ctx *ctx, %s *p, const char *s)\n{\n"
			"\treturn libxl__type_from_json(ctx, &libxl__type_%s, p, s);\n}\n\n",
			t->c_name, t->c_name, t->name);
		fprintf(out,
			"yajl_gen_status %s_gen_json(yajl_gen hand, %s *p)\n{\n"
			"\treturn libxl__type_gen_json(hand, &libxl__type_%s, p);\n}\n\n",
			t->c_name, t->c_name, t->name);
	}
}
