/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A vCPU's registers, one at a time: what exits and the emulator ask for. */
#include "../insn.h"
#include "svm.h"
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/printk.h>
#include <hv/string.h>

#define ATTR_CS_L (1u << 9)

uint64_t hvm_get_cr(const struct vcpu *v, unsigned int n)
{
	const struct vmcb *vmcb = v->arch->vmcb;

	switch (n) {
	case 0:
		return vmcb->cr0;
	case 2:
		return vmcb->cr2;
	case 3:
		return vmcb->cr3;
	case 4:
		return vmcb->cr4;
	default:
		BUG();
	}
}

void svm_set_cr2(struct vcpu *v, uint64_t addr)
{
	v->arch->vmcb->cr2 = addr;
	write_cr2(addr);
}

uint64_t hvm_get_efer(const struct vcpu *v)
{
	return (v->arch->vmcb->efer & ~(uint64_t)EFER_SVME) | v->arch->efer_kept;
}

void hvm_get_segment(const struct vcpu *v, enum segment s, struct segment_reg *out)
{
	const struct vmcb_segment *seg = svm_segment(v->arch->vmcb, s);

	*out = (struct segment_reg){seg->sel, seg->attr, seg->limit, seg->base};
	/* A loaded task is a busy one, whatever the processor keeps. */
	if (s == SEG_TR && seg->attr)
		out->attr |= ATTR_TSS_BUSY;
}

void hvm_set_segment(struct vcpu *v, enum segment s, const struct segment_reg *seg)
{
	*svm_segment(v->arch->vmcb, s) =
		(struct vmcb_segment){seg->sel, seg->attr, seg->limit, seg->base};
	if (s == SEG_SS)
		v->arch->vmcb->cpl = seg->attr >> 5 & 3;
}

unsigned int hvm_cpl(const struct vcpu *v)
{
	return v->arch->vmcb->cpl;
}

static bool in_shadow(const struct vcpu *v)
{
	return (v->arch->vmcb->int_state & INT_STATE_SHADOW) && v->regs.rip == v->arch->exit_rip;
}

bool hvm_interrupts_enabled(const struct vcpu *v)
{
	return (v->regs.rflags & RFLAGS_IF) && !in_shadow(v);
}

bool hvm_long_mode_code(const struct vcpu *v)
{
	const struct vmcb *vmcb = v->arch->vmcb;

	return (vmcb->efer & EFER_LMA) && (vmcb->seg[VS_CS].attr & ATTR_CS_L);
}

uint64_t hvm_linear_rip(const struct vcpu *v)
{
	uint64_t base = v->arch->vmcb->seg[VS_CS].base;

	if (hvm_long_mode_code(v))
		return v->regs.rip;
	return (base + v->regs.rip) & 0xffffffff;
}

void hvm_skip(struct vcpu *v, unsigned int len)
{
	v->regs.rip += len;
	if (!hvm_long_mode_code(v))
		v->regs.rip &= 0xffffffff;
	v->arch->vmcb->int_state &= ~INT_STATE_SHADOW;
	v->regs.rflags &= ~(uint64_t)RFLAGS_RF;
	if (v->regs.rflags & RFLAGS_TF)
		hvm_raise_debug(v, DR6_BS);
}

int64_t hvm_tsc_offset(const struct vcpu *v)
{
	return (int64_t)v->arch->vmcb->tsc_offset;
}

void hvm_set_tsc_offset(struct vcpu *v, int64_t offset)
{
	v->arch->vmcb->tsc_offset = (uint64_t)offset;
}

void hvm_hypercall_insn(uint8_t out[3])
{
	static const uint8_t vmmcall[3] = {0x0f, 0x01, 0xd9};

	memcpy(out, vmmcall, sizeof(vmmcall));
}

