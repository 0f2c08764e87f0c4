/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "no_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No handler of the program's may run: it would meet structs that are half made. */
void libxl__no_memory(const char *function)
{
	fprintf(stderr, "libxl: FATAL ERROR: memory allocation failure (%s)\n", function);
	fflush(stderr);
	_exit(-1);
}

void *libxl__must_calloc(size_t nr, size_t size)
{
	void *p = calloc(nr, size);

	if (!p)
		libxl__no_memory("calloc");
	return p;
}

char *libxl__must_strdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		libxl__no_memory("strdup");
	return copy;
}
