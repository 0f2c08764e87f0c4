/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A case as a stream of numbers.  What lies beyond its end reads as zero. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void in_start(const uint8_t *data, size_t size);
bool in_more(void);
uint8_t in8(void);
/* One byte says how: small numbers are themselves, others choose from a table of
 * numbers that mean something (ids, pointers, limits) or announce 1 to 8 bytes. */
uint64_t in_value(void);
/* A structure: a count, then members as width and value, naturally aligned.
 * Bytes filled in; the rest of @buf stays. */
size_t in_struct(void *buf, size_t room);
/* @len bytes as they come. */
void in_bytes(void *buf, size_t len);

#endif
