/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* XENMEM_add_to_physmap, its batched form, XENMEM_remove_from_physmap. */
#include "evtchn.h"
#include "gnttab.h"
#include "memory_op.h"
#include "physmap.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>

/* Entries handled between two looks at the work bits. */
#define BATCH 16

struct add32 {
	domid_t domid;
	uint16_t size;
	uint32_t space, idx, gpfn;
};

struct batch32 {
	domid_t domid;
	uint16_t space, size, extra;
	uint32_t idxs, gpfns, errs;
};

static int map_shared_page(struct domain *d, gfn_t gfn, mfn_t mfn)
{
	int rc = physmap_make_hole(d, gfn);

	return rc ? rc : physmap_add(d, gfn, mfn, 0, P2M_SHARED);
}

static int add_shared_info(struct domain *d, uint64_t idx, gfn_t gfn)
{
	mfn_t mfn = virt_to_mfn(d->shared_info);
	uint64_t old = d->shared_info_gfn;
	int rc;

	if (idx || d->external)
		return -XEN_EINVAL;
	rc = map_shared_page(d, gfn, mfn);
	if (rc)
		return rc;
	/* It is at one place at a time; frame 0 stands for "nowhere yet". */
	d->shared_info_gfn = gfn.v;
	if (old && old != gfn.v)
		physmap_unhook(d, old, mfn);
	return 0;
}

static int add_grant_frame(struct domain *d, uint64_t idx, gfn_t gfn)
{
	bool status = idx & XENMAPIDX_grant_table_status;
	uint32_t frame = idx & ~XENMAPIDX_grant_table_status;
	uint64_t stale;
	mfn_t mfn;
	int rc;

	if (idx > UINT32_MAX)
		return -XEN_EINVAL;
	rc = gnttab_get_frame(d, frame, status, &mfn);
	if (rc)
		return rc;
	rc = map_shared_page(d, gfn, mfn);
	if (rc)
		goto out;
	stale = gnttab_note_gfn(d, frame, status, mfn, gfn.v);
	if (stale != INVALID_FRAME)
		physmap_unhook(d, stale, mfn);
	/* A status frame that went while it was being mapped. */
	if (stale == gfn.v)
		rc = -XEN_EBUSY;
out:
	frame_put(mfn);
	return rc;
}

/* Move one of the domain's own pages. */
static int move_page(struct domain *d, uint64_t idx, gfn_t gfn)
{
	enum p2m_type type;
	mfn_t mfn;
	int rc;

	if (idx == gfn.v)
		return 0;
	rc = p2m_take(d, mk_gfn(idx), TYPES_OWN_RAM, &mfn, &type);
	if (rc)
		return -XEN_EINVAL;
	rc = physmap_make_hole(d, gfn);
	if (!rc)
		rc = physmap_add(d, gfn, mfn, 0, type);
	/* Without a place in the map the page would be lost to the guest. */
	if (rc && physmap_add(d, mk_gfn(idx), mfn, 0, type))
		frame_release_domain(d, mfn);
	return rc;
}

static int add_foreign(struct domain *caller, struct domain *d, uint64_t idx, gfn_t gfn,
		       domid_t foreign)
{
	struct domain *fd;
	enum p2m_type type;
	int rc = -XEN_EINVAL;
	mfn_t mfn;

	if (!caller->privileged)
		return -XEN_EPERM;
	if (foreign == DOMID_SELF)
		return -XEN_EINVAL;
	fd = domain_get(foreign);
	if (!fd)
		return -XEN_ESRCH;
	p2m_get(fd, mk_gfn(idx), &type, NULL);
	if (fd == d || type != P2M_RAM || !p2m_get_page(fd, mk_gfn(idx), true, &mfn))
		goto out;
	rc = physmap_make_hole(d, gfn);
	if (!rc)
		rc = physmap_add(d, gfn, mfn, 0, P2M_FOREIGN);
	if (rc)
		frame_put(mfn);
out:
	domain_put(fd);
	return rc;
}

static int add_one(struct hypercall *hc, struct domain *d, unsigned int space, uint16_t extra,
		   uint64_t idx, uint64_t gpfn)
{
	if (space != XENMAPSPACE_gmfn_foreign && gpfn > P2M_MAX_GFN)
		return -XEN_ENOENT;
	switch (space) {
	case XENMAPSPACE_shared_info:
		evtchn_latch_width(d, hc);
		return add_shared_info(d, idx, mk_gfn(gpfn));
	case XENMAPSPACE_grant_table:
		return add_grant_frame(d, idx, mk_gfn(gpfn));
	case XENMAPSPACE_gmfn:
	case XENMAPSPACE_gmfn_range:
		return move_page(d, idx, mk_gfn(gpfn));
	case XENMAPSPACE_gmfn_foreign:
		return add_foreign(hc->v->domain, d, idx, mk_gfn(gpfn), extra);
	default:
		return -XEN_EINVAL;
	}
}

