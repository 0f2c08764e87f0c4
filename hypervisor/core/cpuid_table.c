/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The machine's CPUID, and of that what a guest may be told: white lists, so that
 * a leaf nobody has thought about stays hidden.
 */
#include "cpuid_policy.h"
#include <hv/arch_x86.h>
#include <hv/string.h>

struct cpu_policy raw_policy, hvm_policy;

uint32_t *cpuid_reg_of(xen_cpuid_leaf_t *l, enum cpuid_reg reg)
{
	switch (reg) {
	case REG_A:
		return &l->a;
	case REG_B:
		return &l->b;
	case REG_C:
		return &l->c;
	default:
		return &l->d;
	}
}

xen_cpuid_leaf_t *cpu_policy_find(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf)
{
	for (uint32_t i = 0; i < p->nr; i++) {
		xen_cpuid_leaf_t *l = &p->leaf[i];

		if (l->leaf == leaf && (l->subleaf == CPUID_NONE || l->subleaf == subleaf))
			return l;
	}
	return NULL;
}

uint32_t *cpu_policy_word(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf, enum cpuid_reg reg)
{
	xen_cpuid_leaf_t *l = cpu_policy_find(p, leaf, subleaf);
	static uint32_t nothing;

	nothing = 0;
	return l ? cpuid_reg_of(l, reg) : &nothing;
}

/* --- the machine ------------------------------------------------------------------- */

static void add_values(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf,
		       const struct cpuid_leaf_out *l)
{
	if (p->nr < CPU_POLICY_MAX_LEAVES)
		p->leaf[p->nr++] = (xen_cpuid_leaf_t){leaf, subleaf, l->a, l->b, l->c, l->d};
}

static void add(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_leaf_out l;

	arch_cpuid(leaf, subleaf == CPUID_NONE ? 0 : subleaf, &l);
	add_values(p, leaf, subleaf, &l);
}

static void add_subleaves(struct cpu_policy *p, uint32_t leaf, uint32_t last)
{
	for (uint32_t s = 0; s <= last; s++)
		add(p, leaf, s);
}

static void add_xstate_leaves(struct cpu_policy *p)
{
	struct cpuid_leaf_out l;
	uint64_t components;

	arch_cpuid(0xd, 0, &l);
	components = l.a | (uint64_t)l.d << 32;
	add_subleaves(p, 0xd, 1);
	for (uint32_t i = 2; i < 63; i++)
		if (components & (1ULL << i))
			add(p, 0xd, i);
}

static uint32_t max_leaf(uint32_t base)
{
	struct cpuid_leaf_out l;

	arch_cpuid(base, 0, &l);
	return l.a >= base && l.a < base + 0x100 ? l.a : base;
}

/* Leaves of a hypervisor are not the machine's: there is one of each base, where
 * the tools can set a limit. */
static void read_leaves(struct cpu_policy *p, uint32_t max, uint32_t extended_max)
{
	static const struct cpuid_leaf_out none;
	struct cpuid_leaf_out l;

	p->nr = 0;
	for (uint32_t i = 0; i <= max; i++) {
		if (i == 7) {
			arch_cpuid(7, 0, &l);
			add_subleaves(p, 7, MIN(l.a, 2));
		} else if (i == 4) {
			add_subleaves(p, 4, 0); /* subleaves by its definition, also if empty */
		} else if (i == 0xb) {
			add_subleaves(p, 0xb, 1);
		} else if (i == 0xd) {
			add_xstate_leaves(p);
		} else {
			add(p, i, CPUID_NONE);
		}
	}
	add_values(p, 0x40000000, CPUID_NONE, &none);
	add_values(p, 0x40000100, CPUID_NONE, &none);
	for (uint32_t i = 0x80000000; i <= extended_max; i++)
		add(p, i, CPUID_NONE);
}

/* --- the guests' maximum -------------------------------------------------------- */

/* Leaves that pass whole: vendor, brand, caches of AMD. */
static bool passes(uint32_t leaf)
{
	return leaf == 0 || leaf == 0x80000000 || (leaf >= 0x80000002 && leaf <= 0x80000006);
}

/* All but the feature words. */
static void mask_leaf(xen_cpuid_leaf_t *l)
{
	uint32_t a = 0, b = 0, c = 0;

	if (passes(l->leaf))
		return;
	switch (l->leaf) {
	case 1:
	case 0x80000001: /* family, model, stepping; size for CLFLUSH */
		a = ~0u;
		b = l->leaf == 1 ? 0xff00 : 0;
		break;
	case 0x80000008: /* physical and linear address widths */
		a = 0xffff;
		break;
	case 0xd:
		if (l->subleaf != 1)
			a = b = c = ~0u;
		break;
	default:
		break;
	}
	l->a &= a;
	l->b &= b;
	l->c &= c;
	l->d = 0;
}

/* The 4-level page walker and the nested tables reach this far. */
static void limit_leaves(struct cpu_policy *p)
{
	uint32_t *width = cpu_policy_word(p, 0x80000008, CPUID_NONE, REG_A);

	*cpu_policy_word(p, 0, CPUID_NONE, REG_A) = 0xd;
	*cpu_policy_word(p, 0x80000000, CPUID_NONE, REG_A) = 0x80000008;
	*width = (*width & 0xff) | 48 << 8;
	*cpu_policy_word(p, 7, 0, REG_A) = cpu_policy_find(p, 7, 1) ? 1 : 0;
}

