/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Setting a vCPU's state: what VMRUN would refuse is refused (XSA-193). */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"

/* The real VMCB code beside the fake machine's functions of the same names. */
#define hvm_get_state	   svm_get_state
#define hvm_set_state	   svm_set_state
#define hvm_get_segment	   svm_get_segment
#define hvm_get_efer	   svm_get_efer
#define hvm_set_pvh_entry  svm_set_pvh_entry
#define hvm_set_sipi_entry svm_set_sipi_entry
#define hvm_vcpu_create	   svm_vcpu_create
#define hvm_vcpu_destroy   svm_vcpu_destroy
#define hvm_domain_create  svm_domain_create
#define hvm_domain_destroy svm_domain_destroy
#define xstate_get_xcr0	   svm_get_xcr0
#define xstate_set_xcr0	   svm_set_xcr0
uint64_t svm_get_efer(const struct vcpu *v);
void svm_get_segment(const struct vcpu *v, enum segment s, struct segment_reg *out);
void svm_vcpu_destroy(struct vcpu *v);
#include "arch/x86/svm/state.c"
#include "arch/x86/svm/vmcb.c"

uint64_t svm_iopm_pa = 0x1000, svm_msrpm_pa = 0x2000;

uint64_t svm_get_xcr0(const struct vcpu *v)
{
	return v->arch->xstate.xcr0;
}

void svm_set_xcr0(struct vcpu *v, uint64_t xcr0)
{
	v->arch->xstate.xcr0 = xcr0;
}

int xstate_alloc(struct xstate *x)
{
	x->xcr0 = 1;
	return 0;
}

void xstate_release(struct xstate *x)
{
}

uint64_t svm_get_efer(const struct vcpu *v)
{
	return v->arch->vmcb->efer & ~(uint64_t)EFER_SVME;
}

void svm_get_segment(const struct vcpu *v, enum segment s, struct segment_reg *out)
{
	const struct vmcb_segment *seg = svm_segment(v->arch->vmcb, s);

	*out = (struct segment_reg){seg->sel, seg->attr, seg->limit, seg->base};
}

bool svm_valid_pat(uint64_t pat)
{
	return pat != 2;
}

static struct domain *d;
static struct vcpu *v;

static void boot(void)
{
	host_boot(1, 64);
	d = host_domain(1, 4);
	v = calloc(1, sizeof(*v));
	v->domain = d;
	cr_assert_eq(svm_vcpu_create(v), 0);
}

TestSuite(svm_state, .init = boot);

/* A 64-bit kernel's state. */
static struct hvm_state good(void)
{
	struct hvm_state s;

	svm_get_state(v, &s);
	s.cr0 = 0x80050033;
	s.cr3 = 0x1000;
	s.cr4 = CR4_PAE;
	s.efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;
	s.seg[SEG_CS].attr = 0xa9b;
	s.regs.rip = 0xffffffff81000000;
	s.regs.rsp = 0xffffc90000000000;
	s.regs.rflags = 0x202;
	return s;
}

Test(svm_state, round_trip)
{
	struct hvm_state in = good(), out;

	in.lstar = 0xffffffff81800000;
	in.seg[SEG_GS].base = 0xffff888000000000;
	in.kernel_gs_base = 0x7fff00000000;
	in.xcr0 = 7;
	cr_assert_eq(svm_set_state(v, &in), 0);
	svm_get_state(v, &out);
	cr_assert_eq(memcmp(&in, &out, sizeof(in)), 0);
	cr_assert(v->arch->vmcb->efer & EFER_SVME, "VMRUN demands it");
	cr_assert_eq(v->arch->vmcb->cpl, 0);
}

