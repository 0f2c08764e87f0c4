/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Event channels: tables, binding, closing.  A channel changes only under its
 * domain's lock; the two ends of an interdomain channel change together under
 * both locks, lower domain id first.  So an end in state INTERDOMAIN, seen
 * under its own lock, has a live peer: a domain closes its channels before it
 * goes.  evtchn_set_pending takes none of these locks; buckets stay until the
 * last stage.
 */
#include "evtchn.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/hypercall.h>
#include <hv/unit.h>

#include "evtchn_bind.h"

struct evtchn *evtchn_at(const struct domain *d, uint32_t port)
{
	const struct evtchns *e = d->evtchn;

	if (port >= __atomic_load_n(&e->valid, __ATOMIC_ACQUIRE))
		return NULL;
	return &e->bucket[port / EVTCHNS_PER_BUCKET][port % EVTCHNS_PER_BUCKET];
}

void evtchn_lock_two(struct domain *a, struct domain *b)
{
	if (a == b) {
		spin_lock(&a->evtchn->lock);
	} else if (a->id < b->id) {
		spin_lock(&a->evtchn->lock);
		spin_lock(&b->evtchn->lock);
	} else {
		spin_lock(&b->evtchn->lock);
		spin_lock(&a->evtchn->lock);
	}
}

void evtchn_unlock_two(struct domain *a, struct domain *b)
{
	spin_unlock(&a->evtchn->lock);
	if (a != b)
		spin_unlock(&b->evtchn->lock);
}

static int add_bucket(struct evtchns *e)
{
	struct evtchn *b = heap_array(EVTCHNS_PER_BUCKET, sizeof(*b));

	if (!b)
		return -XEN_ENOMEM;
	e->bucket[e->valid / EVTCHNS_PER_BUCKET] = b;
	__atomic_store_n(&e->valid, e->valid + EVTCHNS_PER_BUCKET, __ATOMIC_RELEASE);
	return 0;
}

int evtchn_alloc_locked(struct domain *d, uint32_t *port)
{
	struct evtchns *e = d->evtchn;
	uint32_t p;

	if (e->dying)
		return -XEN_EINVAL;
	for (p = e->first_free; p < evtchn_max_port(d); p++) {
		int rc = p >= e->valid ? add_bucket(e) : 0;
		struct evtchn *ch = rc ? NULL : evtchn_at(d, p);
		bool taken;

		if (rc)
			return rc;
		/* A port that its guest has not yet taken off a queue would bring the
		 * new owner the old one's event, in the old place. */
		taken = ch->state == ECS_FREE && !evtchn_fifo_linked(d, p);
		if (p == e->first_free && (taken || ch->state != ECS_FREE))
			e->first_free++;
		if (taken) {
			WRITE_ONCE(ch->priority, EVTCHN_FIFO_PRIORITY_DEFAULT);
			e->active++;
			*port = p;
			return 0;
		}
	}
	return -XEN_ENOSPC;
}

/* --- closing --------------------------------------------------------------- */

static void forget_virq(struct domain *d, uint32_t port, uint32_t virq)
{
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = d->vcpu[i];

		if (!v || READ_ONCE(v->virq_port[virq]) != port)
			continue;
		/* Nobody is still on the way to the port, which may change hands. */
		spin_lock(&v->virq_lock);
		WRITE_ONCE(v->virq_port[virq], 0);
		spin_unlock(&v->virq_lock);
	}
}

/* Lock(s) held. The peer waits for the same domain to bind again. */
static void close_locked(struct domain *d, uint32_t port, struct evtchn *ch)
{
	if (ch->state == ECS_INTERDOMAIN) {
		struct evtchn *peer = evtchn_at(ch->remote, ch->remote_port);

		peer->state = ECS_UNBOUND;
		peer->remote_id = d->id;
		peer->remote = NULL;
		peer->remote_port = 0;
	} else if (ch->state == ECS_VIRQ) {
		forget_virq(d, port, ch->virq);
	}
	/* Also the own end of a loop-back channel that was just made UNBOUND. */
	ch->state = ECS_FREE;
	ch->remote = NULL;
	ch->remote_id = DOMID_INVALID;
	ch->vcpu = 0;
	evtchn_clear_pending(d, port);
	ch->pending = false;
	d->evtchn->active--;
	d->evtchn->first_free = MIN(d->evtchn->first_free, port);
}

