/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "bootinfo.h"
#include "layout.h"
#include "memory.h"
#include "paging.h"
#include <hv/arch.h>
#include <hv/cmdline.h>
#include <hv/frame.h>
#include <hv/printk.h>

#define LOW_END 0x100000 /* firmware data, start of processors: never handed out */

struct mem_range mem_ram[MEM_MAX_RANGES];
unsigned int mem_nr_ram;
static struct mem_range spare[MEM_MAX_RANGES];
static unsigned int nr_spare;

static void range_insert(struct mem_range *list, unsigned int *nr, unsigned int at,
			 struct mem_range r)
{
	if (*nr == MEM_MAX_RANGES)
		panic("Memory map: too many pieces");
	for (unsigned int i = (*nr)++; i > at; i--)
		list[i] = list[i - 1];
	list[at] = r;
}

static void range_remove(struct mem_range *list, unsigned int *nr, unsigned int at)
{
	(*nr)--;
	for (unsigned int i = at; i < *nr; i++)
		list[i] = list[i + 1];
}

/* Take [@start, @end) out of a list. */
static void range_cut(struct mem_range *list, unsigned int *nr, uint64_t start, uint64_t end)
{
	for (unsigned int i = 0; i < *nr;) {
		struct mem_range r = list[i];

		if (start >= r.end || end <= r.start) {
			i++;
			continue;
		}
		range_remove(list, nr, i);
		if (end < r.end)
			range_insert(list, nr, i, (struct mem_range){end, r.end});
		if (start > r.start)
			range_insert(list, nr, i++, (struct mem_range){r.start, start});
		if (end < r.end)
			i++;
	}
}

/* Add, ascending and merged with neighbours. */
static void range_add(struct mem_range *list, unsigned int *nr, uint64_t start, uint64_t end)
{
	unsigned int i = 0;

	range_cut(list, nr, start, end);
	while (i < *nr && list[i].end < start)
		i++;
	if (i < *nr && list[i].end == start) {
		start = list[i].start;
		range_remove(list, nr, i);
	}
	if (i < *nr && list[i].start == end) {
		end = list[i].end;
		range_remove(list, nr, i);
	}
	range_insert(list, nr, i, (struct mem_range){start, end});
}

uint64_t mem_ram_end(void)
{
	return mem_ram[mem_nr_ram - 1].end;
}

void mem_init(void)
{
	uint64_t limit = boot_options.mem ? boot_options.mem & PAGE_MASK : MACHINE_LIMIT;

	limit = MIN(limit, MACHINE_LIMIT);
	for (unsigned int i = 0; i < bootinfo.nr_regions; i++) {
		const struct boot_region *r = &bootinfo.region[i];
		uint64_t start = ROUND_UP(r->start, PAGE_SIZE);
		uint64_t end = MIN((r->start + r->size) & PAGE_MASK, limit);

		if (r->type == E820_RAM && start < end)
			range_add(mem_ram, &mem_nr_ram, start, end);
	}
	/* Where regions overlap, what is not RAM wins. */
	for (unsigned int i = 0; i < bootinfo.nr_regions; i++) {
		const struct boot_region *r = &bootinfo.region[i];

		if (r->type != E820_RAM)
			range_cut(mem_ram, &mem_nr_ram, r->start & PAGE_MASK,
				  ROUND_UP(r->start + r->size, PAGE_SIZE));
	}
	for (unsigned int i = 0; i < mem_nr_ram; i++)
		range_add(spare, &nr_spare, mem_ram[i].start, mem_ram[i].end);
	range_cut(spare, &nr_spare, 0, LOW_END);
	range_cut(spare, &nr_spare, image_to_phys(image_start), image_to_phys(image_end));
	for (unsigned int i = 0; i < bootinfo.nr_modules; i++) {
		const struct boot_range *m = &bootinfo.module[i];

		range_cut(spare, &nr_spare, m->start & PAGE_MASK,
			  ROUND_UP(m->start + m->size, PAGE_SIZE));
	}
	if (!nr_spare)
		panic("No usable RAM");
}

uint64_t mem_take(uint64_t size, uint64_t align, uint64_t limit)
{
	for (unsigned int i = nr_spare; i-- > 0;) {
		uint64_t end = MIN(spare[i].end, limit), at;

		if (end < spare[i].start + size || end < size)
			continue;
		at = (end - size) & ~(align - 1);
		if (at < spare[i].start)
			continue;
		range_cut(spare, &nr_spare, at, at + size);
		return at;
	}
	panic("Out of memory at start: %lu KiB below %lx", size >> 10, limit);
}

void mem_to_frames(void)
{
	uint64_t nr = mem_ram_end() >> PAGE_SHIFT;
	uint64_t bytes = ROUND_UP(nr * sizeof(struct frame), PAGE_SIZE);
	struct frame *table =
		mfn_to_virt(maddr_to_mfn((maddr_t){mem_take(bytes, PAGE_SIZE, MACHINE_LIMIT)}));

	arch_clear_frames(table, bytes >> PAGE_SHIFT);
	frame_init(table, nr);
	for (unsigned int i = 0; i < nr_spare; i++)
		frame_add_range(mk_mfn(spare[i].start >> PAGE_SHIFT),
				(spare[i].end - spare[i].start) >> PAGE_SHIFT);
}
