/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Live patches on the fake machine: code that can be written and run. */
#include <string.h>
#include <sys/mman.h>
#include <hv/arch.h>
#include <hv/printk.h>
#include "host.h"

#define AREA_SIZE (1u << 20)

/* The "image's text", then one area per kind, near enough for jumps. */
static uint8_t *base;

uint8_t *host_text(void)
{
	if (!base) {
		base = mmap(NULL, AREA_SIZE * (1 + NR_PATCH_KINDS),
			    PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		BUG_ON(base == MAP_FAILED);
	}
	return base;
}

void arch_patch_area(enum patch_kind kind, uint8_t **start, size_t *size)
{
	*start = host_text() + AREA_SIZE * (1 + kind);
	*size = AREA_SIZE;
}

void arch_text_write(void *dst, const void *src, size_t len)
{
	memcpy(dst, src, len);
	host.text_writes++;
}

void arch_sync_core(void)
{
	host.syncs++;
}

bool arch_text_contains(uintptr_t address, size_t len)
{
	uintptr_t start = (uintptr_t)host_text();

	return address >= start && len <= HOST_TEXT_SIZE && address - start <= HOST_TEXT_SIZE - len;
}

/* The last page stands for code that runs during the meeting. */
bool arch_text_pinned(uintptr_t address, size_t len)
{
	return address + len > (uintptr_t)host_text() + HOST_TEXT_SIZE - PAGE_SIZE;
}

uintptr_t arch_symbol_find(const char *name)
{
	static const struct {
		const char *name;
		uintptr_t offset;
	} symbols[] = {{"victim", HOST_VICTIM}, {"bystander", HOST_BYSTANDER}};

	for (unsigned int i = 0; i < ARRAY_SIZE(symbols); i++)
		if (!strcmp(symbols[i].name, name))
			return (uintptr_t)host_text() + symbols[i].offset;
	return 0;
}
