/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which client owns which page of the arena. */
#ifndef HOST_ARENA_H
#define HOST_ARENA_H

#include <stdint.h>

struct arena {
	uint32_t nr_pages;
	uint32_t hint;	    /* look from here first */
	uint32_t max_owned; /* pages that one owner may have */
	uint16_t *owner;    /* 0: free */
};

/* Pages below @reserved are never given out. 0 or -ENOMEM. */
int arena_init(struct arena *a, uint32_t nr_pages, uint32_t reserved);
void arena_fini(struct arena *a);

/* First of @n adjoining pages, now of @owner (not 0), or -ENOMEM.  @owned is
 * what it has already, for the limit. */
int64_t arena_alloc(struct arena *a, uint16_t owner, uint32_t owned, uint32_t n);
/* -EINVAL unless all @n pages from @first on are @owner's. */
int arena_free(struct arena *a, uint16_t owner, uint64_t first, uint64_t n);
/* Everything of @owner. */
void arena_release(struct arena *a, uint16_t owner);

#endif
