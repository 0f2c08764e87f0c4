/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Buddy allocator over the frame table, and ownership of frames.  Free blocks
 * of each order are a doubly linked list through the table itself, so the
 * allocator needs no memory of its own.  Frames are cleared when they are
 * handed out: what a dead domain left is never seen by the next one.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/printk.h>
#include <hv/spinlock.h>

#define NIL UINT32_MAX

struct frame *frame_table;
uint64_t frame_table_nr;

static spinlock_t alloc_lock = SPINLOCK_INIT;
static uint32_t free_head[FRAME_MAX_ORDER + 1];
static uint64_t total_frames, free_frames, claimed_frames;

static uint32_t index_of(mfn_t mfn)
{
	ASSERT(mfn.v < frame_table_nr);
	return mfn.v;
}

void frame_init(struct frame *table, uint64_t nr)
{
	ASSERT(nr < NIL);
	frame_table = table;
	frame_table_nr = nr;
	for (unsigned int o = 0; o <= FRAME_MAX_ORDER; o++)
		free_head[o] = NIL;
	for (uint64_t i = 0; i < nr; i++)
		table[i].owner = OWNER_NONE;
}

static void push_free(uint32_t i, unsigned int order)
{
	struct frame *f = &frame_table[i];

	f->flags |= FRAME_FREE;
	f->order = order;
	f->prev = NIL;
	f->next = free_head[order];
	if (f->next != NIL)
		frame_table[f->next].prev = i;
	free_head[order] = i;
}

static void unlink_free(uint32_t i)
{
	struct frame *f = &frame_table[i];

	if (f->prev != NIL)
		frame_table[f->prev].next = f->next;
	else
		free_head[f->order] = f->next;
	if (f->next != NIL)
		frame_table[f->next].prev = f->prev;
	f->flags &= ~FRAME_FREE;
}

static bool free_block_at(uint32_t i, unsigned int order)
{
	return i < frame_table_nr && (frame_table[i].flags & FRAME_FREE) &&
	       frame_table[i].order == order;
}

/* alloc_lock held. */
static void free_block(uint32_t i, unsigned int order)
{
	free_frames += 1ULL << order;
	while (order < FRAME_MAX_ORDER && free_block_at(i ^ (1u << order), order)) {
		unlink_free(i ^ (1u << order));
		i &= ~(1u << order);
		order++;
	}
	push_free(i, order);
}

/* alloc_lock held. NIL if there is no block that ends at or below @max. */
static uint32_t take_block(unsigned int order, uint64_t max)
{
	for (unsigned int o = order; o <= FRAME_MAX_ORDER; o++) {
		uint32_t i = free_head[o];

		while (i != NIL && i + (1ULL << order) - 1 > max)
			i = frame_table[i].next;
		if (i == NIL)
			continue;
		unlink_free(i);
		while (o > order) {
			o--;
			push_free(i + (1u << o), o);
		}
		free_frames -= 1ULL << order;
		return i;
	}
	return NIL;
}

/* alloc_lock held. @i itself, or NIL if it is not free. */
static uint32_t take_frame(uint32_t i)
{
	unsigned int o = 0;

	while (o <= FRAME_MAX_ORDER && !free_block_at(i & ~((1u << o) - 1), o))
		o++;
	if (o > FRAME_MAX_ORDER)
		return NIL;
	unlink_free(i & ~((1u << o) - 1));
	/* Of each half without @i, upwards from it, a block of its own remains. */
	while (o--)
		push_free((i & ~((1u << o) - 1)) ^ (1u << o), o);
	free_frames--;
	return i;
}

/* What is claimed is only for those who claimed it.  @at: NIL, or the one frame wanted. */
static uint32_t alloc_block(unsigned int order, uint64_t max, struct domain *d, uint32_t at)
{
	uint64_t n = 1ULL << order, mine;
	uint32_t i = NIL;

	if (order > FRAME_MAX_ORDER)
		return NIL;
	spin_lock(&alloc_lock);
	mine = d ? MIN(d->outstanding_pages, n) : 0;
	if (n - mine <= free_frames - claimed_frames)
		i = at == NIL ? take_block(order, max) : take_frame(at);
	if (i != NIL && mine) {
		d->outstanding_pages -= mine;
		claimed_frames -= mine;
	}
	spin_unlock(&alloc_lock);
	return i;
}

