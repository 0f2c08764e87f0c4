/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "xl_run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

char directory[] = "/tmp/nacre-xl-test.XXXXXX";
char out[32768], err[32768];

static void slurp(const char *name, char *to, size_t size)
{
	char path[256];
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "r");
	got = file ? fread(to, 1, size - 1, file) : 0;
	to[got] = '\0';
	if (file)
		fclose(file);
}

/* "libxl: error: FILE:LINE:FUNCTION: TEXT" less the place, which is nobody's business. */
static void without_places(char *text)
{
	char *line, *at;

	for (line = text; line; line = strchr(line, '\n')) {
		int skip = 0;

		line += *line == '\n';
		at = strncmp(line, "libxl: ", 7) ? NULL : strstr(line + 7, ": ");
		if (at)
			sscanf(at + 2, "%*[A-Za-z0-9_].c:%*d:%*[A-Za-z0-9_]: %n", &skip);
		if (skip)
			memmove(at + 2, at + 2 + skip, strlen(at + 2 + skip) + 1);
	}
}

void write_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	fputs(text, file);
	fclose(file);
}

int xl(const char *arguments)
{
	char command[2048];
	int status;

	snprintf(command, sizeof(command), "cd %s && %s %s >out 2>err </dev/null", directory,
		 XL_PROGRAM, arguments);
	status = system(command);
	slurp("out", out, sizeof(out));
	slurp("err", err, sizeof(err));
	without_places(err);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void expect(const char *arguments, int status, const char *output, const char *message)
{
	int actual = xl(arguments);

	cr_expect_eq(actual, status, "xl %s: status %d, %s", arguments, actual, err);
	if (output)
		cr_expect_str_eq(out, output, "xl %s: %s", arguments, out);
	if (message)
		cr_expect_str_eq(err, message, "xl %s: %s", arguments, err);
}

void xl_setup(void)
{
	char path[256];

	cr_assert_not_null(mkdtemp(directory));
	setenv("NACRE_RUNDIR", directory, 1);
	snprintf(path, sizeof(path), "%s/nacred.sock", directory);
	cr_assert_eq(fake_nacred_start(path), 0);
}

void xl_teardown(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s", directory);
	if (system(command))
		perror(command);
}
