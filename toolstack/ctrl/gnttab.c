/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/gnttab.h"

#include <errno.h>
#include <sys/mman.h>

#include <xen/memory.h>

int ctrl_gnttab_seed(struct ctrl *ctrl, uint32_t domid, const struct ctrl_grant *grants,
		     unsigned int nr)
{
	xenforeignmemory_resource_handle *res;
	struct grant_entry_v1 *table;
	void *addr = NULL;
	int ret = 0;

	res = xenforeignmemory_map_resource(ctrl->fmem, domid, XENMEM_resource_grant_table,
					    XENMEM_resource_grant_table_id_shared, 0, 1, &addr,
					    PROT_READ | PROT_WRITE, 0);
	if (!res)
		return -errno;
	table = addr;
	for (unsigned int i = 0; i < nr && !ret; i++) {
		struct grant_entry_v1 *entry = &table[grants[i].ref];

		if (grants[i].ref >= GNTTAB_NR_RESERVED_ENTRIES || grants[i].gfn >> 32) {
			ret = -EINVAL;
			break;
		}
		entry->domid = grants[i].remote;
		entry->frame = grants[i].gfn;
		/* The flags make the entry valid, so they go last. */
		__atomic_store_n(&entry->flags, GTF_permit_access, __ATOMIC_RELEASE);
	}
	if (xenforeignmemory_unmap_resource(ctrl->fmem, res) && !ret)
		ret = -errno;
	return ret;
}
