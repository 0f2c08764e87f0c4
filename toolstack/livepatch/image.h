/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The linked image that runs: where each section of each object is, by the linker's
 * map, where global symbols are, and what bytes are there.
 */
#ifndef LIVEPATCH_IMAGE_H
#define LIVEPATCH_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "livepatch/file.h"
#include "patch/elf_object.h"
#include "patch/payload.h"

struct image_place {
	const char *object, *section; /* in the map's text */
	uint64_t address, size;
};

struct image {
	struct file file, map;
	struct elf_object elf;
	struct payload_id id;
	struct image_place *places;
	uint32_t nr_places;
};

int image_read(const char *path, const char *map, struct image *image, struct patch_error *err);
void image_free(struct image *image);

/* Address of @section of the object file whose path ends in "/@object"; 0: it is not in
 * the image. */
uint64_t image_section(const struct image *image, const char *object, const char *section);
/* Address of a global symbol, 0 if there is none. */
uint64_t image_symbol(const struct image *image, const char *name);
/* How many bytes from @address on belong to nobody else. */
uint64_t image_room(const struct image *image, uint64_t address);
/* @len bytes at @address, NULL: not all of them are in the file. */
const uint8_t *image_bytes(const struct image *image, uint64_t address, uint64_t len);

#endif
