/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "bootinfo.h"
#include "cpu.h"
#include "insn.h"
#include "memory.h"
#include "paging.h"
#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/printk.h>
#include <hv/string.h>

#define ENTRIES	       512u
#define ADDRESS_MASK   0x000ffffffffff000ULL
#define LEVEL_SHIFT(l) (PAGE_SHIFT + 9 * (l)) /* level 0: 4 KiB pages */

/* Tables made before the frame allocator runs must be below 4 GiB: only that is
 * mapped, and processors start in 32-bit mode with this root. */
#define EARLY_LIMIT (1ULL << 32)

static uint64_t *root;
static uint64_t devices_next = DEVICES_BASE;

void *mfn_to_virt(mfn_t mfn)
{
	return (void *)(DIRECTMAP_BASE + (mfn.v << PAGE_SHIFT));
}

mfn_t virt_to_mfn(const void *va)
{
	uint64_t a = (uintptr_t)va;

	return mk_mfn((a >= VIRT_BASE ? a - VIRT_BASE : a - DIRECTMAP_BASE) >> PAGE_SHIFT);
}

static uint64_t *entry_table(uint64_t entry)
{
	return (uint64_t *)(DIRECTMAP_BASE + (entry & ADDRESS_MASK));
}

static uint64_t *new_table(void)
{
	uint64_t *t;

	if (frame_table) {
		t = pages_alloc(0);
		if (!t)
			panic("No memory for page tables");
		return t;
	}
	t = low_to_virt(mem_take(PAGE_SIZE, PAGE_SIZE, EARLY_LIMIT));
	memset(t, 0, PAGE_SIZE);
	return t;
}

/* The largest level whose pages fit @va, @pa and @size. */
static unsigned int page_level(uint64_t va, uint64_t pa, uint64_t size)
{
	unsigned int level = cpu_has(CPU_PAGE1G) ? 2 : 1;

	while (level && (((va | pa) & ((1ULL << LEVEL_SHIFT(level)) - 1)) ||
			 size < 1ULL << LEVEL_SHIFT(level)))
		level--;
	return level;
}

static void map_one(uint64_t va, uint64_t entry, unsigned int level)
{
	uint64_t *table = root;

	for (unsigned int l = 3; l > level; l--) {
		uint64_t *e = &table[va >> LEVEL_SHIFT(l) & (ENTRIES - 1)];

		if (!(*e & PTE_PRESENT))
			*e = (virt_to_mfn(new_table()).v << PAGE_SHIFT) | PTE_PRESENT | PTE_WRITE;
		BUG_ON(*e & PTE_LARGE);
		table = entry_table(*e);
	}
	table[va >> LEVEL_SHIFT(level) & (ENTRIES - 1)] = entry;
}

void paging_map(uint64_t va, uint64_t pa, uint64_t size, uint64_t flags)
{
	BUG_ON((va | pa | size) & ~PAGE_MASK);
	while (size) {
		unsigned int level = page_level(va, pa, size);
		uint64_t step = 1ULL << LEVEL_SHIFT(level);

		map_one(va, pa | flags | PTE_PRESENT | (level ? PTE_LARGE : 0), level);
		va += step;
		pa += step;
		size -= step;
	}
}

uint64_t paging_lookup(uint64_t va)
{
	uint64_t e = 0, *table = root;

	for (int l = 3; l >= 0; l--) {
		e = table[va >> LEVEL_SHIFT(l) & (ENTRIES - 1)];
		if (!(e & PTE_PRESENT))
			return 0;
		if (e & PTE_LARGE)
			break;
		table = entry_table(e);
	}
	return e;
}

static void map_image_part(const char *from, const char *to, uint64_t flags)
{
	paging_map((uintptr_t)from, image_to_phys(from), (uint64_t)(to - from), flags);
}

/* RAM [@start, @end) in the direct map.  Where it holds the image's text and
 * constants it is read-only there too: no second, writable way to them. */
static void map_ram(uint64_t start, uint64_t end)
{
	uint64_t ro_start = image_to_phys(image_start), ro_end = image_to_phys(rodata_end);
	uint64_t cut[] = {start, MAX(MIN(ro_start, end), start), MIN(MAX(ro_end, start), end), end};

	for (unsigned int i = 0; i < 3; i++)
		if (cut[i] < cut[i + 1])
			paging_map(DIRECTMAP_BASE + cut[i], cut[i], cut[i + 1] - cut[i],
				   PTE_NX | (i == 1 ? 0 : PTE_WRITE));
}

