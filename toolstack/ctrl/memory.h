/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A domain's memory: giving it frames, its memory map, and looking into it. */
#ifndef CTRL_MEMORY_H
#define CTRL_MEMORY_H

#include "ctrl/ctrl.h"

#include <xen/memory.h>

struct e820entry_abi {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
} __attribute__((packed));

/*
 * Populate @nr extents of 2^@order pages at the guest frames @gfns.  Returns how
 * many were done: fewer than @nr means that no frame of that size was free.
 */
long ctrl_memory_populate(struct ctrl *ctrl, uint32_t domid, unsigned int order,
			  const xen_pfn_t *gfns, size_t nr);
/* What the guest reads by XENMEM_memory_map. */
int ctrl_memory_set_map(struct ctrl *ctrl, uint32_t domid, const struct e820entry_abi *map,
			unsigned int nr);
/* Promise of @pages to the domain; 0 withdraws what is left of it.
 * -ENOMEM: not that many are free. */
int ctrl_memory_claim(struct ctrl *ctrl, uint32_t domid, uint64_t pages);
/* XENMEM_maximum_gpfn. */
int ctrl_memory_max_gfn(struct ctrl *ctrl, uint32_t domid, uint64_t *gfn);
/* XENMAPSPACE_shared_info, XENMAPSPACE_grant_table, ... */
int ctrl_memory_add_to_physmap(struct ctrl *ctrl, uint32_t domid, unsigned int space,
			       unsigned long idx, xen_pfn_t gfn);

/* Map guest frames writable (@prot: PROT_*), all or nothing; NULL and errno. */
void *ctrl_memory_map(struct ctrl *ctrl, uint32_t domid, int prot, const xen_pfn_t *gfns,
		      size_t nr);
/* The same for the contiguous frames [@gfn, @gfn + @nr). */
void *ctrl_memory_map_range(struct ctrl *ctrl, uint32_t domid, int prot, xen_pfn_t gfn, size_t nr);
void ctrl_memory_unmap(struct ctrl *ctrl, void *addr, size_t nr);

#endif
