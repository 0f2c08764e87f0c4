/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Copies of files and folders that touch only what differs, so that a build in the copy
 * has little to do. */
#ifndef LIVEPATCH_SYNC_H
#define LIVEPATCH_SYNC_H

#include "patch/patch_error.h"

/* Make @to what @from is, file or directory.  0 or -1. */
int sync_copy(const char *from, const char *to, struct patch_error *err);

#endif
