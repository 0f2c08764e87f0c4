/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "host_fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "remains.h"

char base[64];
xencall_handle *call;

int nacre(const char *arguments)
{
	char command[1024];
	int status;

	snprintf(command, sizeof(command), "PATH=%s:$PATH %s/nacre %s >%s/out 2>&1", FAKE_DIR,
		 BIN_DIR, arguments, base);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool said(const char *text)
{
	char path[80], line[1024];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/out", base);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, text) != NULL;
	if (f)
		fclose(f);
	return found;
}

void instance_up(void)
{
	strcpy(base, "/tmp/nacre-test-XXXXXX");
	cr_assert(ne(ptr, mkdtemp(base), NULL));
	setenv("NACRE_RUNTIME_DIR", base, 1);
	unsetenv("NACRE_INSTANCE");
	unsetenv("NACRE_RUNDIR");
	cr_assert(zero(int, nacre("up --no-daemons --accel=tcg --image=/dev/null -m 64")));
	call = xencall_open(NULL, 0);
	cr_assert(ne(ptr, call, NULL));
}

void instance_down(void)
{
	xencall_close(call);
	cr_expect(zero(int, nacre("down")));
	remains_clear(base, NULL);
	cr_expect(zero(int, rmdir(base)));
}

int outstanding(enum fake_what what)
{
	return xencall1(call, FAKE_COUNT, what);
}

int settles_at_zero(enum fake_what what)
{
	int i, n = -1;

	for (i = 0; i < 1000 && n; i++)
		n = outstanding(what);
	return n;
}

bool readable(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}
