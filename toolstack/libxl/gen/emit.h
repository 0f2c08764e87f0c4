/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the generator can write. */
#ifndef NACRE_LIBXL_GEN_EMIT_H
#define NACRE_LIBXL_GEN_EMIT_H

#include <stdio.h>

#include "model.h"

void emit_header(const struct model *m, FILE *out);	  /* _libxl_types.h */
void emit_json_header(const struct model *m, FILE *out);  /* _libxl_types_json.h */
void emit_table_header(const struct model *m, FILE *out); /* what ../type.h works on */
void emit_tables(const struct model *m, FILE *out);
void emit_calls(const struct model *m, FILE *out);  /* the functions of the two headers */
void emit_manual(const struct model *m, FILE *out); /* the middle of libxl-types(7) */
void emit_layout(const struct model *m, FILE *out); /* sizes and offsets, for tests/abi */

/* The first of the switches of a struct, or NULL; no type of libxl has two. */
const struct field *switch_of(const struct type *type);

/* Whether fields of its arms were replaced by fields of the struct. */
bool has_replaced(const struct type *type);

#endif
