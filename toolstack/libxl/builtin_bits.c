/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Builtin types of bits and bytes. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "defbool.h"
#include <libxl_utils.h>
#include "type.h"
#include <libxl_json.h>

/* Bits of a map in JSON: real libxl takes any number and allocates as many, which a few
 * bytes of text could use to take a quarter of a gigabyte.  Far more than CPUs. */
#define BITMAP_BITS 65536

static yajl_gen_status gen_text(yajl_gen hand, const char *s)
{
	return yajl_gen_string(hand, (const unsigned char *)s, strlen(s));
}

/* --- defbool ------------------------------------------------------------------------- */

yajl_gen_status libxl_defbool_gen_json(yajl_gen hand, libxl_defbool *p)
{
	return gen_text(hand, libxl_defbool_to_string(*p));
}

static yajl_gen_status gen_defbool(yajl_gen hand, const void *p)
{
	return gen_text(hand, libxl_defbool_to_string(*(const libxl_defbool *)p));
}

static int parse_defbool(const struct json_node *node, void *p)
{
	return defbool_from_string(p, node->text) ? 0 : ERROR_FAIL;
}

const struct libxl__type libxl__type_defbool = {
	.name = "defbool",
	.size = sizeof(libxl_defbool),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_STRING,
			.gen = gen_defbool,
			.parse = parse_defbool,
		},
};

/* --- uuid ---------------------------------------------------------------------------- */

yajl_gen_status libxl_uuid_gen_json(yajl_gen hand, libxl_uuid *p)
{
	char text[LIBXL_UUID_FMTLEN + 1];

	snprintf(text, sizeof(text), LIBXL_UUID_FMT, LIBXL_UUID_BYTES(*p));
	return gen_text(hand, text);
}

static yajl_gen_status gen_uuid(yajl_gen hand, const void *p)
{
	libxl_uuid uuid = *(const libxl_uuid *)p;

	return libxl_uuid_gen_json(hand, &uuid);
}

static int parse_uuid(const struct json_node *node, void *p)
{
	return libxl_uuid_from_string(p, node->text) ? ERROR_FAIL : 0;
}

const struct libxl__type libxl__type_uuid = {
	.name = "uuid",
	.size = sizeof(libxl_uuid),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_STRING,
			.gen = gen_uuid,
			.parse = parse_uuid,
		},
};

/* --- mac ----------------------------------------------------------------------------- */

yajl_gen_status libxl_mac_gen_json(yajl_gen hand, libxl_mac *p)
{
	char text[LIBXL_MAC_FMTLEN + 1];

	snprintf(text, sizeof(text), LIBXL_MAC_FMT, LIBXL_MAC_BYTES(*p));
	return gen_text(hand, text);
}

static yajl_gen_status gen_mac(yajl_gen hand, const void *p)
{
	libxl_mac mac;

	memcpy(&mac, p, sizeof(mac));
	return libxl_mac_gen_json(hand, &mac);
}

static unsigned int digit(char c)
{
	return isdigit((unsigned char)c) ? (unsigned int)(c - '0')
					 : (unsigned int)(tolower((unsigned char)c) - 'a' + 10);
}

/* Six pairs of digits and nothing else. */
static int parse_mac(const struct json_node *node, void *p)
{
	const char *s = node->text;
	uint8_t *mac = p;
	int i;

	for (i = 0; i < 6; i++, s += 3) {
		if (!isxdigit((unsigned char)s[0]) || !isxdigit((unsigned char)s[1]) ||
		    s[2] != (i < 5 ? ':' : '\0'))
			return ERROR_FAIL;
		mac[i] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
	}
	return 0;
}

const struct libxl__type libxl__type_mac = {
	.name = "mac",
	.size = sizeof(libxl_mac),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_STRING,
			.gen = gen_mac,
			.parse = parse_mac,
		},
};

/* --- bitmap -------------------------------------------------------------------------- */

static void dispose_bitmap(void *p)
{
	libxl_bitmap_dispose(p);
}

static void copy_bitmap(libxl_ctx *ctx, void *dst, const void *src)
{
	libxl_bitmap_copy_alloc(ctx, dst, src);
}

static bool bitmap_is_empty(const void *p)
{
	return libxl_bitmap_is_empty(p) != 0;
}

