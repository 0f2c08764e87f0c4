/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The FIFO ABI of event channels (xen/event_channel.h): one word for each port
 * in pages of the guest, and for each vCPU sixteen queues whose heads lie in its
 * control block.  A pending event that is not masked is LINKED behind the tail of
 * its queue, or becomes the head; the guest takes events off in that order.
 *
 * The guest changes the same words at any time, so each is changed atomically and
 * nothing that was read from one is trusted: tails are kept here, a guest's LINK
 * is never followed.  One lock for each domain (fifo_lock, inside evtchns.lock and
 * virq_lock) keeps the queues together and the guest's pages mapped.
 */
#include "evtchn.h"
#include "physmap.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/heap.h>

#define PENDING (1u << EVTCHN_FIFO_PENDING)
#define MASKED	(1u << EVTCHN_FIFO_MASKED)
#define LINKED	(1u << EVTCHN_FIFO_LINKED)
#define BUSY	(1u << EVTCHN_FIFO_BUSY)

#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(event_word_t))
#define ARRAY_PAGES    (EVTCHN_FIFO_NR_CHANNELS / WORDS_PER_PAGE)
/* Four changes are a guest's right while BUSY is set (clear MASKED or set it,
 * clear PENDING, clear LINKED); who makes more has lost the event. */
#define LINK_TRIES 5

struct queues {
	struct evtchn_fifo_control_block *block; /* the guest's; NULL: not yet */
	uint32_t tail[EVTCHN_FIFO_MAX_QUEUES];	 /* 0: empty as far as known */
};

struct evtchn_fifo {
	uint32_t nr_words;
	event_word_t *page[ARRAY_PAGES];
	struct queues vcpu[]; /* max_vcpus of them */
};

static event_word_t *word_at(const struct evtchn_fifo *f, uint32_t port)
{
	return port < f->nr_words ? &f->page[port / WORDS_PER_PAGE][port % WORDS_PER_PAGE] : NULL;
}

bool evtchn_fifo_used(const struct domain *d)
{
	return __atomic_load_n(&d->evtchn->fifo, __ATOMIC_SEQ_CST);
}

/* --- raising ----------------------------------------------------------------- */

