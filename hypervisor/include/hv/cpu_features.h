/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The one table of CPU features: which are offered to guests and why, and what
 * depends on what.  Names and numbers are those of the public featureset
 * (xen/arch-x86/cpufeatureset.h); a name that stands in no list below is hidden.
 * Used by the hypervisor, which takes the verdicts, and by the tools, which
 * print the reasons too.  Dependencies follow Intel SDM vol. 1 and 2 (CPUID) and
 * AMD APM vol. 3 appendix E; bits that only say "not vulnerable" are hidden,
 * since what is not known to hold makes a guest careless.
 */
#ifndef HV_CPU_FEATURES_H
#define HV_CPU_FEATURES_H

#include <xen/arch-x86/cpufeatureset.h>

#define NR_FEATURE_WORDS 19 /* as of 4.17.7 */

/* clang-format off */

/* L(leaf, subleaf, register): where each word stands; ANY: no subleaves.  Words that
 * come from MSRs have leaf 0. */
#define CPU_FEATURE_WORDS(L) \
	L(0x1, ANY, D) L(0x1, ANY, C) L(0x80000001, ANY, D) L(0x80000001, ANY, C) L(0xd, 1, A) \
	L(0x7, 0, B) L(0x7, 0, C) L(0x80000007, ANY, D) L(0x80000008, ANY, B) L(0x7, 0, D) \
	L(0x7, 1, A) L(0x80000021, ANY, A) L(0x7, 1, B) L(0x7, 2, D) L(0x7, 1, C) L(0x7, 1, D) \
	L(0, 0, A) L(0, 0, A) L(0x80000021, ANY, C)

/* W(reason, verdict, what to tell).  Verdicts: offer = if the processor has it;
 * force = the tools have no say; emulate = by the hypervisor on every processor. */
#define CPU_REASONS(W) \
	W(UNKNOWN, hide, "not on the white list") \
	W(STATE, hide, "its state is not switched between guests") \
	W(MSR, hide, "needs MSRs that guests are not given") \
	W(NESTED, hide, "there is no virtualisation inside a guest") \
	W(POWER, hide, "power, heat and frequency are the hypervisor's affair") \
	W(WAIT, hide, "a guest's MWAIT would idle a processor that others wait for") \
	W(PROFILE, hide, "counters and traces would show what others do") \
	W(SPECULATION, hide, "speculation is controlled by the hypervisor alone") \
	W(CLAIM, hide, "a guest had better assume the worst") \
	W(IDENTITY, hide, "tells one machine from another") \
	W(TSX, hide, "transactional memory has been withdrawn from the processors") \
	W(TRUST, hide, "its trust is in the machine, which the hypervisor stands in front of") \
	W(TOPOLOGY, hide, "describes the machine, not the guest") \
	W(WALK, hide, "the hypervisor does not follow page tables of this kind") \
	W(MOVING, hide, "cannot be promised on every machine") \
	W(PLAIN, offer, "instructions or behaviour without state of their own") \
	W(VECTOR, offer, "its registers are switched with the extended state") \
	W(PAGING, offer, "acts on the guest's own page tables, which the processor walks") \
	W(SWITCHED, offer, "its registers are switched at every exit") \
	W(EMULATED, emulate, "provided by the hypervisor on every processor") \
	W(XEN, force, "every Xen guest has it") \
	W(VCPU, force, "follows the vCPU's own state, or how many there are")

