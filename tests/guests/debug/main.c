/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Debug registers: what they keep, what they refuse, breakpoints on execution,
 * data and ports, general detect; and that they reach nobody else: neither the
 * hypervisor, whose addresses a guest may name, nor other guests, whose
 * breakpoints would show here.
 */
#include "mode.h"

const char test_name[] = "debug";

#define DR6_BD	  (1ul << 13)
#define DR6_BS	  (1ul << 14)
#define DR6_FIXED 0xffff0ff0ul
#define DR7_FIXED 0x400ul
#define DR7_GD	  (1ul << 13)
#define CR4_DE	  8ul
/* Breakpoint @n, global: @type 0 execute, 1 write, 2 port, 3 access; @len coded. */
#define DR7_BP(n, type, len)                                                                       \
	(2ul << 2 * (n) | (unsigned long)(type) << (16 + 4 * (n)) |                                \
	 (unsigned long)(len) << (18 + 4 * (n)))

static volatile uint32_t hits;
static unsigned long hit_ip, hit_dr6;

/* Breakpoints on instructions are faults: RF lets the instruction pass. */
static void on_debug(struct trap_frame *frame)
{
	hits++;
	hit_ip = frame->rip;
	hit_dr6 = get_dr6();
	frame->rflags |= FLAG_RF;
}

static void expect_hits(const char *what, uint32_t n, unsigned long ip, unsigned long dr6)
{
	check(hits == n, "%s: %u #DB instead of %u, DR6 0x%lx, DR7 0x%lx", what, hits, n, get_dr6(),
	      get_dr7());
	if (n) {
		check(!ip || hit_ip == ip, "%s: at 0x%lx instead of 0x%lx", what, hit_ip, ip);
		check((hit_dr6 & 0xe00f) == dr6, "%s: DR6 is 0x%lx", what, hit_dr6);
	}
	hits = 0;
	set_dr6(0);
}

static void check_at_start(void)
{
	check(!get_dr0() && !get_dr1() && !get_dr2() && !get_dr3(), "DR0..3 are not 0");
	check(get_dr6() == DR6_FIXED, "DR6 is 0x%lx", get_dr6());
	check(get_dr7() == DR7_FIXED, "DR7 is 0x%lx", get_dr7());
}

static void write_dr6(void *value)
{
	set_dr6((unsigned long)value);
}

static void write_dr7(void *value)
{
	set_dr7((unsigned long)value);
}

static void use_dr4(void *arg)
{
	unsigned long v;

	(void)arg;
	asm volatile("mov %%dr4, %0; mov %0, %%dr5" : "=r"(v));
}

static void read_dr7(void *arg)
{
	(void)arg;
	get_dr7();
}

static void check_values(void)
{
	set_dr0(0x12345678);
	set_dr3(~0ul);
	check(get_dr0() == 0x12345678 && get_dr3() == ~0ul, "DR0 0x%lx, DR3 0x%lx", get_dr0(),
	      get_dr3());
	set_dr6(0xffffffff);
	/* Bit 12 is always 0, but for QEMU without a hypervisor. */
	check((get_dr6() & ~0x11000ul) == 0xfffeefff && (!on_xen || !(get_dr6() & 0x1000)),
	      "DR6 of ones is 0x%lx", get_dr6());
	set_dr6(0);
	check(get_dr6() == DR6_FIXED, "DR6 of zeroes is 0x%lx", get_dr6());
	set_dr7(0xffffd800);
	check(get_dr7() == 0xffff0400 || (!on_xen && get_dr7() == 0xffffdc00), "DR7 is 0x%lx",
	      get_dr7());
	set_dr7(0);
	if (BITS == 64) {
		check(trap_catch(write_dr6, (void *)(~0ul << (BITS / 2))) == VEC_GP &&
			      trap_catch(write_dr7, (void *)(~0ul << (BITS / 2))) == VEC_GP,
		      "upper halves of DR6 and DR7 can be written");
	}
	check(trap_catch(use_dr4, NULL) == NO_TRAP, "DR4 is not DR6");
	set_cr4(get_cr4() | CR4_DE);
	check(trap_catch(use_dr4, NULL) == VEC_UD, "DR4 without #UD under CR4.DE");
	set_cr4(get_cr4() & ~CR4_DE);
	check(user_catch(read_dr7, NULL) == VEC_GP, "ring 3 reads DR7");
}

extern const char execute_here[], after_write[], after_read[], after_out[];
static volatile uint64_t watched[2] __attribute__((aligned(16)));

/* Once in the code, whatever the compiler does with the loop. */
static void __attribute__((noinline)) executed(void)
{
	asm volatile("execute_here: nop" ::: "memory");
}

static void check_execute(void)
{
	set_dr1((unsigned long)execute_here);
	set_dr7(DR7_BP(1, 0, 0));
	for (int i = 0; i < 3; i++) {
		executed();
		expect_hits("execution", 1, (unsigned long)execute_here, 2);
	}
}

