/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A vCPU's VMCB: what is intercepted, and the states a vCPU can start in. */
#include "svm.h"
#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/heap.h>
#include <hv/string.h>

/* Segment attributes, VMCB form: type, S, DPL, P | AVL, L, D, G. */
#define ATTR_CODE16 0x09b
#define ATTR_DATA16 0x093
#define ATTR_CODE32 0xc9b
#define ATTR_DATA32 0xc93
#define ATTR_LDT    0x082
#define ATTR_TSS32  0x08b
#define ATTR_NONE   0x000

static void set_intercepts(struct vmcb *vmcb)
{
	/* CR3: hardware refuses what is reserved, and with nested paging no other
	 * value can hurt anyone but the guest.  QEMU takes anything for CR0: what
	 * changes more than TS and MP, which is rare, is checked by us.  CR4 has features that are
	 * not offered (protection keys, 57-bit addresses): checked by us.  CR8 is
	 * the virtual task priority, watched while an interrupt waits for it. */
	vmcb->intercept_cr = INTERCEPT_CR_WRITE(4);
	vmcb->intercept_dr = 0xffffffff; /* debug.c */
	/* #DB and #AC raised while one of them is being delivered would never let
	 * an interrupt in (CVE-2015-5307, CVE-2015-8104). #MC is the host's. */
	vmcb->intercept_exceptions = 1u << VEC_DB | 1u << VEC_AC | 1u << VEC_MC;
	vmcb->intercept1 = I1_INTR | I1_NMI | I1_SMI | I1_INIT | I1_CR0_SEL | I1_LTR | I1_RDPMC |
			   I1_CPUID | I1_INVD | I1_HLT | I1_INVLPGA | I1_IOIO | I1_MSR | I1_TASK |
			   I1_FERR | I1_SHUTDOWN;
	vmcb->intercept2 = I2_VMRUN | I2_VMMCALL | I2_VMLOAD | I2_VMSAVE | I2_STGI | I2_CLGI |
			   I2_SKINIT | I2_ICEBP | I2_WBINVD | I2_MONITOR | I2_MWAIT | I2_XSETBV |
			   I2_RDPRU;
	vmcb->intercept3 = I3_INVLPGB | I3_INVLPGB_X | I3_MCOMMIT | I3_TLBSYNC;
}

void svm_vmcb_init(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;

	set_intercepts(vmcb);
	vmcb->iopm_pa = svm_iopm_pa;
	vmcb->msrpm_pa = svm_msrpm_pa;
	vmcb->vintr = VINTR_INTR_MASKING;
	vmcb->np_enable = 1;
	vmcb->ncr3 = mfn_to_maddr(v->domain->p2m.root).v;
	svm_reset_registers(v);
}

static void set_segment(struct vmcb *vmcb, enum vmcb_seg s, uint16_t sel, uint16_t attr,
			uint32_t limit, uint64_t base)
{
	vmcb->seg[s] = (struct vmcb_segment){sel, attr, limit, base};
}

static void set_all_data(struct vmcb *vmcb, uint16_t attr, uint32_t limit)
{
	static const enum vmcb_seg data[] = {VS_ES, VS_SS, VS_DS, VS_FS, VS_GS};

	for (unsigned int i = 0; i < ARRAY_SIZE(data); i++)
		set_segment(vmcb, data[i], 0, attr, limit, 0);
}

