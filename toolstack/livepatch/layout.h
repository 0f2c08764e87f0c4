/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The layout of data, by the debugging information of two builds of one object: objects
 * of a type that exist in the running hypervisor keep the layout that they have.
 */
#ifndef LIVEPATCH_LAYOUT_H
#define LIVEPATCH_LAYOUT_H

#include <stdbool.h>

#include "patch/patch_error.h"

/*
 * Call @differs for each structure, union, enumeration and named type that both objects
 * know and that is not the same in both.  @what is "struct domain"; @why one line; it is
 * called once per type and object.  Values that are added at the end of an enumeration
 * are no difference.  0, or -1: no debugging information.
 */
int layout_compare(const char *before, const char *after,
		   void (*differs)(void *arg, const char *what, const char *why), void *arg,
		   struct patch_error *err);

#endif
