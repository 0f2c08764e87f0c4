/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* struct xenctl_bitmap (xen/xen.h): bytes, least significant bit first. */
#include "domctl.h"

#include <hv/guest_access.h>
#include <hv/pcpu.h>

uint64_t cpus_online_mask(void)
{
	return nr_cpus_online >= 64 ? ~0ULL : (1ULL << nr_cpus_online) - 1;
}

static size_t bytes_of(const struct xenctl_bitmap *b)
{
	return MIN(DIV_ROUND_UP((uint64_t)b->nr_bits, 8), sizeof(uint64_t));
}

int bitmap_put(const struct xenctl_bitmap *b, uint64_t mask)
{
	uint64_t done = bytes_of(b), zero = 0;
	uint64_t total = DIV_ROUND_UP((uint64_t)b->nr_bits, 8);

	if (b->nr_bits < 64)
		mask &= (1ULL << b->nr_bits) - 1;
	if (handle_copy_out((uintptr_t)b->bitmap.p, 0, &mask, done, 1))
		return -XEN_EFAULT;
	/* A caller who has room for more than there can be gets zeroes. */
	for (; done < total; done += sizeof(zero))
		if (handle_copy_out((uintptr_t)b->bitmap.p, done, &zero,
				    MIN(total - done, sizeof(zero)), 1))
			return -XEN_EFAULT;
	return 0;
}

int bitmap_get(const struct xenctl_bitmap *b, uint64_t *mask)
{
	*mask = 0;
	if (handle_copy_in(mask, (uintptr_t)b->bitmap.p, 0, bytes_of(b), 1))
		return -XEN_EFAULT;
	if (b->nr_bits < 64)
		*mask &= (1ULL << b->nr_bits) - 1;
	return 0;
}
