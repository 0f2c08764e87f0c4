/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "plain.h"

#include <string.h>
#include <sys/types.h>

size_t plain_control(const char *text)
{
	unsigned char c = (unsigned char)text[0], next = (unsigned char)text[c != '\0'];

	if (c == 0xc2 && next >= 0x80 && next < 0xa0)
		return 2;
	return c < ' ' || c == 0x7f;
}

/* A character that a write cuts in two is written as if its first byte were a control. */
static size_t control_at(const char *text, size_t left)
{
	char pair[3] = {text[0], left > 1 ? text[1] : '\0', '\0'};

	if (text[0] == '\n' || text[0] == '\t')
		return 0;
	return (unsigned char)text[0] == 0xc2 && left == 1 ? 1 : plain_control(pair);
}

static ssize_t write_plain(void *cookie, const char *text, size_t len)
{
	size_t from = 0, at = 0, control;

	while (at < len) {
		control = control_at(text + at, len - at);
		if (!control) {
			at++;
			continue;
		}
		fwrite(text + from, 1, at - from, stderr);
		for (; control; control--, at++)
			fprintf(stderr, "\\x%02x", (unsigned char)text[at]);
		from = at;
	}
	fwrite(text + from, 1, len - from, stderr);
	return (ssize_t)len;
}

FILE *plain_stderr(void)
{
	static const cookie_io_functions_t calls = {.write = write_plain};
	static FILE *stream;

	if (!stream) {
		stream = fopencookie(NULL, "w", calls);
		if (stream)
			setvbuf(stream, NULL, _IONBF, 0);
	}
	return stream ? stream : stderr;
}
