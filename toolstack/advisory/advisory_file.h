/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Files with advisories in them, read with bounds and written whole. */
#ifndef NACRE_ADVISORY_FILE_H
#define NACRE_ADVISORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

/* A file that others made: 16 MiB, 24 levels, a million values, strings of 64 KiB. */
extern const struct json_limits advisory_file_limits;
#define ADVISORY_STRING_MAX (64 * 1024)

/* The text of a file as JSON; @error as advisory_check(). Only regular files. */
struct json *advisory_file_read(const char *path, char *error, size_t error_len);
/* The same for a text. */
struct json *advisory_text_read(const char *text, size_t len, char *error, size_t error_len);
/* Write complete and durable (mode 0600), or not at all: 0 or -errno. */
int advisory_file_write(const char *path, const struct json *v);

/* Call @visit with the path of each NAME.json in @dir, in order of names, at most
 * 8192 of them. 0, -errno of opendir(). */
int advisory_dir_each(const char *dir, void (*visit)(void *ctx, const char *path), void *ctx);
/* Changes when a file comes, goes or changes; 0 when there is no directory. */
uint64_t advisory_dir_signature(const char *dir);

#endif
