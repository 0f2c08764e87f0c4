/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_TESTS_LAYOUT_ROWS_H
#define NACRE_TESTS_LAYOUT_ROWS_H

#include <stddef.h>

struct layout_row {
	const char *name; /* NULL: the end */
	size_t size;	  /* of a constant: its value */
	size_t offset;
};

extern const struct layout_row ours[], theirs[];

#endif
