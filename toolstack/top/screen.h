/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The terminal.  Only what differs from the last frame is written; it is as it was again after
 * screen_close(), and also when the program crashes. */
#ifndef NACRE_TOP_SCREEN_H
#define NACRE_TOP_SCREEN_H

#include <stdbool.h>

#include "frame.h"

/* False: the terminal $TERM is not known, or cannot place a cursor. */
bool screen_open(void);
void screen_close(void);

void screen_size(int *rows, int *cols);
/* After SIGWINCH. */
void screen_resize(void);
/* After SIGTSTP: stops the program, with the terminal as it was, until SIGCONT. */
void screen_suspend(void);

/* With @repaint everything is written anew. */
void screen_draw(const struct frame *f, bool repaint);

/* The next key as view_key() takes them, 0 for one that it does not know; -1: none. */
int screen_key(void);

#endif
