/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "log.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

/* Longer lines are cut, and so are the values of other fields. */
#define LINE_MAX_BYTES	1000
#define VALUE_MAX_BYTES 512

static int threshold = LOG_INFO;

static const char *const level_names[] = {
	[LOG_ERR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
	[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

int log_level_by_name(const char *name)
{
	int i;

	for (i = LOG_ERR; i <= LOG_DEBUG; i++)
		if (strcmp(level_names[i], name) == 0)
			return i;
	return -1;
}

void log_set_level(int level)
{
	threshold = level;
}

/* The digit of sd-daemon(3)'s prefix "<4>". */
static int number_of(const char *level)
{
	return level[1] - '0';
}

static void escape(const char *text, char *out, size_t size)
{
	const unsigned char *p;
	size_t at = 0;

	for (p = (const unsigned char *)text; *p && at + 5 < size; p++) {
		if (*p < 0x20 || *p == 0x7f)
			at += (size_t)snprintf(out + at, size - at, "\\x%02x", *p);
		else
			out[at++] = (char)*p;
	}
	out[at] = '\0';
}

struct encoding {
	char *buf;
	size_t used;
	struct iovec *iov;
	int nr;
};

static void put(struct encoding *e, const char *key, const char *value, size_t max)
{
	char *at = e->buf + e->used;
	size_t room = LOG_BUF_BYTES - e->used, key_len = strlen(key) + 1;

	if (!value || e->nr == LOG_PIECES || room < key_len + max)
		return;
	snprintf(at, room, "%s=", key);
	escape(value, at + key_len, max);
	e->iov[e->nr++] = (struct iovec){at, strlen(at)};
	e->used += strlen(at) + 1;
}

static void put_number(struct encoding *e, const char *key, long value)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", value);
	put(e, key, text, sizeof(text));
}

int log_encode(const char *level, const struct log_fields *fields, const char *text,
	       char buf[LOG_BUF_BYTES], struct iovec iov[LOG_PIECES])
{
	struct encoding e = {.buf = buf, .iov = iov};

	put(&e, "MESSAGE", text, LINE_MAX_BYTES * 4);
	put_number(&e, "PRIORITY", number_of(level));
	if (!fields)
		return e.nr;
	put(&e, "MESSAGE_ID", fields->id, VALUE_MAX_BYTES);
	put(&e, "NACRE_METHOD", fields->method, VALUE_MAX_BYTES);
	put(&e, "NACRE_DOMAIN", fields->domain, VALUE_MAX_BYTES);
	put(&e, "NACRE_OUTCOME", fields->outcome, VALUE_MAX_BYTES);
	if (fields->called) {
		put_number(&e, "NACRE_UID", fields->uid);
		put_number(&e, "NACRE_PID", fields->pid);
	}
	return e.nr;
}

/* systemd tells which stream leads to the journal: is it still our stderr? */
static bool to_journal(void)
{
	static int known = -1;
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[48];
	struct stat st;

	if (known >= 0)
		return known;
	known = 0;
	if (stream && fstat(STDERR_FILENO, &st) == 0) {
		snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
		known = strcmp(stream, ours) == 0;
	}
	return known;
}

static void to_stderr(const char *level, const char *text)
{
	char out[LINE_MAX_BYTES * 4 + 8];
	size_t at = (size_t)snprintf(out, sizeof(out), "%s", level);

	escape(text, out + at, sizeof(out) - at - 1);
	at += strlen(out + at);
	out[at++] = '\n';
	fwrite(out, 1, at, stderr);
	fflush(stderr);
}

void log_entry(const char *level, const struct log_fields *fields, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES], buf[LOG_BUF_BYTES];
	struct iovec iov[LOG_PIECES];
	va_list ap;

	if (number_of(level) > threshold)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (to_journal() && sd_journal_sendv(iov, log_encode(level, fields, text, buf, iov)) == 0)
		return;
	to_stderr(level, text);
}
