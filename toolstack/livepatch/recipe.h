/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * How an image was built (hypervisor/recipe.cmake): share/nacre/builds/BUILD-ID.json,
 * beside the image.
 */
#ifndef LIVEPATCH_RECIPE_H
#define LIVEPATCH_RECIPE_H

#include <stddef.h>

#include "json/json.h"
#include "patch/patch_error.h"
#include "patch/payload.h"

struct recipe {
	struct json *json;
	struct payload_id id;
};

/* The recipe in @directory: of @build_id (hexadecimal), or the only one if that is
 * NULL.  0 or -1; recipe_free() in any case. */
int recipe_read(const char *directory, const char *build_id, struct recipe *m,
		struct patch_error *err);
void recipe_free(struct recipe *m);

/* Value of a variable of CMake's; "" if it was not recorded. */
const char *recipe_variable(const struct recipe *m, const char *name);
const char *recipe_compiler(const struct recipe *m);
/* Print on stderr what differs from @tree and this machine: sources, headers, compiler,
 * linker.  How many lines. */
unsigned int recipe_explain(const struct recipe *m, const char *tree);

#endif
