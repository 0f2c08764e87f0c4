/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define PATH_BYTES 600

static void path_of(char path[PATH_BYTES], const char *dir, const char *name, const char *suffix)
{
	snprintf(path, PATH_BYTES, "%s/%s%s", dir, name, suffix);
}

static int make_all(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST) {
			*slash = '/';
			return -errno;
		}
		*slash = '/';
	}
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

int durable_check_directory(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022) ? 0 : -EPERM;
}

int durable_directory(char *path)
{
	int rc = make_all(path);

	return rc ? rc : durable_check_directory(path);
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* 0, or -1 and errno. */
static int write_durably(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int rc, err;

	if (fd < 0)
		return -1;
	rc = write_all(fd, bytes, len);
	if (!rc)
		rc = fsync(fd);
	err = errno;
	if (close(fd) && !rc) {
		rc = -1;
		err = errno;
	}
	errno = err;
	return rc;
}

static void sync_dir(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (fsync(fd))
		log_warning("cannot sync %s: %s", dir, strerror(errno));
	close(fd);
}

static int cannot(const char *what, const char *dir, const char *name, int err, struct rpc_error *e)
{
	fail_errno(e, err, "daemon.state", "cannot %s %s/%s", what, dir, name);
	if (err == ENOSPC || err == EDQUOT)
		fail_hint(e, "the file system of %s is full", dir);
	return -1;
}

int durable_prepare(const char *dir, const char *name, const void *bytes, size_t len,
		    struct rpc_error *e)
{
	char path[PATH_BYTES];
	int err;

	path_of(path, dir, name, DURABLE_SUFFIX);
	if (write_durably(path, bytes, len) == 0)
		return 0;
	err = errno;
	unlink(path);
	return cannot("write", dir, name, err, e);
}

int durable_commit(const char *dir, const char *name, struct rpc_error *e)
{
	char from[PATH_BYTES], to[PATH_BYTES];
	int err;

	path_of(from, dir, name, DURABLE_SUFFIX);
	path_of(to, dir, name, "");
	if (rename(from, to)) {
		err = errno;
		unlink(from);
		return cannot("write", dir, name, err, e);
	}
	sync_dir(dir);
	return 0;
}

void durable_discard(const char *dir, const char *name)
{
	char path[PATH_BYTES];

	path_of(path, dir, name, DURABLE_SUFFIX);
	unlink(path);
}

int durable_replace(const char *dir, const char *name, const void *bytes, size_t len,
		    struct rpc_error *e)
{
	if (durable_prepare(dir, name, bytes, len, e))
		return -1;
	return durable_commit(dir, name, e);
}

int durable_remove(const char *dir, const char *name, struct rpc_error *e)
{
	char path[PATH_BYTES];

	path_of(path, dir, name, "");
	if (unlink(path) && errno != ENOENT)
		return cannot("remove", dir, name, errno, e);
	sync_dir(dir);
	return 0;
}

/* 0 and the size, or -1 and why. */
static int check_own(int fd, size_t max, size_t *size, char why[DURABLE_WHY])
{
	struct stat st;

	if (fstat(fd, &st))
		snprintf(why, DURABLE_WHY, "%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		snprintf(why, DURABLE_WHY, "it is no regular file");
	else if (st.st_uid != geteuid())
		snprintf(why, DURABLE_WHY, "it belongs to uid %u, not to %u", st.st_uid, geteuid());
	else if (st.st_mode & 022)
		snprintf(why, DURABLE_WHY, "others can write to it: mode %04o", st.st_mode & 07777);
	else if ((uintmax_t)st.st_size > max)
		snprintf(why, DURABLE_WHY, "it is larger than %zu bytes", max);
	else
		*size = (size_t)st.st_size;
	return why[0] ? -1 : 0;
}

static char *read_all(int fd, size_t size, size_t *len, char why[DURABLE_WHY])
{
	char *text = malloc(size + 1);
	ssize_t n = 1;

	for (*len = 0; text && n > 0 && *len<size; *len += n> 0 ? (size_t)n : 0)
		n = read(fd, text + *len, size - *len);
	if (text && n >= 0)
		return text;
	snprintf(why, DURABLE_WHY, "%s", strerror(text ? errno : ENOMEM));
	free(text);
	return NULL;
}

char *durable_read(const char *path, size_t max, size_t *len, char why[DURABLE_WHY])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	char *text = NULL;
	size_t size = 0;

	why[0] = '\0';
	if (fd < 0) {
		if (errno != ENOENT)
			snprintf(why, DURABLE_WHY, "%s",
				 errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		return NULL;
	}
	if (check_own(fd, max, &size, why) == 0)
		text = read_all(fd, size, len, why);
	close(fd);
	return text;
}

void durable_set_aside(const char *path, const char *why, const char *effect)
{
	char aside[PATH_BYTES];

	snprintf(aside, sizeof(aside), "%.*s" DURABLE_BROKEN,
		 (int)(sizeof(aside) - sizeof(DURABLE_BROKEN)), path);
	log_entry(SD_ERR, LOG_FIELDS(.id = LOG_ID_BROKEN_FILE),
		  "%s cannot be used (%s) and is now %s; %s", path, why, aside, effect);
	if (rename(path, aside))
		log_error("cannot rename %s: %s; move it away", path, strerror(errno));
}

bool durable_sweep(const char *dir, const char *name)
{
	size_t len = strlen(name), suffix = strlen(DURABLE_SUFFIX);
	char path[PATH_BYTES];

	if (len <= suffix || strcmp(name + len - suffix, DURABLE_SUFFIX) != 0)
		return false;
	path_of(path, dir, name, "");
	unlink(path);
	return true;
}
