/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* GNTTABOP_copy: between granted pages and pages of the caller. */
#include "gnttab.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/string.h>

/* One end, opened. */
struct end {
	struct domain *d;
	bool granted, write;
	uint32_t ref;
	mfn_t mfn;
};

static int open_frame(struct domain *self, uint64_t gmfn, struct end *e)
{
	enum p2m_type type;

	p2m_get(self, mk_gfn(gmfn), &type, NULL);
	if (gmfn > P2M_MAX_GFN || (type != P2M_RAM && (type != P2M_RAM_RO || e->write)) ||
	    !p2m_get_page(self, mk_gfn(gmfn), e->write, &e->mfn))
		return GNTST_bad_page;
	e->d = self;
	return GNTST_okay;
}

static int open_end(struct domain *self, const struct gnttab_copy_ptr *p, bool granted, bool write,
		    struct end *e)
{
	int st;

	*e = (struct end){.granted = granted, .write = write};
	if (!granted) {
		/* Frames by number: only one's own. */
		if (p->domid != DOMID_SELF)
			return GNTST_permission_denied;
		return open_frame(self, p->u.gmfn, e);
	}
	e->ref = p->u.ref;
	e->d = domain_get_for(self, p->domid);
	if (!e->d)
		return GNTST_bad_domain;
	st = grant_pin_get(e->d, e->ref, self->id, write, &e->mfn);
	if (st != GNTST_okay)
		domain_put(e->d);
	return st;
}

static void close_end(const struct end *e)
{
	if (!e->granted) {
		frame_put(e->mfn);
		return;
	}
	grant_pin_put(e->d, e->ref, e->write, e->mfn);
	domain_put(e->d);
}

int gnttab_copy_one(struct domain *self, const struct gnttab_copy *op)
{
	struct end src, dst;
	int st;

	if (op->source.offset + op->len > PAGE_SIZE || op->dest.offset + op->len > PAGE_SIZE)
		return GNTST_bad_copy_arg;
	st = open_end(self, &op->source, op->flags & GNTCOPY_source_gref, false, &src);
	if (st != GNTST_okay)
		return st;
	st = open_end(self, &op->dest, op->flags & GNTCOPY_dest_gref, true, &dst);
	if (st == GNTST_okay) {
		memmove((char *)mfn_to_virt(dst.mfn) + op->dest.offset,
			(char *)mfn_to_virt(src.mfn) + op->source.offset, op->len);
		close_end(&dst);
	}
	close_end(&src);
	return st;
}
