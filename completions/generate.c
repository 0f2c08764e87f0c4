/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Command completion for xl, produced at build time from xl's own table of
 * verbs: generate bash|zsh|fish.  Verbs that are not supported are left out.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verbs.h"

#define MAX_OPTIONS   32
#define PATCH_ACTIONS "list status upload load apply revert replace unload plan policy"

struct option_names {
	char names[MAX_OPTIONS][48];
	size_t nr;
};

static void add_option(struct option_names *options, const char *word, size_t len)
{
	size_t cut = strcspn(word, "=");

	if (cut < len)
		len = cut;
	if (options->nr < MAX_OPTIONS && len > 1 && len < sizeof(options->names[0]))
		snprintf(options->names[options->nr++], sizeof(options->names[0]), "%.*s", (int)len,
			 word);
}

/* Options stand at the beginning of a line: "-f FILE, --defconfig=FILE   Text". */
static void scan_line(struct option_names *options, const char *line, size_t len)
{
	const char *end = line + len;
	bool more = true;

	while (more && line < end && *line == '-') {
		size_t word = strcspn(line, " ,\n");

		add_option(options, line, word);
		line += word;
		more = false;
		/* A value may follow; another spelling comes behind a comma. */
		while (line < end && *line != '-' && strncmp(line, "  ", 2) != 0) {
			more |= *line == ',';
			line++;
		}
	}
}

static void scan_text(struct option_names *options, const char *text)
{
	while (text && *text) {
		size_t len = strcspn(text, "\n");

		scan_line(options, text, len);
		text += len + (text[len] == '\n');
	}
}

static void options_of(const struct verb *verb, struct option_names *options)
{
	options->nr = 0;
	scan_text(options, verb->options);
	scan_text(options, verb->arguments);
	add_option(options, "--help", 6);
}

static const char *completes(const struct verb *verb)
{
	return verb->completes ? verb->completes : "none";
}

static void verb_names(void)
{
	size_t i;

	fputs("help", stdout);
	for (i = 0; i < nr_verbs; i++)
		if (verbs[i].run)
			printf(" %s", verbs[i].name);
}

static void option_words(const struct verb *verb)
{
	struct option_names options;
	size_t i;

	options_of(verb, &options);
	for (i = 0; i < options.nr; i++)
		printf("%s%s", i ? " " : "", options.names[i]);
}

static void bash(void)
{
	size_t i;

	fputs("# bash completion for xl; made from xl's table of verbs\n"
	      "_xl_values()\n{\n"
	      "\tcase $1 in\n"
	      "\tdomain) xl list 2>/dev/null | awk 'NR > 1 { print $1 }' ;;\n"
	      "\tkey) xl info 2>/dev/null | cut -d' ' -f1 ;;\n"
	      "\tpool) xl cpupool-list 2>/dev/null | awk 'NR > 1 { print $1 }' ;;\n"
	      "\tadvisory) xl patch-status 2>/dev/null | awk '/^[A-Z]+-[0-9]/ { print $1 }' ;;\n"
	      "\tpatch) echo " PATCH_ACTIONS "; xl livepatch list 2>/dev/null | "
	      "awk 'NR > 1 && /^[^ ]/ { print $1 }' ;;\n"
	      "\tverb) echo \"$_xl_verbs\" ;;\n"
	      "\tesac\n}\n\n",
	      stdout);
	fputs("_xl_verbs=\"", stdout);
	verb_names();
	fputs("\"\n\n"
	      "_xl()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} i=1 k options= kinds=(none) nr=0 values\n\n"
	      "\tCOMPREPLY=()\n"
	      "\twhile [[ $i -lt $COMP_CWORD && ${COMP_WORDS[i]} == -* ]]; do\n"
	      "\t\ti=$((i + 1))\n"
	      "\tdone\n"
	      "\tif [[ $i -ge $COMP_CWORD ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$_xl_verbs\" -- \"$cur\"))\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\tcase ${COMP_WORDS[i]} in\n"
	      "\thelp) kinds=(verb) ;;\n",
	      stdout);
	for (i = 0; i < nr_verbs; i++) {
		if (!verbs[i].run)
			continue;
		printf("\t%s) kinds=(%s) options=\"", verbs[i].name, completes(&verbs[i]));
		option_words(&verbs[i]);
		fputs("\" ;;\n", stdout);
	}
	/* The first argument is of the first kind, and so on; more are of the last. */
	fputs("\tesac\n"
	      "\tfor ((k = i + 1; k < COMP_CWORD; k++)); do\n"
	      "\t\t[[ ${COMP_WORDS[k]} == -* ]] || nr=$((nr + 1))\n"
	      "\tdone\n"
	      "\tvalues=${kinds[nr < ${#kinds[@]} ? nr : ${#kinds[@]} - 1]}\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	      "\telif [[ $values == file ]]; then\n"
	      "\t\tcompopt -o filenames 2>/dev/null\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\telse\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$(_xl_values $values)\" -- \"$cur\"))\n"
	      "\tfi\n}\n\ncomplete -F _xl xl\n",
	      stdout);
}

/* The description's first line, with quotes that the shell can stand. */
static void description(const struct verb *verb)
{
	const char *c;

	for (c = verb->description; *c && *c != '\n'; c++) {
		if (*c == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*c);
	}
}

