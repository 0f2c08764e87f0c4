/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A screen full of text, put together before any of it is drawn. */
#ifndef NACRE_TOP_FRAME_H
#define NACRE_TOP_FRAME_H

#include <stddef.h>

enum frame_style { FRAME_PLAIN, FRAME_BOLD, FRAME_REVERSE, FRAME_REVERSE_BOLD };

#define FRAME_COLS  500 /* more of a terminal is not used */
#define FRAME_ROWS  500
#define FRAME_BYTES (FRAME_COLS * 4)

struct frame_line {
	char text[FRAME_BYTES + 1];
	unsigned char style[FRAME_BYTES]; /* enum frame_style of each byte */
	size_t len;
	int width; /* columns */
};

struct frame {
	int rows, cols;
	struct frame_line *line; /* rows of them */
};

/* An empty one of 1 to FRAME_ROWS by 1 to FRAME_COLS, other sizes brought into these bounds.
 * NULL: no memory. */
struct frame *frame_new(int rows, int cols);
void frame_free(struct frame *f); /* NULL allowed */

/* Behind what line @row has; what does not fit on the line is left out, and so is a line below
 * the last. The text must be printable, see column_name(). */
void frame_put(struct frame *f, int row, enum frame_style style, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
