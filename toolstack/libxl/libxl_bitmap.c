/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxl_bitmap: whole bytes, bit 0 the lowest of the first.  Bits beyond a map are
 * clear, and setting one does nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "libxl_internal.h"
#include "no_memory.h"

void libxl_bitmap_init(libxl_bitmap *map)
{
	memset(map, 0, sizeof(*map));
}

void libxl_bitmap_dispose(libxl_bitmap *map)
{
	free(map->map);
	libxl_bitmap_init(map);
}

static int allocate(libxl_bitmap *bitmap, uint32_t bytes)
{
	uint8_t *map = bytes ? calloc(1, bytes) : NULL;

	if (bytes && !map)
		return ERROR_NOMEM;
	*bitmap = (libxl_bitmap){.size = bytes, .map = map};
	return 0;
}

int libxl_bitmap_alloc(libxl_ctx *ctx, libxl_bitmap *bitmap, int n_bits)
{
	return n_bits < 0 ? ERROR_INVAL : allocate(bitmap, ((uint32_t)n_bits + 7) / 8);
}

/* Without a result to tell in: the process ends when there is no memory, as with libxl. */
void libxl_bitmap_copy_alloc(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr)
{
	libxl_bitmap_init(dptr);
	if (allocate(dptr, sptr->size))
		libxl__no_memory(__func__);
	libxl_bitmap_copy(ctx, dptr, sptr);
}

/* Into a map that is there; what it has no room for is lost. */
void libxl_bitmap_copy(libxl_ctx *ctx, libxl_bitmap *dptr, const libxl_bitmap *sptr)
{
	uint32_t bytes = dptr->size < sptr->size ? dptr->size : sptr->size;

	if (bytes && dptr->map != sptr->map)
		memcpy(dptr->map, sptr->map, bytes);
}

static int all_bytes_are(const libxl_bitmap *bitmap, uint8_t byte)
{
	uint32_t i;

	for (i = 0; i < bitmap->size; i++)
		if (bitmap->map[i] != byte)
			return 0;
	return 1;
}

int libxl_bitmap_is_full(const libxl_bitmap *bitmap)
{
	return all_bytes_are(bitmap, 0xff);
}

int libxl_bitmap_is_empty(const libxl_bitmap *bitmap)
{
	return all_bytes_are(bitmap, 0);
}

static bool inside(const libxl_bitmap *bitmap, int bit)
{
	return bit >= 0 && (uint32_t)bit / 8 < bitmap->size;
}

int libxl_bitmap_test(const libxl_bitmap *bitmap, int bit)
{
	return inside(bitmap, bit) && (bitmap->map[bit / 8] & 1u << bit % 8);
}

void libxl_bitmap_set(libxl_bitmap *bitmap, int bit)
{
	if (inside(bitmap, bit))
		bitmap->map[bit / 8] |= (uint8_t)(1u << bit % 8);
}

void libxl_bitmap_reset(libxl_bitmap *bitmap, int bit)
{
	if (inside(bitmap, bit))
		bitmap->map[bit / 8] &= (uint8_t) ~(1u << bit % 8);
}

int libxl_bitmap_count_set(const libxl_bitmap *bitmap)
{
	uint32_t i;
	int nr = 0;

	for (i = 0; i < bitmap->size; i++)
		nr += __builtin_popcount(bitmap->map[i]);
	return nr;
}

static uint8_t byte_of(const libxl_bitmap *bitmap, uint32_t i)
{
	return i < bitmap->size ? bitmap->map[i] : 0;
}

int libxl_bitmap_or(libxl_ctx *ctx, libxl_bitmap *or_map, const libxl_bitmap *map1,
		    const libxl_bitmap *map2)
{
	int rc = allocate(or_map, map1->size > map2->size ? map1->size : map2->size);
	uint32_t i;

	for (i = 0; !rc && i < or_map->size; i++)
		or_map->map[i] = byte_of(map1, i) | byte_of(map2, i);
	return rc;
}

int libxl_bitmap_and(libxl_ctx *ctx, libxl_bitmap *and_map, const libxl_bitmap *map1,
		     const libxl_bitmap *map2)
{
	int rc = allocate(and_map, map1->size < map2->size ? map1->size : map2->size);
	uint32_t i;

	for (i = 0; !rc && i < and_map->size; i++)
		and_map->map[i] = map1->map[i] & map2->map[i];
	return rc;
}

/* "0x" and two digits a byte, the highest first. */
char *libxl_bitmap_to_hex_string(libxl_ctx *ctx, const libxl_bitmap *bitmap)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * (size_t)bitmap->size + 3), *p = text;
	uint32_t i;

	if (!text)
		return NULL;
	*p++ = '0';
	*p++ = 'x';
	for (i = bitmap->size; i > 0; i--) {
		*p++ = digits[bitmap->map[i - 1] >> 4];
		*p++ = digits[bitmap->map[i - 1] & 15];
	}
	*p = '\0';
	return text;
}
