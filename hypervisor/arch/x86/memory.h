/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which RAM is whose before the frame allocator runs. Boot CPU only. */
#ifndef ARCH_X86_MEMORY_H
#define ARCH_X86_MEMORY_H

#include <hv/types.h>

struct mem_range {
	uint64_t start, end;
};

/* All RAM of the machine below mem=, page-aligned, ascending; and its end. */
#define MEM_MAX_RANGES 160
extern struct mem_range mem_ram[MEM_MAX_RANGES];
extern unsigned int mem_nr_ram;
uint64_t mem_ram_end(void);

/* Build both lists from bootinfo, set aside the low 1 MiB, the image, modules. */
void mem_init(void);
/* @size bytes at a multiple of @align, all below @limit, from the top of free
 * RAM.  Not cleared.  Panics when there are none. */
uint64_t mem_take(uint64_t size, uint64_t align, uint64_t limit);
/* Place the frame table and give everything that is left to frame.c.  The
 * direct map must be complete. */
void mem_to_frames(void);

#endif
