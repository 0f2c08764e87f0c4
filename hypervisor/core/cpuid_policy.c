/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPUID as one vCPU sees it: its domain's policy, then what depends on the vCPU. */
#include "cpuid_policy.h"
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/unit.h>
#include <hv/vlapic.h>
#include <xen/arch-x86/cpuid.h>

#define XEN_LEAVES_FIRST 0x40000000u
#define XEN_LEAVES_LAST	 0x4000ffffu
#define XEN_VERSION_4_17 (4u << 16 | 17)

#define FEATURE_OSXSAVE (1u << 27)
#define FEATURE_APIC	(1u << 9)
#define FEATURE_HTT	(1u << 28)
#define FEATURE_CMP	(1u << 1)

#define TSC_MODE_NEVER_EMULATE 2

bool policy_upcall_vector;

struct cpu_policy *cpu_policy_of(const struct domain *d)
{
	return d->cpuid ? d->cpuid : &hvm_policy;
}

uint64_t cpuid_cr4_mask(const struct domain *d)
{
	return cpu_policy_of(d)->cr4;
}

uint64_t cpuid_efer_mask(const struct domain *d)
{
	return cpu_policy_of(d)->efer;
}

uint64_t cpuid_xcr0_mask(const struct domain *d)
{
	return cpu_policy_of(d)->xcr0;
}

uint64_t cpuid_reserved_address_bits(const struct domain *d)
{
	return ~((1ULL << cpu_policy_of(d)->address_bits) - 1);
}

/* --- Xen's leaves (public/arch-x86/cpuid.h) ------------------------------------- */

static void time_leaf(struct vcpu *v, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	const struct cpu_policy *p = cpu_policy_of(v->domain);
	int8_t shift;

	switch (subleaf) {
	case 0: /* whether the TSC is reliable is for the guest to find out */
		out->a = cpu_policy_has(p, XEN_X86_FEATURE_RDTSCP) ? 1u << 2 : 0;
		out->b = TSC_MODE_NEVER_EMULATE;
		out->c = (uint32_t)arch_tsc_khz();
		break;
	case 1:
		arch_pvclock_scale(&out->c, &shift);
		out->d = (uint32_t)(int32_t)shift;
		break;
	case 2:
		out->a = (uint32_t)arch_tsc_khz();
		break;
	default:
		break;
	}
}

/* The tools may lower the number of leaves, but not below two. */
static uint32_t xen_leaves(struct cpu_policy *p)
{
	uint32_t limit = *cpu_policy_word(p, XEN_LEAVES_FIRST, CPUID_NONE, REG_A) & 0xff;

	return limit ? MIN(MAX(limit, 2), XEN_CPUID_MAX_NUM_LEAVES) : XEN_CPUID_MAX_NUM_LEAVES;
}

static void xen_leaf(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	uint32_t last = xen_leaves(cpu_policy_of(v->domain));

	if (leaf - XEN_LEAVES_FIRST > last)
		return;
	switch (leaf - XEN_LEAVES_FIRST) {
	case 0:
		out->a = XEN_LEAVES_FIRST + last;
		out->b = XEN_CPUID_SIGNATURE_EBX;
		out->c = XEN_CPUID_SIGNATURE_ECX;
		out->d = XEN_CPUID_SIGNATURE_EDX;
		break;
	case 1:
		out->a = XEN_VERSION_4_17;
		break;
	case 2: /* one hypercall page, its MSR */
		out->a = 1;
		out->b = MSR_XEN_HYPERCALL;
		break;
	case 3:
		time_leaf(v, subleaf, out);
		break;
	case 4:
		if (subleaf)
			break;
		out->a = XEN_HVM_CPUID_APIC_ACCESS_VIRT | XEN_HVM_CPUID_X2APIC_VIRT |
			 XEN_HVM_CPUID_VCPU_ID_PRESENT | XEN_HVM_CPUID_DOMID_PRESENT |
			 (policy_upcall_vector ? XEN_HVM_CPUID_UPCALL_VECTOR : 0);
		out->b = v->id;
		out->c = v->domain->id;
		break;
	default:
		break;
	}
}

/* --- per vCPU ---------------------------------------------------------------------- */

/* Bits of an APIC id below the package: ids are even, one core per vCPU. */
static unsigned int id_bits(const struct domain *d)
{
	unsigned int bits = 1;

	while ((1u << bits) < 2 * d->max_vcpus)
		bits++;
	return bits;
}

