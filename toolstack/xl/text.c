/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdlib.h>
#include <string.h>

#include "xl.h"

#define SAFE_BUFFERS 4
#define SAFE_LENGTH  2048

static bool is_control(const char *text)
{
	unsigned char c = (unsigned char)text[0], next = (unsigned char)text[c != '\0'];

	/* 0xc2 0x80..0x9f are the C1 control characters in UTF-8. */
	return c < ' ' || c == 0x7f || (c == 0xc2 && next >= 0x80 && next < 0xa0);
}

static const char *escape(const char *text)
{
	static char buffers[SAFE_BUFFERS][SAFE_LENGTH];
	static unsigned int turn;
	char *out = buffers[turn++ % SAFE_BUFFERS];
	size_t used = 0;

	for (; *text && used < SAFE_LENGTH - 5; text++) {
		if (is_control(text))
			used += (size_t)snprintf(out + used, SAFE_LENGTH - used, "\\x%02x",
						 (unsigned char)*text);
		else
			out[used++] = *text;
	}
	out[used] = '\0';
	return out;
}

const char *xl_safe(const char *text)
{
	const char *at;

	if (!text)
		return "(null)";
	for (at = text; *at && !is_control(at) && at - text < SAFE_LENGTH - 5; at++)
		continue;
	return *at ? escape(text) : text;
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

static int64_t cpu_at(const struct json *cpus, size_t i)
{
	return json_int(cpus->items[i], -1);
}

void xl_print_cpus(FILE *out, const struct json *cpus)
{
	size_t i, last;

	if (!cpus || cpus->type != JSON_ARRAY) {
		fputs(xl_safe(json_string(cpus, "all")), out);
		return;
	}
	if (!cpus->nr)
		fputs("none", out);
	for (i = 0; i < cpus->nr; i = last + 1) {
		for (last = i; last + 1 < cpus->nr; last++)
			if (cpu_at(cpus, last + 1) != cpu_at(cpus, last) + 1)
				break;
		fprintf(out, "%s%lld", i ? "," : "", (long long)cpu_at(cpus, i));
		if (last > i)
			fprintf(out, "-%lld", (long long)cpu_at(cpus, last));
	}
}
