/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hypervisor's own page tables. */
#ifndef ARCH_X86_PAGING_H
#define ARCH_X86_PAGING_H

#include "layout.h"
#include <hv/types.h>

/* hypervisor.lds */
extern char image_start[], text_end[], patch_text_end[], rodata_end[], image_end[];

static inline uint64_t image_to_phys(const void *va)
{
	return (uintptr_t)va - VIRT_BASE;
}

/* Memory below 4 GiB while start-up still runs on the boot page tables. */
static inline void *low_to_virt(uint64_t address)
{
	return (void *)(DIRECTMAP_BASE + address);
}

/* Build the tables: image W^X, direct map of all RAM. Needs mem_init(). */
void paging_init(void);
/* Load them; sets the protection bits of CR0, CR4 and EFER. Every CPU. */
void paging_load(void);
uint64_t paging_root(void);

/* Map [@pa, @pa + @size) at @va in the largest pages that fit; @flags are PTE_
 * bits other than PRESENT and LARGE. Start-up only, boot CPU. */
void paging_map(uint64_t va, uint64_t pa, uint64_t size, uint64_t flags);
/* Device registers (uncached) or shared device memory (write-back); never
 * unmapped.  Start-up only, boot CPU. */
void *device_map(uint64_t pa, uint64_t size, bool cached);
/* What lies at @va: 0 if nothing is mapped, else the entry's flags and frame. */
uint64_t paging_lookup(uint64_t va);

/* The page of real-mode start code, mapped one to one while it is needed. */
void paging_map_trampoline(void);
void paging_unmap_trampoline(void);

/* Make the stacks of @cpu between guard pages; top of its main stack. */
uint64_t stacks_create(unsigned int cpu);
/* Top of one of the IST stacks (IST_DF, ...), and of the main one (0). */
uint64_t stack_top(unsigned int cpu, unsigned int ist);
/* The stack @sp lies in: its first byte and one past its last. False if none. */
bool stack_bounds(uint64_t sp, uint64_t *start, uint64_t *end);

#endif
