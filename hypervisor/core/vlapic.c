/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Registers of the virtual local APIC (Intel SDM vol. 3, chapter 10).  Both
 * access paths end in reg_read() and reg_write(), which know every register by
 * name; whatever is not named does not exist (XSA-108).
 */
#include "vlapic.h"
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/string.h>
#include <hv/unit.h>
#include <hv/vcpu.h>

#define APIC_DEFAULT_BASE  0xfee00000ULL
#define APIC_VERSION_VALUE 0x00050014 /* version 0x14, six LVT entries */

/* Writable bits of the LVT entries, from the timer's on. */
static const uint32_t lvt_mask[NR_LVT] = {0x300ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff};

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

static uint8_t ppr(const struct vlapic *a)
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
	return (irr & 0xf0) > (ppr(a) & 0xf0) ? irr : -1;
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

static void end_of_interrupt(struct vlapic *a)
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

	__atomic_fetch_or(&a->esr_pending, bit, __ATOMIC_SEQ_CST);
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

/* --- registers --------------------------------------------------------------- */

static uint32_t *lvt_of(struct vlapic *a, enum apic_reg reg)
{
	if (reg < APIC_LVT_TIMER || reg > APIC_LVT_ERROR)
		return NULL;
	return &a->lvt[reg - APIC_LVT_TIMER];
}

/* False: no such register, or write-only. */
static bool reg_read(struct vcpu *v, unsigned int reg, uint32_t *val)
{
	struct vlapic *a = v->vlapic;
	bool x2 = in_x2apic(a);

	switch (reg) {
	case APIC_ID:
		*val = x2 ? vlapic_id(v) : vlapic_id(v) << 24;
		return true;
	case APIC_VERSION:
		*val = APIC_VERSION_VALUE;
		return true;
	case APIC_TPR:
		*val = a->tpr;
		return true;
	case APIC_PPR:
		*val = ppr(a);
		return true;
	case APIC_LDR:
		*val = a->ldr;
		return true;
	case APIC_DFR:
		*val = a->dfr;
		return !x2;
	case APIC_SVR:
		*val = a->svr;
		return true;
	case APIC_ISR ... APIC_ISR + 7:
		*val = a->isr[reg - APIC_ISR];
		return true;
	case APIC_TMR ... APIC_TMR + 7:
		*val = 0; /* nothing is level-triggered */
		return true;
	case APIC_IRR ... APIC_IRR + 7:
		*val = READ_ONCE(a->irr[reg - APIC_IRR]);
		return true;
	case APIC_ESR:
		*val = a->esr;
		return true;
	case APIC_ICR:
		*val = (uint32_t)a->icr;
		return true;
	case APIC_ICR2:
		*val = (uint32_t)(a->icr >> 32);
		return !x2;
	case APIC_LVT_TIMER ... APIC_LVT_ERROR:
		*val = *lvt_of(a, reg);
		return true;
	case APIC_TMICT:
		*val = a->tmict;
		return true;
	case APIC_TMCCT:
		*val = vlapic_timer_current(a);
		return true;
	case APIC_TDCR:
		*val = a->tdcr;
		return true;
	default:
		return false;
	}
}

static void write_svr(struct vlapic *a, uint32_t val)
{
	a->svr = val & 0x1ff;
	if (a->svr & SVR_ENABLE)
		return;
	for (unsigned int i = 0; i < NR_LVT; i++)
		a->lvt[i] |= LVT_MASKED;
}

static void write_lvt(struct vlapic *a, enum apic_reg reg, uint32_t val)
{
	val &= lvt_mask[reg - APIC_LVT_TIMER];
	if (!(a->svr & SVR_ENABLE))
		val |= LVT_MASKED;
	spin_lock(&a->timer_lock);
	*lvt_of(a, reg) = val;
	spin_unlock(&a->timer_lock);
}

/* False: no such register, or read-only. */
static bool reg_write(struct vcpu *v, unsigned int reg, uint32_t val)
{
	struct vlapic *a = v->vlapic;
	bool x2 = in_x2apic(a);

	switch (reg) {
	case APIC_TPR:
		a->tpr = val & 0xff;
		return true;
	case APIC_EOI:
		end_of_interrupt(a);
		return true;
	case APIC_LDR:
		if (!x2)
			a->ldr = val & 0xff000000;
		return !x2;
	case APIC_DFR:
		if (!x2)
			a->dfr = val | 0x0fffffff;
		return !x2;
	case APIC_SVR:
		write_svr(a, val);
		return true;
	case APIC_ESR:
		a->esr = __atomic_exchange_n(&a->esr_pending, 0, __ATOMIC_SEQ_CST);
		return true;
	case APIC_ICR:
		a->icr = (a->icr & 0xffffffff00000000ULL) | (val & 0xccfff);
		vlapic_send_ipi(v, a->icr);
		return true;
	case APIC_ICR2:
		a->icr = (uint32_t)a->icr | (uint64_t)(val & 0xff000000) << 32;
		return true;
	case APIC_LVT_TIMER ... APIC_LVT_ERROR:
		write_lvt(a, reg, val);
		return true;
	case APIC_TMICT:
		vlapic_timer_start(v, val);
		return true;
	case APIC_TDCR:
		a->tdcr = val & 0xb;
		return true;
	default:
		return false;
	}
}

