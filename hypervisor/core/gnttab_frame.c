/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The frames of a grant table: shared ones with the entries and, in version 2,
 * status frames with the words that say which entries are in use.  A domain's map
 * holds no references on them, so a frame goes only after it was unhooked there;
 * gnttab_note_gfn() catches who maps one that is just going.
 */
#include "gnttab.h"
#include "physmap.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/string.h>

uint32_t gnttab_max_frames(const struct domain *d, bool status)
{
	uint32_t max = d->gnttab ? d->gnttab->max_frames : 0;

	return status ? DIV_ROUND_UP(max, FRAMES_PER_STATUS) : max;
}

static bool new_frame(struct domain *d, struct shared_frame *f)
{
	f->page = pages_alloc(0);
	f->gfn = INVALID_FRAME;
	if (f->page)
		frame_share_xen(f->page, d);
	return f->page;
}

/* Status frames for @frames shared ones. */
static int grow_status(struct domain *d, uint32_t frames)
{
	struct gnttab *t = d->gnttab;

	while (t->nr_status < DIV_ROUND_UP(frames, FRAMES_PER_STATUS)) {
		if (!new_frame(d, &t->status[t->nr_status]))
			return -XEN_ENOMEM;
		t->nr_status++;
	}
	return 0;
}

static int add_frame(struct domain *d)
{
	struct gnttab *t = d->gnttab;
	struct grant_frame *f = &t->frame[t->nr_frames];

	/* First of all: no entry may be without its status word. */
	if (t->version == 2 && grow_status(d, t->nr_frames + 1))
		return -XEN_ENOMEM;
	f->pin = heap_array(GRANTS_PER_FRAME_V1, sizeof(*f->pin));
	if (!f->pin || !new_frame(d, &f->shared)) {
		heap_free(f->pin);
		f->pin = NULL;
		return -XEN_ENOMEM;
	}
	t->nr_frames++;
	return 0;
}

int gnttab_grow_locked(struct domain *d, uint32_t want)
{
	int rc = want > d->gnttab->max_frames ? -XEN_EINVAL : 0;

	while (!rc && d->gnttab->nr_frames < want)
		rc = add_frame(d);
	return rc;
}

static struct shared_frame *find_frame(struct gnttab *t, uint32_t idx, bool status)
{
	if (status)
		return idx < t->nr_status ? &t->status[idx] : NULL;
	return idx < t->nr_frames ? &t->frame[idx].shared : NULL;
}

int gnttab_get_frame(struct domain *d, uint32_t idx, bool status, mfn_t *out)
{
	struct gnttab *t = d->gnttab;
	struct shared_frame *f;
	int rc = -XEN_EINVAL;

	if (!t || idx >= gnttab_max_frames(d, status))
		return -XEN_EINVAL;
	spin_lock(&t->lock);
	f = find_frame(t, idx, status);
	/* As in Xen, a status frame comes with all the entries that it is for. */
	if (!f && (!status || t->version == 2)) {
		rc = gnttab_grow_locked(d, status ? (idx + 1) * FRAMES_PER_STATUS : idx + 1);
		f = find_frame(t, idx, status);
	}
	if (f) {
		*out = virt_to_mfn(f->page);
		rc = frame_get(*out, d) ? 0 : -XEN_EINVAL;
	}
	spin_unlock(&t->lock);
	return rc;
}

uint64_t gnttab_note_gfn(struct domain *d, uint32_t idx, bool status, mfn_t mfn, uint64_t gfn)
{
	struct gnttab *t = d->gnttab;
	struct shared_frame *f;
	uint64_t stale = gfn;

	spin_lock(&t->lock);
	f = find_frame(t, idx, status);
	if (f && virt_to_mfn(f->page).v == mfn.v) {
		stale = f->gfn == gfn ? INVALID_FRAME : f->gfn;
		f->gfn = gfn;
	}
	spin_unlock(&t->lock);
	return stale;
}

/* --- versions ------------------------------------------------------------------- */

