/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* XENMEM_acquire_resource: the control domain maps another domain's grant table. */
#include "gnttab.h"
#include "memory_op.h"
#include "physmap.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>

#define BATCH 16

struct resource {
	struct xen_mem_acquire_resource x;
	uint64_t list;
};

static int get_resource(const struct hypercall *hc, struct resource *r)
{
	/* The 32-bit layout differs only in the width of the handle at the end. */
	size_t len = offsetof(struct xen_mem_acquire_resource, frame_list);
	uint32_t narrow;

	if (handle_copy_in(&r->x, hc->arg[1], 0, 1, hc->compat ? len : sizeof(r->x)))
		return -XEN_EFAULT;
	r->list = (uintptr_t)r->x.frame_list.p;
	if (!hc->compat)
		return 0;
	if (copy_arg_in(&narrow, hc->arg[1] + len))
		return -XEN_EFAULT;
	r->list = narrow;
	return 0;
}

static uint32_t resource_frames(const struct domain *d, const struct resource *r)
{
	if (r->x.type != XENMEM_resource_grant_table ||
	    r->x.id > XENMEM_resource_grant_table_id_status)
		return 0;
	return gnttab_max_frames(d, r->x.id == XENMEM_resource_grant_table_id_status);
}

/* The external domain 0 gets machine frames (its libraries map the RAM file); a
 * domain with a map of its own says where each frame shall appear. */
static int acquire_one(struct hypercall *hc, struct domain *d, const struct resource *r, uint64_t i)
{
	struct domain *self = hc->v->domain;
	uint64_t gfn;
	mfn_t mfn;
	int rc = gnttab_get_frame(d, r->x.frame + i,
				  r->x.id == XENMEM_resource_grant_table_id_status, &mfn);

	if (rc)
		return rc;
	if (self->external) {
		rc = memop_put_word(hc, r->list, i, mfn.v) ? -XEN_EFAULT : 0;
		frame_put(mfn);
		return rc;
	}
	rc = memop_get_word(hc, r->list, i, &gfn) ? -XEN_EFAULT : 0;
	if (!rc && gfn > P2M_MAX_GFN)
		rc = -XEN_EINVAL;
	if (!rc)
		rc = physmap_make_hole(self, mk_gfn(gfn));
	if (!rc)
		rc = physmap_add(self, mk_gfn(gfn), mfn, 0, P2M_FOREIGN);
	if (rc)
		frame_put(mfn);
	/* Earlier frames stay mapped; -XEN_EIO tells the caller to clean up. */
	return rc && i ? -XEN_EIO : rc;
}

static long acquire(struct hypercall *hc, struct domain *d, struct resource *r, uint64_t start)
{
	uint32_t max = resource_frames(d, r);
	int rc;

	if (!max)
		return -XEN_EINVAL;
	if (!r->list) {
		if (r->x.nr_frames)
			return -XEN_EINVAL;
		return handle_copy_out(hc->arg[1] +
					       offsetof(struct xen_mem_acquire_resource, nr_frames),
				       0, &max, 1, sizeof(max))
			       ? -XEN_EFAULT
			       : 0;
	}
	if (r->x.frame > max || r->x.nr_frames > max - r->x.frame || start > r->x.nr_frames)
		return -XEN_EINVAL;
	for (uint64_t i = start; i < r->x.nr_frames; i++) {
		if (i > start && i % BATCH == 0 && hypercall_preempt_check())
			return memop_continue(hc, XENMEM_acquire_resource, i);
		rc = acquire_one(hc, d, r, i);
		if (rc)
			return rc;
	}
	return 0;
}

long memop_acquire_resource(struct hypercall *hc, uint64_t start)
{
	struct domain *self = hc->v->domain, *d;
	struct resource r;
	long rc;

	/* As Xen, for every guest with a map of its own but the hardware domain. */
	if (!self->privileged)
		return -XEN_EACCES;
	if (get_resource(hc, &r))
		return -XEN_EFAULT;
	if (r.x.pad)
		return -XEN_EINVAL;
	/* One's own resources cannot be mapped this way. */
	if (r.x.domid == DOMID_SELF || r.x.domid == self->id)
		return -XEN_EPERM;
	d = domain_get(r.x.domid);
	if (!d)
		return -XEN_ESRCH;
	rc = acquire(hc, d, &r, start);
	domain_put(d);
	return rc;
}