int frame_claim(struct domain *d, uint64_t pages)
{
	int rc = 0;

	spin_lock(&alloc_lock);
	if (!pages) {
		claimed_frames -= d->outstanding_pages;
		d->outstanding_pages = 0;
	} else if (d->dying != DOM_ALIVE || d->outstanding_pages || pages <= d->tot_pages ||
		   pages > d->max_pages) {
		rc = -XEN_EINVAL;
	} else if (pages - d->tot_pages > free_frames - claimed_frames) {
		rc = -XEN_ENOMEM;
	} else {
		d->outstanding_pages = pages - d->tot_pages;
		claimed_frames += d->outstanding_pages;
	}
	spin_unlock(&alloc_lock);
	return rc;
}

static void release_block(uint32_t i, unsigned int order)
{
	spin_lock(&alloc_lock);
	free_block(i, order);
	spin_unlock(&alloc_lock);
}

void frame_add_range(mfn_t start, uint64_t n)
{
	uint64_t i = start.v, end = start.v + n;

	ASSERT(end <= frame_table_nr);
	total_frames += n;
	while (i < end) {
		unsigned int order = 0;

		while (order < FRAME_MAX_ORDER && !(i & ((2ULL << order) - 1)) &&
		       i + (2ULL << order) <= end)
			order++;
		for (uint64_t k = i; k < i + (1ULL << order); k++)
			frame_table[k].flags |= FRAME_RAM;
		release_block(i, order);
		i += 1ULL << order;
	}
}

/* --- the hypervisor's own pages ----------------------------------------- */

void *pages_alloc(unsigned int order)
{
	uint32_t i = alloc_block(order, INVALID_FRAME, NULL, NIL);
	void *va;

	if (i == NIL)
		return NULL;
	for (uint32_t k = i; k < i + (1u << order); k++) {
		frame_table[k].owner = OWNER_XEN;
		frame_table[k].count = 1;
	}
	va = mfn_to_virt(mk_mfn(i));
	arch_clear_frames(va, 1UL << order);
	return va;
}

void pages_free(void *va, unsigned int order)
{
	uint32_t i;

	if (!va)
		return;
	i = index_of(virt_to_mfn(va));
	for (uint32_t k = i; k < i + (1u << order); k++) {
		ASSERT(frame_table[k].owner == OWNER_XEN && frame_table[k].count == 1);
		frame_table[k].owner = OWNER_NONE;
		frame_table[k].count = 0;
	}
	release_block(i, order);
}

void frame_share_xen(void *va, struct domain *d)
{
	struct frame *f = &frame_table[index_of(virt_to_mfn(va))];

	ASSERT(f->owner == OWNER_XEN);
	f->flags |= FRAME_XENSHARE;
	__atomic_store_n(&f->owner, d->id, __ATOMIC_RELEASE);
	__atomic_fetch_add(&d->xenheap_pages, 1, __ATOMIC_RELAXED);
}

void frame_unshare_xen(void *va)
{
	mfn_t mfn = virt_to_mfn(va);
	struct frame *f = &frame_table[index_of(mfn)];

	ASSERT(f->flags & FRAME_XENSHARE);
	f->flags &= ~FRAME_XENSHARE;
	__atomic_store_n(&f->owner, OWNER_XEN, __ATOMIC_RELEASE);
	frame_put(mfn);
}

/* --- domain pages -------------------------------------------------------- */

/* page_lock held. */
static void owner_link(struct domain *d, uint32_t i)
{
	struct frame *f = &frame_table[i];

	f->prev = NIL;
	f->next = d->first_frame;
	if (f->next != NIL)
		frame_table[f->next].prev = i;
	d->first_frame = i;
}

static void owner_unlink(struct domain *d, uint32_t i)
{
	struct frame *f = &frame_table[i];

	if (f->prev != NIL)
		frame_table[f->prev].next = f->next;
	else
		d->first_frame = f->next;
	if (f->next != NIL)
		frame_table[f->next].prev = f->prev;
}

/* Each owned frame keeps its domain's record alive until it is freed, so that a
 * frame still mapped elsewhere never carries a reused domain id. */
static int own_block(struct domain *d, uint32_t i, uint64_t n)
{
	spin_lock(&d->page_lock);
	if (d->dying != DOM_ALIVE || d->tot_pages + n > d->max_pages) {
		spin_unlock(&d->page_lock);
		return d->dying != DOM_ALIVE ? -XEN_EINVAL : -XEN_E2BIG;
	}
	d->tot_pages += n;
	__atomic_fetch_add(&d->refs, n, __ATOMIC_RELAXED);
	for (uint32_t k = i; k < i + n; k++) {
		struct frame *f = &frame_table[k];

		owner_link(d, k);
		f->owner = d->id;
		f->flags |= FRAME_OWNED;
		__atomic_store_n(&f->count, 1, __ATOMIC_RELEASE);
	}
	spin_unlock(&d->page_lock);
	return 0;
}