/* Lock held.  Whoever else has a status frame (by acquire_resource) keeps the page
 * until he gives it back; the guest's own mapping ends here. */
static void drop_status(struct domain *d)
{
	struct gnttab *t = d->gnttab;

	while (t->nr_status) {
		struct shared_frame *f = &t->status[--t->nr_status];

		if (f->gfn != INVALID_FRAME)
			physmap_unhook(d, f->gfn, virt_to_mfn(f->page));
		frame_unshare_xen(f->page);
		f->page = NULL;
	}
}

/* The reserved entries (console, xenstore), which may be in use, in the form of
 * version 1. */
static int save_reserved(const struct gnttab *t, grant_entry_v1_t saved[])
{
	for (uint32_t i = 0; i < GNTTAB_NR_RESERVED_ENTRIES; i++) {
		struct grant_entry e;
		grant_entry_v2_t v2;

		grant_entry_at(t, i, &e);
		if (!e.v2) {
			saved[i] = *(volatile grant_entry_v1_t *)e.v1;
			continue;
		}
		v2 = *(volatile grant_entry_v2_t *)e.v2;
		saved[i] = (grant_entry_v1_t){0};
		if ((v2.hdr.flags & GTF_type_mask) == GTF_transitive)
			return -XEN_ERANGE;
		if ((v2.hdr.flags & GTF_type_mask) != GTF_permit_access)
			continue;
		if (v2.full_page.frame > UINT32_MAX)
			return -XEN_ERANGE;
		saved[i].flags = v2.hdr.flags | READ_ONCE(*e.in_use);
		saved[i].domid = v2.hdr.domid;
		saved[i].frame = (uint32_t)v2.full_page.frame;
	}
	return 0;
}

static void restore_reserved(const struct gnttab *t, const grant_entry_v1_t saved[])
{
	const uint16_t use = GTF_reading | GTF_writing;

	for (uint32_t i = 0; i < GNTTAB_NR_RESERVED_ENTRIES; i++) {
		struct grant_entry e;

		grant_entry_at(t, i, &e);
		if (!e.v2) {
			*e.v1 = saved[i];
			continue;
		}
		*e.in_use = saved[i].flags & use;
		e.v2->hdr.domid = saved[i].domid;
		e.v2->full_page.frame = saved[i].frame;
		e.v2->hdr.flags = saved[i].flags & (uint16_t)~use;
	}
}

static int change_version(struct domain *d, uint8_t version)
{
	struct gnttab *t = d->gnttab;
	grant_entry_v1_t saved[GNTTAB_NR_RESERVED_ENTRIES];
	int rc;

	/* An entry in use would be looked for in the wrong place. */
	if (t->pinned)
		return -XEN_EBUSY;
	rc = save_reserved(t, saved);
	if (!rc && version == 2)
		rc = grow_status(d, t->nr_frames);
	if (!rc) {
		for (uint32_t i = 0; i < t->nr_frames; i++)
			memset(t->frame[i].shared.page, 0, PAGE_SIZE);
		t->version = version;
		restore_reserved(t, saved);
	}
	if (t->version == 1)
		drop_status(d);
	return rc;
}

int gnttab_set_version(struct domain *d, uint32_t version)
{
	struct gnttab *t = d->gnttab;
	int rc = 0;

	if (version != 1 && version != 2)
		return -XEN_EINVAL;
	if (version > t->max_version)
		return -XEN_ENOSYS;
	spin_lock(&t->lock);
	if (t->version != version)
		rc = change_version(d, (uint8_t)version);
	spin_unlock(&t->lock);
	return rc;
}

void gnttab_free_frames(struct gnttab *t)
{
	for (uint32_t i = 0; i < t->nr_frames; i++) {
		heap_free(t->frame[i].pin);
		frame_unshare_xen(t->frame[i].shared.page);
	}
	for (uint32_t i = 0; i < t->nr_status; i++)
		frame_unshare_xen(t->status[i].page);
	heap_free(t->frame);
	heap_free(t->status);
}
