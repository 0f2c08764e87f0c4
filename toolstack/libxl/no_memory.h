/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * For functions that cannot say that they failed, such as libxl_TYPE_copy(): a copy of
 * which a part is missing in silence, a CPUID mask for one, would give a guest what its
 * owner forbade.  So the process ends, with libxl's words and exit status.
 */
#ifndef NACRE_LIBXL_NO_MEMORY_H
#define NACRE_LIBXL_NO_MEMORY_H

#include <stddef.h>

void libxl__no_memory(const char *function) __attribute__((noreturn));
/* Never NULL. @nr and @size not 0. */
void *libxl__must_calloc(size_t nr, size_t size);
char *libxl__must_strdup(const char *s);

#endif
