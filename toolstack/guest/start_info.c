/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/start_info.h"

#include <string.h>

#include <xen/arch-x86/hvm/start_info.h>

/* One block: header, one module (always there, used or not), map, command line. */
struct block {
	struct hvm_start_info info;
	struct hvm_modlist_entry module;
	struct hvm_memmap_table_entry map[GUEST_E820_MAX];
};
_Static_assert(sizeof(struct hvm_start_info) == 56, "version 1");
_Static_assert(sizeof(struct hvm_modlist_entry) == 32, "version 1");
_Static_assert(sizeof(struct hvm_memmap_table_entry) == 24, "version 1");

size_t start_info_size(const struct guest_layout *layout, const char *cmdline)
{
	return sizeof(struct block) + strlen(cmdline) + 1;
}

void start_info_fill(uint8_t *buf, const struct guest_layout *layout, const char *cmdline,
		     uint64_t rsdp)
{
	uint64_t base = layout->start_info;
	struct block block;

	memset(&block, 0, sizeof(block));
	block.info.magic = XEN_HVM_START_MAGIC_VALUE;
	block.info.version = 1;
	block.info.rsdp_paddr = rsdp;
	block.info.cmdline_paddr = base + sizeof(block);
	block.info.memmap_paddr = base + offsetof(struct block, map);
	block.info.memmap_entries = layout->nr_e820;
	if (layout->ramdisk_size) {
		block.info.nr_modules = 1;
		block.info.modlist_paddr = base + offsetof(struct block, module);
		block.module.paddr = layout->ramdisk;
		block.module.size = layout->ramdisk_size;
	}
	for (unsigned int i = 0; i < layout->nr_e820; i++) {
		block.map[i].addr = layout->e820[i].addr;
		block.map[i].size = layout->e820[i].size;
		block.map[i].type = layout->e820[i].type;
	}
	memcpy(buf, &block, sizeof(block));
	memcpy(buf + sizeof(block), cmdline, strlen(cmdline) + 1);
}