/* Vector features whose state is not offered would only trap. */
static void drop_without_state(uint32_t *f)
{
	uint64_t xcr0 = xstate_offered();

	if (!xcr0)
		f[XEN_X86_FEATURE_XSAVE / 32] &= ~(1u << XEN_X86_FEATURE_XSAVE % 32);
	if (!(xcr0 & XSTATE_AVX))
		f[XEN_X86_FEATURE_AVX / 32] &= ~(1u << XEN_X86_FEATURE_AVX % 32);
	if ((xcr0 & XSTATE_AVX512) != XSTATE_AVX512)
		f[XEN_X86_FEATURE_AVX512F / 32] &= ~(1u << XEN_X86_FEATURE_AVX512F % 32);
}

void cpu_policy_detect(void)
{
	struct cpu_policy *p = &hvm_policy;

	read_leaves(&raw_policy, MIN(max_leaf(0), 0xd), MIN(max_leaf(0x80000000), 0x80000021));
	features_load(&raw_policy);
	read_leaves(p, 0xd, 0x80000008);
	features_load(p);
	for (unsigned int w = 0; w < NR_FEATURE_WORDS; w++)
		p->features[w] = (p->features[w] & features_with(w, CPU_offer)) |
				 features_with(w, CPU_emulate);
	/* Per vCPU; the tools find them clear, as in Xen's own default. */
	p->features[XEN_X86_FEATURE_OSXSAVE / 32] &= ~(1u << XEN_X86_FEATURE_OSXSAVE % 32);
	p->features[XEN_X86_FEATURE_HTT / 32] &= ~(1u << XEN_X86_FEATURE_HTT % 32);
	p->features[XEN_X86_FEATURE_CMP_LEGACY / 32] &= ~(1u << XEN_X86_FEATURE_CMP_LEGACY % 32);
	drop_without_state(p->features);
	for (uint32_t i = 0; i < p->nr; i++)
		mask_leaf(&p->leaf[i]);
	features_store(p);
	limit_leaves(p);
	p->platform_info = PLATFORM_INFO_CPUID_FAULTING;
	cpu_policy_finish(p);
}

/* --- what follows from the features ------------------------------------------------ */

static uint64_t derive_xcr0(const struct cpu_policy *p)
{
	uint64_t xcr0 = XSTATE_X87 | XSTATE_SSE;

	if (!cpu_policy_has(p, XEN_X86_FEATURE_XSAVE))
		return 0;
	if (cpu_policy_has(p, XEN_X86_FEATURE_AVX))
		xcr0 |= XSTATE_AVX;
	if (cpu_policy_has(p, XEN_X86_FEATURE_AVX512F))
		xcr0 |= XSTATE_AVX512;
	return xcr0 & xstate_offered();
}

struct enabled_by {
	uint16_t feature;
	uint64_t bits;
};

static uint64_t enabled(const struct cpu_policy *p, const struct enabled_by *e, unsigned int nr)
{
	uint64_t bits = 0;

	for (unsigned int i = 0; i < nr; i++)
		if (cpu_policy_has(p, e[i].feature))
			bits |= e[i].bits;
	return bits;
}

static void derive_control_bits(struct cpu_policy *p)
{
	static const struct enabled_by cr4[] = {
		{XEN_X86_FEATURE_VME, 3}, /* VME, PVI */
		{XEN_X86_FEATURE_TSC, 1u << 2},
		{XEN_X86_FEATURE_DE, 1u << 3},
		{XEN_X86_FEATURE_PSE, CR4_PSE},
		{XEN_X86_FEATURE_PAE, CR4_PAE},
		{XEN_X86_FEATURE_MCE, 1u << 6},
		{XEN_X86_FEATURE_PGE, CR4_PGE},
		{XEN_X86_FEATURE_FXSR, CR4_OSFXSR},
		{XEN_X86_FEATURE_SSE, CR4_OSXMMEXCPT},
		{XEN_X86_FEATURE_UMIP, 1u << 11},
		{XEN_X86_FEATURE_FSGSBASE, CR4_FSGSBASE},
		{XEN_X86_FEATURE_XSAVE, CR4_OSXSAVE},
		{XEN_X86_FEATURE_SMEP, CR4_SMEP},
		{XEN_X86_FEATURE_SMAP, CR4_SMAP},
	};
	static const struct enabled_by efer[] = {
		{XEN_X86_FEATURE_SYSCALL, EFER_SCE},
		{XEN_X86_FEATURE_LM, EFER_LME | EFER_LMA},
		{XEN_X86_FEATURE_NX, EFER_NXE},
	};

	p->cr4 = enabled(p, cr4, ARRAY_SIZE(cr4)) | 1u << 8; /* PCE: RDPMC traps anyway */
	p->efer = enabled(p, efer, ARRAY_SIZE(efer));
}

/* Standard-format sizes of @p's components; offsets are the machine's. */
static void finish_xstate_leaves(struct cpu_policy *p)
{
	for (uint32_t i = 0; i < p->nr; i++) {
		xen_cpuid_leaf_t *l = &p->leaf[i];

		if (l->leaf != 0xd)
			continue;
		if (l->subleaf == 0) {
			l->a = (uint32_t)p->xcr0;
			l->d = (uint32_t)(p->xcr0 >> 32);
			l->c = p->xcr0 ? xstate_size(p->xcr0) : 0;
			l->b = 0; /* the guest gets the size for its XCR0 */
		} else if (l->subleaf > 1 && !(p->xcr0 & (1ULL << l->subleaf))) {
			l->a = l->b = l->c = l->d = 0;
		}
	}
}

void cpu_policy_finish(struct cpu_policy *p)
{
	uint32_t width = *cpu_policy_word(p, 0x80000008, CPUID_NONE, REG_A) & 0xff;

	features_load(p);
	features_close(p->features);
	features_store(p);
	p->xcr0 = derive_xcr0(p);
	derive_control_bits(p);
	finish_xstate_leaves(p);
	p->address_bits = width >= 32 && width < 52 ? width : 52;
}
