/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What a guest may be told about the processor: white lists, so that a feature
 * nobody has thought about stays hidden.  Left out on purpose: what has state
 * or MSRs that are not switched (MTRR, MCE, PMU, TSC deadline, monitor, SVM and
 * VMX, PKU, CET, SPEC_CTRL and friends, PCID), LA57 (the page walker has four
 * levels) and invariant TSC (not promised across machines).
 */
#include "cpuid_policy.h"
#include <hv/arch_x86.h>
#include <hv/string.h>

#define B(n) (1u << (n))

/* FPU VME DE PSE TSC MSR PAE CX8 APIC SEP PGE CMOV PAT PSE36 CLFLUSH MMX FXSR SSE SSE2 SS */
#define OFFERED_1D                                                                                 \
	(B(0) | B(1) | B(2) | B(3) | B(4) | B(5) | B(6) | B(8) | B(9) | B(11) | B(13) | B(15) |    \
	 B(16) | B(17) | B(19) | B(23) | B(24) | B(25) | B(26) | B(27))
/* SSE3 PCLMUL SSSE3 FMA CX16 SSE4.1 SSE4.2 X2APIC MOVBE POPCNT AES XSAVE AVX F16C RDRAND
 * HYPERVISOR */
#define OFFERED_1C                                                                                 \
	(B(0) | B(1) | B(9) | B(12) | B(13) | B(19) | B(20) | B(21) | B(22) | B(23) | B(25) |      \
	 B(26) | B(28) | B(29) | B(30) | B(31))
/* AMD repeats these of 1.EDX; SYSCALL NX MMXEXT 1GB RDTSCP LM 3DNOWEXT 3DNOW */
#define COMMON_1D 0x0183f3ffu
#define OFFERED_E1D                                                                                \
	((OFFERED_1D & COMMON_1D) | B(11) | B(20) | B(22) | B(26) | B(27) | B(29) | B(30) | B(31))
/* LAHF CMP_LEGACY CR8_LEGACY ABM SSE4A MISALIGNSSE 3DNOWPREFETCH XOP FMA4 TBM */
#define OFFERED_E1C (B(0) | B(1) | B(4) | B(5) | B(6) | B(7) | B(8) | B(11) | B(16) | B(21))
/* XSAVEOPT XSAVEC XGETBV1 */
#define OFFERED_DA1 (B(0) | B(1) | B(2))
#define AVX512_7B   (B(16) | B(17) | B(21) | B(28) | B(30) | B(31))
/* FSGSBASE BMI1 AVX2 FDP_EXCP_ONLY SMEP BMI2 ERMS NO_FPU_SEL RDSEED ADX SMAP CLFLUSHOPT
 * CLWB SHA and AVX-512 */
#define OFFERED_7B                                                                                 \
	(B(0) | B(3) | B(5) | B(6) | B(7) | B(8) | B(9) | B(13) | B(18) | B(19) | B(20) | B(23) |  \
	 B(24) | B(29) | AVX512_7B)
#define AVX512_7C (B(1) | B(6) | B(11) | B(12) | B(14))
/* UMIP GFNI VAES VPCLMULQDQ RDPID and AVX-512 */
#define OFFERED_7C (B(2) | B(8) | B(9) | B(10) | B(22) | AVX512_7C)
/* FSRM SERIALIZE */
#define OFFERED_7D (B(4) | B(14))
/* AVX_VNNI AVX512_BF16 FZRM FSRS FSRCS */
#define OFFERED_7A1 (B(4) | B(5) | B(10) | B(11) | B(12))
/* CLZERO RSTR_FP_ERR_PTRS */
#define OFFERED_E8B (B(0) | B(2))

#define FORCED_1C  (B(21) | B(27) | B(31)) /* X2APIC, OSXSAVE, HYPERVISOR */
#define FORCED_1D  (B(9) | B(28))	   /* APIC, HTT */
#define FORCED_E1C B(1)			   /* CMP_LEGACY */

#define NONE XEN_CPUID_NO_SUBLEAF

