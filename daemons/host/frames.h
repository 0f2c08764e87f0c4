/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A client's references on machine frames: a hash table of counts. */
#ifndef HOST_FRAMES_H
#define HOST_FRAMES_H

#include <stddef.h>
#include <stdint.h>

struct frame_count {
	uint64_t mfn;
	uint32_t count; /* 0: an empty place */
};

struct frames {
	struct frame_count *table;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

/* Make room for @n more frames, so that frames_add cannot fail. 0 or -ENOMEM. */
int frames_reserve(struct frames *f, size_t n);
void frames_add(struct frames *f, uint64_t mfn);
/* 0, or -EINVAL when there is no reference. */
int frames_remove(struct frames *f, uint64_t mfn);
/* Take up to @max references out, for dropping; the number taken.  Nothing but
 * this and frames_fini may follow. */
size_t frames_drain(struct frames *f, uint64_t *mfn, size_t max);
void frames_fini(struct frames *f);

#endif
