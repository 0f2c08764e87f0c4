/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What nacre-image tells the builder about a kernel: the first IMAGE_DATA bytes
 * of the memory file that they share, followed by the unpacked kernel file.
 * The builder trusts none of it (plan.h checks).
 */
#ifndef GUEST_IMAGE_PLAN_H
#define GUEST_IMAGE_PLAN_H

#include <stdint.h>

#define IMAGE_PLAN_MAGIC   0x6e616c70656e6361ULL
#define IMAGE_PLAN_VERSION 1u
#define IMAGE_MAX_SEGMENTS 32u
/* File offset of the unpacked kernel: a page, so that it can be mapped. */
#define IMAGE_DATA 4096u

/* Limits on what is read and what comes out of decompression, in bytes. */
#define IMAGE_MAX_FILE (512ull << 20)
#define IMAGE_MAX_DATA (1024ull << 20)

struct image_segment {
	uint64_t gpa;	    /* guest-physical address of the first byte */
	uint64_t file_size; /* bytes to copy, <= mem_size */
	uint64_t mem_size;  /* the rest is zero */
	uint64_t offset;    /* in the memory file, >= IMAGE_DATA */
};

struct image_plan {
	uint64_t magic;
	uint32_t version;
	uint32_t nr_segments; /* 1..IMAGE_MAX_SEGMENTS, ascending, not overlapping */
	uint64_t entry;	      /* 32-bit protected mode, physical */
	struct image_segment segments[IMAGE_MAX_SEGMENTS];
};

_Static_assert(sizeof(struct image_segment) == 32, "no padding");
_Static_assert(sizeof(struct image_plan) == 24 + 32 * IMAGE_MAX_SEGMENTS, "no padding");
_Static_assert(sizeof(struct image_plan) <= IMAGE_DATA, "fits before the data");

#endif
