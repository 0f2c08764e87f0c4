/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The instruction behind STI and MOV SS is executed before a pending
 * interrupt is taken, and never one more.
 */
#include "lib.h"

const char test_name[] = "shadow";

#define VECTOR	 0x51
#define APIC_ICR ((volatile uint32_t *)0xfee00300ul)
#define APIC_SVR ((volatile uint32_t *)0xfee000f0ul)
#define APIC_EOI ((volatile uint32_t *)0xfee000b0ul)
#define SELF	 0x40000u
#define ROUNDS	 200

static volatile uint32_t hits;
static volatile unsigned long hit_ip;

static void on_vector(struct trap_frame *frame)
{
	hits++;
	hit_ip = frame->rip;
	*APIC_EOI = 0;
}

extern const char behind_sti[], behind_one[], behind_cli[], in_ss[], behind_ss[];

/* QEMU 7.2 does not load the interrupt shadow at VMRUN: when the host interrupts a
 * guest right in one, an instruction of it is lost.  That happens now and then; a
 * shadow that is not there is lost every time. */
static unsigned int lost;

static void expect(const char *what, bool late, bool early)
{
	check(hits == 1, "%s: %u interrupts instead of 1", what, hits);
	check(late || early, "%s: taken at 0x%lx", what, hit_ip);
	lost += early;
	hits = 0;
}

static void __attribute__((noinline)) check_sti(void)
{
	*APIC_ICR = SELF | VECTOR;
	asm volatile("sti; behind_sti: nop; behind_one: nop; cli" ::: "memory");
	expect("STI", hit_ip == (unsigned long)behind_one, hit_ip == (unsigned long)behind_sti);
}

/* STI; CLI lets nothing in. */
static void __attribute__((noinline)) check_sti_cli(void)
{
	*APIC_ICR = SELF | VECTOR;
	asm volatile("sti; behind_cli: cli; nop" ::: "memory");
	if (hits) {
		expect("STI; CLI", false, hit_ip == (unsigned long)behind_cli);
		return;
	}
	asm volatile("sti; nop; nop; cli" ::: "memory");
	check(hits == 1, "lost by STI; CLI");
	hits = 0;
}

/* MOV SS right in the shadow of STI. */
static void __attribute__((noinline)) check_mov_ss(void)
{
	unsigned long ss = KERNEL_DS;

	*APIC_ICR = SELF | VECTOR;
	asm volatile("sti; in_ss: mov %w0, %%ss; nop; behind_ss: nop; cli" ::"r"(ss) : "memory");
	/* Two in a row: the second need not have a shadow (APM vol. 1, 3.8). */
	expect("MOV SS",
	       hit_ip == (unsigned long)behind_ss || hit_ip == (unsigned long)behind_ss - 1,
	       hit_ip == (unsigned long)in_ss);
}

void test_main(void)
{
	*APIC_SVR = 0x1ff;
	trap_set(VECTOR, on_vector);
	irq_off();
	for (int i = 0; i < ROUNDS; i++) {
		check_sti();
		check_sti_cli();
		check_mov_ss();
	}
	check(lost <= (on_tcg() ? ROUNDS / 10 : 0), "%u of %u shadows are lost", lost, 3 * ROUNDS);
	pass();
}