const struct feature_word feature_words[NR_FEATURE_WORDS] = {
	{0x1, NONE, REG_D, OFFERED_1D, FORCED_1D},
	{0x1, NONE, REG_C, OFFERED_1C, FORCED_1C},
	{0x80000001, NONE, REG_D, OFFERED_E1D, B(9)},
	{0x80000001, NONE, REG_C, OFFERED_E1C, FORCED_E1C},
	{0xd, 1, REG_A, OFFERED_DA1, 0},
	{0x7, 0, REG_B, OFFERED_7B, 0},
	{0x7, 0, REG_C, OFFERED_7C, B(4)},
	{0x80000007, NONE, REG_D, 0, 0},
	{0x80000008, NONE, REG_B, OFFERED_E8B, 0},
	{0x7, 0, REG_D, OFFERED_7D, 0},
	{0x7, 1, REG_A, OFFERED_7A1, 0},
	{0x80000021, NONE, REG_A, 0, 0},
	{0x7, 1, REG_B, 0, 0},
	{0x7, 2, REG_D, 0, 0},
	{0x7, 1, REG_C, 0, 0},
	{0x7, 1, REG_D, 0, 0},
	{0, 0, REG_A, 0, 0}, /* MSR_ARCH_CAPS, two words: not offered */
	{0, 0, REG_A, 0, 0},
	{0x80000021, NONE, REG_C, 0, 0},
};

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

		if (l->leaf == leaf && (l->subleaf == NONE || l->subleaf == subleaf))
			return l;
	}
	return NULL;
}

static void add(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_leaf_out l;

	if (p->nr == CPU_POLICY_MAX_LEAVES)
		return;
	arch_cpuid(leaf, subleaf == NONE ? 0 : subleaf, &l);
	p->leaf[p->nr++] = (xen_cpuid_leaf_t){leaf, subleaf, l.a, l.b, l.c, l.d};
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

static void read_basic(struct cpu_policy *p, uint32_t max)
{
	for (uint32_t i = 0; i <= max; i++) {
		struct cpuid_leaf_out l;

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
			add(p, i, NONE);
		}
	}
}

static void read_raw(struct cpu_policy *p)
{
	uint32_t ext = max_leaf(0x80000000);

	read_basic(p, MIN(max_leaf(0), 0x10));
	for (uint32_t i = 0x80000000; i <= MIN(ext, 0x80000021); i++)
		add(p, i, NONE);
}

/* --- the guests' maximum -------------------------------------------------------- */

/* Leaves that pass whole: vendor, brand, caches of AMD. */
static bool passes(uint32_t leaf)
{
	return leaf == 0 || leaf == 0x80000000 || (leaf >= 0x80000002 && leaf <= 0x80000006);
}

static void mask_leaf(xen_cpuid_leaf_t *l)
{
	uint32_t allow[4] = {0};

	if (passes(l->leaf))
		return;
	for (unsigned int i = 0; i < NR_FEATURE_WORDS; i++) {
		const struct feature_word *w = &feature_words[i];

		if (w->leaf == l->leaf && w->leaf && w->subleaf == l->subleaf)
			allow[w->reg] = w->offered;
	}
	switch (l->leaf) {
	case 1:
	case 0x80000001: /* family, model, stepping; size for CLFLUSH */
		allow[REG_A] = ~0u;
		allow[REG_B] = l->leaf == 1 ? 0xff00 : 0;
		break;
	case 0x80000008: /* physical and linear address widths */
		allow[REG_A] = 0xffff;
		break;
	case 0xd:
		if (l->subleaf == 1)
			break;
		allow[REG_A] = allow[REG_B] = allow[REG_C] = ~0u;
		break;
	default:
		break;
	}
	l->a &= allow[REG_A];
	l->b &= allow[REG_B];
	l->c &= allow[REG_C];
	l->d &= allow[REG_D];
}

static uint32_t *word(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf, enum cpuid_reg reg)
{
	xen_cpuid_leaf_t *l = cpu_policy_find(p, leaf, subleaf);
	static uint32_t nothing;

	nothing = 0;
	return l ? cpuid_reg_of(l, reg) : &nothing;
}

