/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int instance_name_valid(const char *name)
{
	static const char first[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len;

	if (!name || !*name || !strchr(first, *name))
		return 0;
	for (len = 0; name[len]; len++) {
		if (len == INSTANCE_NAME_MAX)
			return 0;
		if (!strchr(first, name[len]) && name[len] != '_' && name[len] != '-')
			return 0;
	}
	return 1;
}

static int format(char *buf, size_t len, size_t max, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int format(char *buf, size_t len, size_t max, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, len, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -EINVAL;
	if ((size_t)n >= len || (size_t)n >= max)
		return -ENAMETOOLONG;
	return 0;
}

static bool set(const char *value)
{
	return value && *value;
}

/* Somebody else may have made it first, /tmp being open to all. */
static int check_private(const char *dir)
{
	struct stat st;

	if (lstat(dir, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return -EPERM;
	return 0;
}

/* The directory that holds the instances' directories. */
static int base_dir(char *buf, size_t len)
{
	const char *own = getenv("NACRE_RUNTIME_DIR");
	const char *xdg = getenv("XDG_RUNTIME_DIR");
	int rc;

	if (set(own)) {
		if (own[0] != '/')
			return -EINVAL;
		return format(buf, len, INSTANCE_DIR_MAX, "%s", own);
	}
	if (geteuid() == 0)
		return format(buf, len, INSTANCE_DIR_MAX, "/run/nacre");
	if (set(xdg))
		return format(buf, len, INSTANCE_DIR_MAX, "%s/nacre", xdg);
	rc = format(buf, len, INSTANCE_DIR_MAX, "/tmp/nacre-%u", (unsigned int)geteuid());
	return rc ? rc : check_private(buf);
}

static const char *name_or_default(const char *name)
{
	if (name)
		return name;
	name = getenv("NACRE_INSTANCE");
	return set(name) ? name : INSTANCE_DEFAULT;
}

int instance_rundir(const char *name, char *buf, size_t len)
{
	char base[INSTANCE_DIR_MAX];
	int rc;

	name = name_or_default(name);
	if (!instance_name_valid(name))
		return -EINVAL;
	rc = base_dir(base, sizeof(base));
	if (rc)
		return rc;
	return format(buf, len, INSTANCE_DIR_MAX, "%s/%s", base, name);
}

int instance_socket(const char *what, char *buf, size_t len)
{
	const char *dir = getenv("NACRE_RUNDIR");
	char own[INSTANCE_DIR_MAX];
	int rc;

	if (!set(dir)) {
		rc = instance_rundir(NULL, own, sizeof(own));
		if (rc)
			return rc;
		dir = own;
	}
	return format(buf, len, SIZE_MAX, "%s/%s", dir, what);
}

int instance_config(const char *what, char *buf, size_t len)
{
	const char *own = getenv("NACRE_CONFIG_DIR");

	return format(buf, len, SIZE_MAX, "%s/%s", set(own) ? own : "/etc/nacre", what);
}

int instance_state(const char *what, char *buf, size_t len)
{
	const char *own = getenv("NACRE_STATE_DIR"), *xdg = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");

	if (set(own))
		return format(buf, len, SIZE_MAX, "%s/%s", own, what);
	if (geteuid() == 0)
		return format(buf, len, SIZE_MAX, "/var/lib/nacre/%s", what);
	if (set(xdg))
		return format(buf, len, SIZE_MAX, "%s/nacre/%s", xdg, what);
	if (set(home))
		return format(buf, len, SIZE_MAX, "%s/.local/state/nacre/%s", home, what);
	return -ENOENT;
}

/* mkdir -p, all of mode 0700: the directories give control over the instance. */
static int make_parents(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) && errno != EEXIST) {
			*slash = '/';
			return -errno;
		}
		*slash = '/';
	}
	return 0;
}

int instance_make_rundir(const char *name, char *buf, size_t len)
{
	int rc = instance_rundir(name, buf, len);

	if (rc)
		return rc;
	rc = make_parents(buf);
	if (rc)
		return rc;
	if (mkdir(buf, 0700) && errno != EEXIST)
		return -errno;
	return check_private(buf);
}

/* Directory of the running program, without a slash at the end. */
static int own_dir(char *buf, size_t len)
{
	ssize_t n = readlink("/proc/self/exe", buf, len);
	char *slash;

	if (n < 0)
		return -errno;
	if ((size_t)n >= len)
		return -ENAMETOOLONG;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return -EINVAL;
	*slash = '\0';
	return 0;
}

int instance_program(const char *name, char *buf, size_t len)
{
	char dir[PATH_MAX];
	int rc = own_dir(dir, sizeof(dir));

	return rc ? rc : format(buf, len, SIZE_MAX, "%s/%s", dir, name);
}

int instance_library(const char *name, char *buf, size_t len)
{
	char dir[PATH_MAX], *slash;
	int rc = own_dir(dir, sizeof(dir));

	if (rc)
		return rc;
	slash = strrchr(dir, '/');
	if (!slash)
		return -EINVAL;
	*slash = '\0';
	return format(buf, len, SIZE_MAX, "%s/lib/nacre/%s", dir, name);
}

static int put(const char *key, const char *value)
{
	return setenv(key, value, 1) ? -errno : 0;
}

/* The hosted libraries come before whatever the user has there, once. */
static int export_libraries(void)
{
	const char *old = getenv("LD_LIBRARY_PATH");
	char dir[PATH_MAX], *all;
	size_t n;
	int rc = instance_library("hosted", dir, sizeof(dir));

	if (rc)
		return rc;
	n = strlen(dir);
	if (!set(old))
		return put("LD_LIBRARY_PATH", dir);
	if (!strncmp(old, dir, n) && (old[n] == ':' || !old[n]))
		return 0;
	if (asprintf(&all, "%s:%s", dir, old) < 0)
		return -ENOMEM;
	rc = put("LD_LIBRARY_PATH", all);
	free(all);
	return rc;
}

int instance_export(const char *name, const char *rundir)
{
	char socket[PATH_MAX];
	int rc = format(socket, sizeof(socket), SIZE_MAX, "%s/socket", rundir);

	rc = rc ? rc : put("NACRE_INSTANCE", name_or_default(name));
	rc = rc ? rc : put("NACRE_RUNDIR", rundir);
	rc = rc ? rc : put("XENSTORED_RUNDIR", rundir);
	rc = rc ? rc : put("XENSTORED_PATH", socket);
	return rc ? rc : export_libraries();
}

/* True if @fd is what @path names now: a `nacre down` may have removed the
 * directory between our open and our lock. */
static bool still_there(int fd, const char *path)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(path, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

int instance_lock(const char *rundir, bool create)
{
	char path[PATH_MAX];
	int fd, rc;

	rc = format(path, sizeof(path), SIZE_MAX, "%s/lock", rundir);
	if (rc)
		return rc;
	for (;;) {
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (create ? O_CREAT : 0), 0600);
		if (fd < 0)
			return -errno;
		if (flock(fd, LOCK_EX | LOCK_NB)) {
			rc = -errno;
			close(fd);
			return rc;
		}
		if (still_there(fd, path))
			return fd;
		close(fd);
	}
}
