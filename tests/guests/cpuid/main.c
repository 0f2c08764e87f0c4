/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * CPUID as a PVH guest must see it: Xen's leaves, nothing that is not offered, no
 * feature without what it needs; CR4, EFER and XCR0 take exactly the bits that it
 * shows; CPUID faulting.
 */
#include "lib.h"
#include "mode.h"
#include "page.h"

#include <xen/arch-x86/cpuid.h>

const char test_name[] = "cpuid";

#define XEN_BASE 0x40000000u

static void check_xen_leaves(void)
{
	struct cpuid base = cpuid(XEN_BASE, 0), version = cpuid(XEN_BASE + 1, 0);
	struct cpuid pages = cpuid(XEN_BASE + 2, 0), hvm = cpuid(XEN_BASE + 4, 0);

	check(base.b == XEN_CPUID_SIGNATURE_EBX && base.c == XEN_CPUID_SIGNATURE_ECX &&
		      base.d == XEN_CPUID_SIGNATURE_EDX,
	      "signature %x %x %x", base.b, base.c, base.d);
	check(base.a >= XEN_BASE + 4 && base.a <= XEN_BASE + 0xff, "highest leaf 0x%x", base.a);
	check(version.a == (4u << 16 | 17), "version 0x%x", version.a);
	check(pages.a == 1 && pages.b == XEN_BASE, "hypercall pages %u, MSR 0x%x", pages.a,
	      pages.b);
	check(hvm.a & XEN_HVM_CPUID_VCPU_ID_PRESENT, "leaf 4 0x%x has no vCPU id", hvm.a);
	check(hvm.b == 0, "vCPU id %u", hvm.b);
	check(hvm.a & XEN_HVM_CPUID_DOMID_PRESENT, "leaf 4 0x%x has no domain id", hvm.a);
	check(hvm.c > 0 && hvm.c < 0x7ff0, "domain id %u", hvm.c);
}

static void check_basic(void)
{
	struct cpuid one = cpuid(1, 0), ext = cpuid(0x80000001, 0);

	check(one.c >> 31, "hypervisor bit is clear");
	check(one.c & 1 << 21, "no x2APIC");
	check(one.b >> 24 == 0, "APIC id of vCPU 0 is %u", one.b >> 24);
	check(!(one.c & 1 << 3), "MONITOR is offered");
	check(!(one.c & 1 << 5), "VMX is offered");
	check(one.c & 1 << 24, "no TSC deadline timer");
	check(!(ext.c & 1 << 2), "SVM is offered");
	check(ext.d & 1 << 29, "no long mode");
}

static void check_hidden(void)
{
	struct cpuid sev = {0}, pmu = {0};

	if (cpuid(0x80000000, 0).a >= 0x8000001f)
		sev = cpuid(0x8000001f, 0);
	check(!sev.a && !sev.b && !sev.c && !sev.d, "SEV leaf is %x %x %x %x", sev.a, sev.b, sev.c,
	      sev.d);
	if (cpuid(0, 0).a >= 0xa)
		pmu = cpuid(0xa, 0);
	check(!(pmu.a & 0xff), "performance counters version %u", pmu.a & 0xff);
	/* Xen's leaves repeat at no other base. */
	for (uint32_t leaf = XEN_BASE + 0x100; leaf < XEN_BASE + 0x1000; leaf += 0x100)
		check(cpuid(leaf, 0).b != XEN_CPUID_SIGNATURE_EBX, "signature again at 0x%x", leaf);
}

/* --- dependencies -------------------------------------------------------------- */

#define D1  0x1, 0, 3
#define C1  0x1, 0, 2
#define B7  0x7, 0, 1
#define C7  0x7, 0, 2
#define ED1 0x80000001, 0, 3
#define EC1 0x80000001, 0, 2
#define A_D 0xd, 1, 0

struct feature {
	uint32_t leaf, sub;
	uint8_t reg, bit;
};

