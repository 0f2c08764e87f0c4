/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the boot loader says, copied out of its memory before that is reused. */
#ifndef ARCH_X86_BOOTINFO_H
#define ARCH_X86_BOOTINFO_H

#include <hv/types.h>

/* Region types of the BIOS's E820 map; both boot protocols use its numbers. */
#define E820_RAM 1

struct boot_region {
	uint64_t start, size;
	uint32_t type;
};

struct boot_range {
	uint64_t start, size;
	char line[128];
};

#define BOOT_MAX_REGIONS 128
#define BOOT_MAX_MODULES 256

struct bootinfo {
	const char *loader; /* "PVH" or "multiboot2" */
	char cmdline[1024];
	struct boot_region region[BOOT_MAX_REGIONS];
	unsigned int nr_regions;
	struct boot_range module[BOOT_MAX_MODULES];
	unsigned int nr_modules;
	uint64_t rsdp;	       /* address of the ACPI root pointer; 0: to be searched */
	uint8_t rsdp_copy[36]; /* multiboot2 gives a copy instead */
	bool has_rsdp_copy;
};
extern struct bootinfo bootinfo;

/* @magic: %eax at entry, @address: %ebx.  Panics if there is no memory map. */
void bootinfo_read(uint32_t magic, uint64_t address);

#endif
