/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Checks of a plan that came from the image loader, which is not trusted. */
#ifndef GUEST_PLAN_H
#define GUEST_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "guest/image_plan.h"

/*
 * @plan: the caller's own copy; @file_size: of the memory file.  Afterwards every
 * segment lies below 4 GiB, ascending and without overlap, its bytes lie in the
 * file, and the entry in file-backed bytes of one.  *end: one past the last byte.
 * 0 or -EPROTO with a reason in @error.
 */
int plan_check(const struct image_plan *plan, uint64_t file_size, uint64_t *end, char *error,
	       size_t error_len);

#endif
