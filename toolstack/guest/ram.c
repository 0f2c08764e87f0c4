/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/ram.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ctrl/memory.h"
#include "guest/layout.h"

#define SUPER_ORDER 9u
#define SUPER_PAGES (1ull << SUPER_ORDER)
/* Extents asked for at once: 4 GiB by superpages. */
#define BATCH 2048u
/* Pages mapped at once: 16 MiB. */
#define MAP_PAGES 4096u

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Extents of one order at ascending frames from @gfn on; returns how many. */
static long populate_batch(struct ctrl *ctrl, uint32_t domid, uint64_t gfn, uint64_t nr,
			   unsigned int order, xen_pfn_t *list)
{
	for (uint64_t i = 0; i < nr; i++)
		list[i] = gfn + (i << order);
	return ctrl_memory_populate(ctrl, domid, order, list, nr);
}

static int populate_small(struct ctrl *ctrl, uint32_t domid, uint64_t gfn, uint64_t end,
			  xen_pfn_t *list)
{
	while (gfn < end) {
		uint64_t nr = min_u64(end - gfn, BATCH);
		long done = populate_batch(ctrl, domid, gfn, nr, 0, list);

		if (done < 0)
			return (int)done;
		if ((uint64_t)done < nr)
			return -ENOMEM;
		gfn += nr;
	}
	return 0;
}

/* When a superpage is refused, its 2 MiB go by small pages and the next is tried. */
static int populate_super(struct ctrl *ctrl, uint32_t domid, uint64_t gfn, uint64_t end,
			  xen_pfn_t *list)
{
	while (gfn < end) {
		uint64_t nr = min_u64((end - gfn) >> SUPER_ORDER, BATCH);
		long done = populate_batch(ctrl, domid, gfn, nr, SUPER_ORDER, list);
		int ret;

		if (done < 0 && done != -ENOMEM)
			return (int)done;
		if (done > 0)
			gfn += (uint64_t)done << SUPER_ORDER;
		if (done == (long)nr)
			continue;
		ret = populate_small(ctrl, domid, gfn, gfn + SUPER_PAGES, list);
		if (ret)
			return ret;
		gfn += SUPER_PAGES;
	}
	return 0;
}

int ram_populate(struct ctrl *ctrl, uint32_t domid, uint64_t start, uint64_t end)
{
	uint64_t first = start / GUEST_PAGE, last = end / GUEST_PAGE;
	uint64_t super = (first + SUPER_PAGES - 1) & ~(SUPER_PAGES - 1);
	uint64_t super_end = last & ~(SUPER_PAGES - 1);
	xen_pfn_t *list = calloc(BATCH, sizeof(*list));
	int ret;

	if (!list)
		return -ENOMEM;
	if (super >= super_end) {
		ret = populate_small(ctrl, domid, first, last, list);
	} else {
		ret = populate_small(ctrl, domid, first, super, list);
		if (!ret)
			ret = populate_super(ctrl, domid, super, super_end, list);
		if (!ret)
			ret = populate_small(ctrl, domid, super_end, last, list);
	}
	free(list);
	return ret;
}

/* pread() until @len bytes came. */
static int read_full(int fd, uint8_t *to, size_t len, uint64_t offset)
{
	while (len) {
		ssize_t n = pread(fd, to, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		to += n;
		len -= (size_t)n;
		offset += (uint64_t)n;
	}
	return 0;
}

/* Source is memory (@data) or a file (@data NULL). */
static int ram_copy(struct ctrl *ctrl, uint32_t domid, uint64_t gpa, const uint8_t *data, int fd,
		    uint64_t offset, uint64_t len)
{
	int ret = 0;

	while (len && !ret) {
		uint64_t skip = gpa % GUEST_PAGE;
		uint64_t chunk = min_u64(len, MAP_PAGES * GUEST_PAGE - skip);
		size_t pages = (size_t)((skip + chunk + GUEST_PAGE - 1) / GUEST_PAGE);
		uint8_t *map = ctrl_memory_map_range(ctrl, domid, PROT_READ | PROT_WRITE,
						     gpa / GUEST_PAGE, pages);

		if (!map)
			return errno ? -errno : -EFAULT;
		if (data)
			memcpy(map + skip, data, chunk);
		else
			ret = read_full(fd, map + skip, chunk, offset);
		ctrl_memory_unmap(ctrl, map, pages);
		if (data)
			data += chunk;
		offset += chunk;
		gpa += chunk;
		len -= chunk;
	}
	return ret;
}

int ram_write(struct ctrl *ctrl, uint32_t domid, uint64_t gpa, const void *data, size_t len)
{
	return ram_copy(ctrl, domid, gpa, data, -1, 0, len);
}

int ram_write_file(struct ctrl *ctrl, uint32_t domid, uint64_t gpa, int fd, uint64_t offset,
		   uint64_t len)
{
	return ram_copy(ctrl, domid, gpa, NULL, fd, offset, len);
}
