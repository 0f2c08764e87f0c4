/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctx.h"

int console_escape(const char *text)
{
	if (!strcmp(text, "none"))
		return CONSOLE_NO_ESCAPE;
	if (text[0] == '^' && text[1] >= '@' && text[1] <= '_' && !text[2])
		return text[1] & 0x1f;
	if (text[0] == '^' && text[1] >= 'a' && text[1] <= 'z' && !text[2])
		return text[1] & 0x1f;
	if (text[0] && !text[1])
		return (unsigned char)text[0];
	return -2;
}

/* As libxl's users do: the library takes the process over. */
static void become_console(uint32_t domid, int notify_fd)
{
	libxl_postfork_child_noexec(xl_ctx());
	libxl_primary_console_exec(xl_ctx(), domid, notify_fd);
	_exit(EXIT_FAILURE);
}

pid_t console_start(uint32_t domid)
{
	int attached[2], status;
	char byte;
	pid_t pid;

	if (pipe2(attached, O_CLOEXEC)) {
		perror("xl: pipe");
		return -1;
	}
	fflush(stdout);
	pid = fork();
	if (!pid)
		become_console(domid, attached[1]);
	if (pid < 0)
		perror("xl: fork");
	close(attached[1]);
	if (pid > 0 && read(attached[0], &byte, 1) != 1) {
		waitpid(pid, &status, 0); /* it has said why */
		pid = -1;
	}
	close(attached[0]);
	return pid;
}

int console_await(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EXIT_FAILURE;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
