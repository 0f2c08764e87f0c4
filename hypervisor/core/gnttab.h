/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Grant table: what is shared inside core/. */
#ifndef CORE_GNTTAB_H
#define CORE_GNTTAB_H

#include <hv/gnttab.h>
#include <hv/hypercall.h>
#include <hv/spinlock.h>
#include <xen/grant_table.h>

#define GRANTS_PER_FRAME_V1 (PAGE_SIZE / sizeof(grant_entry_v1_t))
#define GRANTS_PER_FRAME_V2 (PAGE_SIZE / sizeof(grant_entry_v2_t))
#define STATUS_PER_FRAME    (PAGE_SIZE / sizeof(grant_status_t))
/* Shared frames whose entries' status words fill one status frame. */
#define FRAMES_PER_STATUS  (STATUS_PER_FRAME / GRANTS_PER_FRAME_V2)
#define MAPTRACK_PER_CHUNK 256
#define GNTTAB_MAX_FRAMES  4096u /* more than any toolstack asks for */

enum grant_kind { GRANT_PAGE, GRANT_PART, GRANT_TRANSITIVE };

/* One entry that somebody uses: how often, and what it stood for then. */
struct grant_pin {
	uint16_t readers, writers;
	domid_t user;
	uint16_t start, length; /* bytes of the page */
	uint8_t kind;
	uint32_t mfn; /* frame numbers have 32 bits (frame.h) */
};
_Static_assert(sizeof(struct grant_pin) == 16, "8 KiB for each shared frame");

/* A page shared with the guest, and where it has it, or INVALID_FRAME. */
struct shared_frame {
	void *page;
	uint64_t gfn;
};

struct grant_frame {
	struct shared_frame shared;
	struct grant_pin *pin; /* GRANTS_PER_FRAME_V1 of them */
};

/* One mapping that this domain made. */
struct maptrack {
	struct domain *granter; /* with a reference; NULL: the entry is free */
	uint32_t ref;
	uint32_t flags; /* GNTMAP_* */
	uint64_t gfn;	/* host mapping, or INVALID_FRAME */
	mfn_t mfn;
	uint32_t next_free;
	bool busy; /* being made or undone */
};

struct gnttab {
	spinlock_t lock;
	uint8_t version, max_version;
	uint32_t pinned; /* entries in use, but for the reserved ones */
	uint32_t nr_frames, max_frames;
	struct grant_frame *frame; /* max_frames of them */
	/* Version 2: enough for the entries of nr_frames; version 1: none. */
	uint32_t nr_status;
	struct shared_frame *status;
	uint32_t nr_chunks, max_chunks;
	struct maptrack **chunk; /* max_chunks of them */
	uint32_t free_handle;
	uint32_t relinquished; /* handles below it are undone */
};

/* --- frames (gnttab_frame.c) ------------------------------------------------ */
/* Lock held. Grow to @want shared frames and what status frames these need.
 * -XEN_EINVAL beyond the limit, -XEN_ENOMEM. */
int gnttab_grow_locked(struct domain *d, uint32_t want);
/* The guest put the frame at @gfn; the caller then unhooks it from what is
 * returned: where it was before, or @gfn itself if the frame has gone meanwhile,
 * or INVALID_FRAME. */
uint64_t gnttab_note_gfn(struct domain *d, uint32_t idx, bool status, mfn_t mfn, uint64_t gfn);
/* Change the version, keeping the reserved entries. 0, or -XEN_EINVAL, -XEN_ENOSYS
 * (not for this domain), -XEN_EBUSY, -XEN_ERANGE (an entry has no place in version
 * 1), -XEN_ENOMEM. */
int gnttab_set_version(struct domain *d, uint32_t version);
void gnttab_free_frames(struct gnttab *t);

/* --- pins: an entry in use (gnttab_pin.c) --------------------------------- */
/* An entry of the table; lock held. */
struct grant_entry {
	uint32_t *head;	  /* flags and domid, as one word */
	uint16_t *in_use; /* where GTF_reading and GTF_writing go */
	grant_entry_v1_t *v1;
	grant_entry_v2_t *v2; /* NULL in version 1 */
	struct grant_pin *pin;
};
/* False when there is no entry @ref. */
bool grant_entry_at(const struct gnttab *t, uint32_t ref, struct grant_entry *e);

struct grant_use {
	mfn_t mfn; /* with a reference; INVALID_FRAME if transitive */
	uint16_t start, length;
	bool transitive;
	domid_t trans_dom; /* whose grant it stands for */
	uint32_t trans_ref;
};
/* Check entry @ref of @granter for @user, mark it in use in the shared table,
 * and take a reference on its frame. @whole: to be mapped, so nothing less than a
 * page will do. GNTST_*. */
int grant_pin_get(struct domain *granter, uint32_t ref, domid_t user, bool write, bool whole,
		  struct grant_use *use);
void grant_pin_put(struct domain *granter, uint32_t ref, bool write, mfn_t mfn);

/* --- sub-operations: GNTST_* status each ---------------------------------- */
int gnttab_map_one(struct domain *self, struct gnttab_map_grant_ref *op);
int gnttab_unmap_one(struct domain *self, struct gnttab_unmap_grant_ref *op);
int gnttab_copy_one(struct domain *self, const struct gnttab_copy *op);
/* Preemptible: give up every mapping of a dying domain. */
int gnttab_release_maps(struct domain *d);

#endif
