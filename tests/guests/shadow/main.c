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

extern const char behind_one[], behind_cli[], behind_ss[];

static void expect(const char *what, const char *ip)
{
	check(hits == 1, "%s: %u interrupts instead of 1", what, hits);
	check(hit_ip == (unsigned long)ip, "%s: taken at 0x%lx instead of 0x%lx", what, hit_ip,
	      (unsigned long)ip);
	hits = 0;
}

static void __attribute__((noinline)) check_sti(void)
{
	*APIC_ICR = SELF | VECTOR;
	asm volatile("sti; nop; behind_one: nop; cli" ::: "memory");
	expect("STI", behind_one);
}

/* STI; CLI lets nothing in. */
static void __attribute__((noinline)) check_sti_cli(void)
{
	*APIC_ICR = SELF | VECTOR;
	asm volatile("sti; cli; behind_cli: nop" ::: "memory");
	check(!hits, "an interrupt between STI and CLI, at 0x%lx", hit_ip);
	asm volatile("sti; nop; nop; cli" ::: "memory");
	check(hits == 1, "lost by STI; CLI");
	hits = 0;
}

/* MOV SS right in the shadow of STI. */
static void __attribute__((noinline)) check_mov_ss(void)
{
	unsigned long ss = KERNEL_DS;

	*APIC_ICR = SELF | VECTOR;
	asm volatile("sti; mov %w0, %%ss; nop; behind_ss: nop; cli" ::"r"(ss) : "memory");
	check(hits == 1, "MOV SS: %u interrupts", hits);
	/* Two in a row: the second need not have a shadow (APM vol. 1, 3.8). */
	check(hit_ip == (unsigned long)behind_ss || hit_ip == (unsigned long)behind_ss - 1,
	      "MOV SS: taken at 0x%lx, not near 0x%lx", hit_ip, (unsigned long)behind_ss);
	hits = 0;
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
	pass();
}
