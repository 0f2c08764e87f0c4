/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Lists of extents: populate_physmap, increase/decrease_reservation, claims.
 * As in Xen the result is the number of extents done, also after a fault.
 */
#include "memory_op.h"
#include "physmap.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>

/* Largest extents, 2^n pages, of guests and of the control domain. */
#define MAX_ORDER_GUEST	  9
#define MAX_ORDER_CONTROL 18
/* Most extents whose number fits beside the command. */
#define MAX_EXTENTS (UINT32_MAX >> MEMOP_EXTENT_SHIFT)
/* Pages handled between two looks at the work bits. */
#define PREEMPT_PAGES 256

struct reservation32 {
	uint32_t extent_start, nr_extents, extent_order, mem_flags;
	domid_t domid;
};

struct extents {
	uint64_t list; /* the caller's array of frame numbers */
	uint64_t nr;
	unsigned int order, flags;
	domid_t domid;
};

static struct extents from_reservation(const xen_memory_reservation_t *r)
{
	return (struct extents){(uintptr_t)r->extent_start.p, r->nr_extents, r->extent_order,
				r->mem_flags, r->domid};
}

static struct extents from_reservation32(const struct reservation32 *r)
{
	return (struct extents){r->extent_start, r->nr_extents, r->extent_order, r->mem_flags,
				r->domid};
}

static int get_reservation(const struct hypercall *hc, struct extents *out)
{
	xen_memory_reservation_t r;
	struct reservation32 r32;

	if (hc->compat ? copy_arg_in(&r32, hc->arg[1]) : copy_arg_in(&r, hc->arg[1]))
		return -XEN_EFAULT;
	*out = hc->compat ? from_reservation32(&r32) : from_reservation(&r);
	return 0;
}

static unsigned int max_order(const struct domain *d)
{
	return d->privileged ? MAX_ORDER_CONTROL : MAX_ORDER_GUEST;
}

/* The highest frame number a caller's "address bits" allow. */
static uint64_t max_mfn_of(unsigned int mem_flags)
{
	unsigned int bits = XENMEMF_get_address_bits(mem_flags);

	return bits && bits < 64 ? (1ULL << (bits - PAGE_SHIFT)) - 1 : INVALID_FRAME;
}

static bool flags_usable(unsigned int op, unsigned int flags)
{
	unsigned int bits = XENMEMF_get_address_bits(flags);

	if (bits && bits < PAGE_SHIFT)
		return false;
	/* Populate on demand does not exist here: nothing is done, and said so. */
	return !(op == XENMEM_populate_physmap && (flags & XENMEMF_populate_on_demand));
}

/* An extent at a frame that is not a multiple of its size goes page by page. */
static int map_unaligned(struct domain *d, gfn_t gfn, mfn_t mfn, uint64_t n)
{
	uint64_t i;
	int rc = 0;

	for (i = 0; !rc && i < n; i++)
		rc = physmap_add(d, gfn_add(gfn, i), mfn_add(mfn, i), 0, P2M_RAM);
	/* Single pages need no memory to go. */
	for (i--; rc && i; i--)
		p2m_clear(d, gfn_add(gfn, i - 1), 0);
	return rc;
}

/*
 * The frame that fits between those around @gfn, so that a guest that takes back
 * what it gave away gets its superpages back.  INVALID_FRAME if no neighbour tells.
 */
static mfn_t fitting_frame(struct domain *d, gfn_t gfn)
{
	const uint64_t mask = (1ULL << ORDER_2M) - 1;
	const uint64_t look[] = {gfn.v ^ 1, gfn.v & ~mask, gfn.v | mask};

	for (unsigned int i = 0; i < ARRAY_SIZE(look); i++) {
		enum p2m_type type;
		mfn_t m = p2m_get(d, mk_gfn(look[i]), &type, NULL);

		if (type == P2M_RAM)
			return (m.v ^ look[i]) & mask ? mk_mfn(INVALID_FRAME)
						      : mk_mfn((m.v & ~mask) | (gfn.v & mask));
	}
	return mk_mfn(INVALID_FRAME);
}

static int alloc_extent(struct domain *d, const struct extents *e, gfn_t gfn, mfn_t *mfn)
{
	uint64_t max = max_mfn_of(e->flags);

	if (!e->order && max == INVALID_FRAME) {
		*mfn = fitting_frame(d, gfn);
		if (mfn_valid_value(*mfn) && !frame_alloc_domain_at(d, *mfn))
			return 0;
	}
	return frame_alloc_domain(d, e->order, max, mfn);
}

static int populate_one(struct domain *d, const struct extents *e, gfn_t gfn)
{
	uint64_t n = 1ULL << e->order;
	mfn_t mfn;
	int rc = alloc_extent(d, e, gfn, &mfn);

	if (rc)
		return rc;
	rc = gfn.v & (n - 1) ? map_unaligned(d, gfn, mfn, n)
			     : physmap_add(d, gfn, mfn, e->order, P2M_RAM);
	if (rc)
		for (uint64_t i = 0; i < n; i++)
			frame_release_domain(d, mfn_add(mfn, i));
	return rc;
}

static int decrease_one(struct domain *d, const struct extents *e, gfn_t gfn)
{
	int rc = 0;

	if (gfn.v > P2M_MAX_GFN - (1ULL << e->order))
		return -XEN_EINVAL;
	for (uint64_t i = 0; !rc && i < 1ULL << e->order; i++)
		rc = physmap_free_page(d, gfn_add(gfn, i));
	return rc;
}

