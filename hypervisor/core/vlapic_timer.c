/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The local APIC's timer: one-shot and periodic at 100 MHz as in Xen, TSC deadline. */
#include "vlapic.h"
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/vcpu.h>

#define APIC_TICK_NS 10
/* A guest must not keep a processor busy with its own timer interrupts. */
#define MIN_PERIOD_NS 50000
/* Looked at again when it is over. */
#define MAX_WAIT_MS 3600000

static unsigned int divisor(uint32_t tdcr)
{
	unsigned int shift = (tdcr & 3) | (tdcr >> 1 & 4);

	return 1u << ((shift + 1) & 7);
}

unsigned int vlapic_timer_divisor(const struct vlapic *a)
{
	return divisor(a->tdcr);
}

static uint32_t *timer_lvt(struct vlapic *a)
{
	return &a->lvt[0];
}

static bool is_periodic(uint32_t lvt)
{
	return (lvt & (LVT_PERIODIC | LVT_DEADLINE)) == LVT_PERIODIC;
}

/* --- all under timer_lock -------------------------------------------------------- */

static uint64_t period_of(const struct vlapic *a, uint32_t lvt, uint32_t tdcr)
{
	uint64_t ns = (uint64_t)a->tmict * divisor(tdcr) * APIC_TICK_NS;

	return is_periodic(lvt) && ns ? MAX(ns, MIN_PERIOD_NS) : ns;
}

/* ns until the count is over; 0 when it does not run. */
static uint64_t remaining(struct vlapic *a)
{
	int64_t gone = stime_sub(arch_now(), a->timer_start);
	uint64_t passed = gone > 0 ? (uint64_t)gone : 0;

	if (!a->timer_period)
		return 0;
	if (is_periodic(*timer_lvt(a)))
		passed %= a->timer_period;
	return passed < a->timer_period ? a->timer_period - passed : 0;
}

static void halt(struct vlapic *a)
{
	a->timer_period = a->deadline = 0;
	timer_stop(&a->timer);
}

/* Count on with @left ns to go, by the registers as they are. */
static void count(struct vlapic *a, uint64_t left)
{
	stime_t now = arch_now();

	a->timer_period = period_of(a, *timer_lvt(a), a->tdcr);
	if (!left || !a->timer_period) {
		halt(a);
		return;
	}
	left = MIN(left, a->timer_period);
	a->timer_start = stime_add(now, (int64_t)left - (int64_t)a->timer_period);
	timer_set(&a->timer, stime_add(now, (int64_t)left));
}

/* True: the deadline has passed. */
static bool wait_for_deadline(struct vcpu *v)
{
	uint64_t tsc = arch_tsc() + (uint64_t)hvm_tsc_offset(v), khz = arch_tsc_khz(), ms, ns;
	struct vlapic *a = v->vlapic;

	if (tsc >= a->deadline) {
		halt(a);
		return true;
	}
	ms = MIN((a->deadline - tsc) / khz, MAX_WAIT_MS);
	ns = ms * 1000000 + (a->deadline - tsc) % khz * 1000000 / khz;
	timer_set(&a->timer, stime_add(arch_now(), (int64_t)ns + 1));
	return false;
}

/* True: raise the interrupt. */
static bool advance(struct vcpu *v)
{
	struct vlapic *a = v->vlapic;
	uint64_t behind;

	if (a->deadline)
		return wait_for_deadline(v);
	if (!a->timer_period)
		return false; /* stopped in the meantime */
	if (!is_periodic(*timer_lvt(a))) {
		a->timer_period = 0;
		return true;
	}
	/* Missed periods are not made up for. */
	behind = (uint64_t)MAX(stime_sub(arch_now(), a->timer_start), 0);
	a->timer_start = stime_add(a->timer_start, (int64_t)(behind - behind % a->timer_period));
	timer_set(&a->timer, stime_add(a->timer_start, (int64_t)a->timer_period));
	return true;
}

/* --- outside ------------------------------------------------------------------------ */

static void raise(struct vcpu *v, uint32_t lvt)
{
	if (!(lvt & LVT_MASKED))
		vlapic_set_irq(v, (uint8_t)lvt);
}

/* In the dispatch loop of the CPU it was armed on. */
static void expired(void *data)
{
	struct vcpu *v = data;
	struct vlapic *a = v->vlapic;
	uint32_t lvt;
	bool over;

	spin_lock(&a->timer_lock);
	lvt = *timer_lvt(a);
	over = advance(v);
	spin_unlock(&a->timer_lock);
	if (over)
		raise(v, lvt);
}

int vlapic_timer_init(struct vcpu *v)
{
	spin_init(&v->vlapic->timer_lock);
	timer_init(&v->vlapic->timer, expired, v, 0);
	return 0;
}

void vlapic_timer_kill(struct vlapic *a)
{
	timer_kill(&a->timer);
}

void vlapic_timer_stop(struct vlapic *a)
{
	spin_lock(&a->timer_lock);
	a->tmict = 0;
	halt(a);
	spin_unlock(&a->timer_lock);
}

void vlapic_timer_start(struct vcpu *v, uint32_t initial)
{
	vlapic_timer_restore(v, initial, initial);
}

/* The count has no meaning in TSC-deadline mode (SDM 10.5.4.1). */
void vlapic_timer_restore(struct vcpu *v, uint32_t initial, uint32_t current)
{
	struct vlapic *a = v->vlapic;

	spin_lock(&a->timer_lock);
	if (!(*timer_lvt(a) & LVT_DEADLINE)) {
		a->tmict = initial;
		count(a, current == initial ? UINT64_MAX
					    : (uint64_t)current * divisor(a->tdcr) * APIC_TICK_NS);
	}
	spin_unlock(&a->timer_lock);
}

/* A count goes on through all changes but those to and from TSC-deadline mode,
 * which disarm. */
void vlapic_timer_configure(struct vcpu *v, uint32_t lvt, uint32_t tdcr)
{
	struct vlapic *a = v->vlapic;
	uint64_t left;

	spin_lock(&a->timer_lock);
	left = remaining(a);
	left = left / divisor(a->tdcr) * divisor(tdcr);
	if ((lvt ^ *timer_lvt(a)) & LVT_DEADLINE) {
		a->tmict = 0;
		halt(a);
		left = 0;
	}
	*timer_lvt(a) = lvt;
	a->tdcr = tdcr;
	if (!(lvt & LVT_DEADLINE))
		count(a, left);
	spin_unlock(&a->timer_lock);
}

uint32_t vlapic_timer_current(struct vlapic *a)
{
	uint64_t left;

	spin_lock(&a->timer_lock);
	left = remaining(a) / (APIC_TICK_NS * divisor(a->tdcr));
	spin_unlock(&a->timer_lock);
	return (uint32_t)MIN(left, a->tmict);
}

uint64_t vlapic_deadline(struct vlapic *a)
{
	return READ_ONCE(a->deadline);
}

void vlapic_set_deadline(struct vcpu *v, uint64_t tsc)
{
	struct vlapic *a = v->vlapic;
	bool over = false;
	uint32_t lvt;

	spin_lock(&a->timer_lock);
	lvt = *timer_lvt(a);
	if (vlapic_enabled(v) && (lvt & LVT_DEADLINE)) {
		a->deadline = tsc;
		if (tsc)
			over = wait_for_deadline(v);
		else
			halt(a);
	}
	spin_unlock(&a->timer_lock);
	if (over)
		raise(v, lvt);
}

void vlapic_tsc_moved(struct vcpu *v)
{
	uint64_t deadline = vlapic_deadline(v->vlapic);

	if (deadline)
		vlapic_set_deadline(v, deadline);
}
