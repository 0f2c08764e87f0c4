/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Registers of the virtual local APIC (Intel SDM vol. 3, 10.4 to 10.12).  Both
 * access paths end in reg_read() and reg_write(), which know every register by
 * name; whatever is not named does not exist (XSA-108).
 */
#include "cpuid_policy.h"
#include "vlapic.h"
#include <hv/arch_x86.h>
#include <hv/domain.h>

#define APIC_VERSION_VALUE 0x00050014 /* version 0x14, six LVT entries */
#define ICR_BITS	   0x000ccfffu
#define BASE_BITS	   (BASE_BSP | BASE_X2APIC | BASE_ENABLE | PAGE_MASK)

/* Writable bits of the LVT entries, from the timer's on, and those that may be
 * written besides but are the APIC's own: delivery status, remote IRR. */
static const uint32_t lvt_mask[NR_LVT] = {0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff};
#define LVT_READ_ONLY(reg) ((reg) == APIC_LVT_LINT0 || (reg) == APIC_LVT_LINT1 ? 0x5000u : 0x1000u)

static uint32_t *lvt_of(struct vlapic *a, enum apic_reg reg)
{
	if (reg < APIC_LVT_TIMER || reg > APIC_LVT_ERROR)
		return NULL;
	return &a->lvt[reg - APIC_LVT_TIMER];
}

/* Registers that one of the two modes lacks, and those of which one is like the
 * next; false: none of these. */
static bool other_read(struct vcpu *v, unsigned int reg, uint32_t *val)
{
	struct vlapic *a = v->vlapic;

	switch (reg) {
	case APIC_ISR ... APIC_ISR + 7:
		*val = a->isr[reg - APIC_ISR];
		return true;
	case APIC_TMR ... APIC_TMR + 7:
		*val = 0; /* nothing is level-triggered */
		return true;
	case APIC_IRR ... APIC_IRR + 7:
		*val = READ_ONCE(a->irr[reg - APIC_IRR]);
		return true;
	case APIC_LVT_TIMER ... APIC_LVT_ERROR:
		*val = *lvt_of(a, reg);
		return true;
	case APIC_APR: /* as in Xen: no arbitration, no remote registers */
	case APIC_RRR:
	case APIC_EOI:
		*val = 0;
		return !in_x2apic(a);
	case APIC_DFR:
		*val = a->dfr;
		return !in_x2apic(a);
	case APIC_ICR2:
		*val = (uint32_t)(a->icr >> 32);
		return !in_x2apic(a);
	default:
		return false;
	}
}

/* False: no such register, or write-only. */
static bool reg_read(struct vcpu *v, unsigned int reg, uint32_t *val)
{
	struct vlapic *a = v->vlapic;

	switch (reg) {
	case APIC_ID:
		*val = in_x2apic(a) ? vlapic_id(v) : vlapic_id(v) << 24;
		return true;
	case APIC_VERSION:
		*val = APIC_VERSION_VALUE;
		return true;
	case APIC_TPR:
		*val = a->tpr;
		return true;
	case APIC_PPR:
		*val = vlapic_ppr(a);
		return true;
	case APIC_LDR:
		*val = a->ldr;
		return true;
	case APIC_SVR:
		*val = a->svr;
		return true;
	case APIC_ESR:
		*val = a->esr;
		return true;
	case APIC_ICR:
		*val = (uint32_t)a->icr;
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
		return other_read(v, reg, val);
	}
}

static void write_svr(struct vlapic *a, uint32_t val)
{
	a->svr = val & SVR_BITS;
	if (a->svr & SVR_ENABLE)
		return;
	for (unsigned int i = 0; i < NR_LVT; i++)
		a->lvt[i] |= LVT_MASKED;
}

uint32_t vlapic_lvt_bits(const struct vcpu *v, enum apic_reg reg)
{
	uint32_t bits = lvt_mask[reg - APIC_LVT_TIMER];

	if (reg == APIC_LVT_TIMER &&
	    !cpu_policy_has(cpu_policy_of(v->domain), XEN_X86_FEATURE_TSC_DEADLINE))
		bits &= ~LVT_DEADLINE;
	return bits;
}

