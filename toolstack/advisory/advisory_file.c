/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "advisory_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIR_FILES_MAX 8192
#define PATH_BYTES    4096

const struct json_limits advisory_file_limits = {
	.max_bytes = 16 * 1024 * 1024,
	.max_depth = 24,
	.max_values = 1000000,
};

/* Depth is bounded by the parser's limit. */
static bool strings_fit(const struct json *v)
{
	size_t i;

	if (v->type == JSON_STRING)
		return strlen(v->string) <= ADVISORY_STRING_MAX;
	if (v->type != JSON_ARRAY && v->type != JSON_OBJECT)
		return true;
	for (i = 0; i < v->nr; i++)
		if ((v->keys && strlen(v->keys[i]) > ADVISORY_STRING_MAX) ||
		    !strings_fit(v->items[i]))
			return false;
	return true;
}

struct json *advisory_text_read(const char *text, size_t len, char *error, size_t error_len)
{
	struct json *v = json_parse(text, len, &advisory_file_limits, error, error_len);

	if (v && !strings_fit(v)) {
		snprintf(error, error_len, "a string is longer than %d bytes", ADVISORY_STRING_MAX);
		json_free(v);
		return NULL;
	}
	return v;
}

/* Malloc'd; one byte more than allowed shows a file that is too long. */
static char *read_all(int fd, size_t *len)
{
	size_t cap = 64 * 1024, max = advisory_file_limits.max_bytes + 1;
	char *text = malloc(cap), *more;

	*len = 0;
	while (text) {
		ssize_t n = read(fd, text + *len, cap - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		*len += (size_t)n;
		if (!n || *len == max)
			return text;
		if (*len < cap)
			continue;
		cap = cap * 2 > max ? max : cap * 2;
		more = realloc(text, cap);
		if (!more)
			break;
		text = more;
	}
	free(text);
	return NULL;
}

struct json *advisory_file_read(const char *path, char *error, size_t error_len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct json *v = NULL;
	struct stat st;
	size_t len = 0;
	char *text;

	if (fd < 0 || fstat(fd, &st)) {
		snprintf(error, error_len, "%s", strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		snprintf(error, error_len, "not a regular file");
	} else {
		text = read_all(fd, &len);
		if (text)
			v = advisory_text_read(text, len, error, error_len);
		else
			snprintf(error, error_len, "%s", strerror(errno));
		free(text);
	}
	if (fd >= 0)
		close(fd);
	return v;
}

static int sync_dir_of(const char *path)
{
	char dir[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int fd, rc;

	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = fsync(fd) ? -errno : 0;
	close(fd);
	return rc;
}

int advisory_file_write(const char *path, const struct json *v)
{
	char *text = json_print(v, true), temp[PATH_BYTES];
	int fd, rc = 0;
	FILE *f;

	if (!text)
		return -ENOMEM;
	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp)) {
		free(text);
		return -ENAMETOOLONG;
	}
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f || fputs(text, f) < 0 || fflush(f) || fsync(fd))
		rc = -errno;
	if (f && fclose(f) && !rc)
		rc = -errno;
	if (!rc && rename(temp, path))
		rc = -errno;
	if (rc && fd >= 0)
		unlink(temp);
	free(text);
	return rc ? rc : sync_dir_of(path);
}

static int wanted(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

int advisory_dir_each(const char *dir, void (*visit)(void *ctx, const char *path), void *ctx)
{
	char path[PATH_BYTES];
	struct dirent **list;
	int nr = scandir(dir, &list, wanted, alphasort), i;

	if (nr < 0)
		return -errno;
	for (i = 0; i < nr; i++) {
		if (i < DIR_FILES_MAX &&
		    snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name) < (int)sizeof(path))
			visit(ctx, path);
		free(list[i]);
	}
	free(list);
	return 0;
}

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * 0x100000001b3ull; /* FNV-1a, by words */
}

static void add_signature(void *ctx, const char *path)
{
	uint64_t *sum = ctx;
	struct stat st;

	if (stat(path, &st))
		return;
	*sum = mix(*sum, st.st_ino);
	*sum = mix(*sum, (uint64_t)st.st_size);
	*sum = mix(*sum, (uint64_t)st.st_mtim.tv_sec);
	*sum = mix(*sum, (uint64_t)st.st_mtim.tv_nsec);
}

uint64_t advisory_dir_signature(const char *dir)
{
	uint64_t sum = 0xcbf29ce484222325ull;

	return advisory_dir_each(dir, add_signature, &sum) ? 0 : sum;
}
