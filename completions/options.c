/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What stands for a value in the help, and what it is. */
static const char *kind_of(const char *word, size_t len)
{
	static const struct {
		const char *word, *kind;
	} kinds[] = {
		{"FILE", "file"},    {"DIR", "file"},	   {"DIRECTORY", "file"},
		{"TREE", "file"},    {"KEY", "file"},	   {"OUT", "file"},
		{"PATCH", "file"},   {"DOMAIN", "domain"}, {"INSTANCE", "instance"},
		{"CPUPOOL", "pool"}, {"ID", "advisory"},   {"NAME", "none"},
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].word) == len && !strncmp(kinds[i].word, word, len))
			return kinds[i].kind;
	return "none";
}

void options_add(struct option_list *list, const char *name, size_t len, const char *value)
{
	struct option_word *word = &list->words[list->nr];
	size_t i;

	for (i = 0; i < list->nr; i++)
		if (strlen(list->words[i].name) == len && !strncmp(list->words[i].name, name, len))
			return;
	if (list->nr == MAX_OPTIONS || len >= sizeof(word->name)) {
		fprintf(stderr, "too many options, or too long: %.*s\n", (int)len, name);
		exit(EXIT_FAILURE);
	}
	snprintf(word->name, sizeof(word->name), "%.*s", (int)len, name);
	word->value = value;
	list->nr++;
}

/* Length of a word of an option's name or of what stands for its value. */
static size_t word_length(const char *text)
{
	return strcspn(text, " ,=\n");
}

/* "-x" at @at; its end.  A value is one word behind one blank, with nothing but a comma, two
 * blanks or the end behind it: other words are the explanation. */
static const char *scan_short(struct option_list *list, const char *at)
{
	const char *value = at + 3, *end = value;
	size_t len = 0;

	if (at[2] == ' ' && at[3] != ' ' && at[3] != '-') {
		len = word_length(value);
		end = value + len;
	}
	if (len && (*end == ',' || *end == '\n' || !*end || !strncmp(end, "  ", 2))) {
		options_add(list, at, 2, kind_of(value, len));
		return end;
	}
	options_add(list, at, 2, NULL);
	return at + 2;
}

static const char *scan_long(struct option_list *list, const char *at)
{
	size_t len = word_length(at);
	const char *end = at + len;

	if (*end == '=') {
		size_t value = strcspn(end + 1, " ,[\n");

		options_add(list, at, len, kind_of(end + 1, value));
		return end + 1 + strcspn(end + 1, " ,\n");
	}
	options_add(list, at, len, NULL);
	return end;
}

static void scan_line(struct option_list *list, const char *at)
{
	at += strspn(at, " ");
	while (*at == '-' && (isalpha((unsigned char)at[1]) || at[1] == '-')) {
		const char *end = at[1] == '-' ? scan_long(list, at) : scan_short(list, at);

		/* Another spelling follows behind a comma; or, as "-s     --long", behind blanks.
		 */
		at = end + strspn(end, ", ");
		if (*end != ',' && strncmp(at, "--", 2) != 0)
			break;
	}
}

void options_scan_synopsis(struct option_list *list, const char *text)
{
	size_t len = strcspn(text, "\n");
	const char *at;

	for (at = text; at + 2 < text + len; at++)
		if (at[0] == '[' && at[1] == '-' && isalpha((unsigned char)at[2]))
			options_add(list, at + 1, 2, NULL);
}

void options_scan(struct option_list *list, const char *text)
{
	while (text && *text) {
		if (strspn(text, " ") <= 6)
			scan_line(list, text);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}
