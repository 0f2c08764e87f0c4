/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/bzimage.h"

#include <inttypes.h>
#include <string.h>

/* Offsets in the setup header. */
#define SETUP_SECTS    0x1f1
#define BOOT_FLAG      0x1fe
#define HEADER_MAGIC   0x202
#define HEADER_VERSION 0x206
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END     0x250

static uint32_t le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool bzimage_probe(const uint8_t *data, size_t size)
{
	return size >= HEADER_MAGIC + 4 && data[BOOT_FLAG] == 0x55 && data[BOOT_FLAG + 1] == 0xaa &&
	       !memcmp(data + HEADER_MAGIC, "HdrS", 4);
}

int bzimage_payload(const uint8_t *data, size_t size, size_t *offset, size_t *length,
		    struct image_error *err)
{
	unsigned int version, sects;
	uint64_t start, len;

	if (size < HEADER_END)
		return image_fail(err, "bzImage header is truncated at offset %zu", size);
	version = data[HEADER_VERSION] | (unsigned int)data[HEADER_VERSION + 1] << 8;
	/* The payload fields came with 2.08. */
	if (version < 0x208)
		return image_fail(err, "bzImage boot protocol %u.%02u is older than 2.08",
				  version >> 8, version & 0xff);
	/* 0 stands for 4, for the sake of very old loaders. */
	sects = data[SETUP_SECTS] ? data[SETUP_SECTS] : 4;
	start = (sects + 1) * 512u + (uint64_t)le32(data + PAYLOAD_OFFSET);
	len = le32(data + PAYLOAD_LENGTH);
	if (!len)
		return image_fail(err, "bzImage has no payload");
	if (start > size || len > size - start)
		return image_fail(
			err, "bzImage is truncated at offset %zu: its payload ends at %" PRIu64,
			size, start + len);
	*offset = start;
	*length = len;
	return 0;
}