static bool cr0_valid(const struct vmcb *vmcb, uint64_t efer, uint64_t val)
{
	if ((val >> 32) || ((val & CR0_NW) && !(val & CR0_CD)))
		return false;
	if (!(val & CR0_PG))
		return !(efer & EFER_LMA) || !(vmcb->seg[VS_CS].attr & ATTR_CS_L);
	if (!(val & CR0_PE))
		return false;
	if ((vmcb->cr0 & CR0_PG) || !(efer & EFER_LME))
		return true;
	/* Long mode begins: APM vol. 2, 14.6.1. */
	return (vmcb->cr4 & CR4_PAE) && !(vmcb->seg[VS_CS].attr & ATTR_CS_L);
}

int svm_set_cr0(struct vcpu *v, uint64_t val)
{
	uint64_t efer = hvm_get_efer(v);
	struct vmcb *vmcb = v->arch->vmcb;

	if (!cr0_valid(vmcb, efer, val))
		return -1;
	vmcb->cr0 = (val & CR0_ALLOWED) | CR0_ET;
	efer &= ~(uint64_t)EFER_LMA;
	if ((val & CR0_PG) && (efer & EFER_LME))
		efer |= EFER_LMA;
	svm_load_efer(v, efer);
	/* The processor would have flushed for PG, WP and PE. */
	v->arch->flush = true;
	return 0;
}

int hvm_set_cr4(struct vcpu *v, uint64_t val)
{
	struct vmcb *vmcb = v->arch->vmcb;

	if (val & ~cpuid_cr4_mask(v->domain))
		return -1;
	if ((vmcb->efer & EFER_LMA) && !(val & CR4_PAE))
		return -1;
	vmcb->cr4 = val;
	svm_load_efer(v, hvm_get_efer(v));
	/* The processor would have flushed for PGE, PAE, PSE, SMEP. */
	v->arch->flush = true;
	return 0;
}

static int set_efer(struct vcpu *v, uint64_t val)
{
	struct vmcb *vmcb = v->arch->vmcb;

	if (val & ~cpuid_efer_mask(v->domain))
		return -1;
	if ((vmcb->cr0 & CR0_PG) && ((val ^ hvm_get_efer(v)) & EFER_LME))
		return -1;
	svm_load_efer(v, (val & ~(uint64_t)EFER_LMA) | (vmcb->efer & EFER_LMA));
	v->arch->flush = true;
	return 0;
}

/* Memory types are 0, 1, 4, 5, 6 and 7. */
bool svm_valid_pat(uint64_t pat)
{
	for (unsigned int i = 0; i < 8; i++, pat >>= 8)
		if ((pat & 0xff) > 7 || (pat & 0xff) == 2 || (pat & 0xff) == 3)
			return false;
	return true;
}

/* Where a plainly readable MSR is kept. */
static uint64_t *msr_slot(struct vcpu *v, uint32_t msr)
{
	struct vmcb *vmcb = v->arch->vmcb;

	switch (msr) {
	case MSR_SYSENTER_CS:
		return &vmcb->sysenter_cs;
	case MSR_SYSENTER_ESP:
		return &vmcb->sysenter_esp;
	case MSR_SYSENTER_EIP:
		return &vmcb->sysenter_eip;
	case MSR_PAT:
		return &vmcb->g_pat;
	case MSR_STAR:
		return &vmcb->star;
	case MSR_LSTAR:
		return &vmcb->lstar;
	case MSR_CSTAR:
		return &vmcb->cstar;
	case MSR_SFMASK:
		return &vmcb->sfmask;
	case MSR_FS_BASE:
		return &vmcb->seg[VS_FS].base;
	case MSR_GS_BASE:
		return &vmcb->seg[VS_GS].base;
	case MSR_KERNEL_GS_BASE:
		return &vmcb->kernel_gs_base;
	case MSR_TSC_AUX:
		return svm_features.rdtscp ? &v->arch->tsc_aux : NULL;
	default:
		return NULL;
	}
}

int hvm_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	const uint64_t *slot = msr_slot(v, msr);

	if (msr == MSR_EFER)
		*val = hvm_get_efer(v);
	else if (slot)
		*val = *slot;
	else
		return -1;
	return 0;
}

