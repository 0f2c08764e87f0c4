/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * MSRs that exist for guests.  A white list of single numbers; everything else
 * is #GP(0), and no read ever reaches a physical MSR by number (XSA-108).
 */
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/policy.h>
#include <hv/string.h>
#include <hv/vlapic.h>

#define HYPERCALL_STUB	32 /* bytes per entry, public/arch-x86/xen.h */
#define NR_STUBS	(PAGE_SIZE / HYPERCALL_STUB)
#define HYPERVISOR_IRET 23

static bool is_apic(uint32_t msr)
{
	return msr == MSR_APIC_BASE || (msr >= MSR_X2APIC_FIRST && msr <= MSR_X2APIC_LAST);
}

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

/* Kept by the vendor part, and open to guests. */
static bool vendor_msr(uint32_t msr)
{
	switch (msr) {
	case MSR_TSC:
	case MSR_SYSENTER_CS:
	case MSR_SYSENTER_ESP:
	case MSR_SYSENTER_EIP:
	case MSR_PAT:
	case MSR_EFER:
	case MSR_STAR:
	case MSR_LSTAR:
	case MSR_CSTAR:
	case MSR_SFMASK:
	case MSR_FS_BASE:
	case MSR_GS_BASE:
	case MSR_KERNEL_GS_BASE:
	case MSR_TSC_AUX:
		return true;
	default:
		return false;
	}
}

int msr_guest_read(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	if (is_apic(msr))
		return vlapic_rdmsr(v, msr, val);
	if (vendor_msr(msr))
		return hvm_rdmsr(v, msr, val);
	switch (msr) {
	case MSR_UCODE_REV:
	case MSR_MCG_CAP:	  /* no banks */
	case MSR_DEBUGCTL:	  /* no branch records, no block step */
	case MSR_AMD_INT_PENDING: /* C1E off: Linux reads it without a fixup */
	case MSR_XEN_HYPERCALL:	  /* write-only in effect, as in Xen */
		*val = 0;
		return 0;
	default:
		return -1;
	}
}

int msr_guest_write(struct vcpu *v, uint32_t msr, uint64_t val)
{
	if (is_apic(msr))
		return vlapic_wrmsr(v, msr, val);
	if (vendor_msr(msr))
		return hvm_wrmsr(v, msr, val);
	switch (msr) {
	case MSR_XEN_HYPERCALL:
		return install_hypercall_page(v->domain, val);
	case MSR_DEBUGCTL:
		return val ? -1 : 0;
	default:
		return -1;
	}
}
