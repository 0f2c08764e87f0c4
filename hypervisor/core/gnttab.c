/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Grant tables: HYPERVISOR_grant_table_op, and a table's life.
 *
 * A mapping has two records: a pin in the granter's table (gnttab_pin.c) and a
 * maptrack entry in the mapper's (gnttab_map.c).  The maptrack entry holds a
 * reference on the granter, so its table outlives every mapping.  No operation
 * needs two domains' locks at once.
 */
#include "gnttab.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/unit.h>

/* --- set-up sub-operations ----------------------------------------------------- */

/* 0 or a GNTST_ code; a reference on *@out. */
static int target(struct domain *self, domid_t id, struct domain **out)
{
	struct domain *d = domain_get_for(self, id);

	if (!d)
		return GNTST_bad_domain;
	if (d != self && !self->privileged) {
		domain_put(d);
		return GNTST_permission_denied;
	}
	*out = d;
	return GNTST_okay;
}

struct setup32 {
	domid_t dom;
	uint32_t nr_frames;
	int16_t status;
	uint32_t frame_list;
};

static int put_frame_number(struct hypercall *hc, uint64_t list, uint32_t i, uint64_t gfn)
{
	uint32_t narrow = gfn;

	if (hc->compat)
		return handle_copy_out(list, i, &narrow, 1, sizeof(narrow));
	return handle_copy_out(list, i, &gfn, 1, sizeof(gfn));
}

static int16_t do_setup(struct hypercall *hc, struct domain *d, uint32_t nr, uint64_t list)
{
	struct gnttab *t = d->gnttab;
	int rc;

	spin_lock(&t->lock);
	rc = gnttab_grow_locked(d, nr);
	spin_unlock(&t->lock);
	if (rc)
		return GNTST_general_error;
	for (uint32_t i = 0; i < nr; i++)
		if (put_frame_number(hc, list, i, READ_ONCE(t->frame[i].shared.gfn)))
			return GNTST_bad_virt_addr;
	return GNTST_okay;
}

static long setup_table(struct hypercall *hc)
{
	size_t at = hc->compat ? offsetof(struct setup32, status)
			       : offsetof(struct gnttab_setup_table, status);
	struct gnttab_setup_table op;
	struct setup32 op32;
	struct domain *d;
	uint64_t list;
	int16_t status;

	if (hc->compat) {
		if (copy_arg_in(&op32, hc->arg[1]))
			return -XEN_EFAULT;
		op.dom = op32.dom;
		op.nr_frames = op32.nr_frames;
		list = op32.frame_list;
	} else {
		if (copy_arg_in(&op, hc->arg[1]))
			return -XEN_EFAULT;
		list = (uintptr_t)op.frame_list.p;
	}
	status = target(hc->v->domain, op.dom, &d);
	if (status == GNTST_okay) {
		status = do_setup(hc, d, op.nr_frames, list);
		domain_put(d);
	}
	return copy_arg_out(hc->arg[1] + at, &status) ? -XEN_EFAULT : 0;
}

static long query_size(struct hypercall *hc)
{
	struct gnttab_query_size op;
	struct domain *d;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	op.status = target(hc->v->domain, op.dom, &d);
	if (op.status == GNTST_okay) {
		op.nr_frames = READ_ONCE(d->gnttab->nr_frames);
		op.max_nr_frames = d->gnttab->max_frames;
		domain_put(d);
	}
	return copy_arg_out(hc->arg[1], &op) ? -XEN_EFAULT : 0;
}

static long get_version(struct hypercall *hc)
{
	struct gnttab_get_version op;
	struct domain *d;
	int st;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	st = target(hc->v->domain, op.dom, &d);
	if (st != GNTST_okay)
		return st == GNTST_bad_domain ? -XEN_ESRCH : -XEN_EPERM;
	op.version = READ_ONCE(d->gnttab->version);
	domain_put(d);
	return copy_arg_out(hc->arg[1], &op) ? -XEN_EFAULT : 0;
}

static long set_version(struct hypercall *hc)
{
	struct domain *d = hc->v->domain;
	struct gnttab_set_version op;
	long rc;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	rc = gnttab_set_version(d, op.version);
	op.version = READ_ONCE(d->gnttab->version);
	return copy_arg_out(hc->arg[1], &op) ? -XEN_EFAULT : rc;
}

