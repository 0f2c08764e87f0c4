/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Hypercall buffers: pages of the link's arena.  The arena is mapped once for
 * the whole process, so that a buffer of one handle is good in a hypercall
 * through another.
 */
#ifndef NACRE_HOSTED_BUFFERS_H
#define NACRE_HOSTED_BUFFERS_H

#include "link.h"

#define BUFFERS_CACHED	    16 /* freed buffers kept for the next allocation */
#define BUFFERS_CACHE_PAGES 16 /* larger ones are given back at once */

struct arena_map;

struct buffers {
	struct arena_map *map;
	pthread_mutex_t lock;
	unsigned int nr_cached;
	struct {
		char *addr;
		size_t pages;
	} cached[BUFFERS_CACHED];
};

/* 0, or -1 with errno. */
int buffers_init(struct buffers *b, struct link *l);
void buffers_fini(struct buffers *b);
/* In a forked child, once the link is its own: its own buffers, too. 0 or -1, errno. */
int buffers_adopt(struct buffers *b, struct link *l);
/* The process's address of the arena's first byte. */
uint64_t buffers_base(const struct buffers *b);
/* Page-aligned, contents zero. NULL with errno. */
void *buffers_alloc(struct buffers *b, struct link *l, size_t pages);
void buffers_free(struct buffers *b, struct link *l, void *addr, size_t pages);

#endif
