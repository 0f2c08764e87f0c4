/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "terminal.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#define PATIENCE_MS 60000
#define PARAMETERS  8

/* --- the screen ------------------------------------------------------------------------- */

static int within(int value, int most)
{
	return value < 0 ? 0 : value > most ? most : value;
}

static void move(struct terminal *t, int row, int col)
{
	t->row = within(row, t->rows - 1);
	t->col = within(col, t->cols - 1);
}

static void blank(struct terminal *t, int row, int from, int to)
{
	if (from < to)
		memset(t->text[row] + from, ' ', (size_t)(to - from));
}

static void clear(struct terminal *t, int from_row)
{
	int row;

	for (row = from_row; row < TERMINAL_ROWS; row++)
		blank(t, row, 0, TERMINAL_COLS);
}

/* @n rows from @from to the bottom of what scrolls go up, or down where @n is negative. */
static void scroll(struct terminal *t, int from, int n)
{
	int count = t->bottom - from + 1, keep, row;

	if (count <= 0)
		return;
	n = n > count ? count : n < -count ? -count : n;
	keep = count - abs(n);
	if (n > 0)
		memmove(t->text[from], t->text[from + n], (size_t)keep * sizeof(t->text[0]));
	else
		memmove(t->text[from - n], t->text[from], (size_t)keep * sizeof(t->text[0]));
	for (row = 0; row < abs(n); row++)
		blank(t, n > 0 ? from + keep + row : from + row, 0, TERMINAL_COLS);
}

static void line_feed(struct terminal *t)
{
	if (t->row == t->bottom)
		scroll(t, t->top, 1);
	else
		move(t, t->row + 1, t->col);
}

static void set_region(struct terminal *t, int top, int bottom)
{
	t->top = within(top, t->rows - 1);
	t->bottom = within(bottom, t->rows - 1);
	move(t, 0, 0);
}

static void erase_display(struct terminal *t, int how)
{
	if (how == 2 || (how == 0 && !t->row && !t->col)) {
		t->clears++;
		clear(t, 0);
		return;
	}
	blank(t, t->row, t->col, t->cols);
	clear(t, t->row + 1);
}

/* One character; behind the last column the cursor waits there, as xterm's does. */
static void put(struct terminal *t, char c)
{
	if (t->col >= t->cols) {
		t->col = 0;
		t->row = within(t->row + 1, t->rows - 1);
	}
	t->text[t->row][t->col++] = c;
	t->last = c;
}

static void repeat(struct terminal *t, int times)
{
	while (times-- > 0)
		put(t, t->last);
}

/* --- sequences -------------------------------------------------------------------------- */

static void private_mode(struct terminal *t, int mode, bool on)
{
	if (mode == 1049) { /* what was on the other one is not kept */
		t->alternate = on;
		clear(t, 0);
	}
	if (mode == 25)
		t->hidden = !on;
	if (mode == 1)
		t->application = on;
}

static void delete_chars(struct terminal *t, int n)
{
	char *row = t->text[t->row];

	n = within(n, t->cols - t->col);
	memmove(row + t->col, row + t->col + n, (size_t)(t->cols - t->col - n));
	blank(t, t->row, t->cols - n, t->cols);
}

static void insert_chars(struct terminal *t, int n)
{
	char *row = t->text[t->row];

	n = within(n, t->cols - t->col);
	memmove(row + t->col + n, row + t->col, (size_t)(t->cols - t->col - n));
	blank(t, t->row, t->col, t->col + n);
}

static void erase_line(struct terminal *t, int how)
{
	blank(t, t->row, how == 0 ? t->col : 0, how == 1 ? t->col + 1 : t->cols);
}

/* Those that move the cursor. */
static bool control_move(struct terminal *t, char what, const int *p, int n)
{
	switch (what) {
	case 'A':
		move(t, t->row - n, t->col);
		return true;
	case 'B':
		move(t, t->row + n, t->col);
		return true;
	case 'C':
		move(t, t->row, t->col + n);
		return true;
	case 'D':
		move(t, t->row, t->col - n);
		return true;
	case 'G':
		move(t, t->row, n - 1);
		return true;
	case 'd':
		move(t, n - 1, t->col);
		return true;
	case 'H':
		move(t, n - 1, p[1] ? p[1] - 1 : 0);
		return true;
	default:
		return false;
	}
}

static bool control(struct terminal *t, char what, bool private, const int *p)
{
	int n = p[0] ? p[0] : 1;

	if (private) {
		private_mode(t, p[0], what == 'h');
		return what == 'h' || what == 'l';
	}
	switch (what) {
	case 'J':
		erase_display(t, p[0]);
		return true;
	case 'K':
		erase_line(t, p[0]);
		return true;
	case 'X':
		blank(t, t->row, t->col, within(t->col + n, t->cols));
		return true;
	case 'P':
		delete_chars(t, n);
		return true;
	case '@':
		insert_chars(t, n);
		return true;
	case 'b':
		repeat(t, n);
		return true;
	case 'm': /* colours are not looked at */
	case 'l': /* insert mode is never switched on */
	case 't': /* title */
		return true;
	case 'r':
		set_region(t, n - 1, (p[1] ? p[1] : t->rows) - 1);
		return true;
	case 'S':
		scroll(t, t->top, n);
		return true;
	case 'T':
		scroll(t, t->top, -n);
		return true;
	case 'M':
		scroll(t, t->row, n);
		return true;
	case 'L':
		scroll(t, t->row, -n);
		return true;
	default:
		return control_move(t, what, p, n);
	}
}