/* --- arrays of operations --------------------------------------------------------- */

static void swap_entries(const struct grant_entry *a, const struct grant_entry *b)
{
	/* What the guest writes meanwhile is its own loss. */
	if (a->v2) {
		grant_entry_v2_t entry = *a->v2;
		uint16_t in_use = *a->in_use;

		*a->v2 = *b->v2;
		*b->v2 = entry;
		*a->in_use = *b->in_use;
		*b->in_use = in_use;
	} else {
		grant_entry_v1_t entry = *a->v1;

		*a->v1 = *b->v1;
		*b->v1 = entry;
	}
}

static int16_t swap_one(struct domain *self, const struct gnttab_swap_grant_ref *op)
{
	struct gnttab *t = self->gnttab;
	struct grant_entry a, b;
	int16_t status = GNTST_okay;

	spin_lock(&t->lock);
	if (!grant_entry_at(t, op->ref_a, &a) || !grant_entry_at(t, op->ref_b, &b))
		status = GNTST_bad_gntref;
	else if (op->ref_a == op->ref_b)
		status = GNTST_okay;
	else if (a.pin->readers || a.pin->writers || b.pin->readers || b.pin->writers)
		status = GNTST_eagain;
	else
		swap_entries(&a, &b);
	spin_unlock(&t->lock);
	return status;
}

union grant_arg {
	struct gnttab_map_grant_ref map;
	struct gnttab_unmap_grant_ref unmap;
	struct gnttab_copy copy;
	struct gnttab_swap_grant_ref swap;
};

/* The one 32-bit layout that differs: it has frame numbers in it. */
struct copy32 {
	struct {
		uint32_t u;
		domid_t domid;
		uint16_t offset;
	} source, dest;
	uint16_t len, flags;
	int16_t status;
};

struct layout {
	uint8_t size, status; /* of one element, and where its status lies */
	uint8_t size32, status32;
};

#define SAME(type)                                                                                 \
	{                                                                                          \
		sizeof(struct type), offsetof(struct type, status), sizeof(struct type),           \
			offsetof(struct type, status)                                              \
	}
static const struct layout layouts[] = {
	[GNTTABOP_map_grant_ref] = SAME(gnttab_map_grant_ref),
	[GNTTABOP_unmap_grant_ref] = SAME(gnttab_unmap_grant_ref),
	[GNTTABOP_swap_grant_ref] = SAME(gnttab_swap_grant_ref),
	[GNTTABOP_copy] = {sizeof(struct gnttab_copy), offsetof(struct gnttab_copy, status),
			   sizeof(struct copy32), offsetof(struct copy32, status)},
};
/* A 32-bit structure ends at a multiple of 4, as these 64-bit ones happen to. */
_Static_assert(sizeof(struct gnttab_unmap_grant_ref) == 24, "same for 32-bit callers");
_Static_assert(sizeof(struct gnttab_map_grant_ref) == 32, "same for 32-bit callers");

static void widen_copy(const struct copy32 *in, struct gnttab_copy *out)
{
	*out = (struct gnttab_copy){.len = in->len, .flags = in->flags};
	out->source.domid = in->source.domid;
	out->source.offset = in->source.offset;
	out->dest.domid = in->dest.domid;
	out->dest.offset = in->dest.offset;
	/* A reference and a frame number lie at the same place in the union. */
	out->source.u.gmfn = in->source.u;
	out->dest.u.gmfn = in->dest.u;
}

static int get_element(struct hypercall *hc, unsigned int op, uint64_t at, union grant_arg *a)
{
	struct copy32 c;

	if (!hc->compat || op != GNTTABOP_copy)
		return handle_copy_in(a, at, 0, 1, layouts[op].size);
	if (copy_arg_in(&c, at))
		return -XEN_EFAULT;
	widen_copy(&c, &a->copy);
	return 0;
}

static int16_t run_element(struct domain *self, unsigned int op, union grant_arg *a)
{
	switch (op) {
	case GNTTABOP_map_grant_ref:
		return a->map.status = gnttab_map_one(self, &a->map);
	case GNTTABOP_unmap_grant_ref:
		return gnttab_unmap_one(self, &a->unmap);
	case GNTTABOP_copy:
		return gnttab_copy_one(self, &a->copy);
	default:
		return swap_one(self, &a->swap);
	}
}

