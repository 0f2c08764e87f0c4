/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "frames.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_SIZE 64

static size_t home(const struct frames *f, uint64_t mfn)
{
	return (size_t)((mfn * 0x9e3779b97f4a7c15ULL) >> 32) & (f->size - 1);
}

/* Where @mfn is, or the empty place where it would go. */
static size_t find(const struct frames *f, uint64_t mfn)
{
	size_t i = home(f, mfn);

	while (f->table[i].count && f->table[i].mfn != mfn)
		i = (i + 1) & (f->size - 1);
	return i;
}

static int resize(struct frames *f, size_t size)
{
	struct frames new = {.size = size, .used = f->used};
	size_t i;

	new.table = calloc(size, sizeof(*new.table));
	if (!new.table)
		return -ENOMEM;
	for (i = 0; i < f->size; i++)
		if (f->table[i].count)
			new.table[find(&new, f->table[i].mfn)] = f->table[i];
	free(f->table);
	*f = new;
	return 0;
}

/* At most half full, so that runs of full places stay short. */
int frames_reserve(struct frames *f, size_t n)
{
	size_t size = f->size ? f->size : MIN_SIZE;

	while (size / 2 < f->used + n)
		size *= 2;
	return size == f->size ? 0 : resize(f, size);
}

void frames_add(struct frames *f, uint64_t mfn)
{
	struct frame_count *c = &f->table[find(f, mfn)];

	if (!c->count++) {
		c->mfn = mfn;
		f->used++;
	}
}

/* Empty place @i, moving back what was displaced by it. */
static void vacate(struct frames *f, size_t i)
{
	size_t mask = f->size - 1, j = i;

	f->used--;
	for (;;) {
		f->table[i].count = 0;
		do {
			j = (j + 1) & mask;
			if (!f->table[j].count)
				return;
			/* Stays if its home lies cyclically in (i, j]. */
		} while (((j - home(f, f->table[j].mfn)) & mask) < ((j - i) & mask));
		f->table[i] = f->table[j];
		i = j;
	}
}

int frames_remove(struct frames *f, uint64_t mfn)
{
	size_t i;

	if (!f->size)
		return -EINVAL;
	i = find(f, mfn);
	if (!f->table[i].count)
		return -EINVAL;
	if (f->table[i].count == 1)
		vacate(f, i);
	else
		f->table[i].count--;
	return 0;
}

size_t frames_drain(struct frames *f, uint64_t *mfn, size_t max)
{
	size_t i = 0, n = 0;

	while (n < max && i < f->size) {
		if (!f->table[i].count) {
			i++;
			continue;
		}
		mfn[n++] = f->table[i].mfn;
		if (--f->table[i].count == 0)
			f->used--; /* nothing is looked up any more: no need to move */
	}
	return n;
}

void frames_fini(struct frames *f)
{
	free(f->table);
	*f = (struct frames){0};
}