/* Vector features without their state would only trap. */
static void drop_dependents(struct cpu_policy *p)
{
	uint32_t *c1 = word(p, 1, NONE, REG_C), *b7 = word(p, 7, 0, REG_B);
	uint32_t *c7 = word(p, 7, 0, REG_C), *ec = word(p, 0x80000001, NONE, REG_C);
	uint32_t *a71;

	if (!(p->xcr0 & XSTATE_AVX)) {
		*c1 &= ~(B(12) | B(28) | B(29));
		*b7 &= ~B(5);
		*c7 &= ~(B(9) | B(10));
		*ec &= ~(B(11) | B(16));
	}
	if (!(p->xcr0 & XSTATE_AVX512)) {
		*b7 &= ~AVX512_7B;
		*c7 &= ~AVX512_7C;
	}
	a71 = word(p, 7, 1, REG_A);
	if (!(p->xcr0 & XSTATE_AVX))
		*a71 &= ~B(4);
	if (!(p->xcr0 & XSTATE_AVX512))
		*a71 &= ~B(5);
}

/* CR4: bits that need no feature, then one feature each. */
static uint64_t derive_cr4(struct cpu_policy *p)
{
	uint32_t d1 = *word(p, 1, NONE, REG_D), c1 = *word(p, 1, NONE, REG_C);
	uint32_t b7 = *word(p, 7, 0, REG_B), c7 = *word(p, 7, 0, REG_C);
	uint64_t cr4 = 1u << 2 | 1u << 8; /* TSD; PCE: RDPMC traps anyway */

	cr4 |= d1 & B(1) ? 3u : 0; /* VME, PVI */
	cr4 |= d1 & B(2) ? 1u << 3 : 0;
	cr4 |= d1 & B(3) ? CR4_PSE : 0;
	cr4 |= d1 & B(6) ? CR4_PAE : 0;
	cr4 |= d1 & B(13) ? CR4_PGE : 0;
	cr4 |= d1 & B(24) ? CR4_OSFXSR : 0;
	cr4 |= d1 & B(25) ? CR4_OSXMMEXCPT : 0;
	cr4 |= c7 & B(2) ? 1u << 11 : 0; /* UMIP */
	cr4 |= b7 & B(0) ? CR4_FSGSBASE : 0;
	cr4 |= c1 & B(26) ? CR4_OSXSAVE : 0;
	cr4 |= b7 & B(7) ? CR4_SMEP : 0;
	cr4 |= b7 & B(20) ? CR4_SMAP : 0;
	return cr4;
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
			l->b = l->c; /* for the tools; the guest gets the size for its XCR0 */
		} else if (l->subleaf > 1 && !(p->xcr0 & (1ULL << l->subleaf))) {
			l->a = l->b = l->c = l->d = 0;
		} else if (l->subleaf == 1 && !p->xcr0) {
			l->a = 0;
		}
	}
}

void cpu_policy_finish(struct cpu_policy *p)
{
	uint32_t c1 = *word(p, 1, NONE, REG_C), b7 = *word(p, 7, 0, REG_B), width;

	p->xcr0 = 0;
	if (c1 & B(26)) {
		p->xcr0 = XSTATE_X87 | XSTATE_SSE;
		if (c1 & B(28))
			p->xcr0 |= XSTATE_AVX;
		if ((c1 & B(28)) && (b7 & B(16)))
			p->xcr0 |= XSTATE_AVX512;
		p->xcr0 &= xstate_offered();
	}
	drop_dependents(p);
	p->cr4 = derive_cr4(p);
	finish_xstate_leaves(p);
	width = *word(p, 0x80000008, NONE, REG_A) & 0xff;
	p->address_bits = width >= 32 && width < 52 ? width : 52;
}

static void limit_leaves(struct cpu_policy *p)
{
	uint32_t *width = word(p, 0x80000008, NONE, REG_A);

	*word(p, 0, NONE, REG_A) = 0xd;
	*word(p, 0x80000000, NONE, REG_A) = 0x80000008;
	*width = (*width & 0xff) | 48 << 8;
	*word(p, 7, 0, REG_A) = cpu_policy_find(p, 7, 1) ? 1 : 0;
}

void cpu_policy_detect(void)
{
	struct cpu_policy *p = &hvm_policy;

	raw_policy.nr = p->nr = 0;
	read_raw(&raw_policy);
	read_basic(p, 0xd);
	for (uint32_t i = 0x80000000; i <= 0x80000008; i++)
		add(p, i, NONE);
	for (uint32_t i = 0; i < p->nr; i++)
		mask_leaf(&p->leaf[i]);
	limit_leaves(p);
	*word(p, 1, NONE, REG_C) |= B(21) | B(31);
	*word(p, 1, NONE, REG_D) |= B(9);
	cpu_policy_finish(p);
}