/* F(name, reason) */
#define CPU_FEATURES(F) \
	F(FPU, PLAIN) F(CX8, PLAIN) F(CMOV, PLAIN) F(CLFLUSH, PLAIN) F(MMX, PLAIN) F(FXSR, PLAIN) \
	F(SSE, PLAIN) F(SSE2, PLAIN) F(SS, PLAIN) F(SSE3, PLAIN) F(PCLMULQDQ, PLAIN) \
	F(SSSE3, PLAIN) F(CX16, PLAIN) F(SSE4_1, PLAIN) F(SSE4_2, PLAIN) F(MOVBE, PLAIN) \
	F(POPCNT, PLAIN) F(AESNI, PLAIN) F(RDRAND, PLAIN) F(MMXEXT, PLAIN) F(3DNOWEXT, PLAIN) \
	F(3DNOW, PLAIN) F(LAHF_LM, PLAIN) F(CR8_LEGACY, PLAIN) F(ABM, PLAIN) F(SSE4A, PLAIN) \
	F(MISALIGNSSE, PLAIN) F(3DNOWPREFETCH, PLAIN) F(TBM, PLAIN) F(XSAVEOPT, PLAIN) \
	F(XSAVEC, PLAIN) F(XGETBV1, PLAIN) F(BMI1, PLAIN) F(FDP_EXCP_ONLY, PLAIN) F(BMI2, PLAIN) \
	F(ERMS, PLAIN) F(NO_FPU_SEL, PLAIN) F(RDSEED, PLAIN) F(ADX, PLAIN) F(CLFLUSHOPT, PLAIN) \
	F(CLWB, PLAIN) F(SHA, PLAIN) F(GFNI, PLAIN) F(CLZERO, PLAIN) F(RSTR_FP_ERR_PTRS, PLAIN) \
	F(FSRM, PLAIN) F(SERIALIZE, PLAIN) F(FZRM, PLAIN) F(FSRS, PLAIN) F(FSRCS, PLAIN) \
	F(XSAVE, VECTOR) F(FMA, VECTOR) F(AVX, VECTOR) F(F16C, VECTOR) F(XOP, VECTOR) \
	F(FMA4, VECTOR) F(AVX2, VECTOR) F(VAES, VECTOR) F(VPCLMULQDQ, VECTOR) \
	F(AVX_VNNI, VECTOR) F(AVX512F, VECTOR) F(AVX512DQ, VECTOR) F(AVX512_IFMA, VECTOR) \
	F(AVX512CD, VECTOR) F(AVX512BW, VECTOR) F(AVX512VL, VECTOR) F(AVX512_VBMI, VECTOR) \
	F(AVX512_VBMI2, VECTOR) F(AVX512_VNNI, VECTOR) F(AVX512_BITALG, VECTOR) \
	F(AVX512_VPOPCNTDQ, VECTOR) F(AVX512_BF16, VECTOR) \
	F(PSE, PAGING) F(PAE, PAGING) F(PGE, PAGING) F(PSE36, PAGING) F(NX, PAGING) \
	F(PAGE1GB, PAGING) F(SMEP, PAGING) F(SMAP, PAGING) \
	F(VME, SWITCHED) F(DE, SWITCHED) F(TSC, SWITCHED) F(MSR, SWITCHED) F(SEP, SWITCHED) \
	F(PAT, SWITCHED) F(SYSCALL, SWITCHED) F(RDTSCP, SWITCHED) F(LM, SWITCHED) \
	F(FSGSBASE, SWITCHED) F(UMIP, SWITCHED) F(RDPID, SWITCHED) \
	F(MTRR, EMULATED) F(MCE, EMULATED) F(MCA, EMULATED) F(TSC_DEADLINE, EMULATED) \
	F(TSC_ADJUST, EMULATED) F(NO_LMSL, EMULATED) \
	F(X2APIC, XEN) F(HYPERVISOR, XEN) \
	F(APIC, VCPU) F(HTT, VCPU) F(OSXSAVE, VCPU) F(CMP_LEGACY, VCPU) \
	F(MPX, STATE) F(PKU, STATE) F(OSPKE, STATE) F(CET_SS, STATE) F(CET_IBT, STATE) \
	F(CET_SSS, STATE) F(LWP, STATE) F(DBEXT, STATE) F(AVX512PF, STATE) F(AVX512ER, STATE) \
	F(AVX512_FP16, STATE) F(AVX512_4VNNIW, STATE) F(AVX512_4FMAPS, STATE) \
	F(AVX512_VP2INTERSECT, STATE) F(PREFETCHWT1, UNKNOWN) F(CLDEMOTE, UNKNOWN) \
	F(MOVDIRI, UNKNOWN) F(MOVDIR64B, UNKNOWN) F(ENQCMD, MSR) F(WBNOINVD, UNKNOWN) \
	F(FFXSR, MSR) F(XSAVES, MSR) F(ACPI, MSR) F(OSVW, MSR) F(WDT, MSR) F(SRBDS_CTRL, MSR) \
	F(XAPIC_STATUS, MSR) F(CORE_CAPS, MSR) F(ARCH_CAPS, MSR) F(DOITM, MSR) F(MCU_CTRL, MSR) \
	F(MISC_PKG_CTRL, MSR) F(FB_CLEAR_CTRL, MSR) F(GDS_CTRL, MSR) \
	F(VMX, NESTED) F(SVM, NESTED) F(SMX, TRUST) F(SKINIT, TRUST) F(SGX, TRUST) \
	F(EIST, POWER) F(TM1, POWER) F(TM2, POWER) F(HW_PSTATE, POWER) F(CPB, POWER) \
	F(EFRO, POWER) F(ENERGY_FILTERING, POWER) F(OVRCLK_STATUS, POWER) F(PBE, POWER) \
	F(MONITOR, WAIT) F(MONITORX, WAIT) \
	F(DS, PROFILE) F(DTES64, PROFILE) F(DSCPL, PROFILE) F(PDCM, PROFILE) F(IBS, PROFILE) \
	F(PQM, PROFILE) F(PQE, PROFILE) F(PROC_TRACE, PROFILE) \
	F(IBPB, SPECULATION) F(IBRS, SPECULATION) F(AMD_STIBP, SPECULATION) \
	F(IBRS_ALWAYS, SPECULATION) F(STIBP_ALWAYS, SPECULATION) F(IBRS_FAST, SPECULATION) \
	F(IBRS_SAME_MODE, SPECULATION) F(AMD_SSBD, SPECULATION) F(VIRT_SSBD, SPECULATION) \
	F(PSFD, SPECULATION) F(IBPB_RET, SPECULATION) F(IBRSB, SPECULATION) \
	F(STIBP, SPECULATION) F(L1D_FLUSH, SPECULATION) F(SSBD, SPECULATION) \
	F(AUTO_IBRS, SPECULATION) F(SBPB, SPECULATION) F(IBPB_BRTYPE, SPECULATION) \
	F(SRSO_MSR_FIX, SPECULATION) F(INTEL_PSFD, SPECULATION) F(IPRED_CTRL, SPECULATION) \
	F(RRSBA_CTRL, SPECULATION) F(BHI_CTRL, SPECULATION) F(EIBRS, SPECULATION) \
	F(RSBA, SPECULATION) F(RRSBA, SPECULATION) F(SKIP_L1DFL, SPECULATION) \
	F(TSX_CTRL, SPECULATION) \
	F(SSB_NO, CLAIM) F(BTC_NO, CLAIM) F(MD_CLEAR, CLAIM) F(VERW_CLEAR, CLAIM) \
	F(LFENCE_DISPATCH, CLAIM) F(NSCB, CLAIM) F(SRSO_NO, CLAIM) F(SRSO_US_NO, CLAIM) \
	F(MCDT_NO, CLAIM) F(RDCL_NO, CLAIM) F(INTEL_SSB_NO, CLAIM) F(MDS_NO, CLAIM) \
	F(IF_PSCHANGE_MC_NO, CLAIM) F(TAA_NO, CLAIM) F(SBDR_SSDP_NO, CLAIM) F(FBSDP_NO, CLAIM) \
	F(PSDP_NO, CLAIM) F(FB_CLEAR, CLAIM) F(BHI_NO, CLAIM) F(PBRSB_NO, CLAIM) F(GDS_NO, CLAIM) \
	F(RFDS_NO, CLAIM) F(RFDS_CLEAR, CLAIM) F(ITS_NO, CLAIM) F(TSA_SQ_NO, CLAIM) \
	F(TSA_L1_NO, CLAIM) \
	F(AMD_PPIN, IDENTITY) F(INTEL_PPIN, IDENTITY) F(HYBRID, TOPOLOGY) F(TOPOEXT, TOPOLOGY) \
	F(NODEID_MSR, TOPOLOGY) F(EXTAPIC, TOPOLOGY) F(XTPR, TOPOLOGY) F(DCA, TOPOLOGY) \
	F(HLE, TSX) F(RTM, TSX) F(RTM_ALWAYS_ABORT, TSX) F(TSX_FORCE_ABORT, TSX) \
	F(TSXLDTRK, TSX) F(PCID, WALK) F(INVPCID, WALK) F(ITSC, MOVING)

