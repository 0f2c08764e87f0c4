/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Types of libxl as JSON through yajl's generator.  Needs yajl's headers and, as in
 * 4.17, is not included by libxl.h.  Each libxl_TYPE_gen_json() writes one value.
 */
#ifndef LIBXL_JSON_H
#define LIBXL_JSON_H

#include <libxl.h>
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>
#ifdef HAVE_YAJL_YAJL_VERSION_H
#include <yajl/yajl_version.h>
#endif

/* As a number also where yajl's integers end: up to 2^64 - 1. */
yajl_gen_status libxl__uint64_gen_json(yajl_gen hand, uint64_t val);

yajl_gen_status libxl_defbool_gen_json(yajl_gen hand, libxl_defbool *p);
yajl_gen_status libxl_uuid_gen_json(yajl_gen hand, libxl_uuid *p);
yajl_gen_status libxl_mac_gen_json(yajl_gen hand, libxl_mac *p);
yajl_gen_status libxl_bitmap_gen_json(yajl_gen hand, libxl_bitmap *p);
yajl_gen_status libxl_cpuid_policy_list_gen_json(yajl_gen hand, libxl_cpuid_policy_list *p);
yajl_gen_status libxl_string_list_gen_json(yajl_gen hand, libxl_string_list *p);
yajl_gen_status libxl_key_value_list_gen_json(yajl_gen hand, libxl_key_value_list *p);
yajl_gen_status libxl_hwcap_gen_json(yajl_gen hand, libxl_hwcap *p);
yajl_gen_status libxl_ms_vm_genid_gen_json(yajl_gen hand, libxl_ms_vm_genid *p);

#include <_libxl_types_json.h>

/* yajl 1 is gone; the names that told it from yajl 2 stay. */
#define HAVE_YAJL_V2 1
typedef size_t libxl_yajl_length;

/* A parser that leaves alone what follows the first value, and a printer that indents
 * by four spaces: what libxl itself uses.  NULL: no memory. */
static inline yajl_handle libxl__yajl_alloc(const yajl_callbacks *callbacks,
					    yajl_alloc_funcs *allocFuncs, void *ctx)
{
	yajl_handle hand = yajl_alloc(callbacks, allocFuncs, ctx);

	if (hand)
		yajl_config(hand, yajl_allow_trailing_garbage, 1);
	return hand;
}

static inline yajl_gen libxl_yajl_gen_alloc(const yajl_alloc_funcs *allocFuncs)
{
	yajl_gen gen = yajl_gen_alloc(allocFuncs);

	if (gen)
		yajl_gen_config(gen, yajl_gen_beautify, 1);
	return gen;
}

#endif
