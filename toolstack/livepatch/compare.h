/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which functions and variables of an object a patch has changed. */
#ifndef LIVEPATCH_COMPARE_H
#define LIVEPATCH_COMPARE_H

#include "livepatch/object.h"

/*
 * Fill in state and before of all items of @after.  Names of static variables inside
 * functions end in a number that the compiler counts up: one that is the only one of
 * its name is the same variable, whatever its number.  0, or -1: such variables cannot
 * be told apart.
 */
int compare_objects(const struct object *before, struct object *after, struct patch_error *err);
/* Nothing that is loaded differs. */
bool compare_equal(const struct object *before, struct object *after);

#endif