/* The state after INIT or reset (APM vol. 2, 14.1.3) but for RIP and CS. */
void svm_reset_registers(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;

	memset(&v->regs, 0, sizeof(v->regs));
	v->regs.rflags = 2;
	v->regs.rip = 0xfff0;
	set_all_data(vmcb, ATTR_DATA16, 0xffff);
	set_segment(vmcb, VS_CS, 0xf000, ATTR_CODE16, 0xffff, 0xffff0000);
	set_segment(vmcb, VS_GDTR, 0, ATTR_NONE, 0xffff, 0);
	set_segment(vmcb, VS_IDTR, 0, ATTR_NONE, 0xffff, 0);
	set_segment(vmcb, VS_LDTR, 0, ATTR_LDT, 0xffff, 0);
	set_segment(vmcb, VS_TR, 0, ATTR_TSS32, 0xffff, 0);
	vmcb->cpl = 0;
	vmcb->efer = EFER_SVME;
	v->arch->efer_kept = 0;
	vmcb->cr0 = CR0_ET;
	vmcb->cr2 = vmcb->cr3 = vmcb->cr4 = 0;
	vmcb->dr6 = DR6_RESET;
	vmcb->dr7 = DR7_RESET;
	vmcb->g_pat = PAT_RESET;
	vmcb->star = vmcb->lstar = vmcb->cstar = vmcb->sfmask = 0;
	vmcb->kernel_gs_base = 0;
	vmcb->sysenter_cs = vmcb->sysenter_esp = vmcb->sysenter_eip = 0;
	vmcb->int_state = 0;
	vmcb->event_inj = 0;
	memset(v->arch->dr, 0, sizeof(v->arch->dr));
	v->arch->event.valid = false;
	v->arch->nmi_masked = v->arch->iret_pending = false;
	v->arch->flush = true;
	for (unsigned int i = 0; i < NR_CODE_PAGES; i++)
		v->arch->code[i].linear = 1;
}

void hvm_set_pvh_entry(struct vcpu *v, uint64_t rip, uint64_t rbx)
{
	struct vmcb *vmcb = v->arch->vmcb;

	svm_reset_registers(v);
	set_all_data(vmcb, ATTR_DATA32, 0xffffffff);
	set_segment(vmcb, VS_CS, 0, ATTR_CODE32, 0xffffffff, 0);
	set_segment(vmcb, VS_TR, 0, ATTR_TSS32, 0x67, 0);
	vmcb->cr0 = CR0_PE | CR0_ET;
	v->regs.rip = rip & 0xffffffff;
	v->regs.rbx = rbx & 0xffffffff;
}

void hvm_set_sipi_entry(struct vcpu *v, uint8_t vector)
{
	svm_reset_registers(v);
	set_segment(v->arch->vmcb, VS_CS, (uint16_t)(vector << 8), ATTR_CODE16, 0xffff,
		    (uint64_t)vector << 12);
	v->regs.rip = 0;
}

struct vmcb_segment *svm_segment(struct vmcb *vmcb, enum segment s)
{
	static const enum vmcb_seg map[NR_SEGS] = {
		[SEG_ES] = VS_ES,     [SEG_CS] = VS_CS,	    [SEG_SS] = VS_SS,	  [SEG_DS] = VS_DS,
		[SEG_FS] = VS_FS,     [SEG_GS] = VS_GS,	    [SEG_LDTR] = VS_LDTR, [SEG_TR] = VS_TR,
		[SEG_GDTR] = VS_GDTR, [SEG_IDTR] = VS_IDTR,
	};

	return &vmcb->seg[map[s]];
}

int hvm_vcpu_create(struct vcpu *v)
{
	struct arch_vcpu *av;
	int rc;

	if (v->domain->external)
		return 0;
	av = heap_alloc(sizeof(*av));
	if (!av)
		return -XEN_ENOMEM;
	v->arch = av;
	av->vmcb = pages_alloc(0);
	rc = av->vmcb ? xstate_alloc(&av->xstate) : -XEN_ENOMEM;
	if (rc) {
		hvm_vcpu_destroy(v);
		return rc;
	}
	av->vmcb_pa = mfn_to_maddr(virt_to_mfn(av->vmcb)).v;
	av->asid_cpu = NR_CPUS;
	svm_vmcb_init(v);
	return 0;
}

void hvm_vcpu_destroy(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	if (!av)
		return;
	xstate_release(&av->xstate);
	if (av->vmcb)
		pages_free(av->vmcb, 0);
	heap_free(av);
	v->arch = NULL;
}

/* Real Xen's default: a triple fault restarts the guest, as on a PC. */
int hvm_domain_create(struct domain *d)
{
	d->hvm_params[HVM_PARAM_TRIPLE_FAULT_REASON] = SHUTDOWN_reboot;
	return 0;
}

void hvm_domain_destroy(struct domain *d)
{
}
