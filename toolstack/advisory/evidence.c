/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advisory.h"

#define LINE_BYTES_MAX (64 * 1024)

const char *const evidence_words[] = {"PASS", "FAIL", "SKIP", "ERROR", NULL};

static const char *text_of(const struct json *line, const char *member)
{
	return json_string(json_get(line, member), "");
}

static bool same_list(const struct json *a, const struct json *b)
{
	size_t i;

	if (!a || !b || a->type != JSON_ARRAY || a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (strcmp(json_string(a->items[i], ""), json_string(b->items[i], "?")) != 0)
			return false;
	return true;
}

static bool usable(const struct json *line)
{
	const struct json *payloads = json_get(line, "payloads");
	int64_t seconds;
	int i;

	for (i = 0; evidence_words[i]; i++)
		if (strcmp(evidence_words[i], text_of(line, "verdict")) == 0)
			break;
	return evidence_words[i] && *text_of(line, "advisory") && *text_of(line, "test") &&
	       payloads && payloads->type == JSON_ARRAY &&
	       advisory_time_parse(text_of(line, "time"), &seconds);
}

static int read_lines(struct evidence_store *s, FILE *f)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t len;
	int rc = 0;

	while (!rc && (len = getline(&text, &cap, f)) > 0) {
		struct json *line = NULL;

		if (len <= LINE_BYTES_MAX)
			line = json_parse(text, (size_t)len, NULL, NULL, 0);
		if (!line || !usable(line))
			json_free(line);
		else if (!json_append(s->lines, line))
			rc = -ENOMEM;
	}
	if (!rc && ferror(f))
		rc = -EIO;
	free(text);
	return rc;
}

static bool same_subject(const struct json *a, const struct json *b)
{
	return strcmp(text_of(a, "advisory"), text_of(b, "advisory")) == 0 &&
	       strcmp(text_of(a, "test"), text_of(b, "test")) == 0 &&
	       strcmp(text_of(a, "build_id"), text_of(b, "build_id")) == 0 &&
	       same_list(json_get(a, "payloads"), json_get(b, "payloads"));
}

/* Keep the latest of each; the newest half of the file if all are different. */
static void thin(struct evidence_store *s)
{
	struct json *lines = s->lines;
	size_t i, j, kept = 0;

	for (i = 0; i < lines->nr; i++) {
		bool old = i + EVIDENCE_LINES_MAX / 2 < lines->nr &&
			   lines->nr > 2 * EVIDENCE_LINES_MAX;

		for (j = i + 1; j < lines->nr && !old; j++)
			old = same_subject(lines->items[i], lines->items[j]);
		if (old)
			json_free(lines->items[i]);
		else
			lines->items[kept++] = lines->items[i];
	}
	lines->nr = kept;
}

static int write_line(FILE *f, const struct json *line)
{
	char *text = json_print(line, false);
	int rc = text && fprintf(f, "%s\n", text) > 0 ? 0 : -EIO;

	free(text);
	return rc;
}

static int rewrite(const struct evidence_store *s)
{
	char temp[sizeof(s->path) + 8];
	size_t i;
	int rc = 0;
	FILE *f;

	snprintf(temp, sizeof(temp), "%s.new", s->path);
	f = fopen(temp, "we");
	if (!f)
		return -errno;
	for (i = 0; i < s->lines->nr && !rc; i++)
		rc = write_line(f, s->lines->items[i]);
	if (!rc && (fflush(f) || fsync(fileno(f))))
		rc = -errno;
	if (fclose(f) && !rc)
		rc = -errno;
	if (!rc && rename(temp, s->path))
		rc = -errno;
	if (rc)
		unlink(temp);
	return rc;
}

/* NULL and errno: a FIFO in its place must not stop whoever reads. */
static FILE *open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fdopen(fd, "r");
	close(fd);
	errno = EINVAL;
	return NULL;
}

int evidence_open(struct evidence_store *s, const char *path)
{
	FILE *f;
	int rc;

	*s = (struct evidence_store){.lines = json_new_array()};
	if (!s->lines)
		return -ENOMEM;
	if (snprintf(s->path, sizeof(s->path), "%s", path) >= (int)sizeof(s->path))
		return -ENAMETOOLONG;
	f = open_regular(path);
	if (!f)
		return errno == ENOENT ? 0 : -errno;
	rc = read_lines(s, f);
	fclose(f);
	if (rc || s->lines->nr <= EVIDENCE_LINES_MAX)
		return rc;
	thin(s);
	return rewrite(s);
}

