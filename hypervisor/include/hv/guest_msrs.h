/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The one table of MSRs that exist for guests; every other number is #GP(0) for
 * reads and writes.  A row exists for a guest whose CPUID has the feature, and
 * there are no ranges: the x2APIC registers are listed by name in vlapic_regs.c and
 * stand here for what the tools print.  Meaning and reserved bits: Intel SDM
 * vol. 4, AMD APM vol. 2 appendix A; what answers is what Xen 4.17 answers, less
 * the registers whose feature it does not show either.
 */
#ifndef HV_GUEST_MSRS_H
#define HV_GUEST_MSRS_H

/* clang-format off */

/* M(number, name, access, who keeps it, feature, why).  Kept by: VENDOR = the
 * vendor part, in the state the processor switches; OWN = msr_policy.c; RANGES =
 * mtrr.c; APIC = vlapic_regs.c; ZERO = nobody: reads as 0, permitted writes are lost. */
#define GUEST_MSRS(M) \
	M(0x00000000, P5_MC_ADDR, READ, ZERO, MCE, "no machine check is ever reported") \
	M(0x00000001, P5_MC_TYPE, READ, ZERO, MCE, "no machine check is ever reported") \
	M(0x00000010, TSC, BOTH, OWN, TSC, "the processor's counter plus the vCPU's offset") \
	M(0x0000001b, APIC_BASE, BOTH, APIC, APIC, "the virtual local APIC") \
	M(0x0000003b, TSC_ADJUST, BOTH, OWN, TSC_ADJUST, "moves the vCPU's offset") \
	M(0x0000008b, PATCH_LEVEL, READ, ZERO, MSR, "kernels ask; microcode is not theirs") \
	M(0x000000ce, PLATFORM_INFO, READ, OWN, MSR, "CPUID faulting is emulated") \
	M(0x000000fe, MTRRCAP, READ, RANGES, MTRR, "kept, without effect: nested paging rules") \
	M(0x00000140, MISC_FEATURES_ENABLES, BOTH, OWN, MSR, "switches CPUID faulting") \
	M(0x00000174, SYSENTER_CS, BOTH, VENDOR, SEP, "the vCPU's own") \
	M(0x00000175, SYSENTER_ESP, BOTH, VENDOR, SEP, "the vCPU's own") \
	M(0x00000176, SYSENTER_EIP, BOTH, VENDOR, SEP, "the vCPU's own") \
	M(0x00000179, MCG_CAP, READ, OWN, MCA, "two banks that never report anything") \
	M(0x0000017a, MCG_STATUS, BOTH, OWN, MCA, "kept, without effect") \
	M(0x000001d9, DEBUGCTL, BOTH, OWN, MSR, "0 is accepted: no branch records, no block step") \
	MTRR_PAIR(M, 0x00000200, 0) MTRR_PAIR(M, 0x00000202, 1) MTRR_PAIR(M, 0x00000204, 2) \
	MTRR_PAIR(M, 0x00000206, 3) MTRR_PAIR(M, 0x00000208, 4) MTRR_PAIR(M, 0x0000020a, 5) \
	MTRR_PAIR(M, 0x0000020c, 6) MTRR_PAIR(M, 0x0000020e, 7) \
	MTRR_FIXED(M, 0x00000250, 64K_00000) MTRR_FIXED(M, 0x00000258, 16K_80000) \
	MTRR_FIXED(M, 0x00000259, 16K_A0000) MTRR_FIXED(M, 0x00000268, 4K_C0000) \
	MTRR_FIXED(M, 0x00000269, 4K_C8000) MTRR_FIXED(M, 0x0000026a, 4K_D0000) \
	MTRR_FIXED(M, 0x0000026b, 4K_D8000) MTRR_FIXED(M, 0x0000026c, 4K_E0000) \
	MTRR_FIXED(M, 0x0000026d, 4K_E8000) MTRR_FIXED(M, 0x0000026e, 4K_F0000) \
	MTRR_FIXED(M, 0x0000026f, 4K_F8000) \
	M(0x00000277, PAT, BOTH, VENDOR, PAT, "the vCPU's own") \
	M(0x000002ff, MTRR_DEF_TYPE, BOTH, RANGES, MTRR, "kept, without effect") \
	MC_BANK(M, 0x00000400, 0) MC_BANK(M, 0x00000404, 1) \
	M(0x000006e0, TSC_DEADLINE, BOTH, APIC, TSC_DEADLINE, "the virtual local APIC's timer") \
	M(0x40000000, XEN_HYPERCALL_PAGE, BOTH, OWN, HYPERVISOR, "where Xen's guests want stubs") \
	M(0xc0000080, EFER, BOTH, VENDOR, MSR, "bits as CPUID has them") \
	M(0xc0000081, STAR, BOTH, VENDOR, SYSCALL, "the vCPU's own") \
	M(0xc0000082, LSTAR, BOTH, VENDOR, LM, "the vCPU's own") \
	M(0xc0000083, CSTAR, BOTH, VENDOR, LM, "the vCPU's own") \
	M(0xc0000084, SFMASK, BOTH, VENDOR, LM, "the vCPU's own") \
	M(0xc0000100, FS_BASE, BOTH, VENDOR, LM, "the vCPU's own") \
	M(0xc0000101, GS_BASE, BOTH, VENDOR, LM, "the vCPU's own") \
	M(0xc0000102, KERNEL_GS_BASE, BOTH, VENDOR, LM, "the vCPU's own") \
	M(0xc0000103, TSC_AUX, BOTH, VENDOR, RDTSCP, "the vCPU's own") \
	M(0xc0010010, SYSCFG, BOTH, ZERO, MSR, "AMD kernels read it unguarded beside MTRRs") \
	M(0xc0010015, HWCR, READ, ZERO, MSR, "AMD kernels read it unguarded") \
	M(0xc001001a, TOP_MEM, BOTH, ZERO, MSR, "AMD kernels read it unguarded beside MTRRs") \
	M(0xc001001d, TOP_MEM2, BOTH, ZERO, MSR, "AMD kernels read it unguarded beside MTRRs") \
	M(0xc001001f, NB_CFG, BOTH, ZERO, MSR, "AMD kernels read and write it unguarded") \
	M(0xc0010055, INT_PENDING, READ, ZERO, MSR, "AMD kernels read it unguarded: no C1E")

