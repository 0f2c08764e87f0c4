/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* SD_LISTEN_FDS_START of sd-daemon.h. */
#define LISTEN_START 3

static int redirect(const char *log)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return -1;
	if (!log)
		return 0;
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0 ? -1 : 0;
}

static bool put_number(const char *name, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	return setenv(name, text, 1) == 0;
}

/* Move everything out of the way first: the numbers may overlap. */
static bool hand_over(const struct spawn *s, int *report)
{
	int above = LISTEN_START + (int)s->nr_listen, *high;
	unsigned int i;

	if (!s->nr_listen)
		return true;
	high = calloc(s->nr_listen, sizeof(*high));
	*report = fcntl(*report, F_DUPFD_CLOEXEC, above);
	if (!high || *report < 0)
		return false;
	for (i = 0; i < s->nr_listen; i++)
		if ((high[i] = fcntl(s->listen_fd[i], F_DUPFD_CLOEXEC, above)) < 0)
			return false;
	for (i = 0; i < s->nr_listen; i++)
		if (dup2(high[i], LISTEN_START + (int)i) < 0)
			return false;
	free(high);
	return put_number("LISTEN_PID", getpid()) && put_number("LISTEN_FDS", s->nr_listen) &&
	       setenv("LISTEN_FDNAMES", s->listen_names, 1) == 0;
}

/* In the child. Returns only on failure, with errno. */
static void become(const struct spawn *s, pid_t parent, int *report)
{
	sigset_t none;
	unsigned int i;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid(); /* a ^C at our terminal is ours to act on */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return;
	errno = ESRCH;
	if (getppid() != parent) /* it died before the line above */
		return;
	if (redirect(s->log))
		return;
	for (i = 0; i < s->nr_keep; i++)
		if (fcntl(s->keep_fd[i], F_SETFD, 0))
			return;
	if (s->setenv_name && setenv(s->setenv_name, s->setenv_value, 1))
		return;
	if (!hand_over(s, report))
		return;
	execvp(s->argv[0], s->argv);
}

pid_t spawn(const struct spawn *s)
{
	int report[2], error = 0;
	pid_t parent = getpid(), pid;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0) {
		become(s, parent, &report[1]);
		error = errno;
		_exit(write(report[1], &error, sizeof(error)) == sizeof(error) ? 127 : 126);
	}
	error = pid < 0 ? errno : 0;
	close(report[1]);
	/* Ends by the exec closing the pipe, or brings the reason of a failure. */
	if (pid > 0 && read(report[0], &error, sizeof(error)) == sizeof(error))
		waitpid(pid, NULL, 0);
	close(report[0]);
	return error ? -error : pid;
}

const char *spawn_describe(int code, int status, char *buf, size_t len)
{
	if (code == CLD_EXITED)
		snprintf(buf, len, "exit status %d", status);
	else
		snprintf(buf, len, "signal %d (%s)", status, strsignal(status));
	return buf;
}