void evidence_close(struct evidence_store *s)
{
	json_free(s->lines);
	s->lines = NULL;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(json_string(*(struct json *const *)a, ""),
		      json_string(*(struct json *const *)b, ""));
}

struct json *evidence_payloads(const struct host_facts *h)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; list && i < h->nr_payloads; i++) {
		if (h->payloads[i].state != LIVE_PATCH_APPLIED)
			continue;
		if (!json_append(list, json_new_string(h->payloads[i].name))) {
			json_free(list);
			return NULL;
		}
	}
	if (list && list->nr)
		qsort(list->items, list->nr, sizeof(*list->items), compare_names);
	return list;
}

/* A line that a crash cut off must not swallow the next one. */
static int end_last_line(int fd)
{
	struct stat st;
	char last;

	if (fstat(fd, &st))
		return -errno;
	if (!st.st_size)
		return 0;
	if (pread(fd, &last, 1, st.st_size - 1) != 1)
		return -EIO;
	return last == '\n' || write(fd, "\n", 1) == 1 ? 0 : -EIO;
}

static int append(const struct evidence_store *s, const struct json *line)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600), rc;
	FILE *f;

	if (fd < 0)
		return -errno;
	rc = end_last_line(fd);
	f = fdopen(fd, "a");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	if (!rc)
		rc = write_line(f, line);
	if (!rc && (fflush(f) || fsync(fd)))
		rc = -errno;
	if (fclose(f) && !rc)
		rc = -errno;
	return rc;
}

int evidence_add(struct evidence_store *s, const char *advisory, const char *test,
		 const char *verdict, const char *build_id, const struct json *payloads,
		 int64_t now)
{
	struct json *line = json_new_object();
	char time[ADVISORY_TIME_MAX];
	int rc = -ENOMEM;

	advisory_time_print(now, time);
	if (line && json_set_string(line, "advisory", advisory) &&
	    json_set_string(line, "test", test) && json_set_string(line, "verdict", verdict) &&
	    json_set_string(line, "build_id", build_id) &&
	    json_set(line, "payloads", json_copy(payloads)) && json_set_string(line, "time", time))
		rc = usable(line) ? append(s, line) : -EINVAL;
	if (!rc)
		return json_append(s->lines, line) ? 0 : -ENOMEM;
	json_free(line);
	return rc;
}

/* The latest on this build with these payloads, or else the latest at all. */
static const struct json *latest(const struct evidence_store *s, const char *advisory,
				 const char *test, const char *build_id,
				 const struct json *payloads, bool *current)
{
	const struct json *other = NULL;
	size_t i;

	for (i = s->lines->nr; i > 0; i--) {
		const struct json *line = s->lines->items[i - 1];

		if (strcmp(text_of(line, "advisory"), advisory) != 0 ||
		    strcmp(text_of(line, "test"), test) != 0)
			continue;
		*current = *build_id && strcmp(text_of(line, "build_id"), build_id) == 0 &&
			   same_list(json_get(line, "payloads"), payloads);
		if (*current)
			return line;
		other = other ? other : line;
	}
	*current = false;
	return other;
}

static struct json *describe(const char *test, const struct json *line, bool current)
{
	static const char *const members[] = {"verdict", "time", "build_id", "payloads", NULL};
	struct json *v = json_new_object();
	bool ok = v && json_set_string(v, "test", test);
	int i;

	for (i = 0; ok && members[i]; i++)
		ok = json_set(v, members[i],
			      line ? json_copy(json_get(line, members[i])) : json_new_null());
	if (ok && json_set_bool(v, "current", current))
		return v;
	json_free(v);
	return NULL;
}

struct json *evidence_of(const struct evidence_store *s, const struct json *record,
			 const char *build_id, const struct json *payloads,
			 enum evidence_verdict *verdict)
{
	const struct json *tests = json_get(record, "evidence");
	struct json *list = json_new_array();
	size_t i;

	*verdict = EVIDENCE_NONE;
	for (i = 0; list && tests && i < tests->nr; i++) {
		const char *test = json_string(tests->items[i], ""), *word;
		bool current;
		const struct json *line =
			latest(s, advisory_id(record), test, build_id, payloads, &current);

		word = line && current ? text_of(line, "verdict") : "";
		if (strcmp(word, "FAIL") == 0)
			*verdict = EVIDENCE_FAIL;
		else if (strcmp(word, "PASS") == 0 && *verdict == EVIDENCE_NONE)
			*verdict = EVIDENCE_PASS;
		if (!json_append(list, describe(test, line, current))) {
			json_free(list);
			return NULL;
		}
	}
	return list;
}
