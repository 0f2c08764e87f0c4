/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-195: a bit-string instruction with a bit offset of 64 bits, whose operand
 * lies far from the address it names, on the emulated page: not emulated, so it
 * ends this guest and no other.  test_emulate has the other forms.
 */
#include "lib.h"

const char test_name[] = "advisory-195";

#define APIC 0xfee00000ull

void test_main(void)
{
	expect_end("crash");
#if BITS == 64
	/* base + (offset >> 3) is the page only if nothing is cut off. */
	asm volatile("btsq %0, (%1)" ::"r"(-0x3000000000000ll), "r"(APIC + 0x80 + 0x600000000000ull)
		     : "memory", "cc");
#else
	asm volatile("btsl %0, (%1)" ::"r"(-0x80000l), "r"((uint32_t)APIC + 0x80 + 0x10000)
		     : "memory", "cc");
#endif
	fail("BTS on the APIC page was emulated");
}