void paging_init(void)
{
	root = new_table();
	map_image_part(image_start, patch_text_end, 0);
	map_image_part(patch_text_end, rodata_end, PTE_NX);
	map_image_part(rodata_end, image_end, PTE_NX | PTE_WRITE);
	for (unsigned int i = 0; i < mem_nr_ram; i++)
		map_ram(mem_ram[i].start, mem_ram[i].end);
}

uint64_t paging_root(void)
{
	return virt_to_mfn(root).v << PAGE_SHIFT;
}

void paging_load(void)
{
	write_cr3(paging_root());
}

void *device_map(uint64_t pa, uint64_t size, bool cached)
{
	uint64_t start = pa & PAGE_MASK, end = ROUND_UP(pa + size, PAGE_SIZE);
	/* Same place within 2 MiB, so that large pages can be used. */
	uint64_t va = ROUND_UP(devices_next, 1ULL << 21) + (start & ((1ULL << 21) - 1));

	paging_map(va, start, end - start,
		   PTE_NX | PTE_WRITE | (cached ? 0 : PTE_UNCACHED | PTE_WT));
	devices_next = va + (end - start) + PAGE_SIZE;
	return (void *)(va + (pa - start));
}

void paging_map_trampoline(void)
{
	paging_map(TRAMPOLINE, TRAMPOLINE, PAGE_SIZE, 0);
}

void paging_unmap_trampoline(void)
{
	root[0] = 0;
	paging_load();
}

/* --- stacks ----------------------------------------------------------------- */

static const struct {
	unsigned int first, pages; /* pages after the guard page of the CPU's slot */
} stack_places[] = {
	[0] = {1, STACK_PAGES},
	[IST_DF] = {2 + STACK_PAGES, IST_PAGES},
	[IST_NMI] = {3 + STACK_PAGES + IST_PAGES, IST_PAGES},
	[IST_MC] = {4 + STACK_PAGES + 2 * IST_PAGES, IST_PAGES},
};
_Static_assert(5 + STACK_PAGES + 3 * IST_PAGES <= STACK_STRIDE_PAGES, "stacks fit their slot");

static uint64_t stack_base(unsigned int cpu, unsigned int i)
{
	return STACKS_BASE +
	       ((uint64_t)cpu * STACK_STRIDE_PAGES + stack_places[i].first) * PAGE_SIZE;
}

uint64_t stack_top(unsigned int cpu, unsigned int ist)
{
	return stack_base(cpu, ist) + stack_places[ist].pages * PAGE_SIZE;
}

uint64_t stacks_create(unsigned int cpu)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(stack_places); i++) {
		for (unsigned int p = 0; p < stack_places[i].pages; p++)
			paging_map(stack_base(cpu, i) + p * PAGE_SIZE,
				   virt_to_mfn(new_table()).v << PAGE_SHIFT, PAGE_SIZE,
				   PTE_NX | PTE_WRITE);
	}
	return stack_top(cpu, 0);
}

bool stack_bounds(uint64_t sp, uint64_t *start, uint64_t *end)
{
	uint64_t page;

	if (sp >= (uintptr_t)boot_stack_start && sp <= (uintptr_t)boot_stack_end) {
		*start = (uintptr_t)boot_stack_start;
		*end = (uintptr_t)boot_stack_end;
		return true;
	}
	if (sp < STACKS_BASE || sp >= STACKS_BASE + NR_CPUS * STACK_STRIDE_PAGES * PAGE_SIZE)
		return false;
	page = (sp - 1 - STACKS_BASE) >> PAGE_SHIFT;
	for (unsigned int i = 0; i < ARRAY_SIZE(stack_places); i++) {
		unsigned int cpu = (unsigned int)(page / STACK_STRIDE_PAGES);

		if (sp > stack_base(cpu, i) && sp <= stack_top(cpu, i)) {
			*start = stack_base(cpu, i);
			*end = stack_top(cpu, i);
			return true;
		}
	}
	return false;
}
