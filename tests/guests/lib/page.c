/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "page.h"

#if PAGING
#define TABLE_ENTRIES (4096 / sizeof(pte_t))
#define NR_TABLES     16

static pte_t tables[NR_TABLES][TABLE_ENTRIES] __attribute__((aligned(4096)));
static unsigned int nr_tables;

static pte_t *directory(void)
{
#ifdef ENV_PSE32
	return page_root;
#else
	return page_dirs;
#endif
}

static pte_t *table_of(pte_t dir)
{
	return (pte_t *)(uintptr_t)(dir & ~0xfffull);
}

pte_t *page_entry(unsigned long va)
{
	pte_t *dir = &directory()[(va & 0xffffffff) >> LARGE_SHIFT];
	pte_t old = *dir;

	if (old & PAGE_PS) {
		pte_t *t = tables[nr_tables++];

		check(nr_tables <= NR_TABLES, "too many split pages");
		for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
			t[i] = (pte_t)((old & ~PAGE_PS) + i * 4096);
		*dir = (pte_t)(uintptr_t)t | PAGE_P | PAGE_W | PAGE_U;
		set_cr3(get_cr3());
	}
	return &table_of(*dir)[va >> 12 & (TABLE_ENTRIES - 1)];
}

void page_set(unsigned long va, uint64_t entry)
{
	*page_entry(va) = (pte_t)entry;
	invlpg(va);
}

static void set_user(pte_t *entry, bool user)
{
	*entry = (pte_t)(user ? *entry | PAGE_U : *entry & ~PAGE_U);
}

void page_all_user(bool user)
{
	for (unsigned long i = 0; i < 1ul << (32 - LARGE_SHIFT); i++) {
		pte_t *dir = &directory()[i];

		if (*dir & PAGE_PS)
			set_user(dir, user);
		else
			for (unsigned int k = 0; k < TABLE_ENTRIES; k++)
				set_user(&table_of(*dir)[k], user);
	}
	set_cr3(get_cr3());
}
#endif
