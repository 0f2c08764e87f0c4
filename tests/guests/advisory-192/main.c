/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-192: a task switch into virtual-8086 mode loaded LDTR the way such code
 * loads segments: a failing VM entry, or a local table at address 0.
 */
#include "mode.h"

const char test_name[] = "advisory-192";

#define OTHER TEST_SEL

asm(".code16\n"
    "v86_code: movw $0x1234, %ax\n"
    "int $0x2f\n" /* VEC_DONE */
    ".code32\n");
extern const char v86_code[];

static struct tss other __attribute__((aligned(128)));
static uint8_t stack[4096] __attribute__((aligned(16)));

static void jump(void *arg)
{
	(void)arg;
	asm volatile("ljmp %0, $0" ::"i"(OTHER) : "memory");
}

static void load_local(void *arg)
{
	asm volatile("mov %w0, %%fs" ::"r"(arg));
}

void test_main(void)
{
	volatile uint64_t *first = (volatile uint64_t *)8;
	struct mode_state s;
	unsigned int ldt = 0xffff, tr = 0;
	int vector;

	/* A good descriptor where the local table would be. */
	asm volatile("" : "+r"(first)); /* not an object to the compiler */
	*first = gdt[KERNEL_DS / 8];
	mode_prepare(&s, MODE_V8086, v86_code);
	other = (struct tss){.sp0 = (unsigned long)stack + sizeof(stack),
			     .ss0 = KERNEL_DS,
			     .cr3 = get_cr3(),
			     .eip = s.ip,
			     .eflags = s.flags,
			     .esp = s.sp,
			     .es = s.es,
			     .cs = s.cs,
			     .ss = s.ss,
			     .ds = s.ds,
			     .fs = s.fs,
			     .gs = s.gs,
			     .io_map = sizeof(other)};
	gdt_set(OTHER, (unsigned long)&other, sizeof(other) - 1, SEG_TSS);
	vector = trap_catch(jump, NULL);
	check(vector == NO_TRAP, "vector %d, error 0x%lx", vector, trap_last.error);
	check(trap_last.rflags & FLAG_VM, "flags 0x%lx", trap_last.rflags);
	check((trap_last.rax & 0xffff) == 0x1234, "EAX is 0x%lx", trap_last.rax);
	check(trap_last.cs == s.cs && trap_last.v86_fs == s.fs, "segments 0x%lx, 0x%lx",
	      trap_last.cs, trap_last.v86_fs);
	asm volatile("sldt %w0; str %w1" : "+r"(ldt), "+r"(tr));
	check(tr == OTHER, "task 0x%x", tr);
	check(ldt == 0, "LDTR is 0x%x", ldt);
	vector = trap_catch(load_local, (void *)0x0c);
	check(vector == VEC_GP && trap_last.error == 0x0c,
	      "there is a local table: vector %d, error 0x%lx", vector, trap_last.error);
	pass();
}