/* Pages without a place in the map: of use to nobody but the accounting. */
static int increase_one(struct domain *d, const struct extents *e)
{
	mfn_t mfn;

	return frame_alloc_domain(d, e->order, max_mfn_of(e->flags), &mfn);
}

static int one_extent(struct hypercall *hc, unsigned int op, struct domain *d,
		      const struct extents *e, uint64_t i)
{
	uint64_t gfn;

	if (op == XENMEM_increase_reservation)
		return increase_one(d, e);
	if (memop_get_word(hc, e->list, i, &gfn))
		return -XEN_EFAULT;
	return op == XENMEM_populate_physmap ? populate_one(d, e, mk_gfn(gfn))
					     : decrease_one(d, e, mk_gfn(gfn));
}

static long run_extents(struct hypercall *hc, unsigned int op, struct domain *d,
			const struct extents *e, uint64_t start)
{
	uint64_t pages = 0, i;

	if (e->order > max_order(hc->v->domain))
		return start;
	for (i = start; i < e->nr; i++) {
		if (one_extent(hc, op, d, e, i))
			break;
		pages += 1ULL << e->order;
		if (pages >= PREEMPT_PAGES && i + 1 < e->nr) {
			pages = 0;
			if (hypercall_preempt_check())
				return memop_continue(hc, op, i + 1);
		}
	}
	return i;
}

/* Builders claim all the memory of a domain first, so that two of them do not
 * starve each other half-way. */
static long claim_op(struct hypercall *hc, const struct extents *e)
{
	struct domain *d;
	long rc;

	if (e->list || e->order || e->flags)
		return -XEN_EINVAL;
	d = domain_get(e->domid); /* DOMID_SELF does not name anybody here */
	if (!d)
		return -XEN_EINVAL;
	rc = hc->v->domain->privileged ? frame_claim(d, e->nr) : -XEN_EPERM;
	domain_put(d);
	return rc;
}

long memop_reservation(struct hypercall *hc, unsigned int op, uint64_t start)
{
	struct extents e;
	struct domain *d;
	long rc;

	if (op == XENMEM_claim_pages && start)
		return -XEN_EINVAL;
	if (get_reservation(hc, &e))
		return op == XENMEM_claim_pages ? -XEN_EFAULT : (long)start;
	if (op == XENMEM_claim_pages)
		return claim_op(hc, &e);
	if (e.nr > MAX_EXTENTS || start >= e.nr || !flags_usable(op, e.flags))
		return start;
	rc = memop_target(hc->v->domain, e.domid, &d);
	if (rc)
		return rc == -XEN_ESRCH ? (long)start : rc;
	rc = run_extents(hc, op, d, &e, start);
	domain_put(d);
	return rc;
}

static int get_exchange(const struct hypercall *hc, struct extents *in, struct extents *out,
			uint64_t *done)
{
	struct xen_memory_exchange x;
	struct {
		struct reservation32 in, out;
		uint32_t done;
	} x32;

	if (hc->compat ? copy_arg_in(&x32, hc->arg[1]) : copy_arg_in(&x, hc->arg[1]))
		return -XEN_EFAULT;
	if (hc->compat) {
		*in = from_reservation32(&x32.in);
		*out = from_reservation32(&x32.out);
		*done = x32.done;
	} else {
		*in = from_reservation(&x.in);
		*out = from_reservation(&x.out);
		*done = x.nr_exchanged;
	}
	return 0;
}

static int check_exchange(const struct domain *self, const struct extents *in,
			  const struct extents *out, uint64_t done)
{
	if (MAX(in->order, out->order) > max_order(self))
		return -XEN_EPERM;
	if (done > in->nr || in->domid != out->domid || in->nr > UINT64_MAX >> in->order ||
	    out->nr > UINT64_MAX >> out->order || in->nr << in->order != out->nr << out->order)
		return -XEN_EINVAL;
	return 0;
}

/*
 * Trading pages for contiguous ones is for guests that see machine frames.  Of
 * one with a map of its own Xen takes nothing, but says so only when the first
 * page is about to be taken: what was made up before has its own code.
 */
static int exchange_first(struct hypercall *hc, struct domain *d, const struct extents *in,
			  uint64_t i)
{
	uint64_t gfn;

	if (memop_get_word(hc, in->list, i, &gfn))
		return -XEN_EFAULT;
	if (!mfn_valid_value(p2m_get(d, mk_gfn(gfn), NULL, NULL)))
		return -XEN_EINVAL;
	return -XEN_EOPNOTSUPP;
}

long memop_exchange(struct hypercall *hc)
{
	size_t at = hc->compat ? 2 * sizeof(struct reservation32)
			       : offsetof(struct xen_memory_exchange, nr_exchanged);
	unsigned int chunk; /* order of the input extents that make one output extent */
	struct extents in, out;
	struct domain *d;
	uint64_t done;
	long rc;

	if (get_exchange(hc, &in, &out, &done))
		return -XEN_EFAULT;
	rc = check_exchange(hc->v->domain, &in, &out, done);
	if (!rc && done == in.nr)
		return 0;
	if (!rc)
		rc = memop_target(hc->v->domain, in.domid, &d);
	if (!rc) {
		chunk = out.order > in.order ? out.order - in.order : 0;
		done = done >> chunk << chunk;
		if (done < in.nr >> chunk << chunk)
			rc = exchange_first(hc, d, &in, done);
		else
			done = in.nr;
		domain_put(d);
	}
	return memop_put_word(hc, hc->arg[1] + at, 0, done) ? -XEN_EFAULT : rc;
}
