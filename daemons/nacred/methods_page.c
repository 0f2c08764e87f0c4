/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Writes nacred-methods(7): run while the project is built, installed as a page only. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "error_table.h"
#include "openrpc.h"
#include "replay.h"

/* Running text: no line of it may look like a request to mdoc. */
static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
	}
}

static const char *type_word(enum field_type type)
{
	static const char *const words[] = {
		[F_STRING] = "string", [F_INT] = "integer",
		[F_REAL] = "number",   [F_BOOL] = "boolean",
		[F_OBJECT] = "object", [F_ARRAY] = "list",
		[F_DOMAIN] = "domain", [F_CPUS] = "list of CPUs or \"all\"",
		[F_ANY] = "any value",
	};

	return words[type];
}

static void print_range(const struct field *f)
{
	const char *const *choice;

	if (f->type == F_INT && (f->min || f->max))
		printf(", %lld to %lld", (long long)f->min, (long long)f->max);
	if (f->type == F_STRING && f->max)
		printf(", at most %lld bytes", (long long)f->max);
	for (choice = f->choices; choice && *choice; choice++)
		printf("%s %s", choice == f->choices ? ":" : ",", *choice);
}

static void print_type(const struct field *f)
{
	fputs(type_word(f->type), stdout);
	if (f->type == F_ARRAY)
		printf(" of %ss", f->of ? "object" : type_word(f->element));
	print_range(f);
	if (f->nullable)
		fputs(", or null", stdout);
	if (f->optional)
		fputs("; optional", stdout);
}

static void print_fields(const struct field *f)
{
	if (!f || !f->name)
		return;
	puts(".Bl -tag -width Ds -compact");
	for (; f->name; f++) {
		printf(".It Va %s\n", f->name);
		print_type(f);
		fputs(".\n", stdout);
		if (f->summary) {
			putchar(toupper((unsigned char)*f->summary));
			print_text(f->summary + 1);
			puts(".");
		}
		print_fields(f->of);
	}
	puts(".El");
}

static void print_errors(const struct method *m)
{
	const struct error_entry *entry;
	const char *before = "";

	puts(".Pp\nErrors, beside those of every call:");
	for (entry = error_table; entry->code; entry++) {
		size_t group = strcspn(entry->code, ".");

		if (!error_concerns(entry, m) || strncmp(entry->code, "request", group) == 0 ||
		    strncmp(entry->code, "daemon", group) == 0 ||
		    strncmp(entry->code, "hypervisor", group) == 0)
			continue;
		printf("%s.Ql %s", before, entry->code);
		before = " ,\n";
	}
	puts(*before ? " ." : "none.");
}

static void print_method(const struct method *m)
{
	const struct field *extra = replay_fields(m);

	printf(".Ss %s\n", m->name);
	print_text(m->summary);
	printf(".\nClass\n.Cm %s .\n", method_class_word(m->class));
	if (m->no_batch)
		puts("A descriptor goes beside the first byte of the answer; not in batches.");
	if ((m->params && m->params->name) || extra) {
		puts(".Pp\nParameters:");
		print_fields(m->params);
		print_fields(extra);
	}
	if (m->result && m->result->name) {
		puts(".Pp\nResult:");
		print_fields(m->result);
	}
	print_errors(m);
}

static void print_table(void)
{
	const struct error_entry *entry;

	puts(".Sh ERROR CODES\n"
	     "The symbolic\n.Va code ,\nwhich stays as it is, with the number of libxl's error\n"
	     "or of JSON-RPC's that comes with it where nothing more is known.\n"
	     ".Bl -tag -width Ds");
	for (entry = error_table; entry->code; entry++) {
		printf(".It Li %s Pq %s%d\n", entry->code,
		       entry->number < 0 ? "\\-" : "\\-32000 \\- ",
		       entry->number < 0 ? -entry->number : entry->number);
		print_text(entry->meaning);
		putchar('\n');
		if (entry->remedy) {
			puts(".br");
			print_text(entry->remedy);
			puts(".");
		}
	}
	puts(".El");
}

int main(int argc, char **argv)
{
	const struct method *m;
	unsigned int i;

	if (argc != 2 || !freopen(argv[1], "w", stdout)) {
		fprintf(stderr, "Usage: %s OUTPUT\n", argv[0]);
		return 2;
	}
	puts(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	     ".\\\" SPDX-FileCopyrightText: 2026 The Nacre authors\n"
	     ".\\\" Made from the tables of nacred; not to be edited.\n"
	     ".Dd November 25, 2026\n.Dt NACRED-METHODS 7\n.Os\n"
	     ".Sh NAME\n.Nm nacred-methods\n.Nd the methods of nacred's socket, one by one\n"
	     ".Sh DESCRIPTION\n"
	     "What each method of\n.Xr nacred-rpc 7\ntakes and answers.\n"
	     "This page is made from the tables by which\n.Xr nacred 8\nchecks calls and "
	     "results; the method\n.Fn rpc.discover\nanswers the same as an OpenRPC document.\n"
	     ".Pp\nMay occur with every call:\n"
	     ".Ql request.* , daemon.*\nand\n.Ql hypervisor.* .");
	for (i = 0; (m = rpc_method_at(i)); i++)
		print_method(m);
	print_table();
	puts(".Sh SEE ALSO\n.Xr nacred-rpc 7 ,\n.Xr nacred 8");
	return ferror(stdout) || fflush(stdout);
}
