/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Where things are in a PVH guest's address space (as Xen 4.17's toolstack puts them). */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#include <stdint.h>

#include "ctrl/memory.h"

#define GUEST_PAGE 4096ull
/* ACPI tables; also the end of low RAM: what is above goes above 4 GiB. */
#define GUEST_ACPI_BASE	 0xfc000000ull
#define GUEST_ACPI_PAGES 9u /* size of the region, as in Xen's own tables */
#define GUEST_4G	 0x100000000ull
/* Special pages: fixed frames below 4 GiB. */
#define GUEST_SPECIAL_GFN   0xfeff8ull
#define GUEST_SPECIAL_PAGES 8u
#define GUEST_GFN_XENSTORE  (GUEST_SPECIAL_GFN + 4)
#define GUEST_GFN_IDENT_PT  (GUEST_SPECIAL_GFN + 6)
#define GUEST_GFN_CONSOLE   (GUEST_SPECIAL_GFN + 7)

enum guest_e820_type { GUEST_E820_RAM = 1, GUEST_E820_RESERVED = 2, GUEST_E820_ACPI = 3 };
#define GUEST_E820_MAX 4u

struct guest_layout {
	uint64_t low_end;  /* RAM is [0, low_end) ... */
	uint64_t high_end; /* ... and [4 GiB, high_end), or 0 */
	struct e820entry_abi e820[GUEST_E820_MAX];
	unsigned int nr_e820;
	/* Set by guest_layout_place: */
	uint64_t start_info, start_info_size; /* page-aligned address; bytes */
	uint64_t ramdisk, ramdisk_size;	      /* 0 size: none */
	uint64_t end;			      /* first free byte, page-aligned */
};

/* RAM and memory map for @kib KiB (cut to whole pages). */
void guest_layout_memory(struct guest_layout *layout, uint64_t kib);
/*
 * Put start info (@info_size bytes) and ramdisk after the kernel's end.
 * 0, or -ENOSPC with the KiB that would do in *needed.
 */
int guest_layout_place(struct guest_layout *layout, uint64_t kernel_end, uint64_t info_size,
		       uint64_t ramdisk_size, uint64_t *needed);

#endif
