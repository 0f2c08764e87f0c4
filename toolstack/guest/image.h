/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* From a kernel file in memory to a plan and its bytes in a memory file. */
#ifndef GUEST_IMAGE_H
#define GUEST_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "guest/image_error.h"

/* @out: an empty memory file.  0 or -1. */
int image_convert(const uint8_t *file, size_t size, int out, struct image_error *err);

#endif