static yajl_gen_status gen_bitmap(yajl_gen hand, const void *p)
{
	const libxl_bitmap *map = p;
	yajl_gen_status s = yajl_gen_array_open(hand);
	int bit;

	libxl_for_each_bit(bit, *map)
	{
		if (s == yajl_gen_status_ok && libxl_bitmap_test(map, bit))
			s = yajl_gen_integer(hand, bit);
	}
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

yajl_gen_status libxl_bitmap_gen_json(yajl_gen hand, libxl_bitmap *p)
{
	return gen_bitmap(hand, p);
}

/* The last number says how large the map is; what is beyond it is lost, as in libxl. */
static int parse_bitmap(const struct json_node *node, void *p)
{
	const struct json_node *bit;
	int rc;

	if (!node->nr)
		return 0;
	for (bit = node->first; bit; bit = bit->next)
		if (bit->kind != NODE_INTEGER || bit->integer < 0 || bit->integer >= BITMAP_BITS)
			return ERROR_FAIL;
	rc = libxl_bitmap_alloc(NULL, p, (int)node->last->integer + 1);
	for (bit = node->first; bit && !rc; bit = bit->next)
		libxl_bitmap_set(p, (int)bit->integer);
	return rc;
}

const struct libxl__type libxl__type_bitmap = {
	.name = "bitmap",
	.size = sizeof(libxl_bitmap),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_ARRAY,
			.dispose = dispose_bitmap,
			.copy = copy_bitmap,
			.is_default = bitmap_is_empty,
			.gen = gen_bitmap,
			.parse = parse_bitmap,
		},
};

/* --- hwcap --------------------------------------------------------------------------- */

/* Four of the eight words, and always: so does libxl. */
#define HWCAP_WORDS 4

static bool hwcap_is_default(const void *p)
{
	return false;
}

static yajl_gen_status gen_hwcap(yajl_gen hand, const void *p)
{
	const uint32_t *word = p;
	yajl_gen_status s = yajl_gen_array_open(hand);
	int i;

	for (i = 0; s == yajl_gen_status_ok && i < HWCAP_WORDS; i++)
		s = yajl_gen_integer(hand, word[i]);
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

yajl_gen_status libxl_hwcap_gen_json(yajl_gen hand, libxl_hwcap *p)
{
	return gen_hwcap(hand, p);
}

static int parse_hwcap(const struct json_node *node, void *p)
{
	const struct json_node *element = node->first;
	uint32_t *word = p;
	int i;

	for (i = 0; i < HWCAP_WORDS; i++, element = element->next) {
		if (!element || element->kind != NODE_INTEGER || element->integer < 0 ||
		    element->integer > UINT32_MAX)
			return ERROR_FAIL;
		word[i] = (uint32_t)element->integer;
	}
	return 0;
}

const struct libxl__type libxl__type_hwcap = {
	.name = "hwcap",
	.size = sizeof(libxl_hwcap),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_ARRAY,
			.is_default = hwcap_is_default,
			.gen = gen_hwcap,
			.parse = parse_hwcap,
		},
};

/* --- ms_vm_genid --------------------------------------------------------------------- */

static yajl_gen_status gen_genid(yajl_gen hand, const void *p)
{
	const libxl_ms_vm_genid *id = p;
	yajl_gen_status s = yajl_gen_array_open(hand);
	int i;

	for (i = 0; s == yajl_gen_status_ok && i < LIBXL_MS_VM_GENID_LEN; i++)
		s = yajl_gen_integer(hand, id->bytes[i]);
	return s == yajl_gen_status_ok ? yajl_gen_array_close(hand) : s;
}

yajl_gen_status libxl_ms_vm_genid_gen_json(yajl_gen hand, libxl_ms_vm_genid *p)
{
	return gen_genid(hand, p);
}

static int parse_genid(const struct json_node *node, void *p)
{
	const struct json_node *element;
	libxl_ms_vm_genid *id = p;
	int i = 0;

	if (node->kind != NODE_ARRAY || node->nr < LIBXL_MS_VM_GENID_LEN)
		return ERROR_FAIL;
	for (element = node->first; i < LIBXL_MS_VM_GENID_LEN; element = element->next) {
		if (element->kind != NODE_INTEGER || element->integer < 0 ||
		    element->integer > UINT8_MAX)
			return ERROR_FAIL;
		id->bytes[i++] = (uint8_t)element->integer;
	}
	return 0;
}

const struct libxl__type libxl__type_ms_vm_genid = {
	.name = "ms_vm_genid",
	.size = sizeof(libxl_ms_vm_genid),
	.ops =
		&(const struct libxl__ops){
			.accepts = NODE_ANY,
			.gen = gen_genid,
			.parse = parse_genid,
		},
};

/* Where a program links its events: never printed, never read. */
const struct libxl__type libxl__type_ev_link = {
	.name = "ev_link",
	.size = sizeof(libxl_ev_link),
};