#define REFUSED(change)                                                                            \
	do {                                                                                       \
		struct hvm_state s = good(), before, after;                                        \
		svm_get_state(v, &before);                                                         \
		s.change;                                                                          \
		cr_assert_eq(svm_set_state(v, &s), -XEN_EINVAL, #change);                          \
		svm_get_state(v, &after);                                                          \
		cr_assert_eq(memcmp(&before, &after, sizeof(after)), 0, "changed by " #change);    \
	} while (0)

#define BAD 0x0000800000000000ULL

Test(svm_state, non_canonical_addresses)
{
	REFUSED(regs.rip = BAD);
	REFUSED(regs.rsp = BAD);
	REFUSED(seg[SEG_FS].base = BAD);
	REFUSED(seg[SEG_GS].base = BAD);
	REFUSED(seg[SEG_LDTR].base = BAD);
	REFUSED(seg[SEG_TR].base = BAD);
	REFUSED(seg[SEG_GDTR].base = BAD);
	REFUSED(seg[SEG_IDTR].base = BAD);
	REFUSED(kernel_gs_base = 0xffff000000000000ULL);
	REFUSED(lstar = BAD);
	REFUSED(cstar = BAD);
	REFUSED(sysenter_esp = BAD);
	REFUSED(sysenter_eip = BAD);
}

Test(svm_state, reserved_bits_and_combinations)
{
	REFUSED(cr0 |= 1ULL << 32);
	REFUSED(cr0 |= CR0_NW);
	REFUSED(cr0 &= ~(uint64_t)CR0_PE);
	REFUSED(cr3 |= 1ULL << 45);
	REFUSED(cr4 |= CR4_LA57);
	REFUSED(cr4 |= CR4_PKE);
	REFUSED(cr4 |= 1u << 13);
	REFUSED(cr4 &= ~(uint64_t)CR4_PAE);
	REFUSED(efer |= EFER_SVME);
	REFUSED(efer |= 1u << 14);
	REFUSED(efer &= ~(uint64_t)EFER_LME);
	REFUSED(regs.rflags = 0x200);
	REFUSED(regs.rflags |= 1u << 3);
	REFUSED(regs.rflags |= RFLAGS_VM);
	REFUSED(regs.rflags |= 1ULL << 32);
	REFUSED(dr6 |= 1ULL << 32);
	REFUSED(dr7 |= 1ULL << 40);
	REFUSED(pat = 2);
	REFUSED(xcr0 = 0);
	REFUSED(xcr0 = 5);
	REFUSED(xcr0 = 0x201);
	REFUSED(seg[SEG_CS].attr |= 1u << 10);
	REFUSED(seg[SEG_DS].attr |= 0x1000);
}

Test(svm_state, compatibility_code_has_32_bit_rip)
{
	REFUSED(seg[SEG_CS].attr = 0xc9b);
}

Test(svm_state, pvh_entry)
{
	struct hvm_state s;

	svm_set_pvh_entry(v, 0x1000010, 0x2000);
	svm_get_state(v, &s);
	cr_assert_eq(s.cr0, 0x11);
	cr_assert_eq(s.cr4 | s.efer, 0);
	cr_assert_eq(s.regs.rip, 0x1000010);
	cr_assert_eq(s.regs.rbx, 0x2000);
	cr_assert_eq(s.regs.rflags, 2);
	cr_assert_eq(s.seg[SEG_CS].attr, 0xc9b);
	cr_assert_eq(s.seg[SEG_CS].limit, 0xffffffff);
	cr_assert_eq(s.seg[SEG_SS].attr, 0xc93);
	cr_assert_eq(s.seg[SEG_TR].attr, 0x8b);
	cr_assert_eq(s.seg[SEG_TR].limit, 0x67);
}

Test(svm_state, start_up_vector)
{
	struct hvm_state s;

	svm_set_sipi_entry(v, 0x99);
	svm_get_state(v, &s);
	cr_assert_eq(s.cr0, 0x10);
	cr_assert_eq(s.seg[SEG_CS].sel, 0x9900);
	cr_assert_eq(s.seg[SEG_CS].base, 0x99000);
	cr_assert_eq(s.regs.rip, 0);
}

Test(svm_state, nothing_dangerous_is_left_to_the_guest)
{
	const struct vmcb *vmcb = v->arch->vmcb;

	cr_assert(vmcb->intercept2 & I2_VMRUN, "VMRUN demands it");
	cr_assert((vmcb->intercept2 & (I2_VMLOAD | I2_VMSAVE | I2_STGI | I2_CLGI | I2_SKINIT)) ==
		  (I2_VMLOAD | I2_VMSAVE | I2_STGI | I2_CLGI | I2_SKINIT));
	cr_assert(vmcb->intercept1 & I1_INTR && vmcb->intercept1 & I1_NMI &&
		  vmcb->intercept1 & I1_SHUTDOWN && vmcb->intercept1 & I1_IOIO &&
		  vmcb->intercept1 & I1_MSR && vmcb->intercept1 & I1_TASK);
	cr_assert_eq(vmcb->iopm_pa, 0x1000);
	cr_assert_eq(vmcb->msrpm_pa, 0x2000);
	cr_assert_eq(vmcb->np_enable, 1);
	cr_assert(vmcb->vintr & VINTR_INTR_MASKING);
}
