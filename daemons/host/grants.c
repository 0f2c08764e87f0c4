/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "grants.h"

#include <errno.h>
#include <stdlib.h>

int grants_reserve(struct grants *g, size_t n)
{
	size_t size = g->size ? g->size : 16;
	struct grant *grant;

	while (size < g->nr + n)
		size *= 2;
	if (size == g->size)
		return 0;
	grant = realloc(g->grant, size * sizeof(*grant));
	if (!grant)
		return -ENOMEM;
	g->grant = grant;
	g->size = size;
	return 0;
}

void grants_add(struct grants *g, const struct grant *grant)
{
	g->grant[g->nr++] = *grant;
}

struct grant *grants_find(const struct grants *g, uint64_t handle)
{
	size_t i;

	/* The newest first: a backend unmaps what it has just used. */
	for (i = g->nr; i-- > 0;)
		if (g->grant[i].handle == handle)
			return &g->grant[i];
	return NULL;
}

void grants_remove(struct grants *g, struct grant *grant)
{
	*grant = g->grant[--g->nr];
}

void grants_fini(struct grants *g)
{
	free(g->grant);
	*g = (struct grants){0};
}