static int put_element(struct hypercall *hc, unsigned int op, uint64_t at, const union grant_arg *a,
		       int16_t status)
{
	if (op == GNTTABOP_map_grant_ref)
		return handle_copy_out(at, 0, &a->map, 1, sizeof(a->map));
	at += hc->compat ? layouts[op].status32 : layouts[op].status;
	return handle_copy_out(at, 0, &status, 1, sizeof(status));
}

static long run_array(struct hypercall *hc, unsigned int op)
{
	size_t size = hc->compat ? layouts[op].size32 : layouts[op].size;

	for (unsigned int n = 0; hc->arg[2]; n++) {
		union grant_arg a;
		int16_t status;

		/* What is done leaves the arguments, so a continuation is the same call. */
		if (n && n % 16 == 0 && hypercall_preempt_check())
			return -XEN_ERESTART;
		if (get_element(hc, op, hc->arg[1], &a))
			return -XEN_EFAULT;
		status = run_element(hc->v->domain, op, &a);
		if (put_element(hc, op, hc->arg[1], &a, status))
			return -XEN_EFAULT;
		hc->arg[1] += size;
		hc->arg[2]--;
	}
	return 0;
}

long do_grant_table_op(struct hypercall *hc)
{
	unsigned int op = hc->arg[0];

	if ((int32_t)hc->arg[2] < 0)
		return -XEN_EINVAL;
	hc->arg[2] = (uint32_t)hc->arg[2];
	if (op < ARRAY_SIZE(layouts) && layouts[op].size)
		return run_array(hc, op);
	switch (op) {
	case GNTTABOP_setup_table:
		return hc->arg[2] == 1 ? setup_table(hc) : -XEN_EINVAL;
	case GNTTABOP_query_size:
		return hc->arg[2] == 1 ? query_size(hc) : -XEN_EINVAL;
	case GNTTABOP_get_version:
		return get_version(hc);
	case GNTTABOP_set_version:
		return set_version(hc);
	default:
		/* The others are not for guests with nested paging, in Xen neither. */
		return -XEN_ENOSYS;
	}
}

/* --- life ----------------------------------------------------------------------- */

static void gnttab_domain_destroy(struct domain *d)
{
	struct gnttab *t = d->gnttab;

	if (!t)
		return;
	d->gnttab = NULL;
	gnttab_free_frames(t);
	for (uint32_t i = 0; i < t->nr_chunks; i++)
		heap_free(t->chunk[i]);
	heap_free(t->chunk);
	heap_free(t);
}

static int gnttab_domain_create(struct domain *d)
{
	struct gnttab *t = heap_alloc(sizeof(*t));
	uint32_t nr_status;
	int rc;

	if (!t)
		return -XEN_ENOMEM;
	d->gnttab = t;
	spin_init(&t->lock);
	t->version = 1;
	t->max_version = MAX(XEN_DOMCTL_GRANT_version(d->config.grant_opts), 1u);
	t->max_frames = d->config.max_grant_frames;
	nr_status = t->max_version > 1 ? gnttab_max_frames(d, true) : 0;
	t->max_chunks = d->config.max_maptrack_frames;
	t->free_handle = UINT32_MAX;
	t->frame = t->max_frames ? heap_array(t->max_frames, sizeof(*t->frame)) : NULL;
	t->chunk = t->max_chunks ? heap_array(t->max_chunks, sizeof(void *)) : NULL;
	t->status = nr_status ? heap_array(nr_status, sizeof(*t->status)) : NULL;
	rc = (t->max_frames && !t->frame) || (t->max_chunks && !t->chunk) ||
			     (nr_status && !t->status)
		     ? -XEN_ENOMEM
		     : 0;
	/* The first frame exists from the start, as in Xen. */
	if (!rc && t->max_frames)
		rc = gnttab_grow_locked(d, 1);
	if (rc)
		gnttab_domain_destroy(d);
	return rc;
}

const struct unit gnttab_unit = {
	.name = "gnttab",
	.domain_create = gnttab_domain_create,
	.domain_relinquish = gnttab_release_maps,
	.domain_destroy = gnttab_domain_destroy,
};
