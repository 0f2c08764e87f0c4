/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * terminal_run ROWS COLUMNS STEP... -- PROGRAM [ARGUMENT...]: a program on a terminal, step by
 * step; the first step that fails is told with the screen.
 *
 *   wait:TEXT, gone:TEXT   until the screen shows it, or does no longer
 *   keys:TEXT              type it
 *   size:ROWSxCOLUMNS      the window changes
 *   end:STATUS             it ends so, and the terminal is as it was
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "terminal.h"

/* 0 for what is none: no terminal has that size. */
static int number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static bool ends(struct terminal *t, int expected)
{
	int status = terminal_end(t);

	return WIFEXITED(status) && WEXITSTATUS(status) == expected && terminal_is_restored(t);
}

static bool one_step(struct terminal *t, const char *step)
{
	const char *colon = strchr(step, ':'), *value = colon ? colon + 1 : "";
	char *rest;
	long rows;

	if (!strncmp(step, "wait:", 5))
		return terminal_wait(t, value, true);
	if (!strncmp(step, "gone:", 5))
		return terminal_wait(t, value, false);
	if (!strncmp(step, "end:", 4))
		return ends(t, number(value));
	if (!strncmp(step, "keys:", 5)) {
		terminal_type(t, value);
		return true;
	}
	rows = strncmp(step, "size:", 5) ? 0 : strtol(value, &rest, 10);
	if (rows < 1 || rows > TERMINAL_ROWS || *rest != 'x')
		return false;
	terminal_resize(t, (int)rows, number(rest + 1));
	return true;
}

static void show(const struct terminal *t)
{
	int row;

	for (row = 0; row < t->rows; row++)
		printf("%2d|%s\n", row, terminal_row(t, row));
	if (t->unknown[0])
		printf("unknown: ^[%s\n", t->unknown);
}

int main(int argc, char **argv)
{
	struct terminal t;
	int i, program = 3;

	while (program < argc && strcmp(argv[program], "--") != 0)
		program++;
	if (program + 1 >= argc ||
	    !terminal_start(&t, number(argv[1]), number(argv[2]), argv + program + 1)) {
		fputs("usage: terminal_run ROWS COLUMNS STEP... -- PROGRAM [ARGUMENT...]\n",
		      stderr);
		return 2;
	}
	for (i = 3; i < program; i++) {
		if (one_step(&t, argv[i]) && !t.unknown[0])
			continue;
		printf("%s failed:\n", argv[i]);
		show(&t);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
