/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What live patches need of the machine.  Payloads lie in room that the image has
 * in each of its segments, so that page tables never change and no CPU can have a
 * stale right: code is never writable through its mapping.  Text is written with
 * write protection of this one CPU off, for as long as the copying takes.
 */
#include "insn.h"
#include "layout.h"
#include "symbols.h"
#include <hv/arch.h>
#include <hv/string.h>

#define CR0_WP (1ull << 16)

/* hypervisor.lds */
extern uint8_t image_start[], text_end[], pinned_start[], pinned_end[];
extern uint8_t patch_text_start[], patch_text_end[], patch_rodata_start[], patch_rodata_end[],
	patch_data_start[], patch_data_end[];

void arch_patch_area(enum patch_kind kind, uint8_t **base, size_t *size)
{
	static const struct {
		uint8_t *start, *end;
	} area[NR_PATCH_KINDS] = {
		[PATCH_TEXT] = {patch_text_start, patch_text_end},
		[PATCH_RODATA] = {patch_rodata_start, patch_rodata_end},
		[PATCH_DATA] = {patch_data_start, patch_data_end},
	};

	*base = area[kind].start;
	*size = (size_t)(area[kind].end - area[kind].start);
}

void arch_text_write(void *dst, const void *src, size_t len)
{
	uint64_t cr0 = read_cr0();

	write_cr0(cr0 & ~CR0_WP);
	memcpy(dst, src, len);
	write_cr0(cr0);
}

/* CPUID serialises: what follows is fetched anew (APM vol. 2, 7.6.1). */
void arch_sync_core(void)
{
	uint32_t a, b, c, d;

	cpuid_count(0, 0, &a, &b, &c, &d);
}

static bool between(uintptr_t address, size_t len, const uint8_t *start, const uint8_t *end)
{
	return address >= (uintptr_t)start && address < (uintptr_t)end &&
	       len <= (uintptr_t)end - address;
}

bool arch_text_contains(uintptr_t address, size_t len)
{
	return between(address, len, image_start, text_end);
}

bool arch_text_pinned(uintptr_t address, size_t len)
{
	return address < (uintptr_t)pinned_end && address + len > (uintptr_t)pinned_start;
}

uintptr_t arch_symbol_find(const char *name)
{
	const char *function = symbol_names;
	uintptr_t found = 0;

	for (uint32_t i = 0; i < exported_count; i++)
		if (!strcmp(exported[i].name, name))
			return exported[i].address;
	for (uint32_t i = 0; i < symbol_count; i++) {
		if (!strcmp(function, name)) {
			if (found)
				return 0; /* two static functions of one name */
			found = (VIRT_BASE & ~0xffffffffull) | symbol_addresses[i];
		}
		function += strlen(function) + 1;
	}
	return found;
}
