/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A payload that another one is built upon. */
#ifndef LIVEPATCH_BASE_H
#define LIVEPATCH_BASE_H

#include <stdbool.h>

#include "livepatch/file.h"
#include "patch/elf_object.h"
#include "patch/payload.h"

/* The section that holds the patch a payload was built from; not loaded. */
#define BASE_SOURCE ".nacre.patch"

struct base {
	const char *path;
	struct file file; /* without a signature's trailer */
	struct elf_object elf;
	struct payload payload;
};

/* A payload file, signed or not (the signature is not verified: building on a payload
 * is no use of it).  0, or -1: not one of ours. */
int base_read(const char *path, struct base *base, struct patch_error *err);
void base_free(struct base *base);
/* The patch it was built from. */
const char *base_source(const struct base *base, size_t *len);
/* It has a global symbol of that name. */
bool base_exports(const struct base *base, const char *name);
/* It replaces a function of that name. */
bool base_replaces(const struct base *base, const char *function);

#endif
