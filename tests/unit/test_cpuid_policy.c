/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/policy.h>
#include <hv/vlapic.h>
#include <xen/sysctl.h>
#include "core/cpuid_policy.h"
#include "host.h"

static struct domain *d;
static struct vcpu *v;

static void boot(void)
{
	host_boot(1, 64);
	d = host_domain(3, 4);
	v = d->vcpu[1];
	host_serve(v);
}

TestSuite(cpuid_policy, .init = boot);

static struct cpuid_leaf_out get(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_leaf_out out;

	cpuid_guest(v, leaf, subleaf, &out);
	return out;
}

static bool bit(uint32_t word, unsigned int n)
{
	return word >> n & 1;
}

Test(cpuid_policy, xen_leaves_are_those_of_4_17)
{
	struct cpuid_leaf_out l = get(0x40000000, 0);

	cr_assert_eq(l.a, 0x40000005);
	cr_assert_eq(memcmp(&l.b, "XenVMMXenVMM", 12), 0);
	cr_assert_eq(get(0x40000001, 0).a, 0x00040011);
	l = get(0x40000002, 0);
	cr_assert_eq(l.a, 1);
	cr_assert_eq(l.b, 0x40000000);
	cr_assert_eq(get(0x40000003, 0).c, (uint32_t)arch_tsc_khz());
	cr_assert_eq(get(0x40000003, 2).a, (uint32_t)arch_tsc_khz());
	l = get(0x40000004, 0);
	cr_assert_eq(l.a, 0x1b);
	cr_assert_eq(l.b, 1);
	cr_assert_eq(l.c, d->id);
	policy_upcall_vector = true;
	cr_assert_eq(get(0x40000004, 0).a, 0x5b);
	policy_upcall_vector = false;
}

/* Linux probes 255 leaves per hypervisor signature. */
Test(cpuid_policy, nothing_else_answers_in_the_hypervisor_range)
{
	for (uint32_t leaf = 0x40000006; leaf < 0x40010000; leaf++) {
		struct cpuid_leaf_out l = get(leaf, 0);

		cr_assert_eq(l.a | l.b | l.c | l.d, 0, "leaf %x", leaf);
	}
}

Test(cpuid_policy, what_has_no_support_is_hidden)
{
	struct cpuid_leaf_out l = get(1, 0);

	cr_assert(!bit(l.c, 3) && !bit(l.c, 5) && !bit(l.c, 15) && !bit(l.c, 17),
		  "monitor, VMX, PDCM, PCID");
	cr_assert(!bit(l.d, 21) && !bit(l.d, 22), "DS, ACPI");
	cr_assert(bit(l.d, 7) && bit(l.d, 12) && bit(l.d, 14) && bit(l.c, 24),
		  "MCE, MTRR, MCA, TSC deadline are emulated");
	cr_assert(bit(l.c, 21) && bit(l.c, 31), "x2APIC and hypervisor");
	l = get(0x80000001, 0);
	cr_assert(!bit(l.c, 2) && !bit(l.c, 22), "SVM, topology extensions");
	l = get(7, 0);
	cr_assert(!bit(l.c, 3) && !bit(l.c, 16) && !bit(l.b, 10), "PKU, LA57, INVPCID");
	cr_assert_eq(get(0xa, 0).a, 0, "PMU");
	cr_assert_eq(get(0x8000000a, 0).d, 0);
	cr_assert_eq(get(0x8000001f, 0).a, 0, "Linux reads an MSR before it has an IDT otherwise");
	cr_assert_eq(get(0x80000000, 0).a, 0x80000008);
	cr_assert_eq(get(0, 0).a, 0xd);
	cr_assert_eq(get(0x80000008, 0).a >> 8 & 0xff, 48);
}

Test(cpuid_policy, topology_counts_each_vcpu_as_a_core)
{
	struct cpuid_leaf_out l = get(1, 0);

	cr_assert_eq(l.b >> 24, 2);
	cr_assert_eq(l.b >> 16 & 0xff, 3);
	cr_assert(bit(l.d, 28));
	l = get(0xb, 0);
	cr_assert_eq(l.a, 1);
	cr_assert_eq(l.b, 1);
	cr_assert_eq(l.c, 0x100);
	cr_assert_eq(l.d, 2);
	l = get(0xb, 1);
	cr_assert_eq(l.a, 3, "ids 0, 2, 4");
	cr_assert_eq(l.b, 3);
	cr_assert_eq(l.c, 0x201);
	l = get(0xb, 7);
	cr_assert_eq(l.a | l.b, 0);
	cr_assert_eq(l.c, 7);
	l = get(0x80000008, 0);
	cr_assert_eq(l.c & 0xff, 2);
	cr_assert_eq(l.c >> 12, 3);
}