#define MTRR_PAIR(M, n, i) \
	M(n, MTRR_PHYS_BASE##i, BOTH, RANGES, MTRR, "kept, without effect") \
	M(n + 1, MTRR_PHYS_MASK##i, BOTH, RANGES, MTRR, "kept, without effect")
#define MTRR_FIXED(M, n, name) M(n, MTRR_FIX##name, BOTH, RANGES, MTRR, "kept, without effect")
#define MC_BANK(M, n, i) \
	M(n, MC##i##_CTL, BOTH, OWN, MCA, "all enabled; writes are lost") \
	M(n + 1, MC##i##_STATUS, BOTH, OWN, MCA, "0, and only 0 may be written") \
	M(n + 2, MC##i##_ADDR, BOTH, OWN, MCA, "0, and only 0 may be written") \
	M(n + 3, MC##i##_MISC, BOTH, OWN, MCA, "0, and only 0 may be written")

/* R(number, name, access): in x2APIC mode only. */
#define X2APIC_MSRS(R) \
	R(0x802, ID, READ) R(0x803, VERSION, READ) R(0x808, TPR, BOTH) R(0x80a, PPR, READ) \
	R(0x80b, EOI, WRITE) R(0x80d, LDR, READ) R(0x80f, SVR, BOTH) \
	R(0x810, ISR0, READ) R(0x811, ISR1, READ) R(0x812, ISR2, READ) R(0x813, ISR3, READ) \
	R(0x814, ISR4, READ) R(0x815, ISR5, READ) R(0x816, ISR6, READ) R(0x817, ISR7, READ) \
	R(0x818, TMR0, READ) R(0x819, TMR1, READ) R(0x81a, TMR2, READ) R(0x81b, TMR3, READ) \
	R(0x81c, TMR4, READ) R(0x81d, TMR5, READ) R(0x81e, TMR6, READ) R(0x81f, TMR7, READ) \
	R(0x820, IRR0, READ) R(0x821, IRR1, READ) R(0x822, IRR2, READ) R(0x823, IRR3, READ) \
	R(0x824, IRR4, READ) R(0x825, IRR5, READ) R(0x826, IRR6, READ) R(0x827, IRR7, READ) \
	R(0x828, ESR, BOTH) R(0x830, ICR, BOTH) R(0x832, LVT_TIMER, BOTH) \
	R(0x833, LVT_THERMAL, BOTH) R(0x834, LVT_PERF, BOTH) R(0x835, LVT_LINT0, BOTH) \
	R(0x836, LVT_LINT1, BOTH) R(0x837, LVT_ERROR, BOTH) R(0x838, TMICT, BOTH) \
	R(0x839, TMCCT, READ) R(0x83e, TDCR, BOTH) R(0x83f, SELF_IPI, WRITE)

/* clang-format on */

enum msr_access { MSR_READ = 1, MSR_WRITE = 2, MSR_BOTH = 3 };
enum msr_home { MSR_NOBODY, MSR_ZERO, MSR_OWN, MSR_VENDOR, MSR_RANGES, MSR_APIC };

#endif
