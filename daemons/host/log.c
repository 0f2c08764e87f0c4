/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-daemon.h>

static bool to_file;
static int ready_fd = -1;

int log_to_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		return -errno;
	close(fd);
	to_file = true;
	return 0;
}

void log_set_ready_fd(int fd)
{
	ready_fd = fd;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	signal(SIGPIPE, SIG_IGN); /* the starter may have gone */
}

static void write_line(const char *text)
{
	char when[32] = "";
	time_t now = time(NULL);
	struct tm tm;

	if (to_file && gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ ", &tm);
	fprintf(stderr, "%snacre-host: %s\n", when, text);
}

/* The starter reads lines, so a text may not hold a newline. */
static void tell(const char *kind, char *text)
{
	char *p;

	if (ready_fd < 0)
		return;
	while ((p = strchr(text, '\n')))
		*p = ' ';
	if (dprintf(ready_fd, "%s %s\n", kind, text) < 0) {
		close(ready_fd);
		ready_fd = -1;
	}
}

static void emit(const char *kind, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void emit(const char *kind, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (to_file || !kind || ready_fd < 0)
		write_line(text); /* otherwise stderr is the starter's own */
	if (kind)
		tell(kind, text);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(NULL, fmt, ap);
	va_end(ap);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(NULL, fmt, ap);
	va_end(ap);
}

void tell_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("info", fmt, ap);
	va_end(ap);
}

void tell_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("error", fmt, ap);
	va_end(ap);
}

void tell_ready(void)
{
	sd_notify(0, "READY=1");
	if (ready_fd < 0)
		return;
	dprintf(ready_fd, "ready\n");
	close(ready_fd);
	ready_fd = -1;
}