static void end_sequence(struct terminal *t)
{
	int p[PARAMETERS] = {0};
	const char *s = t->sequence + 1;
	bool private, known;
	size_t i = 0;

	t->sequence[t->nr_sequence] = '\0';
	if (*s == 'M' && t->row == t->top) { /* up, which scrolls here */
		scroll(t, t->top, -1);
		known = true;
	} else if (*s != '[') { /* character sets and the keypad */
		known = strchr("(=>78", *s);
	} else {
		private = s[1] == '?';
		for (s += private ? 2 : 1; *s && (*s < '@' || *s > '~'); s++) {
			if (*s == ';' && i < PARAMETERS - 1)
				i++;
			else if (*s >= '0' && *s <= '9')
				p[i] = p[i] * 10 + (*s - '0');
		}
		known = control(t, *s, private, p);
	}
	if (!known && !t->unknown[0])
		snprintf(t->unknown, sizeof(t->unknown), "%s", t->sequence + 1);
	t->nr_sequence = 0;
}

static bool sequence_is_whole(const struct terminal *t, char c)
{
	char kind = t->nr_sequence > 1 ? t->sequence[1] : '\0';

	if (kind == '[')
		return t->nr_sequence > 2 && c >= '@' && c <= '~';
	if (kind == '(')
		return t->nr_sequence == 3;
	return t->nr_sequence == 2;
}

static void one_byte(struct terminal *t, char c)
{
	t->bytes++;
	if (t->nr_sequence || c == '\x1b') {
		t->sequence[t->nr_sequence++] = c;
		if (sequence_is_whole(t, c) || t->nr_sequence == sizeof(t->sequence) - 1)
			end_sequence(t);
	} else if (c == '\r') {
		t->col = 0;
	} else if (c == '\n') {
		line_feed(t);
	} else if (c == '\b') {
		move(t, t->row, t->col - 1);
	} else if (c == '\t') {
		move(t, t->row, (t->col / 8 + 1) * 8);
	} else if ((unsigned char)c >= ' ') {
		put(t, c);
	}
}

/* --- the program ------------------------------------------------------------------------ */

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool terminal_start(struct terminal *t, int rows, int cols, char *const argv[])
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	int program_fd;

	memset(t, 0, sizeof(*t));
	t->rows = rows;
	t->cols = cols;
	t->bottom = rows - 1;
	clear(t, 0);
	/* The modes are asked for before there is a program that changes them. */
	if (openpty(&t->fd, &program_fd, NULL, NULL, &size) || tcgetattr(t->fd, &t->modes))
		return false;
	t->pid = fork();
	if (t->pid == 0) {
		close(t->fd);
		setenv("TERM", "xterm", 1);
		if (login_tty(program_fd) == 0)
			execv(argv[0], argv);
		_exit(127);
	}
	close(program_fd);
	return t->pid > 0;
}

/* Read what is there, at most @ms later. False: the program closed its terminal. */
static bool step(struct terminal *t, int ms)
{
	struct pollfd poll_fd = {.fd = t->fd, .events = POLLIN};
	char buffer[4096];
	ssize_t got, i;

	if (poll(&poll_fd, 1, ms) <= 0)
		return true;
	got = read(t->fd, buffer, sizeof(buffer));
	for (i = 0; i < got; i++)
		one_byte(t, buffer[i]);
	return got > 0;
}

static bool shows_text(const struct terminal *t, const char *text)
{
	int row;

	for (row = 0; row < t->rows; row++)
		if (strstr(terminal_row(t, row), text))
			return true;
	return false;
}

bool terminal_wait(struct terminal *t, const char *text, bool shows)
{
	long end = now_ms() + PATIENCE_MS;

	while (shows_text(t, text) != shows)
		if (now_ms() > end || !step(t, 100))
			return false;
	return true;
}

bool terminal_wait_row(struct terminal *t, int row, const char *text)
{
	long end = now_ms() + PATIENCE_MS;

	while (strcmp(terminal_row(t, row), text) != 0)
		if (now_ms() > end || !step(t, 100))
			return false;
	return true;
}

void terminal_follow(struct terminal *t, int ms)
{
	long end = now_ms() + ms;

	while (now_ms() < end && step(t, 20))
		continue;
}

void terminal_type(struct terminal *t, const char *keys)
{
	size_t len = strlen(keys);

	if (write(t->fd, keys, len) != (ssize_t)len)
		snprintf(t->unknown, sizeof(t->unknown), "cannot type");
}

void terminal_resize(struct terminal *t, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	t->rows = rows;
	t->cols = cols;
	t->top = 0;
	t->bottom = rows - 1;
	move(t, t->row, t->col);
	ioctl(t->fd, TIOCSWINSZ, &size);
}

const char *terminal_row(const struct terminal *t, int row)
{
	static char text[TERMINAL_COLS + 1];
	int len = t->cols;

	while (len && t->text[row][len - 1] == ' ')
		len--;
	memcpy(text, t->text[row], (size_t)len);
	text[len] = '\0';
	return text;
}

int terminal_end(struct terminal *t)
{
	long end = now_ms() + PATIENCE_MS;
	int status;

	while (waitpid(t->pid, &status, WNOHANG) == 0) {
		if (now_ms() > end) {
			kill(t->pid, SIGKILL);
			waitpid(t->pid, &status, 0);
			return -1;
		}
		step(t, 20);
	}
	terminal_follow(t, PATIENCE_MS); /* what it wrote last, until the terminal is closed */
	return status;
}

bool terminal_is_restored(const struct terminal *t)
{
	struct termios modes;

	return tcgetattr(t->fd, &modes) == 0 && modes.c_lflag == t->modes.c_lflag &&
	       modes.c_iflag == t->modes.c_iflag && modes.c_oflag == t->modes.c_oflag &&
	       !t->alternate && !t->hidden && !t->application;
}

void terminal_close(struct terminal *t)
{
	if (t->fd > 0)
		close(t->fd);
	t->fd = -1;
}
