/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The outer shell of an x86 Linux kernel file (Documentation/x86/boot.rst). */
#ifndef GUEST_BZIMAGE_H
#define GUEST_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/image_error.h"

bool bzimage_probe(const uint8_t *data, size_t size);
/* Where the packed kernel lies.  0 or -1. */
int bzimage_payload(const uint8_t *data, size_t size, size_t *offset, size_t *length,
		    struct image_error *err);

#endif
