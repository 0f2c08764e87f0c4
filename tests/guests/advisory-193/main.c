/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-193: addresses that are not canonical never reach the processor's
 * registers; nor do bits of control registers that nobody offered.
 */
#include "lib.h"

const char test_name[] = "advisory-193";

#define GP	13
#define BAD	0x0000800000000000ull
#define BAD_TOP 0xffff000000000000ull
#define GOOD	0xffff888012345000ull
#define EFER	0xc0000080u

static const uint32_t addresses[] = {
	0xc0000100, 0xc0000101, 0xc0000102, 0xc0000082, 0xc0000083, 0x175, 0x176,
};

static void check_addresses(void)
{
	for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		uint32_t msr = addresses[i];
		uint64_t was = rdmsr(msr), is = 0;

		check(!wrmsr_safe(msr, BAD), "MSR 0x%x takes 0x%lx", msr, (uint64_t)BAD);
		check(!wrmsr_safe(msr, BAD_TOP), "MSR 0x%x takes 0x%lx", msr, (uint64_t)BAD_TOP);
		check(rdmsr(msr) == was, "MSR 0x%x changed", msr);
		check(wrmsr_safe(msr, GOOD), "MSR 0x%x refuses a good address", msr);
		check(rdmsr_safe(msr, &is) && is == GOOD, "MSR 0x%x reads 0x%lx", msr, is);
		wrmsr(msr, was);
	}
}

static void write_cr4(void *arg)
{
	set_cr4((unsigned long)arg);
}

static void check_cr4(void)
{
	/* LA57, VMXE, SMXE, PCID, PKE, CET, and what is reserved */
	static const unsigned int refused[] = {12, 13, 14, 15, 17, 19, 22, 23, 24, 31, 32, 63};
	uint64_t was = get_cr4();

	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int vector = trap_catch(write_cr4, (void *)(was | 1ull << refused[i]));

		check(vector == GP, "CR4 bit %u gives vector %d", refused[i], vector);
		check(get_cr4() == was, "CR4 changed to 0x%lx", get_cr4());
	}
	check(trap_catch(write_cr4, (void *)(was & ~0x20ul)) == GP, "PAE off in long mode");
	check(trap_catch(write_cr4, (void *)(was | 4)) == NO_TRAP && get_cr4() == (was | 4), "TSD");
	set_cr4(was);
}

static void check_efer(void)
{
	static const unsigned int refused[] = {1, 9, 12, 13, 14, 15, 16, 32};
	uint64_t was = rdmsr(EFER);

	for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check(!wrmsr_safe(EFER, was | 1ull << refused[i]), "EFER bit %u", refused[i]);
	check(!wrmsr_safe(EFER, was & ~0x100ul), "long mode off under paging");
	check(wrmsr_safe(EFER, was | 1) && rdmsr(EFER) == (was | 1), "SCE");
	check(rdmsr(EFER) & 1 << 10, "LMA is read back");
	wrmsr(EFER, was);
	check(!wrmsr_safe(0x277, 0x0202020202020202), "PAT of reserved types");
}

void test_main(void)
{
	check_addresses();
	check_cr4();
	check_efer();
	pass();
}
