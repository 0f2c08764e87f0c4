/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Sizes, offsets and constants of libxl's types by one set of headers.  Compiled twice,
 * with our headers (ROWS is ours) and with those of libxen-dev (theirs); the list of
 * what to look at is made from our IDL, and libxl_abi.sh sees to it that the IDL has
 * all there is.
 */
#include "layout_rows.h"

#include <stddef.h>

#include <libxl.h>

#define SIZE(type)	  {#type, sizeof(type), 0},
#define FIELD(type, path) {#type "." #path, sizeof(((type *)NULL)->path), offsetof(type, path)},
#define CONSTANT(name)	  {#name, (size_t)(name), 0},

const struct layout_row ROWS[] = {
#include "libxl_layout.inc"
	{NULL, 0, 0},
};