Test(cpuid_policy, dynamic_bits_follow_the_vcpu)
{
	cr_assert(!bit(get(1, 0).c, 27));
	hvm_set_cr4(v, CR4_OSXSAVE);
	cr_assert(bit(get(1, 0).c, 27));
	xstate_set_xcr0(v, 7);
	cr_assert_eq(get(0xd, 0).a, 7);
	cr_assert_eq(get(0xd, 0).b, xstate_size(7));
	xstate_set_xcr0(v, 1);
	cr_assert_eq(get(0xd, 0).b, xstate_size(1));
	cr_assert_eq(get(0xd, 0).c, xstate_size(7));
	cr_assert(bit(get(1, 0).d, 9));
	vlapic_wrmsr(v, 0x1b, 0xfee00000);
	cr_assert(!bit(get(1, 0).d, 9), "APIC switched off");
}

Test(cpuid_policy, control_register_masks_match)
{
	uint64_t cr4 = cpuid_cr4_mask(d);

	cr_assert(cr4 & CR4_PAE && cr4 & CR4_OSXSAVE && cr4 & CR4_SMEP);
	cr_assert(!(cr4 & (CR4_LA57 | CR4_PKE | 1u << 13 | 1u << 17)));
	cr_assert(cr4 & 1u << 6, "machine checks are emulated");
	cr_assert_eq(cpuid_efer_mask(d) & EFER_SVME, 0);
	cr_assert_eq(cpuid_xcr0_mask(d), 7);
	cr_assert_eq(cpuid_reserved_address_bits(d), ~((1ULL << 40) - 1));
}

static uint32_t read_policy(xen_cpuid_leaf_t *leaves)
{
	uint32_t nl = CPU_POLICY_MAX_LEAVES, nm = CPU_POLICY_MAX_MSRS;
	xen_msr_entry_t msrs[CPU_POLICY_MAX_MSRS];

	cr_assert_eq(cpu_policy_domain_get(d, leaves, &nl, msrs, &nm), 0);
	cr_assert_eq(nm, 2);
	return nl;
}

static int set_one(uint32_t leaf, uint32_t subleaf, enum cpuid_reg reg, uint32_t set,
		   uint32_t clear)
{
	xen_cpuid_leaf_t leaves[CPU_POLICY_MAX_LEAVES];
	uint32_t n = read_policy(leaves), el, es, em;

	for (uint32_t i = 0; i < n; i++) {
		if (leaves[i].leaf == leaf && leaves[i].subleaf == subleaf) {
			uint32_t *w = cpuid_reg_of(&leaves[i], reg);

			*w = (*w | set) & ~clear;
		}
	}
	return cpu_policy_domain_set(d, leaves, n, NULL, 0, &el, &es, &em);
}

Test(cpuid_policy, tools_may_take_away_but_not_give)
{
	cr_assert_eq(set_one(1, XEN_CPUID_NO_SUBLEAF, REG_C, 0, 0), 0, "what was read");
	cr_assert_eq(set_one(1, XEN_CPUID_NO_SUBLEAF, REG_C, 1u << 3, 0), 0, "monitor");
	cr_assert_eq(set_one(0x80000001, XEN_CPUID_NO_SUBLEAF, REG_C, 1u << 2, 0), 0, "SVM");
	cr_assert(!bit(get(1, 0).c, 3) && !bit(get(0x80000001, 0).c, 2), "dropped, as Xen does");
	cr_assert(bit(get(1, 0).c, 28));
	cr_assert_eq(set_one(1, XEN_CPUID_NO_SUBLEAF, REG_C, 0, 1u << 28), 0, "without AVX");
	cr_assert(!bit(get(1, 0).c, 28) && !bit(get(7, 0).b, 5), "AVX2 goes with it");
	cr_assert_eq(cpuid_xcr0_mask(d), 3);
	cr_assert_eq(get(0xd, 0).a, 3);
	cr_assert_eq(set_one(1, XEN_CPUID_NO_SUBLEAF, REG_C, 0, 1u << 26), 0, "without XSAVE");
	cr_assert_eq(cpuid_xcr0_mask(d), 0);
	cr_assert(!(cpuid_cr4_mask(d) & CR4_OSXSAVE));
	cr_assert_eq(set_one(1, XEN_CPUID_NO_SUBLEAF, REG_C, 0, 1u << 31), 0);
	cr_assert(bit(get(1, 0).c, 31), "hypervisor bit is not the tools' to take");
}

