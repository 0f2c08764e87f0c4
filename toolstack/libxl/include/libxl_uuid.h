/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* UUIDs: 16 bytes, the first the most significant (RFC 4122). */
#ifndef LIBXL_UUID_H
#define LIBXL_UUID_H

#include <stdint.h>

#define LIBXL_UUID_FMT                                                                             \
	"%02hhx%02hhx%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-%02hhx%02hhx-"                         \
	"%02hhx%02hhx%02hhx%02hhx%02hhx%02hhx"
#define LIBXL_UUID_FMTLEN ((2 * 16) + 4) /* digits and hyphens, no NUL */
#define LIBXL__UUID_BYTES(uuid)                                                                    \
	(uuid)[0], (uuid)[1], (uuid)[2], (uuid)[3], (uuid)[4], (uuid)[5], (uuid)[6], (uuid)[7],    \
		(uuid)[8], (uuid)[9], (uuid)[10], (uuid)[11], (uuid)[12], (uuid)[13], (uuid)[14],  \
		(uuid)[15]
#define LIBXL_UUID_BYTES(arg) LIBXL__UUID_BYTES((arg).uuid)

typedef struct {
	unsigned char uuid[16];
} libxl_uuid;

/* Programs of before 4.7 took libuuid's functions from here. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040700
#include <uuid/uuid.h>
#endif

/* is_nil: 1 or 0; from_string: 0 or -1; compare: as memcmp(). */
int libxl_uuid_is_nil(const libxl_uuid *uuid);
void libxl_uuid_generate(libxl_uuid *uuid);
int libxl_uuid_from_string(libxl_uuid *uuid, const char *in);
void libxl_uuid_copy(libxl_ctx *ctx_opt, libxl_uuid *dst, const libxl_uuid *src);
void libxl_uuid_clear(libxl_uuid *uuid);
int libxl_uuid_compare(const libxl_uuid *uuid1, const libxl_uuid *uuid2);
const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid);
uint8_t *libxl_uuid_bytearray(libxl_uuid *uuid);

/* Before 4.5 copying needed no context. */
#if defined(LIBXL_API_VERSION) && LIBXL_API_VERSION < 0x040500
static inline void libxl_uuid_copy_0x040400(libxl_uuid *dst, const libxl_uuid *src)
{
	libxl_uuid_copy(NULL, dst, src);
}
#define libxl_uuid_copy libxl_uuid_copy_0x040400
#endif

#endif
