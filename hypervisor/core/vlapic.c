/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The virtual local APIC (Intel SDM vol. 3, chapter 10; AMD APM vol. 2, chapter
 * 16): what is requested, what is in service, what comes next.
 */
#include "vlapic.h"
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/string.h>
#include <hv/unit.h>
#include <hv/vcpu.h>

#define APIC_DEFAULT_BASE 0xfee00000ULL

uint32_t vlapic_id(const struct vcpu *v)
{
	return 2 * v->id;
}

/* Looked at twice per entry of every guest, and nearly always empty: in words of
 * 64 bits (the processor is little-endian). */
int vlapic_highest(const uint32_t reg[8])
{
	const volatile uint64_t *words = (const volatile uint64_t *)reg;

	if (!(words[0] | words[1] | words[2] | words[3]))
		return -1;
	for (int i = 3; i >= 0; i--) {
		uint64_t word = words[i];

		if (word)
			return 64 * i + 63 - __builtin_clzll(word);
	}
	return -1;
}

uint8_t vlapic_ppr(const struct vlapic *a)
{
	int isr = vlapic_highest(a->isr);
	uint8_t in_service = isr < 0 ? 0 : (uint8_t)(isr & 0xf0);

	return (a->tpr & 0xf0) >= in_service ? (uint8_t)a->tpr : in_service;
}

int vlapic_pending(const struct vcpu *v)
{
	const struct vlapic *a = v->vlapic;
	int irr;

	irr = vlapic_highest(a->irr);
	if (irr < 0 || !software_enabled(a))
		return -1;
	return (irr & 0xf0) > (vlapic_ppr(a) & 0xf0) ? irr : -1;
}

int vlapic_masked_irq(const struct vcpu *v)
{
	const struct vlapic *a = v->vlapic;
	int irr, isr;

	irr = vlapic_highest(a->irr);
	if (irr < 0 || !software_enabled(a) || vlapic_pending(v) >= 0)
		return -1;
	isr = vlapic_highest(a->isr);
	return isr < 0 || (irr & 0xf0) > (isr & 0xf0) ? irr : -1;
}

void vlapic_set_irq(struct vcpu *v, uint8_t vec)
{
	struct vlapic *a = v->vlapic;

	if (!a)
		return;
	if (vec < 16) {
		vlapic_error(v, ESR_RECEIVE_ILLEGAL);
		return;
	}
	__atomic_fetch_or(&a->irr[vec / 32], 1u << vec % 32, __ATOMIC_SEQ_CST);
	vcpu_kick(v);
}

void vlapic_ack(struct vcpu *v, uint8_t vec)
{
	struct vlapic *a = v->vlapic;

	__atomic_fetch_and(&a->irr[vec / 32], ~(1u << vec % 32), __ATOMIC_SEQ_CST);
	a->isr[vec / 32] |= 1u << vec % 32;
}

void vlapic_end_of_interrupt(struct vlapic *a)
{
	int isr = vlapic_highest(a->isr);

	if (isr >= 0)
		a->isr[isr / 32] &= ~(1u << isr % 32);
}

uint8_t vlapic_tpr(const struct vcpu *v)
{
	return (uint8_t)v->vlapic->tpr;
}

void vlapic_set_tpr(struct vcpu *v, uint8_t tpr)
{
	v->vlapic->tpr = tpr;
}

gpa_t vlapic_base(const struct vcpu *v)
{
	return (gpa_t){v->vlapic->base & PAGE_MASK};
}

bool vlapic_enabled(const struct vcpu *v)
{
	return v->vlapic && (v->vlapic->base & BASE_ENABLE);
}

void vlapic_error(struct vcpu *v, uint32_t bit)
{
	struct vlapic *a = v->vlapic;
	uint32_t lvt = a->lvt[APIC_LVT_ERROR - APIC_LVT_TIMER];

	/* One interrupt per error, until the register is armed again by a write. */
	if (__atomic_fetch_or(&a->esr_pending, bit, __ATOMIC_SEQ_CST) & bit)
		return;
	/* An illegal vector in the error entry itself must not recurse. */
	if (!(lvt & LVT_MASKED) && (uint8_t)lvt >= 16)
		vlapic_set_irq(v, (uint8_t)lvt);
}

bool vlapic_take_sipi(struct vcpu *v, uint8_t *vector)
{
	uint32_t s;

	if (!READ_ONCE(v->vlapic->sipi))
		return false;
	s = __atomic_exchange_n(&v->vlapic->sipi, 0, __ATOMIC_SEQ_CST);
	if (!s)
		return false;
	vlapic_reset(v);
	*vector = (uint8_t)s;
	return true;
}

int vcpu_pending_vector(struct vcpu *v, bool *needs_ack)
{
	const struct domain *d = v->domain;

	*needs_ack = false;
	if (d->callback_vector && !v->upcall_vector &&
	    READ_ONCE(v->vcpu_info->evtchn_upcall_pending))
		return d->callback_vector;
	*needs_ack = true;
	return vlapic_pending(v);
}

/* --- life --------------------------------------------------------------------- */

void vlapic_reset(struct vcpu *v)
{
	struct vlapic *a = v->vlapic;

	vlapic_timer_stop(a);
	memset(a->isr, 0, sizeof(a->isr));
	for (unsigned int i = 0; i < ARRAY_SIZE(a->irr); i++)
		__atomic_store_n(&a->irr[i], 0, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < NR_LVT; i++)
		a->lvt[i] = LVT_MASKED;
	a->tpr = a->esr = a->esr_pending = a->tdcr = 0;
	a->icr = 0;
	a->ldr = in_x2apic(a) ? vlapic_x2apic_ldr(v) : 0;
	a->dfr = DFR_FLAT;
	a->svr = SVR_RESET;
}

int vlapic_create(struct vcpu *v)
{
	struct vlapic *a;

	if (v->domain->external)
		return 0;
	a = heap_alloc(sizeof(*a));
	if (!a)
		return -XEN_ENOMEM;
	v->vlapic = a;
	a->base = APIC_DEFAULT_BASE | BASE_ENABLE | (v->id == 0 ? BASE_BSP : 0);
	vlapic_timer_init(v);
	vlapic_reset(v);
	return 0;
}

void vlapic_destroy(struct vcpu *v)
{
	if (!v->vlapic)
		return;
	vlapic_timer_kill(v->vlapic);
	heap_free(v->vlapic);
	v->vlapic = NULL;
}

const struct unit vlapic_unit = {
	.name = "vlapic",
	.vcpu_create = vlapic_create,
	.vcpu_destroy = vlapic_destroy,
};
