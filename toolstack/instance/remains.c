/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "remains.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KILL_WAIT_MS 5000

/* Read a small file into @buf, NUL-terminated. Bytes or -errno; -EINVAL for what is no
 * regular file, which a FIFO must not make us wait for. */
static ssize_t read_small(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return errno == ELOOP ? -EINVAL : -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	n = read(fd, buf, len - 1);
	n = n < 0 ? -errno : n;
	close(fd);
	if (n >= 0)
		buf[n] = '\0';
	return n;
}

/* Start time of @pid in clock ticks since boot, 0 if there is none. */
static uint64_t start_time(pid_t pid)
{
	char path[64], buf[1024], *p;
	int field;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (read_small(path, buf, sizeof(buf)) <= 0)
		return 0;
	/* The name in field 2 may hold anything, also blanks and parentheses. */
	p = strrchr(buf, ')');
	for (field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	return p ? strtoull(p, NULL, 10) : 0;
}

static int pidfile_path(const char *rundir, const char *name, char *buf, size_t len)
{
	int n = snprintf(buf, len, "%s/%s.pid", rundir, name);

	return n < 0 || (size_t)n >= len ? -ENAMETOOLONG : 0;
}

int pidfile_write(const char *rundir, const char *name, pid_t pid)
{
	char path[PATH_MAX], text[64];
	int n, fd, rc = pidfile_path(rundir, name, path, sizeof(path));

	if (rc)
		return rc;
	n = snprintf(text, sizeof(text), "%d %" PRIu64 "\n", (int)pid, start_time(pid));
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* for a short write */
	if (write(fd, text, n) != n)
		rc = -errno;
	close(fd);
	return rc;
}

void pidfile_remove(const char *rundir, const char *name)
{
	char path[PATH_MAX];

	if (!pidfile_path(rundir, name, path, sizeof(path)))
		unlink(path);
}

int pidfile_open(const char *rundir, const char *name, pid_t *pid)
{
	char path[PATH_MAX], text[64];
	uint64_t start;
	int fd, rc = pidfile_path(rundir, name, path, sizeof(path));
	long number;
	ssize_t n;
	char *end;

	if (rc)
		return rc;
	n = read_small(path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	number = strtol(text, &end, 10);
	start = strtoull(end, NULL, 10);
	if (number <= 1 || number > INT_MAX || !start)
		return -EINVAL;
	/* Open first, compare then: the descriptor cannot change its process. */
	fd = (int)syscall(SYS_pidfd_open, (pid_t)number, 0);
	if (fd < 0)
		return -errno;
	if (start_time((pid_t)number) != start) {
		close(fd);
		return -ESRCH;
	}
	if (pid)
		*pid = (pid_t)number;
	return fd;
}

static int kill_one(const char *rundir, const char *name)
{
	int rc = 0, fd = pidfile_open(rundir, name, NULL);
	struct pollfd p = {.fd = fd, .events = POLLIN};

	if (fd == -ESRCH || fd == -ENOENT || fd == -EINVAL)
		return 0;
	if (fd < 0)
		return fd;
	if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) && errno != ESRCH)
		rc = -errno;
	else if (poll(&p, 1, KILL_WAIT_MS) == 0)
		rc = -ETIMEDOUT;
	close(fd);
	return rc;
}

int remains_kill(const char *rundir)
{
	struct dirent *e;
	int rc = 0, one;
	DIR *d = opendir(rundir);

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name);
		char name[NAME_MAX + 1];

		if (n <= 4 || strcmp(e->d_name + n - 4, ".pid") != 0)
			continue;
		memcpy(name, e->d_name, n - 4);
		name[n - 4] = '\0';
		one = kill_one(rundir, name);
		rc = rc ? rc : one;
	}
	closedir(d);
	return rc;
}

static int clear_at(int dirfd, const char *keep, unsigned int depth);

static int remove_entry(int dirfd, const char *name, unsigned int depth)
{
	struct stat st;
	int sub, rc;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISDIR(st.st_mode))
		return unlinkat(dirfd, name, 0) && errno != ENOENT ? -errno : 0;
	if (depth == 0)
		return -ELOOP;
	sub = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (sub < 0)
		return -errno;
	rc = clear_at(sub, NULL, depth - 1);
	if (unlinkat(dirfd, name, AT_REMOVEDIR) && !rc)
		rc = -errno;
	return rc;
}

/* Consumes @dirfd. */
static int clear_at(int dirfd, const char *keep, unsigned int depth)
{
	DIR *d = fdopendir(dirfd);
	struct dirent *e;
	int rc = 0, one;

	if (!d) {
		rc = -errno;
		close(dirfd);
		return rc;
	}
	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (keep && !strcmp(e->d_name, keep))
			continue;
		one = remove_entry(dirfd, e->d_name, depth);
		rc = rc ? rc : one;
	}
	closedir(d);
	return rc;
}

int remains_clear(const char *rundir, const char *keep)
{
	int fd = open(rundir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	return clear_at(fd, keep, 8);
}