Test(cpuid_policy, control_bits_go_with_their_features)
{
	static const struct {
		uint32_t leaf, subleaf, reg, bit;
		uint64_t cr4, efer;
	} t[] = {
		{1, XEN_CPUID_NO_SUBLEAF, REG_D, 3, CR4_PSE, 0},
		{1, XEN_CPUID_NO_SUBLEAF, REG_D, 13, CR4_PGE, 0},
		{7, 0, REG_B, 7, CR4_SMEP, 0},
		{7, 0, REG_B, 0, CR4_FSGSBASE, 0},
		{0x80000001, XEN_CPUID_NO_SUBLEAF, REG_D, 11, 0, EFER_SCE},
		{0x80000001, XEN_CPUID_NO_SUBLEAF, REG_D, 20, CR4_SMAP, EFER_NXE},
		{1, XEN_CPUID_NO_SUBLEAF, REG_D, 6, CR4_PAE, EFER_LME | EFER_LMA},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		cr_assert_eq(cpuid_cr4_mask(d) & t[i].cr4, t[i].cr4, "%u", i);
		cr_assert_eq(cpuid_efer_mask(d) & t[i].efer, t[i].efer, "%u", i);
		cr_assert_eq(set_one(t[i].leaf, t[i].subleaf, t[i].reg, 0, 1u << t[i].bit), 0);
		cr_assert_eq(cpuid_cr4_mask(d) & t[i].cr4, 0, "%u", i);
		cr_assert_eq(cpuid_efer_mask(d) & t[i].efer, 0, "%u", i);
	}
	cr_assert(!bit(get(0x80000001, 0).d, 29), "long mode went with PAE");
}

/* Nobody sees a feature without what it needs, whatever the tools ask for. */
Test(cpuid_policy, dependencies_hold_for_every_request)
{
	static const uint16_t pairs[][2] = {
#define PAIR(needed, by) {XEN_X86_FEATURE_##needed, XEN_X86_FEATURE_##by},
		CPU_DEPENDENCIES(PAIR)
#undef PAIR
	};
	xen_cpuid_leaf_t leaves[CPU_POLICY_MAX_LEAVES];
	uint32_t n = read_policy(leaves), el, es, em;

	srand(1);
	for (unsigned int round = 0; round < 2000; round++) {
		xen_cpuid_leaf_t asked[CPU_POLICY_MAX_LEAVES];

		for (uint32_t i = 0; i < n; i++) {
			asked[i] = leaves[i];
			asked[i].c |= (uint32_t)rand() << 16 ^ (uint32_t)rand();
			asked[i].d ^= (uint32_t)rand() << 16 ^ (uint32_t)rand();
			asked[i].b &= ~0u ^ 1u << rand() % 32;
		}
		cr_assert_eq(cpu_policy_domain_set(d, asked, n, NULL, 0, &el, &es, &em), 0);
		for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++)
			cr_assert(!cpu_policy_has(d->cpuid, pairs[i][1]) ||
					  cpu_policy_has(d->cpuid, pairs[i][0]),
				  "round %u: feature %u without %u", round, pairs[i][1],
				  pairs[i][0]);
		for (unsigned int w = 0; w < NR_FEATURE_WORDS; w++) {
			uint32_t f = d->cpuid->features[w], force = features_with(w, CPU_force);

			cr_assert_eq(f & ~hvm_policy.features[w], 0, "round %u word %u", round, w);
			cr_assert_eq(f & force, hvm_policy.features[w] & force);
		}
	}
}

/* Each public name is in the table once, so that each bit has a reason. */
Test(cpuid_policy, every_known_feature_has_a_verdict)
{
	static const uint16_t known[] = {
#define XEN_CPUFEATURE(name, value) value,
#include <xen/arch-x86/cpufeatureset.h>
#undef XEN_CPUFEATURE
	};
	static const uint16_t listed[] = {
#define ROW(name, reason) XEN_X86_FEATURE_##name,
		CPU_FEATURES(ROW)
#undef ROW
	};

	cr_assert_eq(ARRAY_SIZE(known), ARRAY_SIZE(listed));
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++) {
		unsigned int n = 0;

		for (unsigned int k = 0; k < ARRAY_SIZE(listed); k++)
			n += listed[k] == known[i];
		cr_assert_eq(n, 1, "feature %u stands there %u times", known[i], n);
	}
}

static int set_leaf(xen_cpuid_leaf_t l, uint32_t *el, uint32_t *es)
{
	uint32_t em;

	return cpu_policy_domain_set(d, &l, 1, NULL, 0, el, es, &em);
}

