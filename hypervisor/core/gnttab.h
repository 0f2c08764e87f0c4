/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Grant table: what is shared inside core/. */
#ifndef CORE_GNTTAB_H
#define CORE_GNTTAB_H

#include <hv/gnttab.h>
#include <hv/hypercall.h>
#include <hv/spinlock.h>
#include <xen/grant_table.h>

#define GRANTS_PER_FRAME   (PAGE_SIZE / sizeof(grant_entry_v1_t))
#define MAPTRACK_PER_CHUNK 256
#define GNTTAB_MAX_FRAMES  4096u /* more than any toolstack asks for */

/* One entry that somebody uses: how often, and which frame it stood for then. */
struct grant_pin {
	uint16_t readers, writers;
	domid_t user;
	mfn_t mfn;
};

struct grant_frame {
	grant_entry_v1_t *shared; /* seen by the guest */
	struct grant_pin *pin;	  /* GRANTS_PER_FRAME of them */
	uint64_t gfn;		  /* where the guest has it, or INVALID_FRAME */
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
	uint32_t nr_frames, max_frames;
	struct grant_frame *frame; /* max_frames of them */
	uint32_t nr_chunks, max_chunks;
	struct maptrack **chunk; /* max_chunks of them */
	uint32_t free_handle;
	uint32_t relinquished; /* handles below it are undone */
};

uint32_t gnttab_max_frames(const struct domain *d);
/* Remember where the guest put frame @idx; returns where it was before. */
uint64_t gnttab_note_gfn(struct domain *d, uint32_t idx, uint64_t gfn);

/* --- pins: an entry in use (gnttab_pin.c) --------------------------------- */
/* Check entry @ref of @granter for @user, mark it in use in the shared table,
 * and take a reference on its frame. GNTST_*. */
int grant_pin_get(struct domain *granter, uint32_t ref, domid_t user, bool write, mfn_t *mfn);
void grant_pin_put(struct domain *granter, uint32_t ref, bool write, mfn_t mfn);

/* --- sub-operations: GNTST_* status each ---------------------------------- */
int gnttab_map_one(struct domain *self, struct gnttab_map_grant_ref *op);
int gnttab_unmap_one(struct domain *self, struct gnttab_unmap_grant_ref *op);
int gnttab_copy_one(struct domain *self, const struct gnttab_copy *op);
/* Preemptible: give up every mapping of a dying domain. */
int gnttab_release_maps(struct domain *d);

#endif
