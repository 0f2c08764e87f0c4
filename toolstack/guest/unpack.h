/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Decompression of kernel payloads: gzip, xz, lzma, lz4 (legacy frame), zstd. */
#ifndef GUEST_UNPACK_H
#define GUEST_UNPACK_H

#include <stddef.h>
#include <stdint.h>

#include "guest/image_error.h"

/* Where the bytes go: a file, from @offset on. */
struct unpack_sink {
	int fd;
	uint64_t offset; /* of the next byte */
	uint64_t total;	 /* bytes so far */
	uint64_t limit;	 /* of total */
};

/* Append; an error when the limit is passed or the file cannot grow. */
int unpack_write(struct unpack_sink *sink, const void *data, size_t len, struct image_error *err);

enum unpack_format {
	UNPACK_NONE,
	UNPACK_GZIP,
	UNPACK_XZ,
	UNPACK_LZMA,
	UNPACK_LZ4,
	UNPACK_ZSTD,
	UNPACK_BZIP2, /* known by name only */
	UNPACK_LZO,   /* known by name only */
};

enum unpack_format unpack_detect(const uint8_t *data, size_t size);
const char *unpack_name(enum unpack_format format);

/*
 * Decompress one stream; bytes after its end are ignored.  @trailer: Linux's
 * kernel build puts the unpacked size (4 bytes, little-endian) behind every
 * stream; it is checked, and for lz4, whose legacy frame has no end mark, it is
 * needed to see the end.  0 or -1.
 */
int unpack_run(enum unpack_format format, const uint8_t *data, size_t size, int trailer,
	       struct unpack_sink *sink, struct image_error *err);

#endif