static void topology_leaf(const struct vcpu *v, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	out->a = out->b = 0;
	out->c = subleaf & 0xff;
	out->d = vlapic_id(v);
	if (subleaf == 0) {
		out->a = 1;
		out->b = 1;
		out->c |= 1u << 8; /* thread level */
	} else if (subleaf == 1) {
		out->a = id_bits(v->domain);
		out->b = v->domain->max_vcpus;
		out->c |= 2u << 8; /* core level */
	}
}

static void xstate_leaf(struct vcpu *v, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	if (!cpuid_xcr0_mask(v->domain))
		return;
	if (subleaf == 0)
		out->b = xstate_size(xstate_get_xcr0(v));
	else if (subleaf == 1)
		out->b = out->a & (1u << 1) ? xstate_compact_size(xstate_get_xcr0(v)) : 0;
}

static bool is_amd(const struct domain *d)
{
	return *cpu_policy_word(cpu_policy_of(d), 0, CPUID_NONE, REG_B) == 0x68747541; /* Auth */
}

static void adjust(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	uint32_t n = v->domain->max_vcpus;

	switch (leaf) {
	case 1:
		out->b = (out->b & 0xff00) | vlapic_id(v) << 24 | MIN(n, 255) << 16;
		out->c &= ~FEATURE_OSXSAVE;
		if (hvm_get_cr(v, 4) & CR4_OSXSAVE)
			out->c |= FEATURE_OSXSAVE;
		out->d |= n > 1 ? FEATURE_HTT : 0;
		if (!vlapic_enabled(v))
			out->d &= ~FEATURE_APIC;
		break;
	case 0xb:
		topology_leaf(v, subleaf, out);
		break;
	case 0xd:
		xstate_leaf(v, subleaf, out);
		break;
	case 0x80000001:
		if (is_amd(v->domain))
			out->d |= cpu_policy_of(v->domain)->features[0] & CPUID_COMMON_1D;
		out->c = n > 1 ? out->c | FEATURE_CMP : out->c & ~FEATURE_CMP;
		if (!vlapic_enabled(v))
			out->d &= ~FEATURE_APIC;
		break;
	case 0x80000008:
		out->c = id_bits(v->domain) << 12 | (MIN(n, 256) - 1);
		break;
	default:
		break;
	}
}

/* Past the highest leaf of its range there is nothing (APM vol. 3, E.3.1). */
static bool within_limits(struct cpu_policy *p, uint32_t leaf, uint32_t subleaf)
{
	uint32_t base = leaf & 0x80000000;

	if (leaf > *cpu_policy_word(p, base, CPUID_NONE, REG_A))
		return false;
	return leaf != 7 || subleaf <= *cpu_policy_word(p, 7, 0, REG_A);
}

void cpuid_guest(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	const xen_cpuid_leaf_t *l;

	*out = (struct cpuid_leaf_out){0};
	if (leaf >= XEN_LEAVES_FIRST && leaf <= XEN_LEAVES_LAST) {
		xen_leaf(v, leaf, subleaf, out);
		return;
	}
	if (!within_limits(cpu_policy_of(v->domain), leaf, subleaf))
		return;
	l = cpu_policy_find(cpu_policy_of(v->domain), leaf, subleaf);
	if (l)
		*out = (struct cpuid_leaf_out){l->a, l->b, l->c, l->d};
	else if (leaf != 0xb)
		return;
	adjust(v, leaf, subleaf, out);
}

/* --- life ----------------------------------------------------------------------------- */

static int policy_init(void)
{
	cpu_policy_detect();
	return 0;
}

static int policy_domain_create(struct domain *d)
{
	d->cpuid = heap_alloc(sizeof(*d->cpuid));
	if (!d->cpuid)
		return -XEN_ENOMEM;
	*d->cpuid = hvm_policy;
	return 0;
}

static void policy_domain_destroy(struct domain *d)
{
	heap_free(d->cpuid);
	d->cpuid = NULL;
}

const struct unit cpu_policy_unit = {
	.name = "cpu_policy",
	.init = policy_init,
	.domain_create = policy_domain_create,
	.domain_destroy = policy_domain_destroy,
	.vcpu_create = msrs_create,
	.vcpu_destroy = msrs_destroy,
};
