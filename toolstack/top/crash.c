/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "crash.h"

#include <curses.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

static struct termios modes;
static char farewell[256];

void crash_keep_modes(void)
{
	tcgetattr(STDIN_FILENO, &modes);
}

/* Only with what a signal handler may call. */
static void on_crash(int number)
{
	if (write(STDOUT_FILENO, farewell, strlen(farewell)) >= 0)
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	raise(number);
}

static void add(const char *capability)
{
	const char *text = tigetstr(capability);
	size_t len = strlen(farewell);

	if (text && text != (const char *)-1)
		snprintf(farewell + len, sizeof(farewell) - len, "%s", text);
}

bool crash_prepare(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND | SA_NODEFER};
	const char *place = tigetstr("cup");
	size_t i;

	if (!place || place == (const char *)-1)
		return false;
	add("sgr0");
	add("cnorm");
	add("rmkx");
	add("rmcup");
	for (i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		sigaction(crashes[i], &action, NULL);
	return true;
}
