/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The process's contexts: after a fork one call in the child closes what all of them
 * have open, as libxl_postfork_child_noexec() promises.
 */
#ifndef LIBXL_FORK_H
#define LIBXL_FORK_H

#include "libxl_internal.h"

void libxl__contexts_add(libxl_ctx *ctx);
void libxl__contexts_remove(libxl_ctx *ctx);

#endif
