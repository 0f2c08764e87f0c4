/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "replay_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "durable.h"
#include "limits.h"
#include "log.h"

/* More than the file may grow to with answers of common size. */
#define FILE_BYTES (8u * 1024 * 1024)

static void file_path(const struct nacred *n, char *path, size_t len)
{
	snprintf(path, len, "%s/" REPLAY_FILE, n->statedir);
}

/* The line with its newline; malloc'd. */
static char *line_of(const struct json *entry, size_t *len)
{
	char *text = json_print(entry, false);

	if (!text)
		return NULL;
	*len = strlen(text);
	text[(*len)++] = '\n'; /* in place of the NUL: the length says where it ends */
	return text;
}

void replay_file_add(struct nacred *n, const struct json *entry)
{
	char path[NACRED_PATH_MAX + 32];
	size_t len = 0;
	char *text = line_of(entry, &len);
	int fd, rc = 0;
	off_t end;

	file_path(n, path, sizeof(path));
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	if (!text || end < 0 || write(fd, text, len) != (ssize_t)len || fdatasync(fd))
		rc = text ? -errno : -ENOMEM;
	/* A part of a line, as a full disk leaves it, would swallow the next one. */
	if (rc && end >= 0 && ftruncate(fd, end))
		rc = -errno;
	if (rc)
		log_warning("a call with a request_id is not remembered over a restart: %s",
			    strerror(-rc));
	if (fd >= 0)
		close(fd);
	free(text);
	n->replay_lines++;
}

void replay_file_write(struct nacred *n, const struct json *entries)
{
	struct rpc_error e;
	char *all = NULL;
	size_t used = 0, i;

	for (i = 0; i < entries->nr; i++) {
		size_t len = 0;
		char *text = line_of(entries->items[i], &len), *more;

		more = text ? realloc(all, used + len) : NULL;
		if (more) {
			all = more;
			memcpy(all + used, text, len);
			used += len;
		}
		free(text);
	}
	if (durable_replace(n->statedir, REPLAY_FILE, all ? all : "", used, &e))
		log_warning("%s", e.message);
	n->replay_lines = (unsigned int)entries->nr;
	free(all);
}

struct json *replay_file_read(struct nacred *n)
{
	static const struct json_limits limits = {
		.max_bytes = FILE_BYTES,
		.max_depth = LIMIT_REQUEST_DEPTH + 2,
		.max_values = LIMIT_REQUEST_VALUES,
	};
	char path[NACRED_PATH_MAX + 32], why[DURABLE_WHY], *text, *at, *end;
	struct json *list = json_new_array(), *v;
	size_t len = 0;

	file_path(n, path, sizeof(path));
	durable_sweep(n->statedir, REPLAY_FILE DURABLE_SUFFIX);
	text = durable_read(path, FILE_BYTES, &len, why);
	if (!text && why[0])
		durable_set_aside(path, why, "calls with a request_id of before are forgotten");
	/* A line without an end, which a kill left, would swallow the next one: something that
	 * is no entry has the file written anew. */
	if (text && len && text[len - 1] != '\n')
		json_append(list, json_new_null());
	for (at = text; at && (end = memchr(at, '\n', len - (size_t)(at - text))); at = end + 1) {
		v = json_parse(at, (size_t)(end - at), &limits, NULL, 0);
		if (v)
			json_append(list, v);
	}
	free(text);
	return list;
}
