/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxl_gen WHAT OUTPUT FILE.idl...
 *
 * Writes C for the types in the files, in their order, to OUTPUT.  WHAT is one of the
 * words below.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "parse.h"

static const struct {
	const char *word;
	void (*emit)(const struct model *m, FILE *out);
} outputs[] = {
	{"header", emit_header},
	{"json-header", emit_json_header},
	{"table-header", emit_table_header},
	{"tables", emit_tables},
	{"calls", emit_calls},
	{"layout", emit_layout},
	{"manual", emit_manual},
};

const struct field *switch_of(const struct type *type)
{
	size_t i;

	for (i = 0; i < type->fields.nr; i++)
		if (type->fields.v[i].kind == FIELD_SWITCH)
			return &type->fields.v[i];
	return NULL;
}

bool has_replaced(const struct type *type)
{
	const struct field *key = switch_of(type);
	size_t i, j;

	for (i = 0; key && i < key->nr_arms; i++)
		for (j = 0; j < key->arms[i].fields.nr; j++)
			if (key->arms[i].fields.v[j].replaced_by)
				return true;
	return false;
}

static int usage(void)
{
	size_t i;

	fputs("usage: libxl_gen WHAT OUTPUT FILE.idl...; WHAT:", stderr);
	for (i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++)
		fprintf(stderr, " %s", outputs[i].word);
	fputc('\n', stderr);
	return 2;
}

static int write_file(const struct model *m, size_t what, const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out) {
		perror(path);
		return 1;
	}
	if (outputs[what].emit != emit_manual)
		fputs("/* Made by libxl_gen from toolstack/libxl/idl: change it there. */\n", out);
	outputs[what].emit(m, out);
	/* Errors of a buffered write show up here at the latest. */
	if (ferror(out) | fclose(out)) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct model m;
	size_t what;
	int i;

	if (argc < 4)
		return usage();
	for (what = 0; what < sizeof(outputs) / sizeof(outputs[0]); what++)
		if (strcmp(outputs[what].word, argv[1]) == 0)
			break;
	if (what == sizeof(outputs) / sizeof(outputs[0]))
		return usage();
	model_init(&m);
	for (i = 3; i < argc; i++)
		parse_file(&m, argv[i]);
	return write_file(&m, what, argv[2]);
}
