/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	interrupted = number;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t done = write(fd, bytes, len);

		if (done < 0 && errno == EINTR && !interrupted)
			continue;
		if (done < 0 && errno == EAGAIN) {
			struct pollfd pollfd = {.fd = fd, .events = POLLOUT};

			if (poll(&pollfd, 1, -1) < 0 && interrupted)
				return false;
			continue;
		}
		if (done <= 0)
			return false;
		bytes += done;
		len -= (size_t)done;
	}
	return true;
}

/* False at the end: the escape character, or nobody reads any more. */
static bool from_keyboard(struct pollfd *input, int fd, int escape)
{
	char bytes[512], *stop;
	ssize_t got = read(input->fd, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	if (!got) {
		input->fd = -1; /* poll() then skips it */
		return true;
	}
	stop = escape == CONSOLE_NO_ESCAPE ? NULL : memchr(bytes, escape, (size_t)got);
	return write_all(fd, bytes, stop ? (size_t)(stop - bytes) : (size_t)got) && !stop;
}

static bool from_guest(int fd)
{
	char bytes[4096];
	ssize_t got = read(fd, bytes, sizeof(bytes));

	if (got < 0)
		return errno == EINTR || errno == EAGAIN;
	return got && write_all(STDOUT_FILENO, bytes, (size_t)got);
}

static void copy(int fd, int escape)
{
	struct pollfd fds[2] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = fd, .events = POLLIN},
	};

	while (!interrupted) {
		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (fds[1].revents && !from_guest(fd))
			return;
		if (fds[0].fd >= 0 && fds[0].revents && !from_keyboard(&fds[0], fd, escape))
			return;
	}
}

static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	struct sigaction action = {.sa_handler = on_signal};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int console_attach(int fd, int escape)
{
	struct termios before, raw;
	bool terminal = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &before);

	fflush(stdout);
	catch_signals();
	if (terminal) {
		raw = before;
		cfmakeraw(&raw);
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	}
	copy(fd, escape);
	if (terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	close(fd);
	return interrupted ? 128 + interrupted : EXIT_SUCCESS;
}
