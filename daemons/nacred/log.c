/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

/* Longer lines are cut. */
#define LINE_MAX_BYTES 1000

void log_line(const char *level, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES], out[LINE_MAX_BYTES * 4 + 8];
	const unsigned char *p;
	size_t at;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	at = (size_t)snprintf(out, sizeof(out), "%s", level);
	for (p = (const unsigned char *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7f)
			at += (size_t)snprintf(out + at, sizeof(out) - at, "\\x%02x", *p);
		else
			out[at++] = (char)*p;
	}
	out[at++] = '\n';
	fwrite(out, 1, at, stderr);
	fflush(stderr);
}
