/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxl_json LIBRARY ROUNDS [TYPE]
 *
 * Our types beside those of Debian's libxenlight.so.4.17, in one process: what init
 * writes, the text of to_json byte for byte, what from_json makes of it, copies, words.
 * ROUNDS random values of each type; round N is the same every time.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fill.h"
#include "texts.h"
#include "theirs.h"

static unsigned long wrong, compared;

static void differ(const struct libxl__type *type, unsigned long round, const char *what,
		   const char *us, const char *them)
{
	if (wrong++ < 10)
		printf("%s, round %lu: %s\nours: %s\ntheirs: %s\n", type->name, round, what,
		       us ? us : "(none)", them ? them : "(none)");
}

static void compare_text(const struct libxl__type *type, unsigned long round, const char *what,
			 char *us, char *them)
{
	compared++;
	if (!us || !them || strcmp(us, them) != 0)
		differ(type, round, what, us, them);
	free(us);
	free(them);
}

static void compare_init(const struct libxl__type *type, const struct theirs *them)
{
	void *a = malloc(type->size), *b = malloc(type->size);

	memset(a, 0xa5, type->size);
	memset(b, 0xa5, type->size);
	libxl__type_init(type, a);
	them->init(b);
	compared++;
	if (memcmp(a, b, type->size) != 0)
		differ(type, 0, "init", "other bytes", "other bytes");
	free(a);
	free(b);
}

/* Both read @text; each prints what it read, and the two structs are the same. */
static void compare_reading(const struct libxl__type *type, const struct theirs *them,
			    unsigned long round, const char *text)
{
	void *a = calloc(1, type->size), *b = calloc(1, type->size);
	int us = libxl__type_from_json(our_ctx(), type, a, text);
	int rc = them->from_json(their_ctx(), b, text);

	compared++;
	if (us != rc)
		differ(type, round, text, us ? "refused" : "read", rc ? "refused" : "read");
	else if (!us) {
		if (!same(type, a, b))
			differ(type, round, "from_json gives another struct", text, text);
		compare_text(type, round, "read and printed again",
			     libxl__type_to_json(our_ctx(), type, a),
			     them->to_json(their_ctx(), b));
	}
	libxl__type_dispose(type, a);
	if (them->dispose)
		them->dispose(b);
	free(a);
	free(b);
}

static void compare_copies(const struct libxl__type *type, const struct theirs *them,
			   unsigned long round, const void *p)
{
	void *a = calloc(1, type->size), *b = calloc(1, type->size);

	libxl__type_copy(our_ctx(), type, a, p);
	them->copy(their_ctx(), b, p);
	compared++;
	if (!same(type, a, p) || !same(type, a, b))
		differ(type, round, "copy", "another", "another");
	libxl__type_dispose(type, a);
	if (them->dispose)
		them->dispose(b);
	free(a);
	free(b);
}

static void compare_round(const struct libxl__type *type, const struct theirs *them,
			  unsigned long round)
{
	struct fill how = {
		.random = 0x9e3779b97f4a7c15ULL * (round + 1) ^ strlen(type->name),
		.readable = round % 2,
	};
	void *p = calloc(1, type->size);
	char *us, *text;

	libxl__type_init(type, p);
	fill(&how, type, p);
	us = libxl__type_to_json(our_ctx(), type, p);
	text = us ? strdup(us) : NULL;
	compare_text(type, round, "to_json", us, them->to_json(their_ctx(), p));
	if (text && how.readable)
		compare_reading(type, them, round, text);
	compare_copies(type, them, round, p);
	free(text);
	libxl__type_dispose(type, p);
	free(p);
}

static void compare_words(const struct libxl__type *type, const struct theirs *them)
{
	int i;

	for (i = -40; i < 100; i++) {
		const char *us = libxl__type_word(type, i), *word = them->to_string(i);
		int a = 7, b = 7;

		compared++;
		if (!us != !word || (us && strcmp(us, word) != 0))
			differ(type, (unsigned long)i, "to_string", us, word);
		if (us &&
		    (libxl__type_from_word(type, us, &a) != them->from_string(us, &b) || a != b))
			differ(type, (unsigned long)i, "from_string", us, us);
	}
	if (!libxl__type_from_word(type, "no such word", &i) !=
	    !them->from_string("no such word", &i))
		differ(type, 0, "from_string", "no such word", "no such word");
}

static void compare_type(const struct libxl__type *type, unsigned long rounds)
{
	struct theirs them;
	unsigned long round;

	theirs_find(&them, type);
	if (type->words) {
		compare_words(type, &them);
		return;
	}
	compare_init(type, &them);
	for (round = 0; round < rounds; round++)
		compare_round(type, &them, round);
	for (round = 0; texts[round].type; round++)
		if (strcmp(texts[round].type, type->name) == 0)
			compare_reading(type, &them, round, texts[round].text);
}

int main(int argc, char **argv)
{
	unsigned long rounds;
	size_t i, types = 0;

	if (argc < 3 || !theirs_open(argv[1]))
		return 2;
	rounds = strtoul(argv[2], NULL, 10);
	for (i = 0; libxl__types[i]; i++) {
		if (argc > 3 && strcmp(argv[3], libxl__types[i]->name) != 0)
			continue;
		compare_type(libxl__types[i], rounds);
		types++;
	}
	printf("%zu types, %lu comparisons, %lu differ\n", types, compared, wrong);
	return wrong || types == 0 || (argc == 3 && types != 99);
}
