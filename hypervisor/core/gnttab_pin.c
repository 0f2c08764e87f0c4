/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Pins: while an entry of the shared table is used, GTF_reading and GTF_writing say
 * so to the granter, so that it does not take the page back, and what the entry
 * stood for is remembered here.  The guest changes the same words.
 *
 * Version 1 has these flags beside the guest's own, so they are set by compare-and-
 * exchange of flags and domid together.  Version 2 has them in a word of their own:
 * it is written first and the guest's word then looked at again; a granter clears
 * its word first and then looks at the status (xen/grant_table.h).  The frame
 * number is read once, after that.
 */
#include "gnttab.h"
#include "physmap.h"

#include <hv/domain.h>
#include <hv/frame.h>

#define CHANGE_RETRIES 5 /* of a guest that keeps writing to the entry */

/* The guest's view of the first word of an entry. */
union head {
	struct {
		uint16_t flags;
		domid_t domid;
	};
	uint32_t word;
};

/* What a user asks for. */
struct request {
	domid_t user;
	bool write, whole;
};

bool grant_entry_at(const struct gnttab *t, uint32_t ref, struct grant_entry *e)
{
	bool v2 = t->version == 2;
	uint32_t per_frame = v2 ? GRANTS_PER_FRAME_V2 : GRANTS_PER_FRAME_V1, i = ref / per_frame;
	void *page = i < t->nr_frames ? t->frame[i].shared.page : NULL;

	if (!page)
		return false;
	*e = (struct grant_entry){
		.pin = &t->frame[ref / GRANTS_PER_FRAME_V1].pin[ref % GRANTS_PER_FRAME_V1]};
	if (v2) {
		e->v2 = (grant_entry_v2_t *)page + ref % per_frame;
		e->head = (void *)e->v2;
		e->in_use = (grant_status_t *)t->status[ref / STATUS_PER_FRAME].page +
			    ref % STATUS_PER_FRAME;
	} else {
		e->v1 = (grant_entry_v1_t *)page + ref % per_frame;
		e->head = (void *)e->v1;
		e->in_use = &e->v1->flags;
	}
	return true;
}

static bool permits(union head h, const struct grant_entry *e, const struct request *r)
{
	uint16_t type = h.flags & GTF_type_mask;

	if (h.domid != r->user || (r->write && (h.flags & GTF_readonly)))
		return false;
	if (r->whole && (h.flags & GTF_sub_page))
		return false;
	return type == GTF_permit_access || (type == GTF_transitive && e->v2 && !r->whole);
}

static void mark_unused(const struct grant_entry *e)
{
	uint16_t unused = (e->pin->writers ? 0 : GTF_writing) |
			  (e->pin->writers || e->pin->readers ? 0 : GTF_reading);

	if (unused)
		__atomic_fetch_and(e->in_use, (uint16_t)~unused, __ATOMIC_SEQ_CST);
}

static union head read_head(const struct grant_entry *e)
{
	return (union head){.word = __atomic_load_n(e->head, __ATOMIC_SEQ_CST)};
}

