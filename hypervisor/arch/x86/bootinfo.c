/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "bootinfo.h"
#include "paging.h"
#include <hv/printk.h>
#include <hv/string.h>
#include <xen/arch-x86/hvm/start_info.h>

/* Multiboot2 specification, section 3.6. */
#define MULTIBOOT2_MAGIC 0x36d76289u
#define MAX_INFO_SIZE	 (1u << 20)

enum {
	MB2_END = 0,
	MB2_CMDLINE = 1,
	MB2_MODULE = 3,
	MB2_MEMORY_MAP = 6,
	MB2_RSDP_OLD = 14,
	MB2_RSDP_NEW = 15
};

struct mb2_tag {
	uint32_t type, size;
};

struct mb2_module {
	struct mb2_tag tag;
	uint32_t start, end;
	char cmdline[];
};

struct mb2_memory_map {
	struct mb2_tag tag;
	uint32_t entry_size, entry_version;
};

struct mb2_memory_entry {
	uint64_t start, size;
	uint32_t type, zero;
};

struct bootinfo bootinfo;

static void add_region(uint64_t start, uint64_t size, uint32_t type)
{
	if (!size || start + size < start)
		return;
	if (bootinfo.nr_regions == BOOT_MAX_REGIONS) {
		printk("Memory map: more than %u regions, the rest is ignored\n", BOOT_MAX_REGIONS);
		return;
	}
	bootinfo.region[bootinfo.nr_regions++] = (struct boot_region){start, size, type};
}

static void add_module(uint64_t start, uint64_t size, const char *line)
{
	struct boot_range *m;

	if (bootinfo.nr_modules == BOOT_MAX_MODULES) {
		printk("Boot modules: more than %u, the rest is ignored\n", BOOT_MAX_MODULES);
		return;
	}
	m = &bootinfo.module[bootinfo.nr_modules++];
	m->start = start;
	m->size = size;
	strlcpy(m->line, line, sizeof(m->line));
}

static const char *low_string(uint64_t address)
{
	return address ? low_to_virt(address) : "";
}

static void read_pvh(const struct hvm_start_info *info)
{
	const struct hvm_memmap_table_entry *map = low_to_virt(info->memmap_paddr);
	const struct hvm_modlist_entry *mod = low_to_virt(info->modlist_paddr);

	bootinfo.loader = "PVH";
	strlcpy(bootinfo.cmdline, low_string(info->cmdline_paddr), sizeof(bootinfo.cmdline));
	for (uint32_t i = 0; i < info->nr_modules; i++)
		add_module(mod[i].paddr, mod[i].size, low_string(mod[i].cmdline_paddr));
	bootinfo.rsdp = info->rsdp_paddr;
	if (info->version < 1)
		return; /* no memory map: the caller complains */
	for (uint32_t i = 0; i < info->memmap_entries; i++)
		add_region(map[i].addr, map[i].size, map[i].type);
}

static void read_mb2_tag(const struct mb2_tag *tag)
{
	const char *end = (const char *)tag + tag->size;

	switch (tag->type) {
	case MB2_CMDLINE:
		strlcpy(bootinfo.cmdline, (const char *)(tag + 1), sizeof(bootinfo.cmdline));
		break;
	case MB2_MODULE: {
		const struct mb2_module *m = (const void *)tag;

		add_module(m->start, m->end - m->start, m->cmdline);
		break;
	}
	case MB2_MEMORY_MAP: {
		const struct mb2_memory_map *map = (const void *)tag;
		const char *p = (const char *)(map + 1);

		if (map->entry_size < sizeof(struct mb2_memory_entry))
			break;
		for (; p + map->entry_size <= end; p += map->entry_size) {
			const struct mb2_memory_entry *e = (const void *)p;

			add_region(e->start, e->size, e->type);
		}
		break;
	}
	case MB2_RSDP_OLD:
	case MB2_RSDP_NEW: /* comes last, and replaces the old one */
		memset(bootinfo.rsdp_copy, 0, sizeof(bootinfo.rsdp_copy));
		memcpy(bootinfo.rsdp_copy, tag + 1,
		       MIN(tag->size - sizeof(*tag), sizeof(bootinfo.rsdp_copy)));
		bootinfo.has_rsdp_copy = true;
		break;
	default:
		break;
	}
}

static void read_mb2(const char *info)
{
	uint32_t size = MIN(*(const uint32_t *)info, MAX_INFO_SIZE);

	bootinfo.loader = "multiboot2";
	for (uint32_t at = 8; at + sizeof(struct mb2_tag) <= size;) {
		const struct mb2_tag *tag = (const void *)(info + at);

		if (tag->type == MB2_END || tag->size < sizeof(*tag) || tag->size > size - at)
			break;
		read_mb2_tag(tag);
		at += (uint32_t)ROUND_UP(tag->size, 8);
	}
}

void bootinfo_read(uint32_t magic, uint64_t address)
{
	const struct hvm_start_info *pvh = low_to_virt(address);

	if (magic == MULTIBOOT2_MAGIC)
		read_mb2(low_to_virt(address));
	else if (pvh->magic == XEN_HVM_START_MAGIC_VALUE)
		read_pvh(pvh);
	else
		panic("Booted by neither PVH nor multiboot2 (eax %x, ebx %lx)", magic, address);
	if (!bootinfo.nr_regions)
		panic("The boot loader gives no memory map");
}
