/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Whole files. */
#ifndef LIVEPATCH_FILE_H
#define LIVEPATCH_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "patch/patch_error.h"

struct file {
	uint8_t *bytes; /* malloc'd, with a NUL behind the last one */
	size_t size;
};

/* 0, or -1: cannot be read, is no regular file, or has more than @max bytes. */
int file_read(const char *path, size_t max, struct file *f, struct patch_error *err);
void file_free(struct file *f);
/* Write it whole or not at all: a temporary file, then a rename. */
int file_write(const char *path, const uint8_t *bytes, size_t size, struct patch_error *err);

#endif