/* D(feature, what goes with it) */
#define CPU_DEPENDENCIES(D) \
	D(FPU, MMX) D(FPU, RSTR_FP_ERR_PTRS) D(MMX, MMXEXT) D(MMX, 3DNOW) D(3DNOW, 3DNOWEXT) \
	D(PSE, PSE36) D(PAE, NX) D(PAE, LM) D(TSC, RDTSCP) D(TSC, TSC_DEADLINE) \
	D(TSC, TSC_ADJUST) D(MCE, MCA) D(FXSR, SSE) D(SSE, SSE2) D(SSE, MISALIGNSSE) \
	D(SSE2, SSE3) D(SSE2, LM) D(SSE2, AESNI) D(SSE2, PCLMULQDQ) D(SSE2, SHA) D(SSE2, GFNI) \
	D(SSE3, SSSE3) D(SSE3, SSE4A) D(SSSE3, SSE4_1) D(SSE4_1, SSE4_2) \
	D(LM, CX16) D(LM, LAHF_LM) D(LM, PAGE1GB) D(LM, NO_LMSL) D(NX, SMAP) \
	D(XSAVE, XSAVEOPT) D(XSAVE, XSAVEC) D(XSAVE, XGETBV1) D(XSAVE, AVX) \
	D(AVX, FMA) D(AVX, FMA4) D(AVX, F16C) D(AVX, AVX2) D(AVX, XOP) \
	D(AVX2, AVX512F) D(AVX2, VAES) D(AVX2, VPCLMULQDQ) D(AVX2, AVX_VNNI) \
	D(PCLMULQDQ, VPCLMULQDQ) D(AESNI, VAES) \
	D(AVX512F, AVX512DQ) D(AVX512F, AVX512_IFMA) D(AVX512F, AVX512CD) D(AVX512F, AVX512BW) \
	D(AVX512F, AVX512VL) D(AVX512F, AVX512_VNNI) D(AVX512F, AVX512_VPOPCNTDQ) \
	D(AVX512BW, AVX512_VBMI) D(AVX512BW, AVX512_VBMI2) D(AVX512BW, AVX512_BITALG) \
	D(AVX512BW, AVX512_BF16)

/* clang-format on */

#define CPU_SUBLEAF_ANY 0xffffffffu /* XEN_CPUID_NO_SUBLEAF */
#define CPU_SUBLEAF_0	0
#define CPU_SUBLEAF_1	1
#define CPU_SUBLEAF_2	2

enum cpu_verdict { CPU_hide, CPU_offer, CPU_emulate, CPU_force };

enum cpu_reason {
#define CPU_REASON_NUMBER(reason, verdict, text) CPU_##reason,
	CPU_REASONS(CPU_REASON_NUMBER)
#undef CPU_REASON_NUMBER
};

#endif
