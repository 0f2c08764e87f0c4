/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The local APIC through its page, with each instruction form that is emulated;
 * priorities and CR8; NMI; then what the processor delivers by itself while
 * instructions are intercepted: single steps, INT3, INT n.
 */
#include "lib.h"

const char test_name[] = "apic";

#define VECTOR 0x41
#define APIC   0xfee00000ul
#define ID     0x20
#define TPR    0x80
#define EOI    0xb0
#define SVR    0xf0
#define ICR    0x300
#define TIMER  0x320
#define TMICT  0x380
#define TMCCT  0x390
#define TDCR   0x3e0
#define SELF   0x40000u

static volatile uint32_t hits;

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(APIC + offset);
}

static void on_vector(unsigned int vector)
{
	(void)vector;
	hits++;
	*reg(EOI) = 0;
}

static bool arrives(void)
{
	bool ok = wait_flag(&hits, 1000000000ull);

	hits = 0;
	return ok;
}

static void check_forms(void)
{
	volatile uint32_t *tpr = reg(TPR);
	uint32_t v = 0x30;
	uint8_t b;
	bool equal;

	asm volatile("movl %1, %0" : "=m"(*tpr) : "r"(v));
	asm volatile("movl %1, %0" : "=r"(v) : "m"(*tpr));
	check(v == 0x30, "mov: 0x%x", v);
	asm volatile("movl $0x20, %0" : "=m"(*tpr));
	asm volatile("orl $3, %0" : "+m"(*tpr));
	check(*tpr == 0x23, "or: 0x%x", *tpr);
	asm volatile("andl %1, %0" : "+m"(*tpr) : "r"(0xf0));
	check(*tpr == 0x20, "and: 0x%x", *tpr);
	asm volatile("xorl $0x60, %0" : "+m"(*tpr));
	check(*tpr == 0x40, "xor: 0x%x", *tpr);
	asm volatile("cmpl $0x40, %1; sete %0" : "=r"(equal) : "m"(*tpr) : "cc");
	check(equal, "cmp");
	asm volatile("testl $0x40, %1; setz %0" : "=r"(equal) : "m"(*tpr) : "cc");
	check(!equal, "test");
	v = 0x50;
	asm volatile("xchgl %0, %1" : "+r"(v), "+m"(*tpr));
	check(v == 0x40 && *tpr == 0x50, "xchg: 0x%x 0x%x", v, *tpr);
	asm volatile("movzbl %1, %0" : "=r"(v) : "m"(*(volatile uint8_t *)tpr));
	check(v == 0x50, "movzx: 0x%x", v);
	asm volatile("movb %1, %0" : "=r"(b) : "m"(*(volatile uint8_t *)tpr));
	check(b == 0x50, "byte mov: 0x%x", b);
	asm volatile("movl %%r9d, %0" : "=m"(*tpr)::"r9");
	asm volatile("rep stosl" ::"D"(tpr), "c"(1), "a"(0) : "memory");
	check(*tpr == 0, "stos: 0x%x", *tpr);
}

static void check_priority(void)
{
	*reg(TPR) = 0x80;
	*reg(ICR) = SELF | VECTOR;
	irq_on();
	for (volatile int i = 0; i < 100000; i++)
		;
	check(!hits, "delivered below the task priority");
	asm volatile("mov %0, %%cr8" ::"r"(0ul));
	check(arrives(), "lost when CR8 went down");
	check(*reg(TPR) == 0, "CR8 and TPR differ");
	asm volatile("mov %0, %%cr8" ::"r"(9ul));
	check(*reg(TPR) == 0x90, "TPR is 0x%x after CR8 = 9", *reg(TPR));
	asm volatile("mov %0, %%cr8" ::"r"(0ul));
}

static void check_timer(void)
{
	uint64_t start;

	*reg(TDCR) = 0xb;
	*reg(TIMER) = VECTOR;
	start = now_ns();
	*reg(TMICT) = 500000; /* 5 ms */
	check(arrives(), "the timer does not fire");
	check(now_ns() - start >= 5000000, "after %lu ns instead of 5 ms", now_ns() - start);
	check(*reg(TMCCT) == 0, "count goes on");
	*reg(TIMER) = 1u << 17 | VECTOR;
	*reg(TMICT) = 100000;
	for (int i = 0; i < 5; i++)
		check(arrives(), "period %d is missing", i);
	*reg(TMICT) = 0;
}

static void nmi_to_self(void *arg)
{
	(void)arg;
	*reg(ICR) = 4u << 24; /* in the other half: no destination */
	*reg(ICR) = SELF | 0x4400;
	for (volatile int i = 0; i < 100000000; i++)
		;
}

static void breakpoint(void *arg)
{
	(void)arg;
	asm volatile("int3");
}

extern char after_cpuid[];

static void step_over_cpuid(void *arg)
{
	(void)arg;
	asm volatile("xor %%eax, %%eax; pushfq; orq $0x100, (%%rsp); popfq; cpuid\n"
		     "after_cpuid: nop" ::
			     : "eax", "ebx", "ecx", "edx", "memory");
}

static void check_traps(void)
{
	uint64_t dr6;

	for (int i = 0; i < 3; i++)
		check(trap_catch(nmi_to_self, NULL) == 2, "NMI %d does not come", i);
	check(trap_catch(breakpoint, NULL) == 3, "INT3 gives another vector");
	check(trap_catch(step_over_cpuid, NULL) == 1, "no single step");
	check(trap_last.rip == (uintptr_t)after_cpuid, "single step at 0x%lx", trap_last.rip);
	asm volatile("mov %%db6, %0" : "=r"(dr6));
	check(dr6 & 1 << 14, "DR6 is 0x%lx", dr6);
	hits = 0;
	asm volatile("int %0" ::"i"(VECTOR));
	check(hits == 1, "INT n");
}

void test_main(void)
{
	check(*reg(ID) == 0, "APIC id 0x%x", *reg(ID));
	*reg(SVR) = 0x1ff;
	check_forms();
	irq_set(VECTOR, on_vector);
	irq_off();
	*reg(ICR) = SELF | VECTOR;
	check(arrives(), "self IPI");
	check_priority();
	check_timer();
	irq_off();
	check_traps();
	pass();
}
