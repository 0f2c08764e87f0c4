/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct e820entry_abi) == 20, "as the BIOS call returns it");

/* Extents in one hypercall: keeps the list within one page. */
#define POPULATE_BATCH 512

long ctrl_memory_populate(struct ctrl *ctrl, uint32_t domid, unsigned int order,
			  const xen_pfn_t *gfns, size_t nr)
{
	struct xen_memory_reservation *res = ctrl_buffer_alloc(ctrl, sizeof(*res));
	xen_pfn_t *list = ctrl_buffer_alloc(ctrl, POPULATE_BATCH * sizeof(*list));
	size_t done = 0;
	long ret = -ENOMEM;

	if (!res || !list)
		goto out;
	for (ret = 0; done < nr; done += (size_t)ret) {
		size_t batch = nr - done < POPULATE_BATCH ? nr - done : POPULATE_BATCH;

		memcpy(list, gfns + done, batch * sizeof(*list));
		memset(res, 0, sizeof(*res));
		set_xen_guest_handle(res->extent_start, list);
		res->nr_extents = batch;
		res->extent_order = order;
		res->domid = domid;
		ret = xencall2L(ctrl->call, __HYPERVISOR_memory_op, XENMEM_populate_physmap,
				(uintptr_t)res);
		if (ret < 0)
			ret = -errno;
		if (ret < 0 || (size_t)ret > batch)
			break;
		if ((size_t)ret < batch) {
			done += (size_t)ret;
			ret = 0;
			break;
		}
	}
out:
	ctrl_buffer_free(ctrl, res);
	ctrl_buffer_free(ctrl, list);
	return ret < 0 ? ret : (long)done;
}

int ctrl_memory_set_map(struct ctrl *ctrl, uint32_t domid, const struct e820entry_abi *map,
			unsigned int nr)
{
	struct xen_foreign_memory_map arg = {.domid = domid};
	struct e820entry_abi *buf = ctrl_buffer_alloc(ctrl, nr * sizeof(*buf));
	int ret;

	if (!buf)
		return -ENOMEM;
	memcpy(buf, map, nr * sizeof(*buf));
	arg.map.nr_entries = nr;
	set_xen_guest_handle(arg.map.buffer, buf);
	ret = ctrl_hypercall(ctrl, __HYPERVISOR_memory_op, XENMEM_set_memory_map, &arg,
			     sizeof(arg));
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

int ctrl_memory_claim(struct ctrl *ctrl, uint32_t domid, uint64_t pages)
{
	struct xen_memory_reservation arg = {.nr_extents = pages, .domid = domid};

	return ctrl_hypercall(ctrl, __HYPERVISOR_memory_op, XENMEM_claim_pages, &arg, sizeof(arg));
}

int ctrl_memory_max_gfn(struct ctrl *ctrl, uint32_t domid, uint64_t *gfn)
{
	domid_t *arg = ctrl_buffer_alloc(ctrl, sizeof(*arg));
	long ret;

	if (!arg)
		return -ENOMEM;
	*arg = domid;
	ret = xencall2L(ctrl->call, __HYPERVISOR_memory_op, XENMEM_maximum_gpfn, (uintptr_t)arg);
	if (ret < 0)
		ret = -errno;
	else
		*gfn = (uint64_t)ret;
	ctrl_buffer_free(ctrl, arg);
	return ret < 0 ? (int)ret : 0;
}

int ctrl_memory_add_to_physmap(struct ctrl *ctrl, uint32_t domid, unsigned int space,
			       unsigned long idx, xen_pfn_t gfn)
{
	struct xen_add_to_physmap arg = {.domid = domid, .space = space, .idx = idx, .gpfn = gfn};

	return ctrl_hypercall(ctrl, __HYPERVISOR_memory_op, XENMEM_add_to_physmap, &arg,
			      sizeof(arg));
}

void *ctrl_memory_map(struct ctrl *ctrl, uint32_t domid, int prot, const xen_pfn_t *gfns, size_t nr)
{
	return xenforeignmemory_map(ctrl->fmem, domid, prot, nr, gfns, NULL);
}

void *ctrl_memory_map_range(struct ctrl *ctrl, uint32_t domid, int prot, xen_pfn_t gfn, size_t nr)
{
	xen_pfn_t *gfns = calloc(nr, sizeof(*gfns));
	void *addr;

	if (!gfns) {
		errno = ENOMEM;
		return NULL;
	}
	for (size_t i = 0; i < nr; i++)
		gfns[i] = gfn + i;
	addr = ctrl_memory_map(ctrl, domid, prot, gfns, nr);
	free(gfns);
	return addr;
}

void ctrl_memory_unmap(struct ctrl *ctrl, void *addr, size_t nr)
{
	if (addr)
		xenforeignmemory_unmap(ctrl->fmem, addr, nr);
}
