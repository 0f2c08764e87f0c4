/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Other programs at work: cmake, the compiler, patch, cp. */
#ifndef LIVEPATCH_RUN_H
#define LIVEPATCH_RUN_H

#include "patch/patch_error.h"

/* Run @argv in directory @dir; its output is appended to file @log.  0, or -1: it did
 * not start, or failed; the end of @log has been shown on stderr then. */
int run(const char *dir, const char *log, char *const argv[], struct patch_error *err);

#endif
