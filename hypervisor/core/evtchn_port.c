/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Raising a port in whichever ABI its domain uses, and the two-level one: event
 * bits in shared_info and vcpu_info.
 *
 * No lock there: guests change the same words.  A port that becomes pending sets its
 * bit; if it is not masked, the bit of its word in the vCPU's selector; if that
 * is new, the vCPU's upcall flag.  32-bit guests have words of 32 bits, 1024
 * ports, the mask right after a shorter pending array, and their selector 4
 * bytes into vcpu_info instead of 8; all else is at the same place.
 */
#include "evtchn.h"
#include "time.h"

#include <hv/domain.h>
#include <hv/hypercall.h>
#include <hv/link.h>
#include <hv/vlapic.h>

#define NARROW_PORTS	1024u
#define NARROW_SELECTOR 4 /* byte offset in vcpu_info */

static unsigned int nr_ports(const struct domain *d)
{
	return d->evtchn->narrow ? NARROW_PORTS : EVTCHN_2L_NR_CHANNELS;
}

uint32_t evtchn_max_port(const struct domain *d)
{
	return evtchn_fifo_used(d) ? d->evtchn->limit : MIN(d->evtchn->limit, nr_ports(d));
}

/* Bit arrays are little-endian, so 32-bit words serve both layouts. */
static bool set_bit(uint32_t *words, uint32_t bit)
{
	uint32_t mask = 1u << (bit % 32);

	return __atomic_fetch_or(&words[bit / 32], mask, __ATOMIC_SEQ_CST) & mask;
}

static bool clear_bit(uint32_t *words, uint32_t bit)
{
	uint32_t mask = 1u << (bit % 32);

	return __atomic_fetch_and(&words[bit / 32], ~mask, __ATOMIC_SEQ_CST) & mask;
}

static bool bit_is_set(const uint32_t *words, uint32_t bit)
{
	return __atomic_load_n(&words[bit / 32], __ATOMIC_SEQ_CST) >> (bit % 32) & 1;
}

static uint32_t *pending_words(const struct domain *d)
{
	return (uint32_t *)(void *)d->shared_info->evtchn_pending;
}

static uint32_t *mask_words(const struct domain *d)
{
	return pending_words(d) + nr_ports(d) / 32;
}

static uint32_t *selector(const struct domain *d, struct vcpu *v)
{
	size_t off =
		d->evtchn->narrow ? NARROW_SELECTOR : offsetof(vcpu_info_t, evtchn_pending_sel);

	return (uint32_t *)(void *)((char *)READ_ONCE(v->vcpu_info) + off);
}

static uint32_t selector_bit(const struct domain *d, uint32_t port)
{
	return port / (d->evtchn->narrow ? 32 : 64);
}

bool vcpu_event_pending(const struct vcpu *v)
{
	return READ_ONCE(READ_ONCE(v->vcpu_info)->evtchn_upcall_pending);
}

/* Make the vCPU look: it is blocked, or in its guest, or will look anyway. */
static void upcall(struct vcpu *v)
{
	uint8_t vector = READ_ONCE(v->upcall_vector);

	if (v->domain->external) {
		link_event();
		return;
	}
	if (vector)
		vlapic_set_irq(v, vector);
	vcpu_kick(v);
}

void vcpu_mark_events_pending(struct vcpu *v)
{
	uint8_t *flag = &READ_ONCE(v->vcpu_info)->evtchn_upcall_pending;

	/* The host looks at the bits, not at the flag, and may have missed a ring. */
	if (!__atomic_exchange_n(flag, 1, __ATOMIC_SEQ_CST) || v->domain->external)
		upcall(v);
}

static void select_port(struct domain *d, uint32_t port, struct vcpu *v)
{
	if (!set_bit(selector(d, v), selector_bit(d, port)) || d->external)
		vcpu_mark_events_pending(v);
}

