/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "arena.h"

#include <errno.h>
#include <stdlib.h>

#define RESERVED UINT16_MAX

int arena_init(struct arena *a, uint32_t nr_pages, uint32_t reserved)
{
	uint32_t i;

	*a = (struct arena){.nr_pages = nr_pages, .hint = reserved, .max_owned = nr_pages / 2};
	a->owner = calloc(nr_pages, sizeof(*a->owner));
	if (!a->owner)
		return -ENOMEM;
	for (i = 0; i < reserved; i++)
		a->owner[i] = RESERVED;
	return 0;
}

void arena_fini(struct arena *a)
{
	free(a->owner);
	a->owner = NULL;
}

/* First free run of @n pages that starts in [@from, @to), or -1. */
static int64_t find_run(const struct arena *a, uint32_t from, uint32_t to, uint32_t n)
{
	uint32_t i, run = 0;

	for (i = from; i < a->nr_pages; i++) {
		if (run == 0 && i >= to)
			break;
		run = a->owner[i] ? 0 : run + 1;
		if (run == n)
			return i + 1 - n;
	}
	return -1;
}

int64_t arena_alloc(struct arena *a, uint16_t owner, uint32_t owned, uint32_t n)
{
	int64_t first;
	uint32_t i;

	if (!n || n > a->max_owned || owned > a->max_owned - n)
		return -ENOMEM;
	first = find_run(a, a->hint, a->nr_pages, n);
	if (first < 0)
		first = find_run(a, 0, a->hint, n);
	if (first < 0)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		a->owner[first + i] = owner;
	a->hint = (uint32_t)first + n;
	return first;
}

int arena_free(struct arena *a, uint16_t owner, uint64_t first, uint64_t n)
{
	uint64_t i;

	if (!n || first >= a->nr_pages || n > a->nr_pages - first)
		return -EINVAL;
	for (i = 0; i < n; i++)
		if (a->owner[first + i] != owner)
			return -EINVAL;
	for (i = 0; i < n; i++)
		a->owner[first + i] = 0;
	if (first < a->hint)
		a->hint = (uint32_t)first;
	return 0;
}

void arena_release(struct arena *a, uint16_t owner)
{
	uint32_t i;

	for (i = 0; i < a->nr_pages; i++)
		if (a->owner[i] == owner)
			a->owner[i] = 0;
	a->hint = 0;
}
