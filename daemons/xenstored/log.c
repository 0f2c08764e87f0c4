/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <stdarg.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "log.h"

__attribute__((format(printf, 2, 0))) static void emit(const char *level, const char *fmt,
						       va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof(line), fmt, ap);
	fprintf(stderr, "%s%s\n", level, line);
}

void log_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(SD_ERR, fmt, ap);
	va_end(ap);
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(SD_WARNING, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit(SD_INFO, fmt, ap);
	va_end(ap);
}

const char *log_escape(const void *data, size_t len, char *buf, size_t size)
{
	const unsigned char *p = data;
	size_t used = 0, i;

	for (i = 0; i < len && used + 5 < size; i++) {
		if (p[i] >= 0x20 && p[i] < 0x7f && p[i] != '\\')
			buf[used++] = (char)p[i];
		else
			used += (size_t)snprintf(buf + used, size - used, "\\x%02x", p[i]);
	}
	buf[used] = '\0';
	return buf;
}
