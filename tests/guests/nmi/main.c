/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * NMIs to oneself: taken whatever IF says, never nested, remembered once while
 * one is handled, let in again by IRET, also by that of a trap within the handler.
 */
#include "lib.h"

const char test_name[] = "nmi";

#define APIC_ICR ((volatile uint32_t *)0xfee00300ul)
#define APIC_SVR ((volatile uint32_t *)0xfee000f0ul)
#define SELF_NMI 0x44400u

static volatile uint32_t taken, depth, deepest, again, trap_within;

static void send(void)
{
	*APIC_ICR = SELF_NMI;
}

/* Long enough for what is pending to be delivered at the next exit. */
static void settle(void)
{
	for (int i = 0; i < 20; i++)
		cpuid(0, 0);
}

static void on_nmi(struct trap_frame *frame)
{
	(void)frame;
	taken++;
	depth++;
	if (depth > deepest)
		deepest = depth;
	while (again && depth < 3) {
		again--;
		send();
		settle();
	}
	if (trap_within) {
		trap_within = 0;
		send();
		settle();
		asm volatile("int3");
		settle();
	}
	depth--;
}

static void on_breakpoint(struct trap_frame *frame)
{
	(void)frame;
}

static void expect(const char *what, uint32_t n, uint32_t nested)
{
	settle();
	check(taken == n, "%s: %u NMIs instead of %u", what, taken, n);
	check(deepest == nested, "%s: nested %u deep instead of %u", what, deepest, nested);
	taken = deepest = 0;
}

void test_main(void)
{
	*APIC_SVR = 0x1ff;
	trap_set(VEC_NMI, on_nmi);
	trap_set(VEC_BP, on_breakpoint);
	irq_off();
	for (int i = 0; i < 3; i++) {
		send();
		expect("interrupts off", 1, 1);
	}
	again = 1;
	send();
	expect("one more in the handler", 2, 1);
	again = 3;
	send();
	expect("three more in the handler", 2, 1);
	trap_within = 1;
	send();
	expect("IRET of a trap in the handler", 2, 2);
	send();
	expect("afterwards", 1, 1);
	pass();
}
