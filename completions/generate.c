/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Command completion, made at build time from the tables of verbs and options:
 *
 *   generate SHELL PROGRAM ENGINE   the script for bash, zsh or fish: a function that tells what
 *                                   there is, and the file ENGINE, which offers it
 *   generate options PROGRAM        lines "VERB OPTION..." for the tests
 *
 * Verbs that are not supported are left out.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "programs.h"

/* How a shell writes an assignment of a list, and a case. */
struct syntax {
	const char *name;
	const char *indent, *begin, *between, *end;
	const char *case_begin, *case_middle, *case_end;
	char description_mark; /* between a name and its description; 0: none */
};

static const struct syntax syntaxes[] = {
	{"bash", "\t\t", "='", " ", "'\n", "\t", ")\n", "\t\t;;\n", 0},
	{"zsh", "\t\t", "=('", "' '", "')\n", "\t", ")\n", "\t\t;;\n", ':'},
	{"fish", "            set ", " '", "' '", "'\n", "        case ", "\n", "", '\t'},
};

/* --- what there is ---------------------------------------------------------------------- */

static bool is_supported(const struct program *p, const struct verb *v)
{
	return p->verbs != verbs || !v->missing;
}

static void options_of(const struct program *p, const struct verb *v, struct option_list *list)
{
	list->nr = 0;
	options_scan(list, v->options);
	options_scan(list, v->arguments);
	if (v->arguments)
		options_scan_synopsis(list, v->arguments);
	if (p->verbs == verbs)
		options_add(list, "--help", 6, NULL);
}

