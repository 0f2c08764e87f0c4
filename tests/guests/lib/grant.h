/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A guest's grant table, and its mappings of granted pages. */
#ifndef GUEST_GRANT_H
#define GUEST_GRANT_H

#include "lib.h"

#include <xen/grant_table.h>
#include <xen/memory.h>

/* Guest-physical addresses past the memory that a tiny guest has. */
#define GRANT_TABLE  0x8000000ul /* four frames */
#define GRANT_STATUS 0x8100000ul
#define GRANT_MAPS   0x8200000ul /* free for mappings */
#define PAGE	     4096ul

/* The entries, as either version has them. */
#define GRANTS_V1 ((volatile grant_entry_v1_t *)GRANT_TABLE)
#define GRANTS_V2 ((volatile grant_entry_v2_t *)GRANT_TABLE)
#define STATUSES  ((volatile grant_status_t *)GRANT_STATUS)

domid_t own_domid(void);
long grant_op(unsigned int cmd, void *arg, unsigned int n);
/* XENMEM_add_to_physmap and remove_from_physmap of one page at address @at. */
long physmap_add(unsigned int space, unsigned long idx, unsigned long at);
long physmap_remove(unsigned long at);
/* The first frame of the table, at GRANT_TABLE. */
void grant_init(void);
/* GNTTABOP_set_version: the result. */
long grant_version(unsigned int version);
/* Fill an entry of version 1. */
void grant_page(unsigned int ref, domid_t to, const void *page, unsigned int flags);
/* The same of version 2. */
void grant_page2(unsigned int ref, domid_t to, const void *page, unsigned int flags);
/* GNTST_*; *@handle may be NULL. */
int grant_map(domid_t from, unsigned int ref, unsigned long at, unsigned int flags,
	      grant_handle_t *handle);
int grant_unmap(grant_handle_t handle, unsigned long at);

#endif
