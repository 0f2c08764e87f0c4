/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "logfile.h"

#define GUEST_NAME_MAX 200 /* leaves room for the rest of a file name */

static bool harmless(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-_.+:@", c));
}

void logfile_name(const char *guest, char *buf, size_t size)
{
	char safe[GUEST_NAME_MAX + 1];
	size_t i;

	for (i = 0; i < GUEST_NAME_MAX && guest[i]; i++)
		safe[i] = guest[i];
	safe[i] = '\0';
	for (i = 0; safe[i]; i++)
		if (!harmless(safe[i]))
			safe[i] = '_';
	snprintf(buf, size, "guest-%s.log", safe);
}

static void open_file(struct logfile *l)
{
	struct stat st;

	l->fd = openat(l->dir_fd, l->name,
		       O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (l->fd < 0 || fstat(l->fd, &st) || !S_ISREG(st.st_mode)) {
		log_error("%s: %s", l->name, l->fd < 0 ? strerror(errno) : "not a regular file");
		logfile_close(l);
		return;
	}
	l->size = (uint64_t)st.st_size;
}

void logfile_open(struct logfile *l, int dir_fd, const char *guest)
{
	memset(l, 0, sizeof(*l));
	l->dir_fd = dir_fd;
	logfile_name(guest, l->name, sizeof(l->name));
	open_file(l);
}

void logfile_close(struct logfile *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static void rotate(struct logfile *l)
{
	char old[NAME_MAX + 3];

	snprintf(old, sizeof(old), "%s.1", l->name);
	if (renameat(l->dir_fd, l->name, l->dir_fd, old)) {
		log_error("%s: cannot rotate: %s", l->name, strerror(errno));
		if (ftruncate(l->fd, 0) == 0) /* the limit holds in any case */
			l->size = 0;
		return;
	}
	logfile_close(l);
	open_file(l);
}

void logfile_write(struct logfile *l, const char *data, size_t len)
{
	ssize_t n;

	if (l->fd >= 0 && l->size + len > LOGFILE_LIMIT && l->size)
		rotate(l);
	while (len && l->fd >= 0) {
		n = write(l->fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (!l->failing)
				log_error("%s: %s; output is lost", l->name, strerror(errno));
			l->failing = true;
			return;
		}
		l->failing = false;
		l->size += (uint64_t)n;
		data += n;
		len -= (size_t)n;
	}
}

size_t logfile_tail(const struct logfile *l, char *buf, size_t len)
{
	ssize_t n;

	if (l->fd < 0)
		return 0;
	if (len > l->size)
		len = (size_t)l->size;
	n = pread(l->fd, buf, len, (off_t)(l->size - len));
	return n > 0 ? (size_t)n : 0;
}
