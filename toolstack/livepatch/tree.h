/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A private copy of the hypervisor's sources, built before and after a patch. */
#ifndef LIVEPATCH_TREE_H
#define LIVEPATCH_TREE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "livepatch/recipe.h"
#include "patch/patch_error.h"

/* Where the object files lie below a build directory. */
#define TREE_OBJECTS "hypervisor/CMakeFiles/nacre_hv_objects.dir"

struct tree {
	char work[PATH_MAX / 4]; /* the directory for everything, with short names below it */
	char src[PATH_MAX / 2], build[PATH_MAX / 2], log[PATH_MAX / 2];
};

/* Copy the sources of @from into directory @work, where an earlier copy may be. */
int tree_copy(struct tree *t, const char *from, const char *work, struct patch_error *err);
/* Configure with what the recipe recorded. */
int tree_configure(const struct tree *t, const struct recipe *m, struct patch_error *err);
/* Build the linked image, or (not @image) only its objects. */
int tree_build(const struct tree *t, bool image, struct patch_error *err);
/* Apply a -p1 patch; parts of it outside of the hypervisor are left out and counted. */
int tree_patch(const struct tree *t, const char *text, size_t len, unsigned int *left_out,
	       struct patch_error *err);
/* Keep copies of the objects and sources as WORK/@name-objects and WORK/@name-hypervisor. */
int tree_keep(const struct tree *t, const char *name, struct patch_error *err);
/*
 * Compile the source of object @object (relative to TREE_OBJECTS) once more, with each
 * line numbered 1, into @output.  @kept: from the sources of that name, NULL: from those
 * in the tree.
 */
int tree_compile_neutral(const struct tree *t, const char *kept, const char *object,
			 const char *output, struct patch_error *err);

#endif
