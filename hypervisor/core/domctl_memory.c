/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Domctls about memory: limits, the pool for nested page tables, page types. */
#include "domctl.h"

#include <hv/guest_access.h>
#include <hv/p2m.h>

#define KIB_PER_PAGE_SHIFT (PAGE_SHIFT - 10)
#define MIB_PER_PAGE_SHIFT (20 - PAGE_SHIFT)
#define MAX_PAGE_INFOS	   1024

int domctl_max_mem(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	uint64_t pages = op->u.max_mem.max_memkb >> KIB_PER_PAGE_SHIFT;

	/* Below what it has now is allowed: it then cannot grow. Page counts have
	 * 32 bits in Xen. */
	spin_lock(&d->page_lock);
	d->max_pages = MIN(pages, (uint64_t)UINT32_MAX - 1);
	spin_unlock(&d->page_lock);
	return 0;
}

int domctl_get_mempool(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	if (d->external)
		return -XEN_EINVAL;
	op->u.paging_mempool.size = d->mempool_pages << PAGE_SHIFT;
	*copyback = true;
	return 0;
}

int domctl_set_mempool(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	uint64_t size = op->u.paging_mempool.size;

	if (d == self || d->external || size & ~PAGE_MASK || size >> PAGE_SHIFT > UINT32_MAX)
		return -XEN_EINVAL;
	d->mempool_pages = size >> PAGE_SHIFT;
	return 0;
}

/* With nested paging only the pool's size is left of it. */
int domctl_shadow_op(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	struct xen_domctl_shadow_op *s = &op->u.shadow_op;

	if (d == self || d->external)
		return -XEN_EINVAL;
	switch (s->op) {
	case XEN_DOMCTL_SHADOW_OP_SET_ALLOCATION:
		d->mempool_pages = (uint64_t)s->mb << MIB_PER_PAGE_SHIFT;
		*copyback = true;
		return 0;
	case XEN_DOMCTL_SHADOW_OP_GET_ALLOCATION:
		s->mb = DIV_ROUND_UP(d->mempool_pages, 1ULL << MIB_PER_PAGE_SHIFT);
		*copyback = true;
		return 0;
	case XEN_DOMCTL_SHADOW_OP_ENABLE_LOGDIRTY:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_EINVAL;
	}
}

int domctl_getpageframeinfo3(struct domain *self, struct domain *d, struct xen_domctl *op,
			     bool *copyback)
{
	const struct xen_domctl_getpageframeinfo3 *g = &op->u.getpageframeinfo3;

	if (g->num > MAX_PAGE_INFOS)
		return -XEN_E2BIG;
	for (uint64_t i = 0; i < g->num; i++) {
		enum p2m_type type;
		xen_pfn_t pfn = 0;

		if (copy_from_handle_offset(&pfn, g->array, i, 1))
			return -XEN_EFAULT;
		p2m_get(d, mk_gfn(pfn), &type, NULL);
		/* Guests with nested paging have no typed pages: there, or not. */
		pfn = type == P2M_NONE || type == P2M_APIC ? XEN_DOMCTL_PFINFO_XTAB
							   : XEN_DOMCTL_PFINFO_NOTAB;
		if (copy_to_handle_offset(g->array, i, &pfn, 1))
			return -XEN_EFAULT;
	}
	return 0;
}
