/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* GNTTABOP_map_grant_ref and unmap_grant_ref: the mapper's side. */
#include "gnttab.h"
#include "physmap.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/heap.h>

#define NO_HANDLE UINT32_MAX

static struct maptrack *track_at(struct gnttab *t, uint32_t handle)
{
	uint32_t c = handle / MAPTRACK_PER_CHUNK;

	return c < t->nr_chunks ? &t->chunk[c][handle % MAPTRACK_PER_CHUNK] : NULL;
}

/* Lock held. Low handles come first. */
static void add_chunk(struct gnttab *t)
{
	struct maptrack *c;
	uint32_t base = t->nr_chunks * MAPTRACK_PER_CHUNK;

	if (t->nr_chunks == t->max_chunks)
		return;
	c = heap_array(MAPTRACK_PER_CHUNK, sizeof(*c));
	if (!c)
		return;
	for (uint32_t i = MAPTRACK_PER_CHUNK; i-- > 0;) {
		c[i].next_free = t->free_handle;
		t->free_handle = base + i;
	}
	t->chunk[t->nr_chunks++] = c;
}

static uint32_t take_handle(struct gnttab *t)
{
	uint32_t h;

	spin_lock(&t->lock);
	if (t->free_handle == NO_HANDLE)
		add_chunk(t);
	h = t->free_handle;
	if (h != NO_HANDLE) {
		t->free_handle = track_at(t, h)->next_free;
		track_at(t, h)->busy = true;
	}
	spin_unlock(&t->lock);
	return h;
}

static void free_handle(struct gnttab *t, uint32_t h)
{
	struct maptrack *m;

	spin_lock(&t->lock);
	m = track_at(t, h);
	*m = (struct maptrack){.next_free = t->free_handle};
	t->free_handle = h;
	spin_unlock(&t->lock);
}

static int check_map_flags(const struct domain *self, uint32_t flags)
{
	if (!(flags & (GNTMAP_device_map | GNTMAP_host_map)))
		return GNTST_bad_gntref;
	/* With nested paging there is no other kind of mapping. */
	if (!self->external && (flags & ~GNTMAP_readonly) != GNTMAP_host_map)
		return GNTST_general_error;
	return GNTST_okay;
}

/* A guest's mapping appears at guest-physical @host_addr; the external domain 0
 * has no such addresses and uses the machine address it is told. */
static int host_map(struct domain *self, uint64_t host_addr, mfn_t mfn, bool write, uint64_t *gfn)
{
	*gfn = INVALID_FRAME;
	if (self->external)
		return GNTST_okay;
	if (physmap_add(self, mk_gfn(host_addr >> PAGE_SHIFT), mfn, 0,
			write ? P2M_GRANT_RW : P2M_GRANT_RO))
		return GNTST_general_error;
	*gfn = host_addr >> PAGE_SHIFT;
	return GNTST_okay;
}

static int map_from(struct domain *self, struct domain *rd, struct gnttab_map_grant_ref *op)
{
	bool write = !(op->flags & GNTMAP_readonly);
	uint32_t h = take_handle(self->gnttab);
	struct grant_use use;
	struct maptrack *m;
	uint64_t gfn;
	int st;

	if (h == NO_HANDLE)
		return GNTST_no_device_space;
	st = grant_pin_get(rd, op->ref, self->id, write, true, &use);
	if (st != GNTST_okay)
		goto free;
	st = host_map(self, op->host_addr, use.mfn, write, &gfn);
	if (st != GNTST_okay) {
		grant_pin_put(rd, op->ref, write, use.mfn);
		goto free;
	}
	spin_lock(&self->gnttab->lock);
	m = track_at(self->gnttab, h);
	*m = (struct maptrack){
		.granter = rd, .ref = op->ref, .flags = op->flags, .gfn = gfn, .mfn = use.mfn};
	spin_unlock(&self->gnttab->lock);
	op->handle = h;
	op->dev_bus_addr = mfn_to_maddr(use.mfn).v;
	return GNTST_okay;
free:
	free_handle(self->gnttab, h);
	return st;
}

int gnttab_map_one(struct domain *self, struct gnttab_map_grant_ref *op)
{
	int st = check_map_flags(self, op->flags);
	struct domain *rd;

	if (st != GNTST_okay)
		return st;
	rd = domain_get(op->dom);
	if (!rd)
		return GNTST_bad_domain;
	/* On success the maptrack entry keeps the reference. */
	st = map_from(self, rd, op);
	if (st != GNTST_okay)
		domain_put(rd);
	return st;
}

/* The guest's entry must still be this mapping. */
static int host_unmap(struct domain *self, const struct maptrack *m)
{
	enum p2m_type type;
	mfn_t mfn;

	if (m->gfn == INVALID_FRAME)
		return GNTST_okay;
	mfn = p2m_get(self, mk_gfn(m->gfn), &type, NULL);
	if (mfn.v != m->mfn.v || !(TYPES_GRANT & (1u << type)))
		return GNTST_general_error;
	return p2m_take(self, mk_gfn(m->gfn), TYPES_GRANT, &mfn, &type) ? GNTST_general_error
									: GNTST_okay;
}

static void finish(struct domain *self, uint32_t h, const struct maptrack *m)
{
	grant_pin_put(m->granter, m->ref, !(m->flags & GNTMAP_readonly), m->mfn);
	domain_put(m->granter);
	free_handle(self->gnttab, h);
}

/* Take the entry out of others' hands: of two CPUs that unmap it one wins. */
static bool claim(struct gnttab *t, uint32_t h, struct maptrack *copy)
{
	struct maptrack *m;
	bool ok;

	spin_lock(&t->lock);
	m = track_at(t, h);
	ok = m && m->granter && !m->busy;
	if (ok) {
		*copy = *m;
		m->busy = true;
	}
	spin_unlock(&t->lock);
	return ok;
}

static void unclaim(struct gnttab *t, uint32_t h)
{
	spin_lock(&t->lock);
	track_at(t, h)->busy = false;
	spin_unlock(&t->lock);
}

int gnttab_unmap_one(struct domain *self, struct gnttab_unmap_grant_ref *op)
{
	struct maptrack m;
	int st = GNTST_okay;

	if (!claim(self->gnttab, op->handle, &m))
		return GNTST_bad_handle;
	if (op->dev_bus_addr && op->dev_bus_addr != mfn_to_maddr(m.mfn).v) {
		unclaim(self->gnttab, op->handle);
		return GNTST_general_error;
	}
	if (!self->external) {
		/* As in Xen, no address means that the host mapping shall stay. */
		if (!op->host_addr) {
			unclaim(self->gnttab, op->handle);
			return GNTST_okay;
		}
		st = op->host_addr >> PAGE_SHIFT == m.gfn ? host_unmap(self, &m)
							  : GNTST_general_error;
	}
	if (st == GNTST_okay)
		finish(self, op->handle, &m);
	else
		unclaim(self->gnttab, op->handle);
	return st;
}

int gnttab_release_maps(struct domain *d)
{
	struct gnttab *t = d->gnttab;

	if (!t)
		return 0;
	while (t->relinquished < t->nr_chunks * MAPTRACK_PER_CHUNK) {
		uint32_t h = t->relinquished++;
		struct maptrack m;

		if (claim(t, h, &m)) {
			/* Whatever became of the guest's map, the pin goes. */
			host_unmap(d, &m);
			finish(d, h, &m);
		}
		if (t->relinquished % 64 == 0 && hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	return 0;
}
