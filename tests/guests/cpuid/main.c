/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPUID as a PVH guest must see it: Xen's leaves, and nothing that is not offered. */
#include "lib.h"

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

void test_main(void)
{
	check_xen_leaves();
	check_basic();
	check_hidden();
	pass();
}