static bool value_allowed(uint32_t msr, uint64_t val)
{
	switch (msr) {
	case MSR_PAT:
		return svm_valid_pat(val);
	case MSR_SYSENTER_ESP:
	case MSR_SYSENTER_EIP:
	case MSR_LSTAR:
	case MSR_CSTAR:
	case MSR_FS_BASE:
	case MSR_GS_BASE:
	case MSR_KERNEL_GS_BASE:
		return is_canonical(val);
	case MSR_TSC_AUX:
		return val <= UINT32_MAX;
	default:
		return true;
	}
}

int hvm_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val)
{
	uint64_t *slot = msr_slot(v, msr);

	if (msr == MSR_EFER)
		return set_efer(v, val);
	if (!slot || !value_allowed(msr, val))
		return -1;
	*slot = val;
	if (msr == MSR_TSC_AUX)
		wrmsr(MSR_TSC_AUX, val);
	return 0;
}

uint64_t xstate_get_xcr0(const struct vcpu *v)
{
	return v == this_cpu()->current ? xstate_live_xcr0() : v->arch->xstate.xcr0;
}

void xstate_set_xcr0(struct vcpu *v, uint64_t xcr0)
{
	v->arch->xstate.xcr0 = xcr0;
	if (v == this_cpu()->current && xstate_offered())
		xsetbv(0, xcr0);
}

static void dump_segment(const struct vmcb *vmcb, const char *name, enum vmcb_seg s)
{
	const struct vmcb_segment *seg = &vmcb->seg[s];

	printk("%s: sel %04x attr %03x limit %08x base %016lx\n", name, seg->sel, seg->attr,
	       seg->limit, (unsigned long)seg->base);
}

static void dump_registers(const struct guest_regs *r)
{
	static const char *const names[NR_GPRS] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
						   "rsi", "rdi", "r8 ", "r9 ", "r10", "r11",
						   "r12", "r13", "r14", "r15"};

	for (unsigned int i = 0; i < NR_GPRS; i += 2)
		printk("%s: %016lx   %s: %016lx\n", names[i], (unsigned long)r->gpr[i],
		       names[i + 1], (unsigned long)r->gpr[i + 1]);
}

void hvm_dump_state(struct vcpu *v)
{
	const struct vmcb *vmcb;

	if (!v->arch)
		return;
	vmcb = v->arch->vmcb;
	printk("d%uv%u on CPU %u, CPL %u, RIP %04x:%016lx, RFLAGS %08lx\n", v->domain->id, v->id,
	       v->cpu, vmcb->cpl, vmcb->seg[VS_CS].sel, (unsigned long)v->regs.rip,
	       (unsigned long)v->regs.rflags);
	dump_registers(&v->regs);
	printk("cr0: %08lx  cr2: %016lx  cr3: %016lx  cr4: %08lx  efer: %04lx\n",
	       (unsigned long)vmcb->cr0, (unsigned long)vmcb->cr2, (unsigned long)vmcb->cr3,
	       (unsigned long)vmcb->cr4, (unsigned long)hvm_get_efer(v));
	dump_segment(vmcb, "cs", VS_CS);
	dump_segment(vmcb, "ss", VS_SS);
	dump_segment(vmcb, "ds", VS_DS);
	dump_segment(vmcb, "fs", VS_FS);
	dump_segment(vmcb, "gs", VS_GS);
	dump_segment(vmcb, "tr", VS_TR);
	dump_segment(vmcb, "gdt", VS_GDTR);
	dump_segment(vmcb, "idt", VS_IDTR);
	printk("exit 0x%lx (0x%lx, 0x%lx), interrupted event 0x%lx\n",
	       (unsigned long)vmcb->exit_code, (unsigned long)vmcb->exit_info1,
	       (unsigned long)vmcb->exit_info2, (unsigned long)vmcb->exit_int_info);
}
