/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The featureset: white list and dependencies of hv/cpu_features.h, applied. */
#include "cpuid_policy.h"

const struct feature_word feature_words[NR_FEATURE_WORDS] = {
#define WORD(leaf, subleaf, reg) {leaf, CPU_SUBLEAF_##subleaf, REG_##reg},
	CPU_FEATURE_WORDS(WORD)
#undef WORD
};

static const uint8_t verdict_of_reason[] = {
#define VERDICT(reason, verdict, text) [CPU_##reason] = CPU_##verdict,
	CPU_REASONS(VERDICT)
#undef VERDICT
};

static const uint8_t reason_of[NR_FEATURE_WORDS * 32] = {
#define REASON(name, reason) [XEN_X86_FEATURE_##name] = CPU_##reason,
	CPU_FEATURES(REASON)
#undef REASON
};

static const struct {
	uint16_t needed, by;
} dependencies[] = {
#define DEPENDENCY(needed, by) {XEN_X86_FEATURE_##needed, XEN_X86_FEATURE_##by},
	CPU_DEPENDENCIES(DEPENDENCY)
#undef DEPENDENCY
};

uint32_t features_with(unsigned int w, enum cpu_verdict least)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < 32; i++)
		if (verdict_of_reason[reason_of[w * 32 + i]] >= least)
			bits |= 1u << i;
	return bits;
}

void features_load(struct cpu_policy *p)
{
	for (unsigned int i = 0; i < NR_FEATURE_WORDS; i++) {
		const struct feature_word *w = &feature_words[i];

		p->features[i] = w->leaf ? *cpu_policy_word(p, w->leaf, w->subleaf, w->reg) : 0;
	}
	/* What AMD repeats stands in one place only. */
	p->features[2] &= ~CPUID_COMMON_1D;
}

void features_store(struct cpu_policy *p)
{
	for (unsigned int i = 0; i < NR_FEATURE_WORDS; i++) {
		const struct feature_word *w = &feature_words[i];

		if (w->leaf)
			*cpu_policy_word(p, w->leaf, w->subleaf, w->reg) = p->features[i];
	}
}

void features_close(uint32_t features[NR_FEATURE_WORDS])
{
	bool again = true;

	/* Each round clears at least one bit. */
	while (again) {
		again = false;
		for (unsigned int i = 0; i < ARRAY_SIZE(dependencies); i++) {
			unsigned int needed = dependencies[i].needed, by = dependencies[i].by;
			uint32_t bit = 1u << by % 32;

			if (features[needed / 32] >> needed % 32 & 1 || !(features[by / 32] & bit))
				continue;
			features[by / 32] &= ~bit;
			again = true;
		}
	}
}
