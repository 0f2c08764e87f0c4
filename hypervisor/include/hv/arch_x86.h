/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What the x86 part of core/ (exits, emulator, CPUID and MSR policy, local
 * APIC) needs of the machine and of the vendor part besides hv/arch.h and
 * hv/hvm.h, and what it gives back.  Implemented by arch/x86 and, for unit
 * tests, by a fake.
 */
#ifndef HV_ARCH_X86_H
#define HV_ARCH_X86_H

#include <hv/hvm.h>
#include <hv/policy.h>
#include <hv/types.h>

#define MSR_TSC		   0x10
#define MSR_APIC_BASE	   0x1b
#define MSR_TSC_ADJUST	   0x3b
#define MSR_PLATFORM_INFO  0xce
#define MSR_MISC_FEATURES  0x140
#define MSR_SYSENTER_CS	   0x174
#define MSR_SYSENTER_ESP   0x175
#define MSR_SYSENTER_EIP   0x176
#define MSR_MCG_CAP	   0x179
#define MSR_MCG_STATUS	   0x17a
#define MSR_DEBUGCTL	   0x1d9
#define MSR_PAT		   0x277
#define MSR_MC0_CTL	   0x400
#define MSR_TSC_DEADLINE   0x6e0
#define MSR_X2APIC_FIRST   0x800
#define MSR_X2APIC_LAST	   0x8ff
#define MSR_XEN_HYPERCALL  0x40000000
#define MSR_EFER	   0xc0000080
#define MSR_STAR	   0xc0000081
#define MSR_LSTAR	   0xc0000082
#define MSR_CSTAR	   0xc0000083
#define MSR_SFMASK	   0xc0000084
#define MSR_FS_BASE	   0xc0000100
#define MSR_GS_BASE	   0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX	   0xc0000103

#define XSTATE_X87    (1ULL << 0)
#define XSTATE_SSE    (1ULL << 1)
#define XSTATE_AVX    (1ULL << 2)
#define XSTATE_AVX512 (7ULL << 5)

#define PAT_RESET 0x0007040600070406ULL

static inline bool is_canonical(uint64_t addr)
{
	return (uint64_t)((int64_t)(addr << 16) >> 16) == addr;
}

/* --- machine ------------------------------------------------------------- */

/* The CPUID instruction of this machine. */
void arch_cpuid(uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out);

/* --- extended state (arch/x86/xstate.c) ----------------------------------- */

/* XCR0 bits guests may use on this machine; 0: no XSAVE. */
uint64_t xstate_offered(void);
/* Bytes of the standard-format area for @xcr0, and of the compacted one. */
uint32_t xstate_size(uint64_t xcr0);
uint32_t xstate_compact_size(uint64_t xcr0);
/* Does XSETBV accept @xcr0, given what the policy allows? (Intel SDM 13.3) */
bool xstate_valid_xcr0(uint64_t xcr0, uint64_t allowed);
uint64_t xstate_get_xcr0(const struct vcpu *v);
/* Current vCPU, or one that does not run. @xcr0 is valid. */
void xstate_set_xcr0(struct vcpu *v, uint64_t xcr0);

/* --- vendor part (arch/x86/svm), beyond hv/hvm.h -------------------------- */

/* Guest MSRs that the vendor part keeps. 0; -1: not one of them, or #GP(0). */
int hvm_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val);
int hvm_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val);
/* The bytes of the hypercall instruction of this vendor. */
void hvm_hypercall_insn(uint8_t out[3]);
/* End the instruction at RIP, of @len bytes: advance, drop RF and the interrupt
 * shadow, raise the single-step trap. */
void hvm_skip(struct vcpu *v, unsigned int len);
/* Guest TSC minus host TSC. */
int64_t hvm_tsc_offset(const struct vcpu *v);
void hvm_set_tsc_offset(struct vcpu *v, int64_t offset);
/* Address of the next instruction byte: CS base plus RIP. */
uint64_t hvm_linear_rip(const struct vcpu *v);

/* --- given by core --------------------------------------------------------- */

/* CR4 and EFER bits that @d's CPUID policy permits; XCR0 bits likewise. */
uint64_t cpuid_cr4_mask(const struct domain *d);
uint64_t cpuid_efer_mask(const struct domain *d);
uint64_t cpuid_xcr0_mask(const struct domain *d);
/* CR3 bits that must be zero because they exceed the physical address width. */
uint64_t cpuid_reserved_address_bits(const struct domain *d);
/* Boot option: offer per-vCPU upcall vectors in the Xen leaves (one EOI exit
 * per event in exchange for standard APIC behaviour). */
extern bool policy_upcall_vector;

/* The guest has switched CPUID faulting on, and @v runs at a privilege level that
 * it is meant for. */
bool cpuid_faults(const struct vcpu *v);
/* XSETBV by the current vCPU. */
void exit_xsetbv(struct vcpu *v, unsigned int insn_len);
/* VMMCALL or VMCALL at any privilege level. */
void exit_hypercall(struct vcpu *v, unsigned int insn_len);
/* Triple fault, real or by software: the domain's configured reaction. */
void exit_triple_fault(struct vcpu *v);
/* MOV to CR4 of @val: 0, or -1: #GP(0). Implemented by the vendor part. */
int hvm_set_cr4(struct vcpu *v, uint64_t val);

/* --- local APIC ------------------------------------------------------------- */

/* A start-up IPI waits for this vCPU: takes it, true and its vector. Called by
 * the CPU about to run it, so that the state is written by nobody else. */
bool vlapic_take_sipi(struct vcpu *v, uint8_t *vector);
/* Highest requested vector that only the task priority holds back; -1 = none. */
int vlapic_masked_irq(const struct vcpu *v);
bool vlapic_enabled(const struct vcpu *v);
/* The vCPU's TSC has jumped: look at its deadline again. */
void vlapic_tsc_moved(struct vcpu *v);

#endif