static bool has(struct feature f)
{
	struct cpuid l;
	const uint32_t *r = &l.a;

	if (f.leaf > cpuid(f.leaf & 0x80000000, 0).a)
		return false;
	l = cpuid(f.leaf, f.sub);
	return r[f.reg] >> f.bit & 1;
}

static void check_dependencies(void)
{
	static const struct {
		struct feature by, needed;
		const char *what;
	} t[] = {
		{{C1, 28}, {C1, 26}, "AVX without XSAVE"},
		{{B7, 5}, {C1, 28}, "AVX2 without AVX"},
		{{C1, 12}, {C1, 28}, "FMA without AVX"},
		{{C1, 29}, {C1, 28}, "F16C without AVX"},
		{{B7, 16}, {B7, 5}, "AVX512F without AVX2"},
		{{C7, 9}, {C1, 25}, "VAES without AES"},
		{{A_D, 0}, {C1, 26}, "XSAVEOPT without XSAVE"},
		{{A_D, 1}, {C1, 26}, "XSAVEC without XSAVE"},
		{{C1, 20}, {C1, 19}, "SSE4.2 without SSE4.1"},
		{{C1, 19}, {C1, 9}, "SSE4.1 without SSSE3"},
		{{C1, 9}, {C1, 0}, "SSSE3 without SSE3"},
		{{C1, 0}, {D1, 26}, "SSE3 without SSE2"},
		{{D1, 26}, {D1, 25}, "SSE2 without SSE"},
		{{D1, 25}, {D1, 24}, "SSE without FXSR"},
		{{ED1, 29}, {D1, 6}, "LM without PAE"},
		{{ED1, 20}, {D1, 6}, "NX without PAE"},
		{{ED1, 26}, {ED1, 29}, "1 GiB pages without LM"},
		{{EC1, 0}, {ED1, 29}, "LAHF in long mode without LM"},
		{{C1, 13}, {ED1, 29}, "CX16 without LM"},
		{{D1, 14}, {D1, 7}, "MCA without MCE"},
		{{C1, 24}, {D1, 4}, "TSC deadline without TSC"},
		{{ED1, 27}, {D1, 4}, "RDTSCP without TSC"},
		{{ED1, 24}, {D1, 24}, "AMD's FXSR without FXSR"},
		{{ED1, 9}, {D1, 9}, "AMD's APIC without APIC"},
	};

	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		check(!has(t[i].by) || has(t[i].needed), "%s", t[i].what);
}

/* --- control registers ------------------------------------------------------------ */

static void write_cr4(void *arg)
{
	set_cr4(*(unsigned long *)arg);
}

/* By number; those without an entry are reserved or not offered. */
static const struct {
	uint8_t bit;
	struct feature feature;
} cr4_bits[] = {
	{0, {D1, 1}},  {1, {D1, 1}},   {2, {D1, 4}},  {3, {D1, 2}},   {4, {D1, 3}},
	{6, {D1, 7}},  {7, {D1, 13}},  {9, {D1, 24}}, {10, {D1, 25}}, {11, {C7, 2}},
	{16, {B7, 0}}, {18, {C1, 26}}, {20, {B7, 7}}, {21, {B7, 20}},
};
#define PCE 8 /* needs no feature */
#define PAE 5 /* another paging mode */

static bool cr4_allowed(unsigned int bit)
{
	for (unsigned int i = 0; i < sizeof(cr4_bits) / sizeof(cr4_bits[0]); i++)
		if (cr4_bits[i].bit == bit)
			return has(cr4_bits[i].feature);
	return bit == PCE;
}

static void check_cr4(void)
{
	unsigned long old = get_cr4();

#if PAGING
	page_all_user(false); /* SMEP and SMAP */
#endif
	for (unsigned int bit = 0; bit < BITS; bit++) {
		unsigned long wanted = old | 1ul << bit;
		int vector;

		if (bit == PAE || wanted == old)
			continue;
		vector = trap_catch(write_cr4, &wanted);
		check(vector == (cr4_allowed(bit) ? NO_TRAP : VEC_GP), "CR4 bit %u: vector %d", bit,
		      vector);
		set_cr4(old);
	}
#if PAGING
	page_all_user(true);
#endif
}