/* The peer of an interdomain channel with a reference; NULL for other states. */
static struct domain *peer_of(struct domain *d, struct evtchn *ch)
{
	struct domain *rd = NULL;

	spin_lock(&d->evtchn->lock);
	if (ch->state == ECS_INTERDOMAIN && domain_ref(ch->remote))
		rd = ch->remote;
	spin_unlock(&d->evtchn->lock);
	return rd;
}

int evtchn_close(struct domain *d, uint32_t port)
{
	struct evtchn *ch = evtchn_at(d, port);

	if (!ch)
		return -XEN_EINVAL;
	for (;;) {
		/* Both locks have to be taken in order, so look first and check again. */
		struct domain *rd = peer_of(d, ch), *other = rd ? rd : d;
		int rc = 0;
		bool again;

		evtchn_lock_two(d, other);
		again = ch->state == ECS_INTERDOMAIN && ch->remote != rd;
		if (ch->state == ECS_FREE || ch->state == ECS_RESERVED)
			rc = -XEN_EINVAL;
		else if (!again)
			close_locked(d, port, ch);
		evtchn_unlock_two(d, other);
		if (rd)
			domain_put(rd);
		if (!again)
			return rc;
	}
}

static int close_all(struct domain *d)
{
	struct evtchns *e = d->evtchn;

	while (e->closed < e->valid) {
		evtchn_close(d, e->closed++);
		if (e->closed % 64 == 0 && hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	return 0;
}

/* The next port that a reset has to look at, or 0: all done. */
static uint32_t reset_port(struct evtchns *e)
{
	uint32_t p;

	spin_lock(&e->lock);
	p = MAX(e->reset_next, 1u);
	e->reset_next = p < e->valid ? p + 1 : 0;
	spin_unlock(&e->lock);
	return p < e->valid ? p : 0;
}

int evtchn_reset_domain(struct domain *d)
{
	struct evtchns *e = d->evtchn;
	uint32_t p;
	int rc;

	while ((p = reset_port(e))) {
		evtchn_close(d, p);
		if (p % 64 == 0 && hypercall_preempt_check())
			return -XEN_ERESTART;
	}
	spin_lock(&e->lock);
	rc = e->active ? -XEN_EAGAIN : 0;
	if (!rc)
		evtchn_fifo_leave(d);
	spin_unlock(&e->lock);
	return rc;
}

/* --- virtual interrupts ------------------------------------------------------ */

/* Who gets each global virtual interrupt; NULL: domain 0. With a reference. */
static struct domain *virq_handler[NR_VIRQS];
static spinlock_t handler_lock = SPINLOCK_INIT;

bool virq_is_global(uint32_t virq)
{
	switch (virq) {
	case VIRQ_TIMER:
	case VIRQ_DEBUG:
	case VIRQ_XENOPROF:
	case VIRQ_XENPMU:
	case VIRQ_ARGO: /* one for each domain */
		return false;
	default:
		return true;
	}
}

void send_vcpu_virq(struct vcpu *v, uint32_t virq)
{
	if (!READ_ONCE(v->virq_port[virq]))
		return;
	spin_lock(&v->virq_lock);
	if (v->virq_port[virq])
		evtchn_set_pending(v->domain, v->virq_port[virq]);
	spin_unlock(&v->virq_lock);
}

/* Under the lock: a handler that goes away has nothing more coming after it
 * gave the role up. */
void send_global_virq(uint32_t virq)
{
	struct domain *d;

	spin_lock(&handler_lock);
	d = virq_handler[virq] ? virq_handler[virq] : dom0;
	if (d && d->vcpu[0])
		send_vcpu_virq(d->vcpu[0], virq);
	spin_unlock(&handler_lock);
}

static struct domain *swap_handler(uint32_t virq, struct domain *d)
{
	struct domain *old;

	spin_lock(&handler_lock);
	old = virq_handler[virq];
	virq_handler[virq] = d;
	spin_unlock(&handler_lock);
	return old;
}

int set_global_virq_handler(struct domain *d, uint32_t virq)
{
	struct domain *old;

	if (virq >= NR_VIRQS || !virq_is_global(virq))
		return -XEN_EINVAL;
	if (!domain_ref(d))
		return -XEN_EINVAL;
	old = swap_handler(virq, d);
	if (old)
		domain_put(old);
	return 0;
}

static void drop_handlers(struct domain *d)
{
	for (unsigned int i = 0; i < NR_VIRQS; i++) {
		bool mine;

		spin_lock(&handler_lock);
		mine = virq_handler[i] == d;
		if (mine)
			virq_handler[i] = NULL;
		spin_unlock(&handler_lock);
		if (mine)
			domain_put(d);
	}
}

/* --- life --------------------------------------------------------------------- */

static int evtchn_domain_create(struct domain *d)
{
	/* The configured number is the highest port, not how many there are. */
	uint32_t most = d->external ? EVTCHN_2L_NR_CHANNELS : EVTCHN_FIFO_NR_CHANNELS,
		 limit = MIN(d->config.max_evtchn_port, most - 1) + 1;
	struct evtchns *e = heap_alloc(sizeof(*e) + DIV_ROUND_UP(limit, EVTCHNS_PER_BUCKET) *
							    sizeof(e->bucket[0]));

	if (!e)
		return -XEN_ENOMEM;
	spin_init(&e->lock);
	spin_init(&e->fifo_lock);
	e->limit = limit;
	e->first_free = 1;
	if (add_bucket(e)) {
		heap_free(e);
		return -XEN_ENOMEM;
	}
	e->bucket[0][0].state = ECS_RESERVED;
	d->evtchn = e;
	return 0;
}

/* vCPU records move back from the guest's page, which is about to go. */
static void unmap_vcpu_infos(struct domain *d)
{
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = d->vcpu ? d->vcpu[i] : NULL;
		mfn_t mfn;

		if (!v || !mfn_valid_value(v->vcpu_info_mfn))
			continue;
		mfn = v->vcpu_info_mfn;
		WRITE_ONCE(v->vcpu_info, i < XEN_LEGACY_MAX_VCPUS ? &d->shared_info->vcpu_info[i]
								  : &d->spare_vcpu_info[i]);
		v->vcpu_info_mfn = mk_mfn(INVALID_FRAME);
		frame_put(mfn);
	}
}

static int evtchn_relinquish(struct domain *d)
{
	int rc;

	if (!d->evtchn)
		return 0;
	spin_lock(&d->evtchn->lock);
	d->evtchn->dying = true;
	spin_unlock(&d->evtchn->lock);
	drop_handlers(d);
	rc = close_all(d);
	if (rc)
		return rc;
	spin_lock(&d->evtchn->lock);
	evtchn_fifo_leave(d);
	spin_unlock(&d->evtchn->lock);
	unmap_vcpu_infos(d);
	return 0;
}

static void evtchn_domain_destroy(struct domain *d)
{
	struct evtchns *e = d->evtchn;

	if (!e)
		return;
	d->evtchn = NULL;
	for (uint32_t i = 0; i < e->valid / EVTCHNS_PER_BUCKET; i++)
		heap_free(e->bucket[i]);
	heap_free(e);
}

const struct unit evtchn_unit = {
	.name = "evtchn",
	.domain_create = evtchn_domain_create,
	.domain_relinquish = evtchn_relinquish,
	.domain_destroy = evtchn_domain_destroy,
};
