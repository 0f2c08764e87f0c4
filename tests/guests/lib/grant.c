/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "grant.h"

#include <xen/event_channel.h>

/* Whom a channel with oneself names. */
domid_t own_domid(void)
{
	struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
	struct evtchn_status status = {.dom = DOMID_SELF};
	struct evtchn_close close;

	check(!evtchn_op(EVTCHNOP_alloc_unbound, &alloc), "alloc_unbound fails");
	status.port = close.port = alloc.port;
	check(!evtchn_op(EVTCHNOP_status, &status), "status fails");
	check(!evtchn_op(EVTCHNOP_close, &close), "close fails");
	return status.u.unbound.dom;
}

long grant_op(unsigned int cmd, void *arg, unsigned int n)
{
	return hypercall(__HYPERVISOR_grant_table_op, cmd, (uintptr_t)arg, n, 0);
}

long physmap_add(unsigned int space, unsigned long idx, unsigned long at)
{
	struct xen_add_to_physmap x = {
		.domid = DOMID_SELF, .space = space, .idx = idx, .gpfn = at / PAGE};

	return hypercall2(__HYPERVISOR_memory_op, XENMEM_add_to_physmap, &x);
}

long physmap_remove(unsigned long at)
{
	struct xen_remove_from_physmap x = {.domid = DOMID_SELF, .gpfn = at / PAGE};

	return hypercall2(__HYPERVISOR_memory_op, XENMEM_remove_from_physmap, &x);
}

void grant_init(void)
{
	long ret = physmap_add(XENMAPSPACE_grant_table, 0, GRANT_TABLE);

	check(!ret, "cannot map the grant table: %ld", ret);
}

long grant_version(unsigned int version)
{
	struct gnttab_set_version op = {.version = version};

	return grant_op(GNTTABOP_set_version, &op, 1);
}

void grant_page(unsigned int ref, domid_t to, const void *page, unsigned int flags)
{
	GRANTS_V1[ref].domid = to;
	GRANTS_V1[ref].frame = (uint32_t)((uintptr_t)page / PAGE);
	__atomic_store_n(&GRANTS_V1[ref].flags, (uint16_t)(GTF_permit_access | flags),
			 __ATOMIC_SEQ_CST);
}

void grant_page2(unsigned int ref, domid_t to, const void *page, unsigned int flags)
{
	GRANTS_V2[ref].hdr.domid = to;
	GRANTS_V2[ref].full_page.frame = (uintptr_t)page / PAGE;
	__atomic_store_n(&GRANTS_V2[ref].hdr.flags, (uint16_t)(GTF_permit_access | flags),
			 __ATOMIC_SEQ_CST);
}

int grant_map(domid_t from, unsigned int ref, unsigned long at, unsigned int flags,
	      grant_handle_t *handle)
{
	struct gnttab_map_grant_ref op = {
		.host_addr = at, .flags = GNTMAP_host_map | flags, .ref = ref, .dom = from};
	long ret = grant_op(GNTTABOP_map_grant_ref, &op, 1);

	check(!ret, "map_grant_ref: %ld", ret);
	if (handle)
		*handle = op.handle;
	return op.status;
}

int grant_unmap(grant_handle_t handle, unsigned long at)
{
	struct gnttab_unmap_grant_ref op = {.host_addr = at, .handle = handle};
	long ret = grant_op(GNTTABOP_unmap_grant_ref, &op, 1);

	check(!ret, "unmap_grant_ref: %ld", ret);
	return op.status;
}
