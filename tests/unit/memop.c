/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include "memop.h"

struct domain *d;
struct vcpu *v, *zero;

void memop_boot(void)
{
	hv_boot(2, 64);
	d = hv_guest(1, 16);
	d->max_pages = 4096;
	v = d->vcpu[0];
	zero = dom0->vcpu[0];
}

long mop(struct vcpu *who, unsigned int cmd, void *arg, size_t len)
{
	return hv_op(who, do_memory_op, cmd, arg, len);
}

long extents(struct vcpu *who, unsigned int cmd, uint64_t gfn, unsigned int n, unsigned int order)
{
	struct xen_memory_reservation r = {
		.extent_start.p = (void *)BUF2,
		.nr_extents = n,
		.extent_order = order,
		.domid = who == v ? DOMID_SELF : d->id,
	};
	xen_pfn_t list[512];

	for (unsigned int i = 0; i < n; i++)
		list[i] = gfn + ((uint64_t)i << order);
	hv_put(who, BUF2, list, n * sizeof(list[0]));
	return mop(who, cmd, &r, sizeof(r));
}

enum p2m_type type_at(uint64_t gfn)
{
	enum p2m_type type;

	p2m_get(d, mk_gfn(gfn), &type, NULL);
	return type;
}