/* Let the event at @w point to @port if the guest has not yet taken it off. */
static bool set_link(event_word_t *w, uint32_t port)
{
	event_word_t old = __atomic_load_n(w, __ATOMIC_SEQ_CST);

	for (int i = 0; i < LINK_TRIES && (old & LINKED); i++) {
		event_word_t new = (old & ~(BUSY | EVTCHN_FIFO_LINK_MASK)) | port;

		if (__atomic_compare_exchange_n(w, &old, new, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			return true;
		/* Stops the guest from unmasking until this is over. */
		old = __atomic_or_fetch(w, BUSY, __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_and(w, ~BUSY, __ATOMIC_SEQ_CST);
	return old & LINKED;
}

/* Lock held. True when the vCPU has to be told. */
static bool link_event(struct evtchn_fifo *f, event_word_t *w, uint32_t port, struct evtchn *ch,
		       const struct vcpu *v)
{
	struct queues *q = &f->vcpu[v->id];
	uint8_t priority = READ_ONCE(ch->priority);
	uint32_t bit = 1u << priority, *tail = &f->vcpu[ch->queue_vcpu].tail[ch->queue_priority];
	bool linked = false;

	/* Without a control block nothing may be unmasked, so nothing is lost. */
	if (!q->block || (__atomic_load_n(w, __ATOMIC_SEQ_CST) & MASKED) ||
	    (__atomic_fetch_or(w, LINKED, __ATOMIC_SEQ_CST) & LINKED))
		return false;
	/* If it was a tail, that queue is empty: what comes there next must not
	 * follow this event into its new queue. */
	if (*tail == port)
		*tail = 0;
	ch->queue_vcpu = v->id;
	ch->queue_priority = priority;
	tail = &q->tail[priority];
	if (*tail)
		linked = set_link(word_at(f, *tail), port);
	if (!linked)
		__atomic_store_n(&q->block->head[priority], port, __ATOMIC_SEQ_CST);
	*tail = port;
	return !linked && !(__atomic_fetch_or(&q->block->ready, bit, __ATOMIC_SEQ_CST) & bit);
}

bool evtchn_fifo_raise(struct domain *d, uint32_t port, struct evtchn *ch, struct vcpu *v)
{
	struct evtchns *e = d->evtchn;
	bool tell = false, new = false;
	event_word_t *w;

	if (!evtchn_fifo_used(d))
		return false;
	spin_lock(&e->fifo_lock);
	if (!e->fifo) {
		spin_unlock(&e->fifo_lock);
		return false;
	}
	w = word_at(e->fifo, port);
	if (w) {
		new = !(__atomic_fetch_or(w, PENDING, __ATOMIC_SEQ_CST) & PENDING);
		tell = link_event(e->fifo, w, port, ch, v);
	} else {
		ch->pending = true; /* until the page comes */
	}
	spin_unlock(&e->fifo_lock);
	if (tell)
		vcpu_mark_events_pending(v);
	if (new)
		evtchn_wake_pollers(d, port);
	return true;
}

bool evtchn_fifo_clear(struct domain *d, uint32_t port, uint32_t bits, uint32_t *old)
{
	struct evtchns *e = d->evtchn;
	event_word_t *w;
	bool used;

	*old = 0;
	if (!evtchn_fifo_used(d))
		return false;
	spin_lock(&e->fifo_lock);
	used = e->fifo;
	w = used ? word_at(e->fifo, port) : NULL;
	if (w)
		*old = bits ? __atomic_fetch_and(w, ~bits, __ATOMIC_SEQ_CST)
			    : __atomic_load_n(w, __ATOMIC_SEQ_CST);
	spin_unlock(&e->fifo_lock);
	return used;
}

bool evtchn_fifo_linked(struct domain *d, uint32_t port)
{
	uint32_t word;

	return evtchn_fifo_clear(d, port, 0, &word) && (word & LINKED);
}

/* --- set-up ------------------------------------------------------------------- */

/* A page of the domain's own with a reference, which stays until leave. */
static int get_page(struct domain *d, uint64_t gfn, char **va)
{
	mfn_t mfn;
	int rc = physmap_get_own(d, mk_gfn(gfn), true, &mfn);

	if (!rc)
		*va = mfn_to_virt(mfn);
	return rc;
}

/* What is pending in shared_info goes on as soon as the words are there. An event
 * that is being set there just now sees the new ABI afterwards. */
static void take_over(struct domain *d)
{
	for (uint32_t p = 1; p < MIN(d->evtchn->valid, EVTCHN_2L_NR_CHANNELS); p++)
		if (evtchn_2l_clear_pending(d, p))
			evtchn_at(d, p)->pending = true;
}

/* evtchns.lock held. */
static int add_block(struct domain *d, const struct evtchn_init_control *op)
{
	struct evtchns *e = d->evtchn;
	struct evtchn_fifo *f = e->fifo;
	char *page;
	int rc;

	if (e->dying || (f && f->vcpu[op->vcpu].block))
		return -XEN_EINVAL;
	if (!f)
		f = heap_alloc(sizeof(*f) + d->max_vcpus * sizeof(f->vcpu[0]));
	if (!f)
		return -XEN_ENOMEM;
	rc = get_page(d, op->control_gfn, &page);
	if (rc) {
		if (!e->fifo)
			heap_free(f);
		return rc;
	}
	spin_lock(&e->fifo_lock);
	f->vcpu[op->vcpu].block = (void *)(page + op->offset);
	if (e->fifo) {
		spin_unlock(&e->fifo_lock);
		return 0;
	}
	__atomic_store_n(&e->fifo, f, __ATOMIC_SEQ_CST);
	take_over(d);
	spin_unlock(&e->fifo_lock);
	return 0;
}

int evtchn_fifo_init_control(struct domain *d, struct evtchn_init_control *op)
{
	int rc;

	if (d->external)
		return -XEN_ENOSYS; /* the host's programs know the 2-level ABI */
	if (op->vcpu >= d->max_vcpus || !__atomic_load_n(&d->vcpu[op->vcpu], __ATOMIC_ACQUIRE))
		return -XEN_ENOENT;
	if (op->offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block) || op->offset % 8)
		return -XEN_EINVAL;
	spin_lock(&d->evtchn->lock);
	rc = add_block(d, op);
	spin_unlock(&d->evtchn->lock);
	op->link_bits = EVTCHN_FIFO_LINK_BITS;
	return rc;
}

/* evtchns.lock held. */
static int add_words(struct domain *d, uint64_t gfn, uint32_t *first)
{
	struct evtchn_fifo *f = d->evtchn->fifo;
	char *page;
	int rc;

	if (!f)
		return -XEN_EOPNOTSUPP;
	*first = f->nr_words;
	if (*first == EVTCHN_FIFO_NR_CHANNELS)
		return -XEN_ENOSPC;
	rc = get_page(d, gfn, &page);
	if (rc)
		return rc;
	spin_lock(&d->evtchn->fifo_lock);
	f->page[*first / WORDS_PER_PAGE] = (event_word_t *)(void *)page;
	f->nr_words += WORDS_PER_PAGE;
	spin_unlock(&d->evtchn->fifo_lock);
	return 0;
}

int evtchn_fifo_expand_array(struct domain *d, const struct evtchn_expand_array *op)
{
	uint32_t first;
	int rc;

	if (d->external)
		return -XEN_ENOSYS;
	spin_lock(&d->evtchn->lock);
	rc = add_words(d, op->array_gfn, &first);
	for (uint32_t p = first; !rc && p < first + WORDS_PER_PAGE; p++) {
		struct evtchn *ch = evtchn_at(d, p);

		if (!ch)
			break;
		if (ch->pending) {
			ch->pending = false;
			evtchn_set_pending(d, p);
		}
	}
	spin_unlock(&d->evtchn->lock);
	return rc;
}

void evtchn_fifo_leave(struct domain *d)
{
	struct evtchns *e = d->evtchn;
	struct evtchn_fifo *f;

	spin_lock(&e->fifo_lock);
	f = e->fifo;
	__atomic_store_n(&e->fifo, NULL, __ATOMIC_SEQ_CST);
	spin_unlock(&e->fifo_lock);
	if (!f)
		return;
	for (uint32_t i = 0; i < f->nr_words / WORDS_PER_PAGE; i++)
		frame_put(virt_to_mfn(f->page[i]));
	for (uint32_t i = 0; i < d->max_vcpus; i++)
		if (f->vcpu[i].block)
			frame_put(virt_to_mfn(f->vcpu[i].block));
	heap_free(f);
}
