/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* libxl_uuid over libuuid, and the generation ID that looks like one. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <uuid.h>

#include "libxl_internal.h"

int libxl_uuid_is_nil(const libxl_uuid *uuid)
{
	return uuid_is_null(uuid->uuid);
}

void libxl_uuid_generate(libxl_uuid *uuid)
{
	uuid_generate(uuid->uuid);
}

/* 0, or -1 with @uuid as it was. */
int libxl_uuid_from_string(libxl_uuid *uuid, const char *in)
{
	uuid_t parsed;

	if (uuid_parse(in, parsed))
		return -1;
	uuid_copy(uuid->uuid, parsed);
	return 0;
}

void libxl_uuid_copy(libxl_ctx *ctx_opt, libxl_uuid *dst, const libxl_uuid *src)
{
	uuid_copy(dst->uuid, src->uuid);
}

void libxl_uuid_clear(libxl_uuid *uuid)
{
	memset(uuid->uuid, 0, sizeof(uuid->uuid));
}

int libxl_uuid_compare(const libxl_uuid *uuid1, const libxl_uuid *uuid2)
{
	return uuid_compare(uuid1->uuid, uuid2->uuid);
}

const uint8_t *libxl_uuid_bytearray_const(const libxl_uuid *uuid)
{
	return uuid->uuid;
}

uint8_t *libxl_uuid_bytearray(libxl_uuid *uuid)
{
	return uuid->uuid;
}

int libxl_ms_vm_genid_generate(libxl_ctx *ctx, libxl_ms_vm_genid *id)
{
	/* Up to 256 bytes come whole or not at all: getrandom(2). */
	if (getrandom(id->bytes, sizeof(id->bytes), 0) == (ssize_t)sizeof(id->bytes))
		return 0;
	libxl__log(ctx, XTL_ERROR, errno, LIBXL__HERE, INVALID_DOMID, "no random numbers");
	return ERROR_FAIL;
}

bool libxl_ms_vm_genid_is_zero(const libxl_ms_vm_genid *id)
{
	static const libxl_ms_vm_genid zero;

	return !memcmp(id, &zero, sizeof(zero));
}

void libxl_ms_vm_genid_copy(libxl_ctx *ctx, libxl_ms_vm_genid *dst, const libxl_ms_vm_genid *src)
{
	*dst = *src;
}
