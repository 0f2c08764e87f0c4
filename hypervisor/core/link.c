/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The hosted link: domain 0's hypercalls come through slots in shared memory.
 * Requests run on the boot CPU from the dispatch loop, one at a time; a
 * preempted one keeps its changed arguments here, not in the shared slot, and
 * goes on in the next round.
 */
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include <hv/hypercall.h>
#include <hv/link.h>
#include <hv/module_guests.h>
#include <hv/p2m.h>
#include <hv/pcpu.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <xen/memory.h>

struct link_area link_area;

struct call {
	bool active; /* started and preempted */
	struct hypercall hc;
	uint64_t arena_va;
};

static struct call calls[LINK_NR_SLOTS];
static uint64_t arena_va; /* of the request being served */

#define MAX_MAP 65536u

bool link_serving(void)
{
	return this_cpu()->serving != NULL;
}

static void *arena_at(uint64_t offset, size_t len)
{
	uint64_t size = link_area.size - LINK_ARENA;

	if (offset > size || len > size - offset)
		return NULL;
	return (char *)link_area.base + LINK_ARENA + offset;
}

int link_arena_copy(uint64_t va, void *buf, size_t len, bool to_guest)
{
	void *p = va < arena_va ? NULL : arena_at(va - arena_va, len);

	if (!len)
		return 0; /* tools pass empty arrays as null pointers */
	if (!p)
		return -XEN_EFAULT;
	if (to_guest)
		memcpy(p, buf, len);
	else
		memcpy(buf, p, len);
	return 0;
}

/* --- link operations ------------------------------------------------------------ */

static int map_one(struct domain *d, uint64_t gfn, uint64_t *mfn)
{
	mfn_t m;

	*mfn = INVALID_FRAME;
	if (gfn > P2M_MAX_GFN || !p2m_get_page(d, mk_gfn(gfn), false, &m))
		return -XEN_ENOENT;
	*mfn = m.v;
	return 0;
}

static long map_foreign(struct hypercall *hc)
{
	uint64_t nr = hc->arg[1];
	const uint64_t *gfn;
	uint64_t *out;
	int32_t *err;
	struct domain *d;

	if (nr > MAX_MAP)
		return -XEN_E2BIG;
	gfn = arena_at(hc->arg[2], nr * sizeof(*gfn));
	out = arena_at(hc->arg[3], nr * sizeof(*out));
	err = arena_at(hc->arg[4], nr * sizeof(*err));
	if (!gfn || !out || !err)
		return -XEN_EFAULT;
	d = domain_get((domid_t)hc->arg[0]);
	if (!d || d->external) {
		if (d)
			domain_put(d);
		return -XEN_ESRCH;
	}
	/* The number is bounded, and one look-up is short: not preempted. */
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t mfn;

		WRITE_ONCE(err[i], map_one(d, READ_ONCE(gfn[i]), &mfn));
		WRITE_ONCE(out[i], mfn);
	}
	domain_put(d);
	return 0;
}

static long unmap(struct hypercall *hc)
{
	uint64_t nr = hc->arg[0];
	const uint64_t *mfn;

	if (nr > MAX_MAP)
		return -XEN_E2BIG;
	mfn = arena_at(hc->arg[1], nr * sizeof(*mfn));
	if (!mfn)
		return -XEN_EFAULT;
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t m = READ_ONCE(mfn[i]);

		if (!mfn_is_ram(mk_mfn(m)))
			return -XEN_EINVAL;
		frame_put(mk_mfn(m));
	}
	return 0;
}

static long map_grant_frames(struct domain *d, bool status, uint64_t first, uint64_t nr,
			     uint64_t *out)
{
	for (uint64_t i = 0; i < nr; i++) {
		mfn_t mfn;
		int rc = gnttab_get_frame(d, first + i, status, &mfn);

		if (rc) {
			while (i-- > 0)
				frame_put(mk_mfn(out[i]));
			return rc;
		}
		WRITE_ONCE(out[i], mfn.v);
	}
	return 0;
}

