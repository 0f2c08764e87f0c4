/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The local APIC as records of the HVM save format (xen/arch-x86/hvm/save.h): the
 * mode, then the page of registers as xAPIC has it, with 32-bit ids in x2APIC mode.
 */
#include "vlapic.h"

#include <hv/arch_x86.h>
#include <hv/string.h>
#include <hv/vcpu.h>
#include <xen/hvm/save.h>

#define HW_DISABLED  1u
#define SW_DISABLED  2u
#define NR_REGS	     (sizeof(struct hvm_hw_lapic_regs) / 16)
#define LEGAL_IN_0   0xffff0000u /* vectors below 16 do not exist */
#define LVT_KNOWN(i) (vlapic_lvt_bits(v, APIC_LVT_TIMER + (i)) | LVT_MASKED)

void vlapic_save(struct vcpu *v, struct hvm_hw_lapic *l)
{
	struct vlapic *a = v->vlapic;

	l->apic_base_msr = a->base;
	l->disabled =
		(vlapic_enabled(v) ? 0 : HW_DISABLED) | (a->svr & SVR_ENABLE ? 0 : SW_DISABLED);
	l->timer_divisor = vlapic_timer_divisor(a);
	l->tdt_msr = vlapic_deadline(a);
}

void vlapic_save_regs(struct vcpu *v, struct hvm_hw_lapic_regs *l)
{
	for (unsigned int reg = 0; reg < NR_REGS; reg++) {
		uint32_t val = vlapic_peek(v, reg);

		memcpy(&l->data[16 * reg], &val, sizeof(val));
	}
}

int vlapic_load(struct vcpu *v, const struct hvm_hw_lapic *l)
{
	struct vlapic *a = v->vlapic;

	if (!vlapic_valid_base(v, l->apic_base_msr))
		return -XEN_EINVAL;
	a->base = l->apic_base_msr;
	a->ldr = in_x2apic(a) ? vlapic_x2apic_ldr(v) : 0;
	a->deadline_saved = l->tdt_msr;
	return 0;
}

static uint32_t word(const struct hvm_hw_lapic_regs *l, unsigned int reg)
{
	uint32_t val;

	memcpy(&val, &l->data[16 * reg], sizeof(val));
	return val;
}

static bool valid(struct vcpu *v, const struct hvm_hw_lapic_regs *l)
{
	for (unsigned int i = 0; i < NR_LVT; i++)
		if (word(l, APIC_LVT_TIMER + i) & ~LVT_KNOWN(i))
			return false;
	return !(word(l, APIC_SVR) & ~SVR_BITS) && !(word(l, APIC_TDCR) & ~TDCR_BITS) &&
	       !(word(l, APIC_TPR) & ~0xffu) && !(word(l, APIC_IRR) & ~LEGAL_IN_0) &&
	       !(word(l, APIC_ISR) & ~LEGAL_IN_0);
}

static void load_timer(struct vcpu *v, const struct hvm_hw_lapic_regs *l)
{
	struct vlapic *a = v->vlapic;

	vlapic_timer_stop(a);
	vlapic_timer_configure(v, word(l, APIC_LVT_TIMER), word(l, APIC_TDCR));
	vlapic_timer_restore(v, word(l, APIC_TMICT), word(l, APIC_TMCCT));
	vlapic_set_deadline(v, a->deadline_saved);
}

int vlapic_load_regs(struct vcpu *v, const struct hvm_hw_lapic_regs *l)
{
	struct vlapic *a = v->vlapic;

	if (!valid(v, l))
		return -XEN_EINVAL;
	for (unsigned int i = 0; i < 8; i++) {
		a->isr[i] = word(l, APIC_ISR + i);
		__atomic_store_n(&a->irr[i], word(l, APIC_IRR + i), __ATOMIC_SEQ_CST);
	}
	a->tpr = word(l, APIC_TPR);
	a->svr = word(l, APIC_SVR);
	a->esr = word(l, APIC_ESR);
	a->esr_pending = 0;
	a->icr = word(l, APIC_ICR) | (uint64_t)word(l, APIC_ICR2) << 32;
	if (!in_x2apic(a)) {
		a->ldr = word(l, APIC_LDR) & 0xff000000;
		a->dfr = word(l, APIC_DFR) | 0x0fffffff;
	}
	for (unsigned int i = 1; i < NR_LVT; i++)
		a->lvt[i] = word(l, APIC_LVT_TIMER + i);
	load_timer(v, l);
	vcpu_kick(v);
	return 0;
}
