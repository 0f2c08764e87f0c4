/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * libxl's lists of strings, which end at their first NULL (a key-value list at the
 * first key that is NULL), and the types that are plain arrays.
 */
#include <stdlib.h>
#include <string.h>

#include "libxl_internal.h"
#include "no_memory.h"

void libxl_string_copy(libxl_ctx *ctx, char **dst, char *const *src)
{
	*dst = *src ? libxl__must_strdup(*src) : NULL;
}

int libxl_string_list_length(const libxl_string_list *sl)
{
	int nr = 0;

	while (*sl && (*sl)[nr])
		nr++;
	return nr;
}

void libxl_string_list_dispose(libxl_string_list *sl)
{
	int i;

	for (i = 0; *sl && (*sl)[i]; i++)
		free((*sl)[i]);
	free(*sl);
	*sl = NULL;
}

void libxl_string_list_copy(libxl_ctx *ctx, libxl_string_list *dst, const libxl_string_list *src)
{
	int i, nr = libxl_string_list_length(src);

	*dst = *src ? libxl__must_calloc((size_t)nr + 1, sizeof(**dst)) : NULL;
	for (i = 0; *dst && i < nr; i++)
		(*dst)[i] = libxl__must_strdup((*src)[i]);
}

int libxl_key_value_list_length(const libxl_key_value_list *kvl)
{
	int nr = 0;

	while (*kvl && (*kvl)[2 * nr])
		nr++;
	return nr;
}

void libxl_key_value_list_dispose(libxl_key_value_list *kvl)
{
	int i;

	for (i = 0; *kvl && (*kvl)[i]; i += 2) {
		free((*kvl)[i]);
		free((*kvl)[i + 1]);
	}
	free(*kvl);
	*kvl = NULL;
}

void libxl_key_value_list_copy(libxl_ctx *ctx, libxl_key_value_list *dst,
			       const libxl_key_value_list *src)
{
	int i, nr = libxl_key_value_list_length(src);

	*dst = *src ? libxl__must_calloc(2 * (size_t)nr + 2, sizeof(**dst)) : NULL;
	for (i = 0; *dst && i < nr; i++) {
		char *const *pair = *src + 2 * i;

		(*dst)[2 * i] = libxl__must_strdup(pair[0]);
		libxl_string_copy(ctx, &(*dst)[2 * i + 1], &pair[1]);
	}
}

void libxl_mac_copy(libxl_ctx *ctx, libxl_mac *dst, const libxl_mac *src)
{
	memcpy(dst, src, sizeof(*dst));
}

void libxl_hwcap_copy(libxl_ctx *ctx, libxl_hwcap *dst, const libxl_hwcap *src)
{
	memcpy(dst, src, sizeof(*dst));
}
