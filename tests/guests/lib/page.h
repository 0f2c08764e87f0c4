/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The guest's own page tables: everything below 4 GiB one to one, writable,
 * executable and open to ring 3.  Not in flat32.
 */
#ifndef GUEST_PAGE_H
#define GUEST_PAGE_H

#include "lib.h"

#if PAGING
#define PAGE_P	 0x001ull
#define PAGE_W	 0x002ull
#define PAGE_U	 0x004ull
#define PAGE_A	 0x020ull
#define PAGE_D	 0x040ull
#define PAGE_PS	 0x080ull
#define PAGE_G	 0x100ull
#define PAGE_NX	 (1ull << 63) /* not in pse32 */
#define PAGE_ALL (PAGE_P | PAGE_W | PAGE_U | PAGE_A | PAGE_D)

#ifdef ENV_PSE32
typedef uint32_t pte_t;
#define LARGE_SHIFT 22
#else
typedef uint64_t pte_t;
#define LARGE_SHIFT 21
#endif

/* The tables' top, and the level that maps large pages (for 4 GiB). */
extern pte_t page_root[];
extern pte_t page_dirs[];

/* The 4 KiB entry for @va; splits a large page. */
pte_t *page_entry(unsigned long va);
/* Write it, and INVLPG. */
void page_set(unsigned long va, uint64_t entry);
/* Everything for ring 3, too, or for ring 0 only. */
void page_all_user(bool user);
#endif

#define invlpg(va) asm volatile("invlpg %0" ::"m"(*(const volatile char *)(va)) : "memory")

#endif
