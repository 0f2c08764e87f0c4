/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Pins: while an entry of the shared table is used, its GTF_reading/writing
 * flags are set, so that the granter does not take it back, and what it stood
 * for is remembered here.  The guest changes the same words: flags and domid
 * are one 32-bit unit for compare-and-exchange, and the frame number is read
 * once, after the flags have been set.
 */
#include "gnttab.h"

#include <hv/domain.h>
#include <hv/frame.h>

#define CHANGE_RETRIES 5 /* of a guest that keeps writing to the entry */

/* The guest's view of the first half of an entry. */
union flags_domid {
	struct {
		uint16_t flags;
		domid_t domid;
	};
	uint32_t word;
};

static uint32_t *first_half(grant_entry_v1_t *e)
{
	return (uint32_t *)(void *)e;
}

/* Set GTF_reading (and writing) if the entry permits it. GNTST_*. */
static int mark_in_use(grant_entry_v1_t *e, domid_t user, bool write)
{
	union flags_domid old = {.word = __atomic_load_n(first_half(e), __ATOMIC_ACQUIRE)}, new;

	for (int i = 0; i < CHANGE_RETRIES; i++) {
		if ((old.flags & GTF_type_mask) != GTF_permit_access || old.domid != user)
			return GNTST_general_error;
		if (write && (old.flags & GTF_readonly))
			return GNTST_general_error;
		new = old;
		new.flags |= GTF_reading | (write ? GTF_writing : 0);
		if (__atomic_compare_exchange_n(first_half(e), &old.word, new.word, false,
						__ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))
			return GNTST_okay;
	}
	return GNTST_general_error; /* unstable */
}

static void mark_unused(grant_entry_v1_t *e, const struct grant_pin *pin)
{
	if (!pin->writers)
		__atomic_fetch_and(&e->flags, (uint16_t)~GTF_writing, __ATOMIC_SEQ_CST);
	if (!pin->writers && !pin->readers)
		__atomic_fetch_and(&e->flags, (uint16_t)~GTF_reading, __ATOMIC_SEQ_CST);
}

static bool overflowing(const struct grant_pin *pin)
{
	return pin->readers == UINT16_MAX || pin->writers == UINT16_MAX;
}

/* A granted page is the granter's own memory: never a page that it maps. */
static int find_frame(struct domain *d, grant_entry_v1_t *e, bool write, mfn_t *mfn)
{
	gfn_t gfn = mk_gfn(READ_ONCE(e->frame));
	enum p2m_type type;

	p2m_get(d, gfn, &type, NULL);
	if (type != P2M_RAM && (type != P2M_RAM_RO || write))
		return GNTST_bad_page;
	if (!p2m_get_page(d, gfn, write, mfn))
		return GNTST_bad_page;
	if (frame_get(*mfn, d)) { /* it may have changed in between */
		frame_put(*mfn);
		return GNTST_okay;
	}
	frame_put(*mfn);
	return GNTST_bad_page;
}

/* Lock held. Later users of a pinned entry get the frame of the first. */
static int pin_locked(struct domain *d, grant_entry_v1_t *e, struct grant_pin *pin, domid_t user,
		      bool write, mfn_t *mfn)
{
	bool used = pin->readers || pin->writers;
	int st;

	if (used && (pin->user != user || overflowing(pin)))
		return GNTST_general_error;
	if (!used || (write && !pin->writers)) {
		st = mark_in_use(e, user, write);
		if (st != GNTST_okay)
			return st;
	}
	if (!used) {
		st = find_frame(d, e, write, mfn);
		if (st != GNTST_okay) {
			mark_unused(e, pin);
			return st;
		}
		pin->user = user;
		pin->mfn = *mfn;
	} else {
		if (!frame_get(pin->mfn, d)) {
			mark_unused(e, pin);
			return GNTST_bad_page;
		}
		*mfn = pin->mfn;
	}
	if (write)
		pin->writers++;
	else
		pin->readers++;
	return GNTST_okay;
}

static struct grant_frame *frame_of(struct gnttab *t, uint32_t ref)
{
	uint32_t i = ref / GRANTS_PER_FRAME;

	return i < t->nr_frames ? &t->frame[i] : NULL;
}

int grant_pin_get(struct domain *granter, uint32_t ref, domid_t user, bool write, mfn_t *mfn)
{
	struct gnttab *t = granter->gnttab;
	struct grant_frame *f;
	int st = GNTST_bad_gntref;

	spin_lock(&t->lock);
	f = frame_of(t, ref);
	if (f && READ_ONCE(granter->dying) != DOM_ALIVE)
		st = GNTST_bad_domain;
	else if (f)
		st = pin_locked(granter, &f->shared[ref % GRANTS_PER_FRAME],
				&f->pin[ref % GRANTS_PER_FRAME], user, write, mfn);
	spin_unlock(&t->lock);
	return st;
}

void grant_pin_put(struct domain *granter, uint32_t ref, bool write, mfn_t mfn)
{
	struct gnttab *t = granter->gnttab;
	struct grant_frame *f;
	struct grant_pin *pin;

	spin_lock(&t->lock);
	f = frame_of(t, ref);
	pin = &f->pin[ref % GRANTS_PER_FRAME];
	if (write)
		pin->writers--;
	else
		pin->readers--;
	mark_unused(&f->shared[ref % GRANTS_PER_FRAME], pin);
	spin_unlock(&t->lock);
	frame_put(mfn);
}
