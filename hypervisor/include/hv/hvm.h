/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The short list of functions every vendor back end implements (arch/x86/svm
 * today), chosen at build time; no function-pointer table.  Called with the
 * vCPU current on this CPU, or not running (paused) where stated "any".
 */
#ifndef HV_HVM_H
#define HV_HVM_H

#include <hv/regs.h>
#include <hv/types.h>

enum segment {
	SEG_ES,
	SEG_CS,
	SEG_SS,
	SEG_DS,
	SEG_FS,
	SEG_GS,
	SEG_LDTR,
	SEG_TR,
	SEG_GDTR,
	SEG_IDTR,
	NR_SEGS
};

struct segment_reg {
	uint16_t sel;
	uint16_t attr; /* VMCB form: type, S, DPL, P, AVL, L, DB, G in bits 0..11 */
	uint32_t limit;
	uint64_t base;
};

/* Everything that sets a vCPU's architectural state at once. */
struct hvm_state {
	struct guest_regs regs;
	uint64_t cr0, cr2, cr3, cr4, efer, dr6, dr7, pat, xcr0;
	struct segment_reg seg[NR_SEGS];
	uint64_t star, lstar, cstar, sfmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
};

/* --- life (any) --------------------------------------------------------- */
int hvm_cpu_init(unsigned int cpu);  /* EFER.SVME, host save area; boot CPU and APs */
int hvm_vcpu_create(struct vcpu *v); /* VMCB; state as after INIT */
void hvm_vcpu_destroy(struct vcpu *v);
int hvm_domain_create(struct domain *d);
void hvm_domain_destroy(struct domain *d);
/* 32-bit flat PVH entry: CR0=0x11, RFLAGS=2, EIP, EBX (xen docs/misc/pvh). */
void hvm_set_pvh_entry(struct vcpu *v, uint64_t rip, uint64_t rbx);
/* Real mode at @vector << 12 (SIPI). */
void hvm_set_sipi_entry(struct vcpu *v, uint8_t vector);
void hvm_get_state(struct vcpu *v, struct hvm_state *out);
/* -XEN_EINVAL for anything VM entry would refuse (reserved bits, non-canonical). */
int hvm_set_state(struct vcpu *v, const struct hvm_state *in);

/* --- running ------------------------------------------------------------ */
/* Enter the guest once and handle the exit. Returns at once without entering
 * if work bits are set. Interrupts are disabled on entry and return. */
void hvm_run(struct vcpu *v);
/* Context switch: load @v's lazily switched state, save it. */
void hvm_load(struct vcpu *v);
void hvm_save(struct vcpu *v);

/* --- registers ---------------------------------------------------------- */
uint64_t hvm_get_cr(const struct vcpu *v, unsigned int n); /* 0, 2, 3, 4 */
uint64_t hvm_get_efer(const struct vcpu *v);
void hvm_get_segment(const struct vcpu *v, enum segment s, struct segment_reg *out);
/* Nothing is checked. SS brings the privilege level: its DPL. */
void hvm_set_segment(struct vcpu *v, enum segment s, const struct segment_reg *seg);
unsigned int hvm_cpl(const struct vcpu *v);
bool hvm_interrupts_enabled(const struct vcpu *v); /* IF and no shadow */
bool hvm_long_mode_code(const struct vcpu *v);	   /* EFER.LMA and CS.L */

/* --- events ------------------------------------------------------------- */
#define HVM_NO_ERROR_CODE (-1)
/* Deliver a hardware exception at the next entry (first one wins, #DF rules). */
void hvm_inject_exception(struct vcpu *v, uint8_t vector, int32_t error_code);
/* #PF with @error (PFEC_*) at linear address @addr. */
void hvm_inject_page_fault(struct vcpu *v, uint32_t error, uint64_t addr);
/* #DB as a trap; @dr6: the bits that tell why. */
void hvm_raise_debug(struct vcpu *v, uint32_t dr6);
/* What a hardware task switch does to control and debug registers: CR3 if paging is
 * on, CR0.TS, local breakpoints off.  The event that asked for it is delivered. */
void hvm_enter_task(struct vcpu *v, uint64_t cr3);

/* --- printing ------------------------------------------------------------ */
void hvm_dump_state(struct vcpu *v);
/* "svm" features found, for xl dmesg. */
void hvm_print_features(void);

#endif
