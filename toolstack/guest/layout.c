/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/layout.h"

#include <errno.h>
#include <string.h>

static uint64_t page_up(uint64_t x)
{
	return (x + GUEST_PAGE - 1) & ~(GUEST_PAGE - 1);
}

static void e820_add(struct guest_layout *layout, uint64_t addr, uint64_t size, uint32_t type)
{
	layout->e820[layout->nr_e820++] =
		(struct e820entry_abi){.addr = addr, .size = size, .type = type};
}

void guest_layout_memory(struct guest_layout *layout, uint64_t kib)
{
	uint64_t bytes = (kib << 10) & ~(GUEST_PAGE - 1);

	memset(layout, 0, sizeof(*layout));
	layout->low_end = bytes < GUEST_ACPI_BASE ? bytes : GUEST_ACPI_BASE;
	if (bytes > GUEST_ACPI_BASE)
		layout->high_end = GUEST_4G + (bytes - GUEST_ACPI_BASE);
	e820_add(layout, 0, layout->low_end, GUEST_E820_RAM);
	e820_add(layout, GUEST_ACPI_BASE, GUEST_ACPI_PAGES * GUEST_PAGE, GUEST_E820_ACPI);
	e820_add(layout, GUEST_SPECIAL_GFN * GUEST_PAGE, GUEST_SPECIAL_PAGES * GUEST_PAGE,
		 GUEST_E820_RESERVED);
	if (layout->high_end)
		e820_add(layout, GUEST_4G, layout->high_end - GUEST_4G, GUEST_E820_RAM);
}

int guest_layout_place(struct guest_layout *layout, uint64_t kernel_end, uint64_t info_size,
		       uint64_t ramdisk_size, uint64_t *needed)
{
	/* All sizes are below 2^40, so sums do not wrap. */
	layout->start_info = page_up(kernel_end);
	layout->start_info_size = info_size;
	layout->ramdisk = layout->start_info + page_up(info_size);
	layout->ramdisk_size = ramdisk_size;
	layout->end = layout->ramdisk + page_up(ramdisk_size);
	*needed = layout->end >> 10;
	return layout->end > layout->low_end ? -ENOSPC : 0;
}