bool vlapic_mmio_read(struct vcpu *v, uint32_t offset, uint32_t *val)
{
	*val = 0;
	if (!vlapic_enabled(v) || in_x2apic(v->vlapic))
		return false;
	/* Reserved registers read as zero; only the first word of 16 bytes exists. */
	if (!(offset & 0xf) && !reg_read(v, offset >> 4, val))
		*val = 0;
	return true;
}

bool vlapic_mmio_write(struct vcpu *v, uint32_t offset, uint32_t val)
{
	if (!vlapic_enabled(v) || in_x2apic(v->vlapic))
		return false;
	if (!(offset & 0xf))
		reg_write(v, offset >> 4, val);
	return true;
}

/* --- MSRs ---------------------------------------------------------------------- */

/* The xAPIC page has registers that x2APIC mode lacks, and the other way round. */
static int x2apic_read(struct vcpu *v, unsigned int reg, uint64_t *val)
{
	uint32_t low;

	if (!reg_read(v, reg, &low))
		return -1;
	*val = reg == APIC_ICR ? v->vlapic->icr : low;
	return 0;
}

static int x2apic_write(struct vcpu *v, unsigned int reg, uint64_t val)
{
	struct vlapic *a = v->vlapic;

	if (reg == APIC_ICR) {
		if (val & 0xfff33000 /* reserved bits of the lower half */)
			return -1;
		a->icr = val;
		vlapic_send_ipi(v, val);
		return 0;
	}
	if (val > UINT32_MAX)
		return -1;
	if (reg == APIC_SELF_IPI) {
		if (val > 0xff)
			return -1;
		vlapic_send_ipi(v, 1u << 18 | val);
		return 0;
	}
	if (reg == APIC_ICR2 || ((reg == APIC_EOI || reg == APIC_ESR) && val))
		return -1;
	if ((reg == APIC_TPR && val > 0xff) || (reg == APIC_SVR && (val & ~0x1ffULL)) ||
	    (reg == APIC_TDCR && (val & ~0xbULL)))
		return -1;
	if (lvt_of(a, reg) && (val & ~(uint64_t)(lvt_mask[reg - APIC_LVT_TIMER] | 1u << 12)))
		return -1;
	return reg_write(v, reg, (uint32_t)val) ? 0 : -1;
}

/* Logical id of x2APIC mode: cluster in the upper half, one bit of 16 below. */
static uint32_t x2apic_ldr(const struct vcpu *v)
{
	uint32_t id = vlapic_id(v);

	return (id >> 4) << 16 | 1u << (id & 0xf);
}

static int write_base(struct vcpu *v, uint64_t val)
{
	struct vlapic *a = v->vlapic;
	uint64_t mode = val & (BASE_ENABLE | BASE_X2APIC);
	uint64_t old = a->base & (BASE_ENABLE | BASE_X2APIC);

	if ((val & 0x2ff) || (val & cpuid_reserved_address_bits(v->domain)))
		return -1;
	/* SDM 10.12.5: no x2APIC without enable; from x2APIC only to disabled;
	 * from disabled only to xAPIC. */
	if (mode == BASE_X2APIC)
		return -1;
	if (in_x2apic(a) && mode == BASE_ENABLE)
		return -1;
	if (!old && mode == (BASE_ENABLE | BASE_X2APIC))
		return -1;
	if ((val ^ a->base) & BASE_BSP)
		return -1;
	if (!mode && old)
		vlapic_reset(v);
	a->base = val;
	if (mode != old && in_x2apic(a)) {
		a->ldr = x2apic_ldr(v);
		a->icr = 0;
	}
	return 0;
}

int vlapic_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	if (msr == MSR_APIC_BASE) {
		*val = v->vlapic->base;
		return 0;
	}
	if (msr < MSR_X2APIC_FIRST || msr > MSR_X2APIC_LAST || !in_x2apic(v->vlapic))
		return -1;
	return x2apic_read(v, msr - MSR_X2APIC_FIRST, val);
}

int vlapic_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val)
{
	if (msr == MSR_APIC_BASE)
		return write_base(v, val);
	if (msr < MSR_X2APIC_FIRST || msr > MSR_X2APIC_LAST || !in_x2apic(v->vlapic))
		return -1;
	return x2apic_write(v, msr - MSR_X2APIC_FIRST, val);
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
	a->ldr = in_x2apic(a) ? x2apic_ldr(v) : 0;
	a->dfr = DFR_FLAT;
	a->svr = 0xff;
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
