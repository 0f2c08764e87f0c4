/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A CPUID policy is the array of leaves that the tools see, in Xen's order,
 * plus what follows from it.  cpuid_table.c knows which bits may be offered,
 * cpuid_policy.c answers the guest, cpuid_control.c the toolstack.
 */
#ifndef CORE_CPUID_POLICY_H
#define CORE_CPUID_POLICY_H

#include <hv/policy.h>
#include <hv/types.h>

enum cpuid_reg { REG_A, REG_B, REG_C, REG_D };

struct cpu_policy {
	uint32_t nr;
	xen_cpuid_leaf_t leaf[CPU_POLICY_MAX_LEAVES];
	/* derived by cpu_policy_finish() */
	uint64_t xcr0, cr4, address_bits;
};

/* One word of Xen's featureset (public/arch-x86/cpufeatureset.h). */
struct feature_word {
	uint32_t leaf, subleaf;
	uint8_t reg;	  /* enum cpuid_reg */
	uint32_t offered; /* white list */
	uint32_t forced;  /* virtual, or depending on the vCPU: not the tools' choice */
};
/* 19 as of 4.17.7; words that come from MSRs have leaf 0 and are always 0. */
#define NR_FEATURE_WORDS 19
extern const struct feature_word feature_words[NR_FEATURE_WORDS];

extern struct cpu_policy raw_policy, hvm_policy;

/* Fill raw_policy and hvm_policy from this machine. */
void cpu_policy_detect(void);
void cpu_policy_finish(struct cpu_policy *p);
/* NULL if there is no such leaf. */
xen_cpuid_leaf_t *cpu_policy_find(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf);
uint32_t *cpuid_reg_of(xen_cpuid_leaf_t *l, enum cpuid_reg reg);
/* The policy of @d: its own, or the machine's for the guest-less dom0. */
struct cpu_policy *cpu_policy_of(const struct domain *d);

#endif
