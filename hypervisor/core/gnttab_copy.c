/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* GNTTABOP_copy: between granted pages and pages of the caller. */
#include "gnttab.h"
#include "physmap.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/string.h>

/* One end, opened. */
struct end {
	struct domain *d; /* with a reference */
	bool granted, write;
	uint32_t ref;
	struct grant_use use;
	/* A transitive grant led here: that of @via, with a reference. */
	struct domain *via;
	uint32_t via_ref;
};

static int find_end(struct domain *self, const struct gnttab_copy_ptr *p, bool granted, bool write,
		    struct end *e)
{
	*e = (struct end){.granted = granted, .write = write, .ref = p->u.ref};
	/* Frames by number: only one's own. */
	if (!granted && p->domid != DOMID_SELF)
		return GNTST_permission_denied;
	e->d = domain_get_for(self, p->domid);
	return e->d ? GNTST_okay : GNTST_bad_domain;
}

static int open_frame(struct end *e, uint64_t gmfn)
{
	enum p2m_type type = P2M_NONE;

	e->use.length = PAGE_SIZE;
	if (gmfn <= P2M_MAX_GFN)
		p2m_get(e->d, mk_gfn(gmfn), &type, NULL);
	if ((type != P2M_RAM && (type != P2M_RAM_RO || e->write)) ||
	    !p2m_get_page(e->d, mk_gfn(gmfn), e->write, &e->use.mfn))
		return GNTST_bad_page;
	return GNTST_okay;
}

/* From a transitive grant to the one it stands for: one step, as in Xen, so that
 * no circle of them keeps the hypervisor busy. */
static int follow(struct end *e)
{
	struct domain *td = e->use.trans_dom == e->d->id ? NULL : domain_get(e->use.trans_dom);
	uint32_t ref = e->use.trans_ref;
	struct grant_use use = {0};
	int st = GNTST_general_error;

	if (td)
		st = grant_pin_get(td, ref, e->d->id, e->write, false, &use);
	if (st == GNTST_okay && use.transitive) {
		grant_pin_put(td, ref, e->write, use.mfn);
		st = GNTST_general_error;
	}
	if (st != GNTST_okay) {
		grant_pin_put(e->d, e->ref, e->write, mk_mfn(INVALID_FRAME));
		if (td)
			domain_put(td);
		return st;
	}
	e->via = e->d;
	e->via_ref = e->ref;
	e->d = td;
	e->ref = ref;
	e->use = use;
	return GNTST_okay;
}

/* Without success nothing is held but e->d. */
static int open_end(struct domain *self, const struct gnttab_copy_ptr *p, struct end *e)
{
	int st;

	if (!e->granted)
		return open_frame(e, p->u.gmfn);
	st = grant_pin_get(e->d, e->ref, self->id, e->write, false, &e->use);
	return st == GNTST_okay && e->use.transitive ? follow(e) : st;
}

static void close_end(const struct end *e)
{
	if (!e->granted)
		frame_put(e->use.mfn);
	else
		grant_pin_put(e->d, e->ref, e->write, e->use.mfn);
	if (!e->via)
		return;
	grant_pin_put(e->via, e->via_ref, e->write, mk_mfn(INVALID_FRAME));
	domain_put(e->via);
}

static int copy_bytes(const struct gnttab_copy *op, const struct end *src, const struct end *dst)
{
	const uint32_t from = op->source.offset, to = op->dest.offset, len = op->len;

	if (from + len > PAGE_SIZE || to + len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	if (from < src->use.start || from + len > (uint32_t)src->use.start + src->use.length ||
	    to < dst->use.start || to + len > (uint32_t)dst->use.start + dst->use.length)
		return GNTST_general_error;
	memmove((char *)mfn_to_virt(dst->use.mfn) + to, (char *)mfn_to_virt(src->use.mfn) + from,
		len);
	return GNTST_okay;
}

static int copy_between(struct domain *self, const struct gnttab_copy *op, struct end *src,
			struct end *dst)
{
	int st = open_end(self, &op->source, src);

	if (st != GNTST_okay)
		return st;
	st = open_end(self, &op->dest, dst);
	if (st == GNTST_okay) {
		st = copy_bytes(op, src, dst);
		close_end(dst);
	}
	close_end(src);
	return st;
}

int gnttab_copy_one(struct domain *self, const struct gnttab_copy *op)
{
	struct end src, dst;
	int st = find_end(self, &op->source, op->flags & GNTCOPY_source_gref, false, &src);

	if (st != GNTST_okay)
		return st;
	st = find_end(self, &op->dest, op->flags & GNTCOPY_dest_gref, true, &dst);
	if (st == GNTST_okay) {
		st = copy_between(self, op, &src, &dst);
		domain_put(dst.d);
	}
	domain_put(src.d);
	return st;
}
