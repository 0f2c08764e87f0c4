/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Options out of the text that a help prints about them. */
#ifndef NACRE_COMPLETIONS_OPTIONS_H
#define NACRE_COMPLETIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#define MAX_OPTIONS 40

struct option_word {
	char name[48];	   /* with its dashes */
	const char *value; /* kind of what follows it; NULL: nothing does */
};

struct option_list {
	struct option_word words[MAX_OPTIONS];
	size_t nr;
};

/*
 * Lines that begin with an option, at most six blanks before it, are taken:
 * "-f FILE, --defconfig=FILE   Text".  Exits when there are too many.
 */
void options_scan(struct option_list *list, const char *text);

/* The letters behind "[-" in the first line of a verb's arguments. */
void options_scan_synopsis(struct option_list *list, const char *text);

/* One more, unless it is there. */
void options_add(struct option_list *list, const char *name, size_t len, const char *value);

#endif
