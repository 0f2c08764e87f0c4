/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Small kernels made in memory: ELF of both classes, bzImage of every packing. */
#ifndef TEST_IMAGE_SAMPLES_H
#define TEST_IMAGE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/unpack.h"

struct sample {
	uint8_t *data;
	size_t size;
};

#define SAMPLE_ENTRY	0x100010u
#define SAMPLE_TEXT	0x100000u /* 4096 file bytes */
#define SAMPLE_TEXT_LEN 4096u
#define SAMPLE_DATA	0x200000u /* 100 file bytes of 9000 in memory */
#define SAMPLE_DATA_LEN 100u
#define SAMPLE_DATA_MEM 9000u

/* A kernel with two segments and a PVH note; file bytes are never 0. */
struct sample sample_elf(bool is64);
/* Offsets in it, for damage. */
size_t sample_phdr(bool is64, unsigned int i); /* 0, 1 load; 2 note */
/* Pack @inner as a bzImage payload with Linux's size trailer. */
struct sample sample_bzimage(enum unpack_format format, struct sample inner);
/* Pack without a shell. */
struct sample sample_pack(enum unpack_format format, struct sample inner);
struct sample sample_copy(struct sample from);
void sample_free(struct sample *s);

#endif
