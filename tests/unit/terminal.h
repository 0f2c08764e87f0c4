/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A terminal for tests: runs a program on a pseudo-terminal and follows what it writes, as far as
 * the sequences of terminfo's xterm go; one that it does not know fails the test.
 */
#ifndef NACRE_TESTS_TERMINAL_H
#define NACRE_TESTS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#define TERMINAL_ROWS 60
#define TERMINAL_COLS 200

struct terminal {
	int rows, cols;
	char text[TERMINAL_ROWS][TERMINAL_COLS + 1];
	int row, col;
	int top, bottom;		     /* rows that scroll, the last one included */
	bool alternate, hidden, application; /* screen, cursor, keypad */
	char last;			     /* character written last */
	char sequence[64];		     /* begun, not whole */
	size_t nr_sequence;
	size_t bytes, clears; /* written, screens cleared */
	char unknown[64];     /* the first sequence that is not known */

	int fd;
	pid_t pid;
	struct termios modes; /* before the program */
};

/* False: there is no pseudo-terminal. The program finds TERM=xterm. */
bool terminal_start(struct terminal *t, int rows, int cols, char *const argv[]);

/* Until the screen shows @text somewhere, or (@shows false) nowhere; false after 60 s. */
bool terminal_wait(struct terminal *t, const char *text, bool shows);

/* Until that row is @text but for blanks at its end; false after 60 s. */
bool terminal_wait_row(struct terminal *t, int row, const char *text);

/* What comes within @ms, which may be nothing. */
void terminal_follow(struct terminal *t, int ms);

void terminal_type(struct terminal *t, const char *keys);
void terminal_resize(struct terminal *t, int rows, int cols);

/* Text of a row without the blanks at its end. */
const char *terminal_row(const struct terminal *t, int row);

/* Waits for the program's end: its status as of waitpid(), -1 after 60 s, when it is killed. */
int terminal_end(struct terminal *t);

/* The program left it as it found it. */
bool terminal_is_restored(const struct terminal *t);

void terminal_close(struct terminal *t);

#endif