static long map_resource(struct hypercall *hc)
{
	uint32_t type = hc->arg[1], id = hc->arg[1] >> 32, max;
	bool status = id == XENMEM_resource_grant_table_id_status;
	uint64_t nr = hc->arg[3];
	struct domain *d;
	uint64_t *out;
	long rc;

	if (type != XENMEM_resource_grant_table)
		return -XEN_EOPNOTSUPP;
	if (id != XENMEM_resource_grant_table_id_shared && !status)
		return -XEN_EINVAL;
	d = domain_get((domid_t)hc->arg[0]);
	if (!d)
		return -XEN_ESRCH;
	max = gnttab_max_frames(d, status);
	out = nr <= max ? arena_at(hc->arg[4], nr * sizeof(*out)) : NULL;
	if (!nr)
		rc = max;
	else
		rc = out ? map_grant_frames(d, status, hc->arg[2], nr, out) : -XEN_EINVAL;
	domain_put(d);
	return rc;
}

static long execute(struct hypercall *hc)
{
	switch (hc->nr) {
	case LINK_OP_NULL:
		return hc->arg[0];
	case LINK_OP_MAP_FOREIGN:
		return map_foreign(hc);
	case LINK_OP_UNMAP:
		return unmap(hc);
	case LINK_OP_MAP_RESOURCE:
		return map_resource(hc);
	default:
		return hypercall_do(hc);
	}
}

/* --- requests ----------------------------------------------------------------------- */

static struct link_slot *slot_at(unsigned int i)
{
	return (struct link_slot *)((char *)link_area.base + LINK_SLOTS) + i;
}

/* Copy a request out of the shared slot once. */
static void take_request(const struct link_slot *s, struct call *c)
{
	c->active = true;
	c->hc = (struct hypercall){.nr = READ_ONCE(s->op), .v = dom0->vcpu[0]};
	for (int i = 0; i < 5; i++)
		c->hc.arg[i] = READ_ONCE(s->arg[i]);
	c->arena_va = READ_ONCE(s->arena_va);
}

/* True when the slot was answered. */
static bool serve(unsigned int i)
{
	struct link_slot *s = slot_at(i);
	struct call *c = &calls[i];
	struct vcpu *v = dom0->vcpu[0];
	long rc;

	if (!c->active) {
		if (__atomic_load_n(&s->state, __ATOMIC_ACQUIRE) != SLOT_REQUEST)
			return false;
		take_request(s, c);
	}
	arena_va = c->arena_va;
	this_cpu()->serving = v;
	vcpu_runstate_change(v, RUNSTATE_running, arch_now());
	rc = execute(&c->hc);
	vcpu_runstate_change(v, RUNSTATE_runnable, arch_now());
	this_cpu()->serving = NULL;
	if (rc == -XEN_ERESTART) {
		pcpu_raise(this_cpu()->id, WORK_LINK);
		return false;
	}
	c->active = false;
	WRITE_ONCE(s->result, rc);
	__atomic_store_n(&s->state, SLOT_DONE, __ATOMIC_RELEASE);
	return true;
}

void link_event(void)
{
	if (link_area.base)
		arch_link_doorbell();
	else
		pcpu_raise(0, WORK_LINK);
}

void link_work(void)
{
	bool answered = false;

	if (!dom0)
		return;
	if (!link_area.base) {
		this_cpu()->serving = dom0->vcpu[0];
		module_guests_work();
		this_cpu()->serving = NULL;
		return;
	}
	for (unsigned int i = 0; i < LINK_NR_SLOTS; i++)
		answered |= serve(i);
	if (answered)
		arch_link_doorbell();
}

void link_start(void)
{
	struct link_header *h = link_area.base;
	int rc;

	if (!h)
		return;
	rc = domain_create_external0(1, (shared_info_t *)((char *)h + LINK_SHARED_INFO));
	if (rc)
		panic("cannot make the hosted domain 0: error %d", rc);
	h->nr_cpus = nr_cpus_online;
	h->ram_top = frame_table_nr << PAGE_SHIFT;
	__atomic_store_n(&h->state, LINK_READY, __ATOMIC_RELEASE);
	arch_link_doorbell();
}