Test(cpuid_policy, a_refused_policy_changes_nothing_and_names_the_culprit)
{
	xen_cpuid_leaf_t leaves[2] = {{.leaf = 7, .subleaf = 0},
				      {.leaf = 0x12340000, .subleaf = XEN_CPUID_NO_SUBLEAF}};
	struct cpuid_leaf_out before = get(7, 0), after;
	xen_msr_entry_t msr = {.idx = 0x10b, .val = 1};
	uint32_t el, es, em;

	cr_assert_eq(cpu_policy_domain_set(d, leaves, 2, NULL, 0, &el, &es, &em), -XEN_ERANGE);
	cr_assert_eq(el, 0x12340000);
	cr_assert_eq(cpu_policy_domain_set(d, leaves, 1, &msr, 1, &el, &es, &em), -XEN_ERANGE);
	cr_assert_eq(em, 0x10b);
	cr_assert_eq(el, ~0u);
	msr = (xen_msr_entry_t){.idx = 0xce, .val = 1};
	cr_assert_eq(cpu_policy_domain_set(d, leaves, 1, &msr, 1, &el, &es, &em), -XEN_EINVAL);
	cr_assert_eq(em, 0xce);
	msr.val = 1ULL << 40;
	cr_assert_eq(cpu_policy_domain_set(d, leaves, 1, &msr, 1, &el, &es, &em), -XEN_EOVERFLOW);
	msr.flags = 1;
	cr_assert_eq(cpu_policy_domain_set(d, leaves, 1, &msr, 1, &el, &es, &em), -XEN_EINVAL);
	cr_assert_eq(set_leaf((xen_cpuid_leaf_t){.leaf = 7, .subleaf = 3}, &el, &es), -XEN_ERANGE);
	cr_assert_eq(es, 3);
	cr_assert_eq(set_leaf((xen_cpuid_leaf_t){.leaf = 1, .subleaf = 0}, &el, &es), -XEN_ERANGE);
	cr_assert_eq(set_leaf((xen_cpuid_leaf_t){0, XEN_CPUID_NO_SUBLEAF, 0xe, 0, 0, 0}, &el, &es),
		     -XEN_EINVAL, "more leaves than there are");
	cr_assert_eq(el, 0);
	after = get(7, 0);
	cr_assert_eq(memcmp(&before, &after, sizeof(before)), 0);
}

Test(cpuid_policy, limits_hide_what_is_beyond)
{
	uint32_t el, es;

	cr_assert_neq(get(7, 0).b, 0);
	cr_assert_eq(set_leaf((xen_cpuid_leaf_t){0, XEN_CPUID_NO_SUBLEAF, 5, 0, 0, 0}, &el, &es),
		     0);
	cr_assert_eq(get(0, 0).a, 5);
	cr_assert_eq(get(7, 0).b, 0);
	cr_assert_eq(get(0xb, 0).d, 0);
	cr_assert_eq(
		set_leaf((xen_cpuid_leaf_t){0x40000000, XEN_CPUID_NO_SUBLEAF, 0x40000002, 0, 0, 0},
			 &el, &es),
		0);
	cr_assert_eq(get(0x40000000, 0).a, 0x40000002);
	cr_assert_eq(get(0x40000003, 0).c, 0);
	cr_assert_eq(set_leaf((xen_cpuid_leaf_t){0x80000008, XEN_CPUID_NO_SUBLEAF, 0x24, 0, 0, 0},
			      &el, &es),
		     0);
	cr_assert_eq(cpuid_reserved_address_bits(d), ~((1ULL << 36) - 1));
}

Test(cpuid_policy, amd_repeats_the_first_leaf)
{
	cr_assert_eq(get(0x80000001, 0).d & CPUID_COMMON_1D, get(1, 0).d & CPUID_COMMON_1D);
	cr_assert_eq(d->cpuid->features[2] & CPUID_COMMON_1D, 0, "but not in the featureset");
}

Test(cpuid_policy, system_policies_and_featuresets)
{
	static xen_cpuid_leaf_t leaves[CPU_POLICY_MAX_LEAVES];
	uint32_t words[NR_FEATURE_WORDS], nl = 0, nm = 0, n = NR_FEATURE_WORDS;

	cr_assert_eq(cpu_policy_system(XEN_SYSCTL_cpu_policy_hvm_max, NULL, &nl, NULL, &nm), 0);
	cr_assert(nl > 20 && nl <= CPU_POLICY_MAX_LEAVES);
	nl--;
	cr_assert_eq(cpu_policy_system(XEN_SYSCTL_cpu_policy_hvm_max, leaves, &nl, NULL, &nm),
		     -XEN_ENOBUFS);
	cr_assert_eq(cpu_policy_system(XEN_SYSCTL_cpu_policy_pv_max, NULL, &nl, NULL, &nm),
		     -XEN_EOPNOTSUPP);
	cr_assert_eq(cpu_policy_system(6, NULL, &nl, NULL, &nm), -XEN_EINVAL);
	cr_assert_eq(cpu_featureset(XEN_SYSCTL_cpu_featureset_hvm, words, &n), 0);
	cr_assert_eq(n, NR_FEATURE_WORDS);
	cr_assert(words[0] && words[1] && words[2]);
	cr_assert_eq(words[16] | words[17], 0);
	cr_assert_eq(cpu_featureset(XEN_SYSCTL_cpu_featureset_pv, words, &n), -XEN_EOPNOTSUPP);
}
