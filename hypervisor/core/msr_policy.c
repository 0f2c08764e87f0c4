/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * MSRs that exist for guests: the white list of hv/guest_msrs.h.  Everything else
 * is #GP(0), and no read ever reaches a physical MSR by number (XSA-108).
 */
#include "cpuid_policy.h"
#include "msr_policy.h"

#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/guest_msrs.h>
#include <hv/heap.h>
#include <hv/policy.h>
#include <hv/string.h>
#include <hv/vlapic.h>

#define HYPERCALL_STUB	32 /* bytes per entry, public/arch-x86/xen.h */
#define NR_STUBS	(PAGE_SIZE / HYPERCALL_STUB)
#define HYPERVISOR_IRET 23

/* mov $number, %eax; the vendor's instruction; ret.  The same bytes do for 32 and
 * 64 bits.  IRET is a call of PV guests only. */
static void make_stub(uint8_t stub[HYPERCALL_STUB], uint32_t number)
{
	memset(stub, 0xcc, HYPERCALL_STUB);
	if (number == HYPERVISOR_IRET) {
		stub[0] = 0x0f; /* ud2 */
		stub[1] = 0x0b;
		return;
	}
	stub[0] = 0xb8;
	memcpy(stub + 1, &number, sizeof(number));
	hvm_hypercall_insn(stub + 5);
	stub[8] = 0xc3;
}

/* Bits 0..11: which page of the (one) hypercall page. */
static int install_hypercall_page(struct domain *d, uint64_t val)
{
	gpa_t gpa = {val & PAGE_MASK};

	if (val & ~PAGE_MASK)
		return -1;
	for (uint32_t i = 0; i < NR_STUBS; i++) {
		uint8_t stub[HYPERCALL_STUB];

		make_stub(stub, i);
		if (copy_to_gpa(d, (gpa_t){gpa.v + i * HYPERCALL_STUB}, stub, sizeof(stub)))
			return -1;
	}
	return 0;
}

#define MISC_CPUID_FAULTING 1u
#define MCG_CAP_VALUE	    2 /* banks */
#define MC_BANK_LAST	    (MSR_MC0_CTL + 4 * MCG_CAP_VALUE - 1)

struct guest_msr {
	uint8_t access, home;
	uint16_t feature;
};

static struct guest_msr find(uint32_t msr)
{
	/* Rows that say the same are rows all the same. */
	switch (msr) {
#define ROW(number, name, access, home, feature, why)                                              \
	case number:                                                                               \
		return (struct guest_msr){MSR_##access, MSR_##home, XEN_X86_FEATURE_##feature};
		GUEST_MSRS(ROW) // NOLINT(bugprone-branch-clone)
#undef ROW
	default:
		return (struct guest_msr){0};
	}
}

static bool is_x2apic(uint32_t msr)
{
	return msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST;
}

/* Who keeps @msr for @v, or MSR_NOBODY: no such register, or not for @access. */
static enum msr_home home_of(struct vcpu *v, uint32_t msr, enum msr_access access)
{
	struct guest_msr row = find(msr);

	if (is_x2apic(msr))
		return MSR_APIC;
	if (!(row.access & access) || !cpu_policy_has(cpu_policy_of(v->domain), row.feature))
		return MSR_NOBODY;
	return (enum msr_home)row.home;
}

/* TSC_ADJUST keeps the sum of all moves (SDM vol. 3, 18.17.3). */
static void move_tsc(struct vcpu *v, uint64_t by)
{
	v->msrs->tsc_adjust += by;
	hvm_set_tsc_offset(v, hvm_tsc_offset(v) + (int64_t)by);
	vlapic_tsc_moved(v);
	vcpu_update_time(v); /* the paravirtual clock goes on */
}

static uint64_t guest_tsc(const struct vcpu *v)
{
	return arch_tsc() + (uint64_t)hvm_tsc_offset(v);
}

/* --- own ----------------------------------------------------------------------------- */

static int own_read(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	const struct vcpu_msrs *m = v->msrs;

	switch (msr) {
	case MSR_TSC:
		*val = guest_tsc(v);
		return 0;
	case MSR_TSC_ADJUST:
		*val = m->tsc_adjust;
		return 0;
	case MSR_PLATFORM_INFO:
		*val = cpu_policy_of(v->domain)->platform_info;
		return 0;
	case MSR_MISC_FEATURES:
		*val = m->misc_features;
		return 0;
	case MSR_MCG_CAP:
		*val = MCG_CAP_VALUE;
		return 0;
	case MSR_MCG_STATUS:
		*val = m->mcg_status;
		return 0;
	case MSR_MC0_CTL ... MC_BANK_LAST:
		*val = msr & 3 ? 0 : ~0ULL;
		return 0;
	case MSR_DEBUGCTL:
	case MSR_XEN_HYPERCALL: /* write-only in effect, as in Xen */
		*val = 0;
		return 0;
	default:
		return -1;
	}
}

static int own_write(struct vcpu *v, uint32_t msr, uint64_t val)
{
	struct vcpu_msrs *m = v->msrs;

	switch (msr) {
	case MSR_TSC:
		move_tsc(v, val - guest_tsc(v));
		return 0;
	case MSR_TSC_ADJUST:
		move_tsc(v, val - m->tsc_adjust);
		return 0;
	case MSR_MISC_FEATURES:
		if (val & ~(cpu_policy_of(v->domain)->platform_info >> 31 & MISC_CPUID_FAULTING))
			return -1;
		m->misc_features = val;
		return 0;
	case MSR_MCG_STATUS:
		m->mcg_status = val;
		return 0;
	case MSR_MC0_CTL ... MC_BANK_LAST:
		return msr & 3 && val ? -1 : 0;
	case MSR_DEBUGCTL:
		return val ? -1 : 0;
	case MSR_XEN_HYPERCALL:
		return install_hypercall_page(v->domain, val);
	default:
		return -1;
	}
}

/* --- all -------------------------------------------------------------------------------- */

int msr_guest_read(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	switch (home_of(v, msr, MSR_READ)) {
	case MSR_APIC:
		return vlapic_rdmsr(v, msr, val);
	case MSR_VENDOR:
		return hvm_rdmsr(v, msr, val);
	case MSR_RANGES:
		return mtrr_read(&v->msrs->mtrr, msr, val);
	case MSR_OWN:
		return own_read(v, msr, val);
	case MSR_ZERO:
		*val = 0;
		return 0;
	default:
		return -1;
	}
}

int msr_guest_write(struct vcpu *v, uint32_t msr, uint64_t val)
{
	switch (home_of(v, msr, MSR_WRITE)) {
	case MSR_APIC:
		return vlapic_wrmsr(v, msr, val);
	case MSR_VENDOR:
		return hvm_wrmsr(v, msr, val);
	case MSR_RANGES:
		return mtrr_write(&v->msrs->mtrr, msr, val, cpuid_reserved_address_bits(v->domain));
	case MSR_OWN:
		return own_write(v, msr, val);
	case MSR_ZERO:
		return 0;
	default:
		return -1;
	}
}

bool cpuid_faults(const struct vcpu *v)
{
	return v->msrs->misc_features & MISC_CPUID_FAULTING && hvm_cpl(v) > 0;
}

int msrs_create(struct vcpu *v)
{
	if (v->domain->external)
		return 0;
	v->msrs = heap_alloc(sizeof(*v->msrs));
	if (!v->msrs)
		return -XEN_ENOMEM;
	mtrr_reset(&v->msrs->mtrr);
	return 0;
}

void msrs_destroy(struct vcpu *v)
{
	heap_free(v->msrs);
	v->msrs = NULL;
}
