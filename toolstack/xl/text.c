/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "xl.h"
#include "plain.h"

#define SAFE_BUFFERS 4
#define SAFE_LENGTH  2048

/* As plain_control() for Unicode's white space, at which programs split lines. */
static size_t blank_length(const char *text)
{
	static const char *const blanks[] = {" ",
					     "\xc2\xa0",
					     "\xe1\x9a\x80",
					     "\xe2\x80\xa8",
					     "\xe2\x80\xa9",
					     "\xe2\x80\xaf",
					     "\xe2\x81\x9f",
					     "\xe3\x80\x80"};
	unsigned char third;
	size_t i;

	for (i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
		if (!strncmp(text, blanks[i], strlen(blanks[i])))
			return strlen(blanks[i]);
	if (strncmp(text, "\xe2\x80", 2) != 0)
		return 0;
	third = (unsigned char)text[2];
	return third >= 0x80 && third <= 0x8a ? 3 : 0;
}

static size_t unsafe_length(const char *text, bool word)
{
	size_t len = plain_control(text);

	return len || !word ? len : blank_length(text);
}

static const char *escape(const char *text, bool word)
{
	static char buffers[SAFE_BUFFERS][SAFE_LENGTH];
	static unsigned int turn;
	char *out = buffers[turn++ % SAFE_BUFFERS];
	size_t used = 0, unsafe = 0;

	for (; *text && used < SAFE_LENGTH - 5; text++) {
		if (!unsafe)
			unsafe = unsafe_length(text, word);
		if (unsafe) {
			used += (size_t)snprintf(out + used, SAFE_LENGTH - used, "\\x%02x",
						 (unsigned char)*text);
			unsafe--;
		} else {
			out[used++] = *text;
		}
	}
	out[used] = '\0';
	return out;
}

static const char *make_safe(const char *text, bool word)
{
	const char *at;

	for (at = text; *at && !unsafe_length(at, word) && at - text < SAFE_LENGTH - 5; at++)
		continue;
	return *at ? escape(text, word) : text;
}

const char *xl_safe(const char *text)
{
	return text ? make_safe(text, false) : "(null)";
}

const char *xl_safe_word(const char *text)
{
	return text && *text ? make_safe(text, true) : "(null)";
}

bool xl_print_json(FILE *out, const struct json *v)
{
	char *text = json_print(v, true);
	size_t len = text ? strlen(text) : 0;

	if (!text) {
		fputs("xl: out of memory\n", stderr);
		return false;
	}
	fputs(text, out);
	if (!len || text[len - 1] != '\n')
		fputc('\n', out);
	free(text);
	return true;
}