/* Set GTF_reading (and writing) if the entry permits it; *@h is what it then said. */
static int mark_in_use(const struct grant_entry *e, const struct request *r, union head *h)
{
	const uint16_t use = GTF_reading | (r->write ? GTF_writing : 0);

	*h = read_head(e);
	if (e->v2) {
		if (!permits(*h, e, r))
			return GNTST_general_error;
		__atomic_fetch_or(e->in_use, use, __ATOMIC_SEQ_CST);
		*h = read_head(e);
		if (permits(*h, e, r))
			return GNTST_okay;
		mark_unused(e);
		return GNTST_general_error;
	}
	for (int i = 0; i < CHANGE_RETRIES; i++) {
		union head new = *h;

		if (!permits(*h, e, r))
			return GNTST_general_error;
		new.flags |= use;
		if (__atomic_compare_exchange_n(e->head, &h->word, new.word, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return GNTST_okay;
	}
	return GNTST_general_error; /* unstable */
}

/* A granted page is the granter's own memory: never a page that it maps. */
static int find_frame(struct domain *d, uint64_t gfn, bool write, mfn_t *mfn)
{
	enum p2m_type type = P2M_NONE;

	if (gfn <= P2M_MAX_GFN)
		p2m_get(d, mk_gfn(gfn), &type, NULL);
	if (type != P2M_RAM && (type != P2M_RAM_RO || write))
		return GNTST_bad_page;
	return physmap_get_own(d, mk_gfn(gfn), write, mfn) ? GNTST_bad_page : GNTST_okay;
}

static void read_transitive(const struct grant_entry *e, struct grant_use *use)
{
	use->mfn = mk_mfn(INVALID_FRAME);
	use->transitive = true;
	use->trans_dom = READ_ONCE(e->v2->transitive.trans_domid);
	use->trans_ref = READ_ONCE(e->v2->transitive.gref);
}

/* The first user decides what the entry stands for while it is used. */
static int first_use(struct domain *d, const struct grant_entry *e, union head h,
		     const struct request *r, struct grant_use *use)
{
	struct grant_pin *pin = e->pin;
	int st;

	*use = (struct grant_use){.length = PAGE_SIZE};
	pin->user = r->user;
	if (e->v2 && (h.flags & GTF_type_mask) == GTF_transitive) {
		pin->kind = GRANT_TRANSITIVE;
		read_transitive(e, use);
		return GNTST_okay;
	}
	pin->kind = GRANT_PAGE;
	if (!e->v2) {
		st = find_frame(d, READ_ONCE(e->v1->frame), r->write, &use->mfn);
	} else {
		if (h.flags & GTF_sub_page) {
			pin->kind = GRANT_PART;
			use->start = READ_ONCE(e->v2->sub_page.page_off);
			use->length = READ_ONCE(e->v2->sub_page.length);
		}
		/* The same place in both forms. */
		st = find_frame(d, READ_ONCE(e->v2->full_page.frame), r->write, &use->mfn);
	}
	if (st != GNTST_okay)
		return st;
	pin->start = use->start;
	pin->length = use->length;
	pin->mfn = (uint32_t)use->mfn.v;
	return GNTST_okay;
}

static int further_use(struct domain *d, const struct grant_entry *e, struct grant_use *use)
{
	const struct grant_pin *pin = e->pin;

	*use = (struct grant_use){
		.mfn = mk_mfn(pin->mfn), .start = pin->start, .length = pin->length};
	if (pin->kind != GRANT_TRANSITIVE)
		return frame_get(use->mfn, d) ? GNTST_okay : GNTST_bad_page;
	if ((read_head(e).flags & GTF_type_mask) != GTF_transitive)
		return GNTST_general_error;
	read_transitive(e, use);
	return GNTST_okay;
}

static bool overflowing(const struct grant_pin *pin)
{
	return pin->readers == UINT16_MAX || pin->writers == UINT16_MAX;
}

/* Lock held. Later users of a pinned entry get the frame of the first. */
static int pin_locked(struct domain *d, const struct grant_entry *e, const struct request *r,
		      struct grant_use *use)
{
	struct grant_pin *pin = e->pin;
	bool used = pin->readers || pin->writers;
	union head h = {0};
	int st;

	if (used &&
	    (pin->user != r->user || overflowing(pin) || (r->whole && pin->kind != GRANT_PAGE)))
		return GNTST_general_error;
	if (!used || (r->write && !pin->writers)) {
		st = mark_in_use(e, r, &h);
		if (st != GNTST_okay)
			return st;
	}
	st = used ? further_use(d, e, use) : first_use(d, e, h, r, use);
	if (st != GNTST_okay) {
		mark_unused(e);
		return st;
	}
	if (r->write)
		pin->writers++;
	else
		pin->readers++;
	return GNTST_okay;
}

/* Whether the table's version may change while @ref is in use. */
static bool counts(uint32_t ref)
{
	return ref >= GNTTAB_NR_RESERVED_ENTRIES;
}

int grant_pin_get(struct domain *granter, uint32_t ref, domid_t user, bool write, bool whole,
		  struct grant_use *use)
{
	struct request r = {user, write, whole};
	struct gnttab *t = granter->gnttab;
	struct grant_entry e;
	int st = GNTST_bad_gntref;

	spin_lock(&t->lock);
	if (grant_entry_at(t, ref, &e)) {
		st = READ_ONCE(granter->dying) != DOM_ALIVE ? GNTST_bad_domain
							    : pin_locked(granter, &e, &r, use);
		if (st == GNTST_okay && e.pin->readers + e.pin->writers == 1 && counts(ref))
			t->pinned++;
	}
	spin_unlock(&t->lock);
	return st;
}

void grant_pin_put(struct domain *granter, uint32_t ref, bool write, mfn_t mfn)
{
	struct gnttab *t = granter->gnttab;
	struct grant_entry e;

	spin_lock(&t->lock);
	grant_entry_at(t, ref, &e);
	if (write)
		e.pin->writers--;
	else
		e.pin->readers--;
	mark_unused(&e);
	if (!e.pin->readers && !e.pin->writers && counts(ref))
		t->pinned--;
	spin_unlock(&t->lock);
	if (mfn_valid_value(mfn))
		frame_put(mfn);
}