static void check_data(void)
{
	/* They would let a guest abort QEMU's emulation, so there are none. */
	if (on_xen && on_tcg())
		return;
	set_dr7(0);
	set_dr2((unsigned long)&watched[0]);
	set_dr7(DR7_BP(2, 1, 3));
	asm volatile("movl $1, %0; after_write: nop" : "=m"(watched[0]));
	expect_hits("write", 1, (unsigned long)after_write, 4);
	(void)watched[0];
	expect_hits("read of a write breakpoint", 0, 0, 0);
	set_dr7(DR7_BP(2, 3, 3));
	asm volatile("testl $1, %0; after_read: nop" ::"m"(watched[0]) : "cc");
	expect_hits("read", 1, (unsigned long)after_read, 4);
	watched[1] = 1;
	expect_hits("beside it", 0, 0, 0);
	/* Exits and other vCPUs' turns in between take nothing away. */
	for (int i = 0; i < 50; i++) {
		cpuid(0, 0);
		if (on_xen)
			hypercall2(__HYPERVISOR_sched_op, 0, NULL); /* yield */
		watched[0] = 2;
		expect_hits("write later", 1, 0, 4);
	}
	set_dr7(0);
	watched[0] = 3;
	expect_hits("switched off", 0, 0, 0);
}

static void check_port(void)
{
	set_cr4(get_cr4() | CR4_DE);
	set_dr0(0xe0);
	set_dr7(DR7_BP(0, 2, 0));
	asm volatile("outb %%al, $0xe0; after_out: nop" ::"a"(0));
	expect_hits("port", 1, (unsigned long)after_out, 1);
	asm volatile("outb %%al, $0xe1" ::"a"(0));
	expect_hits("next port", 0, 0, 0);
	set_dr7(0);
	set_cr4(get_cr4() & ~CR4_DE);
}

extern const char detect_here[];

static void with_detect(void *arg)
{
	(void)arg;
	asm volatile("detect_here: mov %0, %%dr3" ::"r"(0ul));
}

static void check_detect(void)
{
	set_dr3(0x1111);
	set_dr7(DR7_GD);
	if (trap_catch(with_detect, NULL) == NO_TRAP && !on_xen)
		skip("QEMU has no general detect; all else passed");
	check(trap_last.vector == VEC_DB, "no general detect");
	check(trap_last.rip == (unsigned long)detect_here, "detected at 0x%lx", trap_last.rip);
	check(get_dr7() == DR7_FIXED, "DR7 is 0x%lx in the handler", get_dr7());
	check(get_dr6() & DR6_BD, "DR6 is 0x%lx", get_dr6());
	check(get_dr3() == 0x1111, "and written nevertheless");
	set_dr6(0);
}

/* The hypervisor's text, stacks, and all of its memory from the start. */
static void check_hypervisor(void)
{
#ifdef __x86_64__
	static const unsigned long bases[] = {0xffffffff80200000, 0xffff800000000000,
					      0xffffc00000000000};

	for (unsigned int i = 0; on_xen && i < sizeof(bases) / sizeof(bases[0]); i++) {
		for (unsigned long offset = 0; offset < 0x8000; offset += 32) {
			set_dr0(bases[i] + offset);
			set_dr1(bases[i] + offset + 8);
			set_dr2(bases[i] + offset + 16);
			set_dr3(bases[i] + offset + 24);
			set_dr7(DR7_BP(0, 3, 2) | DR7_BP(1, 3, 2) | DR7_BP(2, 3, 2) |
				DR7_BP(3, 3, 2));
			cpuid(0, 0);
		}
	}
	/* Where its functions begin. */
	for (unsigned long ip = bases[0]; on_xen && ip < bases[0] + 0x20000; ip += 64) {
		set_dr0(ip);
		set_dr1(ip + 16);
		set_dr2(ip + 32);
		set_dr3(ip + 48);
		set_dr7(DR7_BP(0, 0, 0) | DR7_BP(1, 0, 0) | DR7_BP(2, 0, 0) | DR7_BP(3, 0, 0));
		cpuid(0, 0);
	}
	set_dr7(0);
	expect_hits("in the hypervisor", 0, 0, 0);
#endif
}

extern const char common_code[];

static void __attribute__((noinline)) common(void)
{
	asm volatile("common_code: nop" ::: "memory");
}

/* Of two guests on one CPU, "holder" has a breakpoint and gives the CPU away; in
 * the other the same address has none. */
static void neighbours(bool holder)
{
	uint64_t end = now_ns() + 4000000000ull;

	trap_set(VEC_DB, on_debug);
	set_dr0((unsigned long)common_code);
	if (holder)
		set_dr7(DR7_BP(0, 0, 0));
	while (now_ns() < end) {
		hypercall2(__HYPERVISOR_sched_op, 0, NULL); /* yield */
		common();
		expect_hits("beside another guest", holder, 0, holder);
	}
	pass();
}

void test_main(void)
{
	if (streq(cmdline(), "holder") || streq(cmdline(), "other"))
		neighbours(streq(cmdline(), "holder"));
	check_at_start();
	check_values();
	trap_set(VEC_DB, on_debug);
	check_execute();
	check_data();
	check_port();
	check_hypervisor();
	trap_set(VEC_DB, NULL);
	check_detect();
	pass();
}
