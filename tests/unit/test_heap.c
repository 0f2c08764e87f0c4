/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include "host.h"

static size_t used; /* by the machine itself */

static void boot(void)
{
	host_boot(1, 64);
	used = heap_used();
}

TestSuite(heap, .init = boot);

Test(heap, objects_are_zeroed_and_aligned)
{
	for (size_t size = 1; size < 3 * PAGE_SIZE; size = size * 2 + 1) {
		char *p = heap_alloc(size);

		cr_assert(p);
		cr_assert_eq((uintptr_t)p % (size > PAGE_SIZE ? PAGE_SIZE : 16), 0);
		for (size_t i = 0; i < size; i++)
			cr_assert_eq(p[i], 0);
		memset(p, 0xff, size);
		heap_free(p);
	}
	cr_assert_eq(heap_used(), used);
}

Test(heap, nonsense_sizes_fail)
{
	cr_assert_null(heap_alloc(0));
	cr_assert_null(heap_alloc(SIZE_MAX));
	cr_assert_null(heap_array(SIZE_MAX / 2, 4));
	heap_free(NULL);
}

Test(heap, random_use_returns_every_page)
{
	uint64_t before = frames_free();
	char *p[512] = {0};
	size_t size[512];

	srand(2);
	for (int i = 0; i < 300000; i++) {
		int k = rand() % 512;

		if (p[k]) {
			for (size_t b = 0; b < size[k]; b += 61)
				cr_assert_eq(p[k][b], (char)k, "overwritten");
			heap_free(p[k]);
			p[k] = NULL;
			continue;
		}
		size[k] = 1 + rand() % (rand() % 8 ? 600 : 9000);
		p[k] = heap_alloc(size[k]);
		cr_assert(p[k]);
		memset(p[k], k, size[k]);
	}
	for (int k = 0; k < 512; k++)
		heap_free(p[k]);
	cr_assert_eq(heap_used(), used);
	cr_assert_eq(frames_free(), before);
}

Test(heap, exhaustion_is_null)
{
	void *p;

	host_take_memory(0);
	cr_assert_null(heap_alloc(64));
	cr_assert_null(heap_alloc(2 * PAGE_SIZE));
	host_return_memory();
	p = heap_alloc(64);
	cr_assert(p);
	heap_free(p);
}
