/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Machine frames: buddy allocator and frame table.  Each 4 KiB frame has a
 * record with a reference count and an owner.  A frame is free when its count
 * is zero; dropping the last reference frees it.
 */
#ifndef HV_FRAME_H
#define HV_FRAME_H

#include <hv/types.h>

#define FRAME_MAX_ORDER 18 /* 1 GiB */
#define ORDER_4K	0
#define ORDER_2M	9
#define ORDER_1G	18

#define OWNER_NONE 0xffff /* free, or never RAM */
#define OWNER_XEN  0xfffe /* the hypervisor's own */

struct frame {
	uint32_t count;	     /* references; atomic while > 0 */
	uint32_t next, prev; /* free list, or the owner's list; frame numbers */
	uint16_t owner;	     /* domain id, OWNER_NONE or OWNER_XEN */
	uint8_t order;	     /* of the free block this frame heads */
	uint8_t flags;
};
_Static_assert(sizeof(struct frame) == 16, "one GiB of RAM costs 4 MiB of frame table");

#define FRAME_FREE     (1u << 0) /* heads a free block */
#define FRAME_OWNED    (1u << 1) /* the owner's allocation reference is held */
#define FRAME_XENSHARE (1u << 2) /* hypervisor page shared with its domain; not in tot_pages */
#define FRAME_RAM      (1u << 3) /* given to the allocator at start-up */
#define FRAME_SLAB     (1u << 4) /* small objects of heap.c */

extern struct frame *frame_table;
extern uint64_t frame_table_nr; /* one past the highest RAM frame */

/* --- start-up (arch) ---------------------------------------------------- */
/* @table: zeroed memory for frames [0, @nr). */
void frame_init(struct frame *table, uint64_t nr);
/* Give [@start, @start + @n) to the allocator. */
void frame_add_range(mfn_t start, uint64_t n);

/* --- the hypervisor's own pages ----------------------------------------- */
/* 2^@order zeroed contiguous frames, address in the direct map; NULL if none. */
void *pages_alloc(unsigned int order);
void pages_free(void *va, unsigned int order);

/* --- domain pages ------------------------------------------------------- */
/* 2^@order zeroed frames owned by @d with one (allocation) reference each,
 * charged to d->tot_pages.  -ENOMEM: none free; -E2BIG: over d->max_pages.
 * @max_mfn: last acceptable frame (INVALID_FRAME: any). */
int frame_alloc_domain(struct domain *d, unsigned int order, uint64_t max_mfn, mfn_t *out);
/* The same for one given frame: -ENOMEM if it is not free. */
int frame_alloc_domain_at(struct domain *d, mfn_t mfn);
/* Drop the allocation reference of one frame of @d (it must be held); the frame
 * leaves d->tot_pages at once and is freed with its last reference.
 * -EINVAL if @d does not hold it. */
int frame_release_domain(struct domain *d, mfn_t mfn);
/* Take a reference if the frame belongs to @d and is live. */
bool frame_get(mfn_t mfn, const struct domain *d);
/* Take a reference whatever the owner (never free or hypervisor frames);
 * *@owner gets the owning domain id. */
bool frame_get_any(mfn_t mfn, uint16_t *owner);
void frame_put(mfn_t mfn);
/* Make a hypervisor page (order 0) visible to @d: owner becomes @d, it is not
 * counted in tot_pages and never returns to the allocator through frame_put. */
void frame_share_xen(void *va, struct domain *d);
/* End of sharing: the page goes back to the allocator, at once or when the last
 * mapping of it is gone. The caller must not touch it afterwards. */
void frame_unshare_xen(void *va);
/* First frame of @d's allocation list, or INVALID_FRAME: for teardown. */
mfn_t frame_first_of(const struct domain *d);

bool mfn_is_ram(mfn_t mfn);
uint64_t frames_total(void);
uint64_t frames_free(void);
/* Set memory aside so that @d can grow to @pages (XENMEM_claim_pages); what it
 * allocates comes out of the claim. 0 gives the rest back.  -XEN_EINVAL: it has
 * a claim, has that much already, may not have as much, is dying; -XEN_ENOMEM. */
int frame_claim(struct domain *d, uint64_t pages);
uint64_t frames_claimed(void);

#endif
