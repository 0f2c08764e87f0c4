/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Columns of xentop's table, in its order and widths, and of the scheduler's. */
#ifndef NACRE_TOP_COLUMNS_H
#define NACRE_TOP_COLUMNS_H

#include "sample.h"

struct row {				     /* what a line is about */
	const struct sample *now, *before;   /* before may be NULL */
	const struct sample_domain *d, *was; /* was: in before, may be NULL */
};

struct column {
	const char *title;
	int width;
	bool word; /* or a number */
	void (*print)(const struct row *row, char *text, size_t size);
	/* As qsort's; NULL: by its number, the largest first. */
	int (*compare)(const struct row *a, const struct row *b);
	double (*number)(const struct row *row);
};

struct table {
	const struct column *columns;
	size_t nr;
	size_t nr_fixed; /* the first ones always stay on the screen */
};

extern const struct table table_domains, table_sched;

#define COLUMN_TEXT 256 /* bytes that are enough for the text of any cell */

/* Rows of @now, sorted by column @sort of @table, by domain id where that is equal.  NULL: no
 * memory; the caller frees it. */
struct row *rows_new(const struct sample *now, const struct sample *before,
		     const struct table *table, size_t sort);

/* @name as it may be shown: a control character or a byte that is no text in this locale as
 * \xNN, so that a guest's name neither forges a line nor speaks to the terminal. */
void column_name(const char *name, char *text, size_t size);

/* Of text as column_name() gives it: the columns that it takes on a terminal, and the bytes of as
 * many characters as fit in @most columns, which take *width. */
int column_width(const char *text);
size_t column_clip(const char *text, int most, int *width);

/* The text of a cell, at the right of @width columns; a word that is longer is cut, a number is
 * not. */
void column_cell(const struct column *column, const struct row *row, int width, char *text,
		 size_t size);

#endif
