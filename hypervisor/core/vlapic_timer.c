/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The local APIC's timer: one-shot and periodic, at 100 MHz as in Xen. */
#include "vlapic.h"
#include <hv/arch.h>
#include <hv/vcpu.h>

#define APIC_TICK_NS 10
/* A guest must not keep a processor busy with its own timer interrupts. */
#define MIN_PERIOD_NS 50000

static unsigned int divisor(uint32_t tdcr)
{
	unsigned int shift = (tdcr & 3) | (tdcr >> 1 & 4);

	return 1u << ((shift + 1) & 7);
}

static uint32_t *timer_lvt(struct vlapic *a)
{
	return &a->lvt[0];
}

/* In the dispatch loop of the CPU it was armed on. */
static void expired(void *data)
{
	struct vcpu *v = data;
	struct vlapic *a = v->vlapic;
	uint32_t lvt;

	spin_lock(&a->timer_lock);
	lvt = *timer_lvt(a);
	if ((lvt & LVT_PERIODIC) && a->timer_period) {
		/* Missed periods are not made up for. */
		int64_t behind = stime_sub(arch_now(), a->timer_start);
		uint64_t periods = behind > 0 ? (uint64_t)behind / a->timer_period : 0;

		a->timer_start = stime_add(a->timer_start, (int64_t)(periods * a->timer_period));
		timer_set(&a->timer, stime_add(a->timer_start, (int64_t)a->timer_period));
	} else {
		a->timer_period = 0;
	}
	spin_unlock(&a->timer_lock);
	if (!(lvt & LVT_MASKED))
		vlapic_set_irq(v, (uint8_t)lvt);
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
	a->timer_period = 0;
	timer_stop(&a->timer);
	spin_unlock(&a->timer_lock);
}

void vlapic_timer_start(struct vcpu *v, uint32_t initial)
{
	struct vlapic *a = v->vlapic;

	if (!initial) {
		vlapic_timer_stop(a);
		return;
	}
	spin_lock(&a->timer_lock);
	a->tmict = initial;
	a->timer_period = (uint64_t)initial * divisor(a->tdcr) * APIC_TICK_NS;
	if (*timer_lvt(a) & LVT_PERIODIC)
		a->timer_period = MAX(a->timer_period, MIN_PERIOD_NS);
	a->timer_start = arch_now();
	timer_set(&a->timer, stime_add(a->timer_start, (int64_t)a->timer_period));
	spin_unlock(&a->timer_lock);
}

/* Counts down from the initial count; 0 when a one-shot is over. */
uint32_t vlapic_timer_current(struct vlapic *a)
{
	uint64_t left = 0;

	spin_lock(&a->timer_lock);
	if (a->timer_period) {
		int64_t gone = stime_sub(arch_now(), a->timer_start);
		uint64_t passed = gone > 0 ? (uint64_t)gone : 0;

		if (*timer_lvt(a) & LVT_PERIODIC)
			passed %= a->timer_period;
		if (passed < a->timer_period)
			left = (a->timer_period - passed) / (APIC_TICK_NS * divisor(a->tdcr));
	}
	spin_unlock(&a->timer_lock);
	return (uint32_t)MIN(left, UINT32_MAX);
}