/* The words that begin the lines behind a first, blank one: what a verb can be told to do. */
static void actions_of(const struct verb *v, struct option_list *list)
{
	const char *at = v->arguments ? strstr(v->arguments, "\n\n") : NULL;

	list->nr = 0;
	for (at = at ? at + 2 : NULL; at && *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (*at >= 'a' && *at <= 'z')
			options_add(list, at, strcspn(at, " \n"), NULL);
}

/* --- a shell's way to say it ------------------------------------------------------------ */

struct list {
	const struct syntax *syntax;
	bool begun;
};

static void add(struct list *l, const char *variable, const char *word)
{
	const char *c;

	if (l->begun)
		fputs(l->syntax->between, stdout);
	else
		printf("%s%s%s", l->syntax->indent, variable, l->syntax->begin);
	l->begun = true;
	for (c = word; *c && *c != '\n'; c++) {
		if (*c != '\'')
			putchar(*c);
		else
			fputs(l->syntax->name[0] == 'f' ? "\\'" : "'\\''", stdout);
	}
}

static void end(struct list *l)
{
	if (l->begun)
		fputs(l->syntax->end, stdout);
	l->begun = false;
}

static void print_options(const struct syntax *s, const struct option_list *list)
{
	struct list l = {.syntax = s};
	char value[96];
	size_t i;

	for (i = 0; i < list->nr; i++)
		add(&l, "options", list->words[i].name);
	end(&l);
	for (i = 0; i < list->nr; i++) {
		if (!list->words[i].value)
			continue;
		snprintf(value, sizeof(value), "%s=%s", list->words[i].name, list->words[i].value);
		add(&l, "values", value);
	}
	end(&l);
}

static void print_names(const struct syntax *s, const struct program *p)
{
	struct list l = {.syntax = s};
	char text[256];
	size_t i;

	if (p->verbs == verbs)
		add(&l, "names", s->name[0] == 'z' ? "help:Print help" : "help");
	for (i = 0; i < p->nr_verbs; i++) {
		if (!is_supported(p, &p->verbs[i]))
			continue;
		snprintf(text, sizeof(text), "%s%c%s", p->verbs[i].name, s->description_mark,
			 s->description_mark ? p->verbs[i].description : "");
		add(&l, "names", text);
	}
	end(&l);
}

static void print_kinds(const struct syntax *s, const char *completes)
{
	struct list l = {.syntax = s};
	char word[32];

	while (completes && *completes) {
		size_t len = strcspn(completes, " ");

		snprintf(word, sizeof(word), "%.*s", (int)len, completes);
		add(&l, "kinds", word);
		completes += len + strspn(completes + len, " ");
	}
	end(&l);
}

static void print_verb(const struct syntax *s, const struct program *p, const struct verb *v)
{
	struct option_list options, actions;
	struct list l = {.syntax = s};
	size_t i;

	options_of(p, v, &options);
	actions_of(v, &actions);
	printf("%s%s%s", s->case_begin, v->name, s->case_middle);
	print_options(s, &options);
	print_kinds(s, v->completes ? v->completes : "none");
	for (i = 0; i < actions.nr; i++)
		add(&l, "actions", actions.words[i].name);
	end(&l);
	fputs(s->case_end, stdout);
}

static void print_table(const struct syntax *s, const struct program *p)
{
	struct option_list global = {.nr = 0};
	size_t i;

	options_scan(&global, p->options);
	printf("%s%s%s", s->case_begin, "''", s->case_middle);
	print_options(s, &global);
	print_names(s, p);
	print_kinds(s, p->completes);
	fputs(s->case_end, stdout);
	if (p->verbs == verbs) {
		printf("%s%s%s", s->case_begin, "help", s->case_middle);
		print_options(s, &(struct option_list){.nr = 0});
		print_kinds(s, "verb");
		fputs(s->case_end, stdout);
	}
	for (i = 0; i < p->nr_verbs; i++)
		if (is_supported(p, &p->verbs[i]))
			print_verb(s, p, &p->verbs[i]);
}

/* The name of a program as a part of a function's. */
static const char *function_part(const char *program)
{
	static char text[48];
	char *c;

	snprintf(text, sizeof(text), "%s", program);
	for (c = text; *c; c++)
		if (*c == '-')
			*c = '_';
	return text;
}

static void print_function(const struct syntax *s, const struct program *p)
{
	const char *part = function_part(p->name), *none = s->name[0] == 'z' ? "()" : "";

	if (s->name[0] == 'z')
		printf("#compdef %s\n", p->name);
	printf("# %s completion for %s; made from its tables of verbs and options\n", s->name,
	       p->name);
	if (s->name[0] == 'f') {
		printf("function __nacre_table_%s --no-scope-shadowing\n"
		       "    set options\n    set values\n    set kinds\n    set actions\n"
		       "    switch $argv[1]\n",
		       part);
		print_table(s, p);
		fputs("    end\nend\n", stdout);
		return;
	}
	printf("_nacre_table_%s()\n{\n\toptions=%s values=%s kinds=%s actions=%s\n\tcase $1 in\n",
	       part, none, none, none, none);
	print_table(s, p);
	fputs("\tesac\n}\n", stdout);
}

/* The engine, with the program's name where it says @PROGRAM@. */
static int print_engine(const char *path, const char *program)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (!in) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (getline(&line, &size, in) > 0) {
		const char *at = line, *mark;

		for (; (mark = strstr(at, "@PROGRAM@")); at = mark + 9)
			printf("%.*s%s", (int)(mark - at), at, program);
		fputs(at, stdout);
	}
	free(line);
	fclose(in);
	return EXIT_SUCCESS;
}

static void list_options(const char *verb, const struct option_list *list)
{
	size_t i;

	printf("%s", verb);
	for (i = 0; i < list->nr; i++)
		printf(" %s", list->words[i].name);
	putchar('\n');
}

static int print_lists(const struct program *p)
{
	struct option_list list = {.nr = 0};
	size_t i;

	options_scan(&list, p->options);
	list_options("-", &list);
	for (i = 0; i < p->nr_verbs; i++) {
		if (!is_supported(p, &p->verbs[i]))
			continue;
		options_of(p, &p->verbs[i], &list);
		list_options(p->verbs[i].name, &list);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const struct program *p = argc > 2 ? program_find(argv[2]) : NULL;
	int status = 2;
	size_t i;

	if (p && argc == 3 && !strcmp(argv[1], "options"))
		status = print_lists(p);
	for (i = 0; p && argc == 4 && i < sizeof(syntaxes) / sizeof(syntaxes[0]); i++) {
		if (strcmp(argv[1], syntaxes[i].name) != 0)
			continue;
		print_function(&syntaxes[i], p);
		status = print_engine(argv[3], p->name);
	}
	if (status == 2)
		fputs("usage: generate bash|zsh|fish PROGRAM ENGINE\n"
		      "       generate options PROGRAM\n",
		      stderr);
	return fflush(stdout) ? EXIT_FAILURE : status;
}
