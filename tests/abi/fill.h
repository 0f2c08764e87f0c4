/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Any struct of libxl with random contents, by the tables of our types. */
#ifndef NACRE_TESTS_FILL_H
#define NACRE_TESTS_FILL_H

#include <stdint.h>

#include "type.h"

struct fill {
	uint64_t random; /* not 0; the same one gives the same contents */
	bool readable;	 /* only what from_json gives back */
};

/* @p initialised.  What it gets is from malloc: libxl_TYPE_dispose() frees it.  Lists
 * of CPUID leaves stay empty, as each library has a form of its own for them. */
void fill(struct fill *how, const struct libxl__type *type, void *p);

/* Whether two values of a type are the same, fields that are not printed included. */
bool same(const struct libxl__type *type, const void *a, const void *b);

uint64_t fill_random(struct fill *how);

#endif
