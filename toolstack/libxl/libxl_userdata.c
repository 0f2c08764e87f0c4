/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Data that callers keep beside a domain: nacred has it, and it goes with the domain. */
#include <stdlib.h>
#include <string.h>

#include "libxl_query.h"

static struct json *userdata_params(uint32_t domid, const char *key)
{
	struct json *params = libxl__domain_params(domid);

	if (params && json_set_string(params, "key", key))
		return params;
	json_free(params);
	return NULL;
}

static char *to_hex(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *text = malloc(2 * len + 1);
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < len; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	text[2 * len] = '\0';
	return text;
}

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL: no memory, or no pairs of digits. */
static uint8_t *from_hex(const char *text, size_t *len)
{
	uint8_t *data;
	size_t i;

	*len = strlen(text) / 2;
	if (strlen(text) % 2)
		return NULL;
	data = malloc(*len + 1);
	for (i = 0; data && i < *len; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0) {
			free(data);
			return NULL;
		}
		data[i] = (uint8_t)(high << 4 | low);
	}
	return data;
}

/* @data NULL or no bytes: forget. */
static int store(libxl_ctx *ctx, uint32_t domid, const char *key, const uint8_t *data, size_t len)
{
	struct json *params = userdata_params(domid, key);
	char *text;

	if (params && data && len) {
		text = to_hex(data, len);
		if (!text || !json_set_string(params, "data", text)) {
			json_free(params);
			params = NULL;
		}
		free(text);
	}
	return params ? libxl__call(ctx, "domain.userdata.set", params, NULL) : ERROR_NOMEM;
}

int libxl_userdata_store(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
			 const uint8_t *data, int datalen)
{
	if (datalen < 0)
		return ERROR_INVAL;
	return store(ctx, domid, userdata_userid, data, (size_t)datalen);
}

int libxl_userdata_unlink(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid)
{
	return store(ctx, domid, userdata_userid, NULL, 0);
}

int libxl_userdata_retrieve(libxl_ctx *ctx, uint32_t domid, const char *userdata_userid,
			    uint8_t **data_r, int *datalen_r)
{
	struct json *params = userdata_params(domid, userdata_userid), *result;
	uint8_t *data = NULL;
	const char *text;
	size_t len = 0;
	int rc = params ? libxl__query(ctx, "domain.userdata.get", params, &result) : ERROR_NOMEM;

	if (rc)
		return rc;
	text = json_string(json_get(result, "data"), NULL);
	if (text) {
		data = from_hex(text, &len);
		rc = data && len <= INT32_MAX ? 0 : ERROR_FAIL;
	}
	json_free(result);
	if (rc) {
		free(data);
		return rc;
	}
	if (datalen_r)
		*datalen_r = (int)len;
	if (data_r)
		*data_r = data;
	else
		free(data);
	return 0;
}
