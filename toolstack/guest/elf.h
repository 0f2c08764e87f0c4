/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Reading an ELF kernel (32 or 64 bits, x86) with a PVH entry note. */
#ifndef GUEST_ELF_H
#define GUEST_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/image_error.h"
#include "guest/image_plan.h"

bool elf_probe(const uint8_t *data, size_t size);
/*
 * Fill @plan from the file at @data, which lies at IMAGE_DATA of the memory
 * file.  All of @plan is written (nothing of the caller's memory stays in it).
 * 0 or -1.
 */
int elf_plan(const uint8_t *data, size_t size, struct image_plan *plan, struct image_error *err);

#endif
