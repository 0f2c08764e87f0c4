/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the library itself needs of libxl_defbool beyond libxl.h. */
#ifndef NACRE_LIBXL_DEFBOOL_H
#define NACRE_LIBXL_DEFBOOL_H

#include <libxl.h>

enum { DEFBOOL_FALSE = -1, DEFBOOL_DEFAULT = 0, DEFBOOL_TRUE = 1 };

/* From one of the words of libxl_defbool_to_string(); false for any other. */
bool defbool_from_string(libxl_defbool *db, const char *s);

#endif
