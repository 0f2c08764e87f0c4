/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "frame.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"

static int within(int value, int most)
{
	return value < 1 ? 1 : value > most ? most : value;
}

struct frame *frame_new(int rows, int cols)
{
	struct frame *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->rows = within(rows, FRAME_ROWS);
	f->cols = within(cols, FRAME_COLS);
	f->line = calloc((size_t)f->rows, sizeof(*f->line));
	if (f->line)
		return f;
	free(f);
	return NULL;
}

void frame_free(struct frame *f)
{
	if (!f)
		return;
	free(f->line);
	free(f);
}

void frame_put(struct frame *f, int row, enum frame_style style, const char *format, ...)
{
	char text[FRAME_BYTES + 1];
	struct frame_line *line;
	size_t bytes;
	va_list args;
	int width;

	if (row < 0 || row >= f->rows)
		return;
	line = &f->line[row];
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bytes = column_clip(text, f->cols - line->width, &width);
	if (bytes > FRAME_BYTES - line->len)
		return;
	memcpy(line->text + line->len, text, bytes);
	memset(line->style + line->len, style, bytes);
	line->len += bytes;
	line->width += width;
}
