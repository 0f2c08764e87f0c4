/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* core/heap.c's functions over malloc, whose red zones the sanitizers know, and
 * with allocations that fail when told to. */
#include <malloc.h>
#include <stdlib.h>

#include <hv/heap.h>

#include "world.h"

static size_t used;
unsigned int heap_fails_in;

void *heap_alloc(size_t size)
{
	void *p = NULL;

	if (heap_fails_in && !--heap_fails_in)
		return NULL;
	if (size && size <= 1u << 30)
		p = calloc(1, size);
	used += malloc_usable_size(p);
	return p;
}

void *heap_array(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : heap_alloc(bytes);
}

void heap_free(void *p)
{
	used -= malloc_usable_size(p);
	free(p);
}

size_t heap_used(void)
{
	return used;
}
