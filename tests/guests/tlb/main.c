/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Translations: INVLPG, a new CR3 and global pages on one's own CPU, and another
 * vCPU that was told by IPI uses the new page from then on.
 */
#include "page.h"

const char test_name[] = "tlb";

#if PAGING
#define VECTOR	0x52
#define CR4_PGE 0x80ul
#define ROUNDS	100u
#define ICR_MSR 0x830u
#define EOI_MSR 0x80bu

static volatile uint32_t pages[2][1024] __attribute__((aligned(4096)));
static volatile uint32_t window[1024] __attribute__((aligned(4096)));
static volatile uint32_t acked, ready, go_on = 1, seen, watch = 0;

static void map(unsigned int n, uint64_t flags)
{
	*page_entry((unsigned long)window) = (pte_t)((unsigned long)pages[n] | PAGE_ALL | flags);
}

static void check_alone(void)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		map(i & 1, 0);
		invlpg(window);
		check(window[0] == (i & 1), "INVLPG: page %u shows %u", i & 1, window[0]);
		map(~i & 1, 0);
		set_cr3(get_cr3());
		check(window[0] == (~i & 1), "CR3: page %u shows %u", ~i & 1, window[0]);
	}
	set_cr4(get_cr4() | CR4_PGE);
	map(0, PAGE_G);
	invlpg(window);
	check(window[0] == 0, "global page shows %u", window[0]);
	map(1, PAGE_G);
	set_cr4(get_cr4() & ~CR4_PGE);
	check(window[0] == 1, "CR4.PGE does not flush: %u", window[0]);
}

static void on_vector(unsigned int vector)
{
	(void)vector;
	invlpg(window);
	__atomic_add_fetch(&acked, 1, __ATOMIC_SEQ_CST);
	wrmsr(EOI_MSR, 0);
}

static void other_cpu(unsigned int cpu)
{
	(void)cpu;
	wrmsr(0x1b, rdmsr(0x1b) | 1 << 10);
	wrmsr(0x80f, 0x1ff);
	ready = 1;
	irq_on();
	while (go_on) {
		seen = window[0];
		watch++;
		asm volatile("pause" ::: "memory");
	}
	irq_off();
}

static void check_other(void)
{
	irq_set(VECTOR, on_vector);
	ap_start(1, other_cpu);
	check(wait_flag(&ready, 5000000000ull), "vCPU 1 does not get ready");
	for (unsigned int i = 0; i < ROUNDS; i++) {
		uint32_t was;

		map(i & 1, 0);
		invlpg(window);
		acked = 0;
		wrmsr(ICR_MSR, 2ull << 32 | 0x4000 | VECTOR);
		check(wait_flag(&acked, 5000000000ull), "vCPU 1 does not answer");
		/* Twice round its loop: then it has read after INVLPG. */
		was = watch;
		for (uint64_t end = now_ns() + 5000000000ull; watch - was < 2;)
			check(now_ns() < end, "vCPU 1 does not run");
		check(seen == (i & 1), "round %u: vCPU 1 still sees page %u", i, seen);
	}
	go_on = 0;
}

void test_main(void)
{
	pages[1][0] = 1;
	check_alone();
	if (on_xen)
		check_other();
	pass();
}
#else
void test_main(void)
{
	skip("no paging");
}
#endif