static void check_efer(void)
{
	uint64_t old = rdmsr(0xc0000080);

	for (unsigned int bit = 0; bit < 64; bit++) {
		bool allowed = (bit == 0 && has((struct feature){ED1, 11})) ||
			       (bit == 11 && has((struct feature){ED1, 20})) ||
			       (bit == 8 && !PAGING && has((struct feature){ED1, 29}));

		if (bit == 10 || old >> bit & 1)
			continue; /* LMA is the processor's */
		check(wrmsr_safe(0xc0000080, old | 1ull << bit) == allowed, "EFER bit %u", bit);
		check(wrmsr_safe(0xc0000080, old), "EFER does not go back");
	}
}

static void write_xcr0(void *arg)
{
	uint64_t value = *(uint64_t *)arg;

	asm volatile("xsetbv" ::"c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static void try_xcr0(uint64_t value, int vector)
{
	int got = trap_catch(write_xcr0, &value);

	check(got == vector, "XCR0 = 0x%llx: vector %d", LL(value), got);
	check(got != NO_TRAP || cpuid(0xd, 0).b >= 576, "XSAVE area of %u bytes", cpuid(0xd, 0).b);
}

/* QEMU 7.2's TCG does not intercept XSETBV: there the machine's own rules hold. */
static bool emulated(void)
{
	struct cpuid brand = cpuid(0x80000002, 0);

	return !memcmp(&brand.a, "QEMU", 4);
}

static void check_xcr0(void)
{
	struct cpuid d = cpuid(0xd, 0);
	uint64_t all = d.a | (uint64_t)d.d << 32;
	unsigned long old = get_cr4();

	check(!!all == has((struct feature){C1, 26}), "leaf 0xd 0x%llx", LL(all));
	check(!(all & 4) == !has((struct feature){C1, 28}), "AVX and leaf 0xd 0x%llx", LL(all));
	check(!has((struct feature){C1, 27}), "OSXSAVE before CR4.OSXSAVE");
	if (!all)
		return;
	set_cr4(old | 1ul << 18);
	check(has((struct feature){C1, 27}), "no OSXSAVE after CR4.OSXSAVE");
	try_xcr0(all, NO_TRAP);
	check(cpuid(0xd, 0).b == d.c, "all components: %u bytes, not %u", cpuid(0xd, 0).b, d.c);
	try_xcr0(1, NO_TRAP);
	try_xcr0(all & ~1ull, VEC_GP);
	if (all & 4)
		try_xcr0(5, VEC_GP);
	for (unsigned int bit = 0; bit < 64; bit++)
		if (!(all >> bit & 1) && !(emulated() && bit < 10))
			try_xcr0(all | 1ull << bit, VEC_GP);
	set_cr4(old);
}

/* --- faulting ---------------------------------------------------------------------- */

static void do_cpuid(void *arg)
{
	(void)arg;
	cpuid(0, 0);
}

static void check_faulting(void)
{
	check(rdmsr(0xce) & 1u << 31, "CPUID faulting is not offered");
	check(user_catch(do_cpuid, NULL) == NO_TRAP, "CPUID faults before it was asked to");
	wrmsr(0x140, 1);
	check(user_catch(do_cpuid, NULL) == VEC_GP, "CPUID in ring 3 does not fault");
	check(!trap_last.error, "error code 0x%lx", trap_last.error);
	check(trap_catch(do_cpuid, NULL) == NO_TRAP, "CPUID in ring 0 faults");
	wrmsr(0x140, 0);
	check(user_catch(do_cpuid, NULL) == NO_TRAP, "CPUID goes on to fault");
}

void test_main(void)
{
	check_xen_leaves();
	check_basic();
	check_hidden();
	check_dependencies();
	check_cr4();
	check_efer();
	check_xcr0();
	check_faulting();
	pass();
}