static void write_lvt(struct vcpu *v, enum apic_reg reg, uint32_t val)
{
	struct vlapic *a = v->vlapic;

	val &= vlapic_lvt_bits(v, reg);
	if (!(a->svr & SVR_ENABLE))
		val |= LVT_MASKED;
	if (reg == APIC_LVT_TIMER)
		vlapic_timer_configure(v, val, a->tdcr);
	else
		*lvt_of(a, reg) = val;
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
		vlapic_end_of_interrupt(a);
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
		a->icr = (a->icr & 0xffffffff00000000ULL) | (val & ICR_BITS);
		vlapic_send_ipi(v, a->icr);
		return true;
	case APIC_ICR2:
		a->icr = (uint32_t)a->icr | (uint64_t)(val & 0xff000000) << 32;
		return true;
	case APIC_LVT_TIMER ... APIC_LVT_ERROR:
		write_lvt(v, reg, val);
		return true;
	case APIC_TMICT:
		vlapic_timer_start(v, val);
		return true;
	case APIC_TDCR:
		vlapic_timer_configure(v, a->lvt[0], val & TDCR_BITS);
		return true;
	default:
		return false;
	}
}

/* Read-only registers swallow a write; others are errors. */
static bool exists(struct vcpu *v, unsigned int reg)
{
	uint32_t val;

	return reg_read(v, reg, &val);
}

uint32_t vlapic_peek(struct vcpu *v, unsigned int reg)
{
	uint32_t val = 0;

	if (reg == APIC_ICR2)
		return (uint32_t)(v->vlapic->icr >> 32);
	return reg_read(v, reg, &val) ? val : 0;
}

bool vlapic_mmio_read(struct vcpu *v, uint32_t offset, uint32_t *val)
{
	*val = 0;
	if (!vlapic_enabled(v) || in_x2apic(v->vlapic))
		return false;
	/* Only the first word of 16 bytes exists. */
	if (!(offset & 0xf) && !reg_read(v, offset >> 4, val)) {
		*val = 0;
		vlapic_error(v, ESR_ILLEGAL_REGISTER);
	}
	return true;
}

bool vlapic_mmio_write(struct vcpu *v, uint32_t offset, uint32_t val)
{
	if (!vlapic_enabled(v) || in_x2apic(v->vlapic))
		return false;
	if (!(offset & 0xf) && !reg_write(v, offset >> 4, val) && !exists(v, offset >> 4))
		vlapic_error(v, ESR_ILLEGAL_REGISTER);
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
		if ((uint32_t)val & ~ICR_BITS)
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
	if ((reg == APIC_TPR && val > 0xff) || (reg == APIC_SVR && (val & ~(uint64_t)SVR_BITS)) ||
	    (reg == APIC_TDCR && (val & ~(uint64_t)TDCR_BITS)))
		return -1;
	if (lvt_of(a, reg) && (val & ~(uint64_t)(vlapic_lvt_bits(v, reg) | LVT_READ_ONLY(reg))))
		return -1;
	return reg_write(v, reg, (uint32_t)val) ? 0 : -1;
}

/* Logical id of x2APIC mode: cluster in the upper half, one bit of 16 below. */
uint32_t vlapic_x2apic_ldr(const struct vcpu *v)
{
	uint32_t id = vlapic_id(v);

	return (id >> 4) << 16 | 1u << (id & 0xf);
}

bool vlapic_valid_base(const struct vcpu *v, uint64_t val)
{
	return !(val & ~(uint64_t)BASE_BITS) && !(val & cpuid_reserved_address_bits(v->domain)) &&
	       (val & (BASE_ENABLE | BASE_X2APIC)) != BASE_X2APIC;
}

static int write_base(struct vcpu *v, uint64_t val)
{
	struct vlapic *a = v->vlapic;
	uint64_t mode = val & (BASE_ENABLE | BASE_X2APIC);
	uint64_t old = a->base & (BASE_ENABLE | BASE_X2APIC);

	if (!vlapic_valid_base(v, val))
		return -1;
	/* SDM 10.12.5: from x2APIC only to disabled, from disabled only to xAPIC. */
	if (in_x2apic(a) && mode == BASE_ENABLE)
		return -1;
	if (!old && mode == (BASE_ENABLE | BASE_X2APIC))
		return -1;
	if (!mode && old)
		vlapic_reset(v);
	a->base = val;
	if (mode != old && in_x2apic(a)) {
		a->ldr = vlapic_x2apic_ldr(v);
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
	if (msr == MSR_TSC_DEADLINE) {
		*val = vlapic_deadline(v->vlapic);
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
	if (msr == MSR_TSC_DEADLINE) {
		vlapic_set_deadline(v, val);
		return 0;
	}
	if (msr < MSR_X2APIC_FIRST || msr > MSR_X2APIC_LAST || !in_x2apic(v->vlapic))
		return -1;
	return x2apic_write(v, msr - MSR_X2APIC_FIRST, val);
}
