/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * A CPUID policy is the array of leaves that the tools see, in Xen's order,
 * plus what follows from it.  hv/cpu_features.h says which bits may be offered,
 * cpuid_features.c applies that, cpuid_table.c reads the machine,
 * cpuid_policy.c answers the guest, cpuid_control.c the toolstack.
 */
#ifndef CORE_CPUID_POLICY_H
#define CORE_CPUID_POLICY_H

#include <hv/cpu_features.h>
#include <hv/policy.h>
#include <hv/types.h>

enum cpuid_reg { REG_A, REG_B, REG_C, REG_D };

#define PLATFORM_INFO_CPUID_FAULTING (1ULL << 31)
/* What AMD's leaf 0x80000001 repeats of leaf 1's EDX (AMD APM vol. 3, E.4.2). */
#define CPUID_COMMON_1D 0x0183f3ffu
#define CPUID_NONE	XEN_CPUID_NO_SUBLEAF

struct cpu_policy {
	uint32_t nr;
	xen_cpuid_leaf_t leaf[CPU_POLICY_MAX_LEAVES];
	uint64_t platform_info; /* MSR 0xce */
	/* derived by cpu_policy_finish() */
	uint32_t features[NR_FEATURE_WORDS];
	uint64_t xcr0, cr4, efer, address_bits;
};

/* One word of the featureset; words that come from MSRs have leaf 0. */
struct feature_word {
	uint32_t leaf, subleaf;
	uint8_t reg; /* enum cpuid_reg */
};
extern const struct feature_word feature_words[NR_FEATURE_WORDS];

extern struct cpu_policy raw_policy, hvm_policy;

/* @n: XEN_X86_FEATURE_*. */
static inline bool cpu_policy_has(const struct cpu_policy *p, unsigned int n)
{
	return p->features[n / 32] >> n % 32 & 1;
}

/* Fill raw_policy and hvm_policy from this machine. */
void cpu_policy_detect(void);
/* After a change of leaves: hide what has lost what it depends on, then all that
 * follows from the features. */
void cpu_policy_finish(struct cpu_policy *p);
/* NULL if there is no such leaf. */
xen_cpuid_leaf_t *cpu_policy_find(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf);
uint32_t *cpuid_reg_of(xen_cpuid_leaf_t *l, enum cpuid_reg reg);
/* A register of @p, or a place for what nobody wants. */
uint32_t *cpu_policy_word(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf,
			  enum cpuid_reg reg);
/* The policy of @d: its own, or the machine's for the guest-less dom0. */
struct cpu_policy *cpu_policy_of(const struct domain *d);

/* --- cpuid_features.c ----------------------------------------------------------- */

/* Bits of word @w with a verdict of at least @least. */
uint32_t features_with(unsigned int w, enum cpu_verdict least);
/* Between the leaves of @p and its featureset. */
void features_load(struct cpu_policy *p);
void features_store(struct cpu_policy *p);
/* Clear each bit whose requirement is clear. */
void features_close(uint32_t features[NR_FEATURE_WORDS]);

#endif