static long add_range(struct hypercall *hc, struct domain *d, const struct xen_add_to_physmap *x,
		      uint64_t start)
{
	if (x->size < start)
		return -XEN_EILSEQ;
	for (uint64_t i = start; i < x->size; i++) {
		int rc;

		if (i > start && i % BATCH == 0 && hypercall_preempt_check())
			return memop_continue(hc, XENMEM_add_to_physmap, i);
		rc = add_one(hc, d, x->space, 0, x->idx + i, x->gpfn + i);
		if (rc)
			return rc;
	}
	return 0;
}

static int get_add(const struct hypercall *hc, struct xen_add_to_physmap *x)
{
	struct add32 x32;

	if (!hc->compat)
		return copy_arg_in(x, hc->arg[1]);
	if (copy_arg_in(&x32, hc->arg[1]))
		return -XEN_EFAULT;
	*x = (struct xen_add_to_physmap){.domid = x32.domid,
					 .size = x32.size,
					 .space = x32.space,
					 .idx = x32.idx,
					 .gpfn = x32.gpfn};
	return 0;
}

long memop_add_to_physmap(struct hypercall *hc, uint64_t start)
{
	struct xen_add_to_physmap x;
	struct domain *d;
	long rc;

	if (start > UINT16_MAX)
		return -XEN_EDOM;
	if (get_add(hc, &x))
		return -XEN_EFAULT;
	if (x.space == XENMAPSPACE_gmfn_foreign)
		return -XEN_ENOSYS;
	rc = memop_map_target(hc->v->domain, x.domid, &d);
	if (rc)
		return rc;
	if (x.space == XENMAPSPACE_dev_mmio)
		rc = -XEN_EACCES; /* nobody has devices */
	else if (x.space == XENMAPSPACE_gmfn_range)
		rc = add_range(hc, d, &x, start);
	else
		rc = add_one(hc, d, x.space, 0, x.idx, x.gpfn);
	domain_put(d);
	return rc;
}

static long batch_one(struct hypercall *hc, struct domain *d, const struct batch32 *b,
		      const uint64_t array[3], uint64_t i)
{
	uint64_t idx, gpfn;
	int err;

	if (memop_get_word(hc, array[0], i, &idx) || memop_get_word(hc, array[1], i, &gpfn))
		return -XEN_EFAULT;
	err = add_one(hc, d, b->space, b->extra, idx, gpfn);
	return handle_copy_out(array[2], i, &err, 1, sizeof(err)) ? -XEN_EFAULT : 0;
}

static int get_batch(const struct hypercall *hc, struct batch32 *b, uint64_t array[3])
{
	struct xen_add_to_physmap_batch x;

	if (hc->compat) {
		if (copy_arg_in(b, hc->arg[1]))
			return -XEN_EFAULT;
		array[0] = b->idxs;
		array[1] = b->gpfns;
		array[2] = b->errs;
		return 0;
	}
	if (copy_arg_in(&x, hc->arg[1]))
		return -XEN_EFAULT;
	*b = (struct batch32){
		.domid = x.domid, .space = x.space, .size = x.size, .extra = x.u.res0};
	array[0] = (uintptr_t)x.idxs.p;
	array[1] = (uintptr_t)x.gpfns.p;
	array[2] = (uintptr_t)x.errs.p;
	return 0;
}

long memop_add_to_physmap_batch(struct hypercall *hc, uint64_t start)
{
	struct batch32 b;
	uint64_t array[3];
	struct domain *d;
	long rc;

	if (start > UINT16_MAX)
		return -XEN_EDOM;
	if (get_batch(hc, &b, array))
		return -XEN_EFAULT;
	/* A range within a batch would hide how far it got. */
	if (b.space == XENMAPSPACE_gmfn_range)
		return -XEN_EOPNOTSUPP;
	rc = memop_map_target(hc->v->domain, b.domid, &d);
	if (rc)
		return rc;
	if (b.space == XENMAPSPACE_dev_mmio)
		rc = -XEN_EACCES;
	else if (b.size < start)
		rc = -XEN_EILSEQ;
	for (uint64_t i = start; !rc && i < b.size; i++) {
		rc = batch_one(hc, d, &b, array, i);
		if (!rc && i % BATCH == BATCH - 1 && i + 1 < b.size && hypercall_preempt_check())
			rc = memop_continue(hc, XENMEM_add_to_physmap_batch, i + 1);
	}
	domain_put(d);
	return rc;
}

long memop_remove_from_physmap(struct hypercall *hc)
{
	struct xen_remove_from_physmap x;
	struct {
		domid_t domid;
		uint32_t gpfn;
	} x32;
	struct domain *d;
	long rc;

	if (hc->compat) {
		if (copy_arg_in(&x32, hc->arg[1]))
			return -XEN_EFAULT;
		x.domid = x32.domid;
		x.gpfn = x32.gpfn;
	} else if (copy_arg_in(&x, hc->arg[1])) {
		return -XEN_EFAULT;
	}
	rc = memop_map_target(hc->v->domain, x.domid, &d);
	if (rc)
		return rc;
	rc = physmap_remove(d, mk_gfn(x.gpfn));
	domain_put(d);
	return rc;
}
