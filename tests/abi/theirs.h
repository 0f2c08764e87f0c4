/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The types of Debian's libxenlight.so.4.17, loaded beside ours. */
#ifndef NACRE_TESTS_THEIRS_H
#define NACRE_TESTS_THEIRS_H

#include "type.h"

struct theirs {
	void (*init)(void *p);
	void (*dispose)(void *p); /* NULL: has none */
	void (*copy)(libxl_ctx *ctx, void *dst, const void *src);
	char *(*to_json)(libxl_ctx *ctx, const void *p);
	int (*from_json)(libxl_ctx *ctx, void *p, const char *text);
	const char *(*to_string)(int number);
	int (*from_string)(const char *word, int *number);
};

bool theirs_open(const char *path);
/* Ends the program when a function is missing. */
void theirs_find(struct theirs *them, const struct libxl__type *type);

/* Contexts that can only log, and say nothing. */
libxl_ctx *their_ctx(void);
libxl_ctx *our_ctx(void);

#endif