static int give_block(struct domain *d, uint32_t i, unsigned int order)
{
	int rc;

	if (i == NIL)
		return -XEN_ENOMEM;
	arch_clear_frames(mfn_to_virt(mk_mfn(i)), 1UL << order);
	rc = own_block(d, i, 1ULL << order);
	if (rc)
		release_block(i, order);
	return rc;
}

int frame_alloc_domain(struct domain *d, unsigned int order, uint64_t max_mfn, mfn_t *out)
{
	uint32_t i = alloc_block(order, max_mfn, d, NIL);

	*out = mk_mfn(i);
	return give_block(d, i, order);
}

int frame_alloc_domain_at(struct domain *d, mfn_t mfn)
{
	if (mfn.v >= frame_table_nr)
		return -XEN_ENOMEM;
	return give_block(d, alloc_block(0, INVALID_FRAME, d, index_of(mfn)), 0);
}

/* page_lock held; true if @d held the allocation reference. */
static bool disown(struct domain *d, uint32_t i)
{
	struct frame *f = &frame_table[i];

	if (f->owner != d->id || !(f->flags & FRAME_OWNED))
		return false;
	f->flags &= ~FRAME_OWNED;
	owner_unlink(d, i);
	d->tot_pages--;
	return true;
}

int frame_release_domain(struct domain *d, mfn_t mfn)
{
	bool held;

	if (mfn.v >= frame_table_nr)
		return -XEN_EINVAL;
	spin_lock(&d->page_lock);
	held = disown(d, mfn.v);
	spin_unlock(&d->page_lock);
	if (!held)
		return -XEN_EINVAL;
	frame_put(mfn);
	return 0;
}

mfn_t frame_first_of(const struct domain *d)
{
	uint32_t i = READ_ONCE(d->first_frame);

	return mk_mfn(i == NIL ? INVALID_FRAME : i);
}

/* --- references ------------------------------------------------------------ */

static bool ref_if_live(struct frame *f)
{
	uint32_t c = __atomic_load_n(&f->count, __ATOMIC_RELAXED);

	do {
		if (c == 0 || c == UINT32_MAX)
			return false;
	} while (!__atomic_compare_exchange_n(&f->count, &c, c + 1, false, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

bool frame_get(mfn_t mfn, const struct domain *d)
{
	if (mfn.v >= frame_table_nr || !ref_if_live(&frame_table[mfn.v]))
		return false;
	if (__atomic_load_n(&frame_table[mfn.v].owner, __ATOMIC_ACQUIRE) == d->id)
		return true;
	frame_put(mfn);
	return false;
}

bool frame_get_any(mfn_t mfn, uint16_t *owner)
{
	if (mfn.v >= frame_table_nr || !ref_if_live(&frame_table[mfn.v]))
		return false;
	*owner = __atomic_load_n(&frame_table[mfn.v].owner, __ATOMIC_ACQUIRE);
	if (*owner < OWNER_XEN)
		return true;
	frame_put(mfn);
	return false;
}

void frame_put(mfn_t mfn)
{
	struct frame *f = &frame_table[index_of(mfn)];
	uint16_t owner = f->owner;
	uint32_t old = __atomic_fetch_sub(&f->count, 1, __ATOMIC_ACQ_REL);

	ASSERT(old);
	if (old > 1)
		return;
	ASSERT(!(f->flags & (FRAME_OWNED | FRAME_XENSHARE)));
	f->owner = OWNER_NONE;
	release_block(mfn.v, 0);
	if (owner < OWNER_XEN)
		domain_put_id(owner);
}

bool mfn_is_ram(mfn_t mfn)
{
	return mfn.v < frame_table_nr && (frame_table[mfn.v].flags & FRAME_RAM);
}

uint64_t frames_total(void)
{
	return total_frames;
}

uint64_t frames_free(void)
{
	return __atomic_load_n(&free_frames, __ATOMIC_RELAXED);
}

uint64_t frames_claimed(void)
{
	return __atomic_load_n(&claimed_frames, __ATOMIC_RELAXED);
}