static void zsh(void)
{
	size_t i;

	fputs("#compdef xl\n# zsh completion for xl; made from xl's table of verbs\n"
	      "local -a verbs options values kinds\nlocal verb i=2 k nr=1\n\nverbs=(\n"
	      "\t'help:Print help'\n",
	      stdout);
	for (i = 0; i < nr_verbs; i++) {
		if (!verbs[i].run)
			continue;
		printf("\t'%s:", verbs[i].name);
		description(&verbs[i]);
		fputs("'\n", stdout);
	}
	fputs(")\nwhile (( i < CURRENT )) && [[ $words[i] == -* ]]; do\n\t(( i++ ))\ndone\n"
	      "if (( i >= CURRENT )); then\n\t_describe -t verbs 'xl verb' verbs\n\treturn\nfi\n"
	      "verb=$words[i]\ncase $verb in\nhelp) values=(${verbs%%:*}) ;;\n",
	      stdout);
	for (i = 0; i < nr_verbs; i++) {
		if (!verbs[i].run)
			continue;
		printf("%s)\n\toptions=(", verbs[i].name);
		option_words(&verbs[i]);
		printf(")\n\tkinds=(%s)\n\t;;\n", completes(&verbs[i]));
	}
	fputs("esac\nif [[ $PREFIX == -* ]]; then\n\tcompadd -- $options\n\treturn\nfi\n"
	      "for (( k = i + 1; k < CURRENT; k++ )); do\n"
	      "\t[[ $words[k] == -* ]] || (( nr++ ))\n"
	      "done\n"
	      "(( nr <= $#kinds )) || nr=$#kinds\n"
	      "case $kinds[nr] in\n"
	      "file) _files ;;\n"
	      "domain) compadd -- ${(f)\"$(xl list 2>/dev/null | awk 'NR > 1 { print $1 }')\"} ;;\n"
	      "key) compadd -- ${(f)\"$(xl info 2>/dev/null | cut -d' ' -f1)\"} ;;\n"
	      "pool) compadd -- ${(f)\"$(xl cpupool-list 2>/dev/null | awk 'NR > 1 { print $1 "
	      "}')\"} "
	      ";;\n"
	      "advisory) compadd -- ${(f)\"$(xl patch-status 2>/dev/null | awk '/^[A-Z]+-[0-9]/ { "
	      "print $1 }')\"} ;;\n"
	      "patch) compadd -- " PATCH_ACTIONS "\n"
	      "\tcompadd -- ${(f)\"$(xl livepatch list 2>/dev/null | awk 'NR > 1 && /^[^ ]/ { "
	      "print "
	      "$1 }')\"} ;;\n"
	      "none) ;;\n"
	      "*) compadd -- $values ;;\nesac\n",
	      stdout);
}

static void fish_options(const struct verb *verb)
{
	struct option_names options;
	size_t i;

	options_of(verb, &options);
	for (i = 0; i < options.nr; i++) {
		bool is_long = !strncmp(options.names[i], "--", 2);

		printf("complete -c xl -n '__fish_seen_subcommand_from %s' -%c %s\n", verb->name,
		       is_long ? 'l' : 's', options.names[i] + (is_long ? 2 : 1));
	}
}

static void fish_values(const struct verb *verb)
{
	static const struct {
		const char *kind, *command;
	} commands[] = {
		{"domain", "xl list 2>/dev/null | awk \"NR > 1 { print \\\\$1 }\""},
		{"key", "xl info 2>/dev/null | cut -d\" \" -f1"},
		{"pool", "xl cpupool-list 2>/dev/null | awk \"NR > 1 { print \\\\$1 }\""},
		{"advisory",
		 "xl patch-status 2>/dev/null | awk \"/^[A-Z]+-[0-9]/ { print \\\\$1 }\""},
		{"patch",
		 "echo " PATCH_ACTIONS " | tr \" \" \"\\\\n\"; xl livepatch list 2>/dev/null "
		 "| awk \"NR > 1 && /^[^ ]/ { print \\\\$1 }\""},
	};
	const char *what = completes(verb);
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strstr(what, commands[i].kind))
			printf("complete -c xl -n '__fish_seen_subcommand_from %s' -a '(%s)'\n",
			       verb->name, commands[i].command);
	if (!strcmp(what, "file"))
		printf("complete -c xl -n '__fish_seen_subcommand_from %s' -F\n", verb->name);
}

static void fish(void)
{
	size_t i;

	fputs("# fish completion for xl; made from xl's table of verbs\n"
	      "complete -c xl -f\n"
	      "complete -c xl -n __fish_use_subcommand -a help -d 'Print help'\n",
	      stdout);
	for (i = 0; i < nr_verbs; i++) {
		if (!verbs[i].run)
			continue;
		printf("complete -c xl -n __fish_use_subcommand -a %s -d '", verbs[i].name);
		description(&verbs[i]);
		fputs("'\n", stdout);
		fish_options(&verbs[i]);
		fish_values(&verbs[i]);
	}
	fputs("complete -c xl -n '__fish_seen_subcommand_from help' -a '", stdout);
	verb_names();
	fputs("'\n", stdout);
}

int main(int argc, char **argv)
{
	const char *shell = argc == 2 ? argv[1] : "";

	if (!strcmp(shell, "bash"))
		bash();
	else if (!strcmp(shell, "zsh"))
		zsh();
	else if (!strcmp(shell, "fish"))
		fish();
	else
		return fputs("usage: generate bash|zsh|fish\n", stderr), 2;
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
