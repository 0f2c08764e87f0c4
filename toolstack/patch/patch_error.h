/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* One line that says what is wrong with a payload, a signature or a key; the first
 * one stays. */
#ifndef PATCH_PATCH_ERROR_H
#define PATCH_PATCH_ERROR_H

#include <stdarg.h>
#include <stdio.h>

struct patch_error {
	char text[256];
};

/* Returns -1, so that a caller can "return patch_fail(...)". */
__attribute__((format(printf, 2, 3))) static inline int patch_fail(struct patch_error *err,
								   const char *fmt, ...)
{
	va_list ap;

	if (!err->text[0]) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return -1;
}

#endif
