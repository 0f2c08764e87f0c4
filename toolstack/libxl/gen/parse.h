/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The notation of the .idl files:
 *
 *   enum NAME [prefix PREFIX_] [default WORD] { WORD = NUMBER, ... }
 *   struct NAME [plain] [listed] { FIELD ... }
 *
 * and a field is one of
 *
 *   [const] TYPE NAME [= VALUE] [replaced_by FIELD] ["DOC"];
 *   TYPE NAME[COUNT] ["DOC"];          an array, its length in the int COUNT
 *   group NAME { FIELD ... }           a struct without a name
 *   switch (ENUM KEY) NAME { case WORD; case WORD { FIELD ... } ... }
 *
 * VALUE is a number, a constant of libxl.h, or ~0.  DOC goes into the header and the
 * manual.  A type stands before its use.
 * Comments go from # to the end of the line.
 */
#ifndef NACRE_LIBXL_GEN_PARSE_H
#define NACRE_LIBXL_GEN_PARSE_H

#include "model.h"

/* Adds the types of @path to @m; a mistake in it ends the program with a message. */
void parse_file(struct model *m, const char *path);

#endif
