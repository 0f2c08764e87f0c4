/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Unified diffs: a fix usually comes with tests and manuals, which no live patch needs. */
#ifndef LIVEPATCH_DIFF_TEXT_H
#define LIVEPATCH_DIFF_TEXT_H

#include <stddef.h>

#include "patch/patch_error.h"

struct diff_text {
	char *text; /* malloc'd */
	size_t len;
	unsigned int files, left_out;
};

/*
 * What of a -p1 diff concerns the hypervisor (hypervisor/ and CMakeLists.txt).  0, or
 * -1: it is no unified diff, has a path that leads out of the tree, or nothing is left.
 */
int diff_text_select(const char *text, size_t len, struct diff_text *out, struct patch_error *err);
void diff_text_free(struct diff_text *d);

#endif