void evtchn_wake_pollers(struct domain *d, uint32_t port)
{
	if (!__atomic_load_n(&d->poll_mask_any, __ATOMIC_SEQ_CST))
		return;
	for (unsigned int i = 0; i < d->max_vcpus; i++) {
		struct vcpu *v = __atomic_load_n(&d->vcpu[i], __ATOMIC_ACQUIRE);

		if (!v || !READ_ONCE(v->polling))
			continue;
		if (READ_ONCE(v->poll_port) && (uint32_t)READ_ONCE(v->poll_port) != port)
			continue;
		if (__atomic_exchange_n(&v->polling, false, __ATOMIC_SEQ_CST)) {
			__atomic_fetch_sub(&d->poll_mask_any, 1, __ATOMIC_SEQ_CST);
			vcpu_unblock(v);
		}
	}
}

static struct vcpu *notified(struct domain *d, const struct evtchn *ch)
{
	uint32_t id = READ_ONCE(ch->vcpu);
	struct vcpu *v = id < d->max_vcpus ? __atomic_load_n(&d->vcpu[id], __ATOMIC_ACQUIRE) : NULL;

	if (!v || d->external)
		v = __atomic_load_n(&d->vcpu[0], __ATOMIC_ACQUIRE);
	return v;
}

static void raise_2l(struct domain *d, uint32_t port, struct evtchn *ch, struct vcpu *v)
{
	bool was_set = set_bit(pending_words(d), port);

	/* The guest may have changed to the FIFO ABI and not have seen the bit. */
	if (evtchn_fifo_used(d)) {
		clear_bit(pending_words(d), port);
		evtchn_fifo_raise(d, port, ch, v);
		return;
	}
	if (was_set)
		return;
	if (!bit_is_set(mask_words(d), port))
		select_port(d, port, v);
	evtchn_wake_pollers(d, port);
}

void evtchn_set_pending(struct domain *d, uint32_t port)
{
	struct evtchn *ch = d->evtchn ? evtchn_at(d, port) : NULL;
	struct vcpu *v = ch ? notified(d, ch) : NULL;

	if (v && !evtchn_fifo_raise(d, port, ch, v) && port < nr_ports(d))
		raise_2l(d, port, ch, v);
}

bool evtchn_2l_clear_pending(struct domain *d, uint32_t port)
{
	return port < nr_ports(d) && clear_bit(pending_words(d), port);
}

void evtchn_clear_pending(struct domain *d, uint32_t port)
{
	uint32_t old;

	if (!evtchn_fifo_clear(d, port, 1u << EVTCHN_FIFO_PENDING, &old))
		evtchn_2l_clear_pending(d, port);
}

bool evtchn_is_pending(struct domain *d, uint32_t port)
{
	uint32_t word;

	if (evtchn_fifo_clear(d, port, 0, &word))
		return word >> EVTCHN_FIFO_PENDING;
	return port < nr_ports(d) && bit_is_set(pending_words(d), port);
}

void evtchn_unmask(struct domain *d, uint32_t port)
{
	uint32_t old;

	/* In this order: see evtchn_set_pending. */
	if (evtchn_fifo_clear(d, port, 1u << EVTCHN_FIFO_MASKED, &old)) {
		if (evtchn_is_pending(d, port))
			evtchn_set_pending(d, port);
	} else if (port < nr_ports(d) && clear_bit(mask_words(d), port) &&
		   bit_is_set(pending_words(d), port)) {
		select_port(d, port, notified(d, evtchn_at(d, port)));
	}
}

void evtchn_select_all(struct vcpu *v)
{
	uint32_t *sel = selector(v->domain, v);

	__atomic_store_n(&sel[0], UINT32_MAX, __ATOMIC_SEQ_CST);
	if (!v->domain->evtchn->narrow)
		__atomic_store_n(&sel[1], UINT32_MAX, __ATOMIC_SEQ_CST);
	__atomic_store_n(&v->vcpu_info->evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST);
	/* Also when the flag was set before: the new page has told nobody yet. */
	upcall(v);
}

void evtchn_latch_width(struct domain *d, const struct hypercall *hc)
{
	if (hc->v->domain != d || d->evtchn->narrow == hc->compat)
		return;
	WRITE_ONCE(d->evtchn->narrow, hc->compat);
	/* The clock has its place behind the event bits. */
	domain_set_wallclock(d, d->time_offset);
}
