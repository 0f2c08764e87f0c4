/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the screen shows, and what keys make of it; knows no terminal. */
#ifndef NACRE_TOP_VIEW_H
#define NACRE_TOP_VIEW_H

#include "columns.h"
#include "frame.h"
#include "sample.h"

/* Keys beside characters. */
enum view_key {
	VIEW_UP = 0x1000,
	VIEW_DOWN,
	VIEW_LEFT,
	VIEW_RIGHT,
	VIEW_PAGE_UP,
	VIEW_PAGE_DOWN,
	VIEW_HOME,
	VIEW_END,
	VIEW_ENTER,
	VIEW_BACKSPACE,
	VIEW_ESCAPE,
};

enum view_action {
	VIEW_NOTHING,
	VIEW_DRAW,    /* it looks different now */
	VIEW_FETCH,   /* and needs other parts of a sample */
	VIEW_REPAINT, /* the terminal shows something else than it should */
	VIEW_QUIT,
};

#define VIEW_MIN_DELAY 0.1 /* seconds */
#define VIEW_MAX_DELAY 86400

struct view {
	bool sched; /* the scheduler's table, or the domains' */
	bool networks, vbds, vcpus, repeat, full_name;
	size_t sort[2]; /* column, of the domains' and the scheduler's table */
	size_t first;	/* domain in the first row */
	size_t column;	/* how many columns are scrolled out at the left */
	double delay;	/* seconds, VIEW_MIN_DELAY to VIEW_MAX_DELAY */

	bool asking; /* for another delay */
	char typed[8];
	char message[128]; /* in place of the keys, printable */

	size_t nr, shown; /* domains there are, and on the screen last */
};

/* A character of ASCII or one of enum view_key. */
enum view_action view_key(struct view *v, int key);

/* Bits 1 << enum sample_part that the screen needs. */
unsigned int view_parts(const struct view *v);

/* The screen for two samples, of which either may be NULL; @clock is the time of day in words.
 * Scrolling that went too far ends here.  NULL: no memory. */
struct frame *view_compose(struct view *v, const struct sample *now, const struct sample *before,
			   int rows, int cols, const char *clock);

/* Seconds as -d and the key take them, or 0 when @text is none of VIEW_MIN_DELAY to
 * VIEW_MAX_DELAY. */
double view_delay(const char *text);

#endif
