/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* One line that says what is wrong with an image; the first one stays. */
#ifndef GUEST_IMAGE_ERROR_H
#define GUEST_IMAGE_ERROR_H

#include <stdarg.h>
#include <stdio.h>

struct image_error {
	char text[200];
};

/* Returns -1, so that a caller can "return image_fail(...)". */
__attribute__((format(printf, 2, 3))) static inline int image_fail(struct image_error *err,
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
