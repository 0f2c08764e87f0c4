/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A vCPU's whole state at once, from the toolstack or another vCPU of the guest
 * (sethvmcontext, VCPUOP_initialise).  Whatever VMRUN, VMLOAD or an MSR write
 * would refuse is refused here (XSA-193).
 */
#include "svm.h"
#include <hv/domain.h>

#define ATTR_L		 (1u << 9)
#define ATTR_D		 (1u << 10)
#define ATTR_P		 (1u << 7)
#define ATTR_SYSTEM_TYPE 0x1fu
#define ATTR_BUSY_TSS16	 3u
#define ATTR_DPL(a)	 (((a) >> 5) & 3)
#define RFLAGS_FIXED	 2u
#define RFLAGS_ALLOWED	 0x003f7fd7u
#define DR_UPPER	 0xffffffff00000000ULL

void hvm_get_state(struct vcpu *v, struct hvm_state *out)
{
	const struct vmcb *vmcb = v->arch->vmcb;

	out->regs = v->regs;
	out->cr0 = vmcb->cr0;
	out->cr2 = vmcb->cr2;
	out->cr3 = vmcb->cr3;
	out->cr4 = vmcb->cr4;
	out->efer = hvm_get_efer(v);
	out->dr6 = vmcb->dr6;
	out->dr7 = vmcb->dr7;
	out->pat = vmcb->g_pat;
	out->xcr0 = xstate_get_xcr0(v);
	for (unsigned int s = 0; s < NR_SEGS; s++)
		hvm_get_segment(v, s, &out->seg[s]);
	out->star = vmcb->star;
	out->lstar = vmcb->lstar;
	out->cstar = vmcb->cstar;
	out->sfmask = vmcb->sfmask;
	out->kernel_gs_base = vmcb->kernel_gs_base;
	out->sysenter_cs = vmcb->sysenter_cs;
	out->sysenter_esp = vmcb->sysenter_esp;
	out->sysenter_eip = vmcb->sysenter_eip;
}

void svm_load_efer(struct vcpu *v, uint64_t efer)
{
	struct vmcb *vmcb = v->arch->vmcb;

	v->arch->efer_kept = efer & EFER_LMA ? 0 : efer & EFER_LME;
	vmcb->efer = (efer & ~v->arch->efer_kept) | EFER_SVME;
}

static bool control_registers_ok(const struct domain *d, const struct hvm_state *in)
{
	bool pg = in->cr0 & CR0_PG, lme = in->efer & EFER_LME;

	if (in->cr0 & ~(uint64_t)CR0_ALLOWED)
		return false;
	if ((in->cr0 & CR0_NW) && !(in->cr0 & CR0_CD))
		return false;
	if (pg && !(in->cr0 & CR0_PE))
		return false;
	if ((in->cr4 & ~cpuid_cr4_mask(d)) || (in->efer & ~cpuid_efer_mask(d)))
		return false;
	if (pg && lme && !(in->cr4 & CR4_PAE))
		return false;
	if ((in->efer & EFER_LMA) && !(pg && lme))
		return false;
	return !(in->cr3 & cpuid_reserved_address_bits(d));
}

static bool long_mode(const struct hvm_state *in)
{
	return (in->cr0 & CR0_PG) && (in->efer & EFER_LME);
}

static bool code_segment_ok(const struct hvm_state *in)
{
	uint16_t attr = in->seg[SEG_CS].attr;

	if (!long_mode(in))
		return in->regs.rip <= UINT32_MAX;
	if ((attr & ATTR_L) && (attr & ATTR_D))
		return false;
	if (attr & ATTR_L)
		return is_canonical(in->regs.rip) && is_canonical(in->regs.rsp);
	return in->regs.rip <= UINT32_MAX;
}

static bool addresses_ok(const struct hvm_state *in)
{
	for (unsigned int s = 0; s < NR_SEGS; s++) {
		if (!is_canonical(in->seg[s].base) || (in->seg[s].attr & ~0xfffu))
			return false;
	}
	return is_canonical(in->lstar) && is_canonical(in->cstar) &&
	       is_canonical(in->kernel_gs_base) && is_canonical(in->sysenter_esp) &&
	       is_canonical(in->sysenter_eip);
}

/* Without a task ring 3 cannot be left; QEMU 7.2 ends the machine then. */
static bool task_ok(const struct hvm_state *in)
{
	uint16_t attr = in->seg[SEG_TR].attr;

	return (attr & ATTR_P) && (attr & ATTR_SYSTEM_TYPE & ~8u) == ATTR_BUSY_TSS16;
}

static bool flags_ok(const struct hvm_state *in)
{
	if ((in->regs.rflags & ~(uint64_t)RFLAGS_ALLOWED) || !(in->regs.rflags & RFLAGS_FIXED))
		return false;
	if ((in->regs.rflags & RFLAGS_VM) && (long_mode(in) || !(in->cr0 & CR0_PE)))
		return false;
	return !(in->dr6 & DR_UPPER) && !(in->dr7 & DR_UPPER);
}

static bool xcr0_ok(const struct domain *d, uint64_t xcr0)
{
	uint64_t allowed = cpuid_xcr0_mask(d);

	return allowed ? xstate_valid_xcr0(xcr0, allowed) : xcr0 == XSTATE_X87;
}

static void set_segments(struct vmcb *vmcb, const struct hvm_state *in)
{
	for (unsigned int s = 0; s < NR_SEGS; s++) {
		const struct segment_reg *r = &in->seg[s];

		*svm_segment(vmcb, s) = (struct vmcb_segment){r->sel, r->attr, r->limit, r->base};
	}
	/* The hardware's privilege level is the stack segment's. */
	if (!(in->cr0 & CR0_PE))
		vmcb->cpl = 0;
	else if (in->regs.rflags & RFLAGS_VM)
		vmcb->cpl = 3;
	else
		vmcb->cpl = ATTR_DPL(in->seg[SEG_SS].attr);
}

int hvm_set_state(struct vcpu *v, const struct hvm_state *in)
{
	struct vmcb *vmcb = v->arch->vmcb;

	if (!control_registers_ok(v->domain, in) || !code_segment_ok(in) || !addresses_ok(in) ||
	    !task_ok(in) || !flags_ok(in) || !svm_valid_pat(in->pat) ||
	    !xcr0_ok(v->domain, in->xcr0))
		return -XEN_EINVAL;
	svm_reset_registers(v);
	v->regs = in->regs;
	vmcb->cr0 = in->cr0 | CR0_ET;
	vmcb->cr2 = in->cr2;
	vmcb->cr3 = in->cr3;
	vmcb->cr4 = in->cr4;
	svm_load_efer(v, (in->efer & ~(uint64_t)EFER_LMA) | (long_mode(in) ? EFER_LMA : 0));
	vmcb->dr6 = svm_valid_dr6(in->dr6);
	vmcb->dr7 = svm_valid_dr7(in->dr7);
	vmcb->g_pat = in->pat;
	set_segments(vmcb, in);
	vmcb->star = in->star;
	vmcb->lstar = in->lstar;
	vmcb->cstar = in->cstar;
	vmcb->sfmask = in->sfmask;
	vmcb->kernel_gs_base = in->kernel_gs_base;
	vmcb->sysenter_cs = in->sysenter_cs;
	vmcb->sysenter_esp = in->sysenter_esp;
	vmcb->sysenter_eip = in->sysenter_eip;
	xstate_set_xcr0(v, in->xcr0);
	return 0;
}
