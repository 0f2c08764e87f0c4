/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-108 (CVE-2014-7188): reads of x2APIC MSRs beyond the architectural ones
 * showed the hypervisor's memory.  All of 0x7f0..0xc10 in each APIC mode: exactly
 * the architectural registers answer, in x2APIC mode only, all else is #GP.
 */
#include "lib.h"

const char test_name[] = "advisory-108";

#define APIC_BASE   0x1b
#define BASE_EXTD   (1u << 10)
#define BASE_ENABLE (1u << 11)

static bool readable(uint32_t msr)
{
	uint32_t reg = msr - 0x800;

	if (msr < 0x800 || msr > 0x8ff)
		return false;
	if (reg >= 0x10 && reg <= 0x28) /* ISR, TMR, IRR, ESR */
		return true;
	if (reg >= 0x32 && reg <= 0x37) /* LVT */
		return true;
	return reg == 2 || reg == 3 || reg == 8 || reg == 0xa || reg == 0xd || reg == 0xf ||
	       reg == 0x30 || reg == 0x38 || reg == 0x39 || reg == 0x3e;
}

/* CMCI: there only with a machine check bank that has it. */
static bool optional(uint32_t msr)
{
	return msr == 0x82f;
}

static void sweep(const char *mode, bool x2apic)
{
	for (uint32_t msr = 0x7f0; msr <= 0xc10; msr++) {
		uint64_t value;
		bool ok;

		if (optional(msr))
			continue;
		ok = rdmsr_safe(msr, &value);
		check(ok == (x2apic && readable(msr)), "%s: MSR 0x%x %s", mode, msr,
		      ok ? "can be read" : "faults");
		check(!ok || !(value >> 32) || msr == 0x830, "%s: MSR 0x%x is 0x%lx", mode, msr,
		      value);
		/* None beyond the page of registers can be written. */
		if (msr < 0x800 || msr > 0x83f)
			check(!wrmsr_safe(msr, 0), "%s: MSR 0x%x can be written", mode, msr);
	}
}

void test_main(void)
{
	uint64_t base = rdmsr(APIC_BASE);

	check(base & BASE_ENABLE && !(base & BASE_EXTD), "APIC base is 0x%lx", base);
	sweep("xAPIC", false);
	wrmsr(APIC_BASE, base | BASE_EXTD);
	sweep("x2APIC", true);
	wrmsr(APIC_BASE, base & ~(uint64_t)(BASE_ENABLE | BASE_EXTD));
	sweep("disabled", false);
	pass();
}
