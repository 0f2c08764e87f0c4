/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "screen.h"

#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "crash.h"
#include "view.h"

#define ESCAPE_DELAY_MS 50 /* how long the rest of a key that begins with escape may take */

static SCREEN *terminal;

bool screen_open(void)
{
	crash_keep_modes();
	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return false;
	if (!crash_prepare()) {
		screen_close();
		return false;
	}
	set_escdelay(ESCAPE_DELAY_MS);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	return true;
}

void screen_close(void)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

void screen_size(int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

void screen_resize(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
}

void screen_suspend(void)
{
	endwin();
	raise(SIGSTOP);
	screen_resize(); /* it may have happened meanwhile */
	refresh();
}

static attr_t attributes_of(unsigned char style)
{
	static const attr_t attributes[] = {
		[FRAME_PLAIN] = A_NORMAL,
		[FRAME_BOLD] = A_BOLD,
		[FRAME_REVERSE] = A_REVERSE,
		[FRAME_REVERSE_BOLD] = A_REVERSE | A_BOLD,
	};

	return attributes[style];
}

static void draw_line(const struct frame_line *line)
{
	size_t from, to;

	for (from = 0; from < line->len; from = to) {
		for (to = from + 1; to < line->len && line->style[to] == line->style[from];)
			to++;
		attrset(attributes_of(line->style[from]));
		addnstr(line->text + from, (int)(to - from));
	}
	attrset(A_NORMAL);
}

void screen_draw(const struct frame *f, bool repaint)
{
	int row;

	erase();
	for (row = 0; row < f->rows; row++) {
		move(row, 0);
		draw_line(&f->line[row]);
	}
	if (repaint)
		clearok(curscr, TRUE);
	refresh();
}

int screen_key(void)
{
	static const struct {
		int theirs, ours;
	} keys[] = {
		{KEY_UP, VIEW_UP},	 {KEY_DOWN, VIEW_DOWN},	    {KEY_LEFT, VIEW_LEFT},
		{KEY_RIGHT, VIEW_RIGHT}, {KEY_PPAGE, VIEW_PAGE_UP}, {KEY_NPAGE, VIEW_PAGE_DOWN},
		{KEY_HOME, VIEW_HOME},	 {KEY_END, VIEW_END},	    {KEY_ENTER, VIEW_ENTER},
		{'\n', VIEW_ENTER},	 {'\r', VIEW_ENTER},	    {KEY_BACKSPACE, VIEW_BACKSPACE},
		{'\b', VIEW_BACKSPACE},	 {0x7f, VIEW_BACKSPACE},    {0x1b, VIEW_ESCAPE},
	};
	int key = getch();
	size_t i;

	if (key == ERR)
		return -1;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].theirs == key)
			return keys[i].ours;
	return key < 0x80 ? key : 0;
}
