/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * SYSCALL and SYSENTER: where they lead, what they keep, and that they are
 * undefined or refused where AMD's processors say so (APM vol. 3).
 */
#include "mode.h"

const char test_name[] = "syscall";

#define EFER	     0xc0000080u
#define STAR	     0xc0000081u
#define LSTAR	     0xc0000082u
#define CSTAR	     0xc0000083u
#define SFMASK	     0xc0000084u
#define SYSENTER_CS  0x174u
#define SYSENTER_ESP 0x175u
#define SYSENTER_EIP 0x176u

asm(".pushsection .text\n"
    "do_syscall: nop; syscall; after_syscall: int $0x2f\n"
    "do_sysenter: nop; .byte 0x0f, 0x34; int $0x2f\n"
    /* reached in ring 0 */
    "target: int $0x2f\n"
    "target32: int $0x2f\n"
    ".popsection");
extern const char do_syscall[], after_syscall[], do_sysenter[], target[], target32[];

static uint8_t kernel_stack[256] __attribute__((aligned(16)));

static bool intel(void)
{
	return cpuid(0, 0).b == 0x756e6547;
}

static void check_syscall(enum mode m, const char *where)
{
	struct mode_state s;
	int vector;

	mode_prepare(&s, m, do_syscall);
	wrmsr(EFER, rdmsr(EFER) & ~1ull);
	vector = mode_run(&s);
	check(vector == VEC_UD && trap_last.rip == s.ip + 1, "%s without SCE: vector %d",
	      mode_names[m], vector);
	wrmsr(EFER, rdmsr(EFER) | 1);
	wrmsr(STAR, (uint64_t)(USER_CS32 | 3) << 48 | (uint64_t)KERNEL_CS << 32 |
			    (uint32_t)(unsigned long)target32);
	s.flags |= FLAG_AC;
	vector = mode_run(&s);
	check(vector == NO_TRAP && trap_last.rip == (unsigned long)where + 2 &&
		      (trap_last.cs & 0xfffc) == KERNEL_CS && !(trap_last.cs & 3),
	      "%s: vector %d at 0x%lx:0x%lx", mode_names[m], vector, trap_last.cs, trap_last.rip);
	check((uint32_t)trap_last.rcx == (uint32_t)(unsigned long)after_syscall, "%s: RCX is 0x%lx",
	      mode_names[m], trap_last.rcx);
#ifdef __x86_64__
	check(trap_last.r11 & FLAG_AC, "%s: R11 is 0x%lx", mode_names[m], trap_last.r11);
	check(!(trap_last.rflags & FLAG_AC), "%s: SFMASK is not heeded, flags 0x%lx", mode_names[m],
	      trap_last.rflags);
#endif
	wrmsr(EFER, rdmsr(EFER) & ~1ull);
}

static void check_sysenter(enum mode m)
{
	bool undefined = BITS == 64 && !intel();
	/* QEMU 7.2 has it in compatibility mode. */
	bool emulated = m == MODE_COMPAT_USER;
	struct mode_state s;
	int vector;

	mode_prepare(&s, m, do_sysenter);
	wrmsr(SYSENTER_CS, 0);
	vector = mode_run(&s);
	check((vector == (undefined ? VEC_UD : VEC_GP) || emulated) && trap_last.rip == s.ip + 1,
	      "%s: SYSENTER without CS: vector %d", mode_names[m], vector);
	wrmsr(SYSENTER_CS, KERNEL_CS);
	wrmsr(SYSENTER_ESP, (unsigned long)kernel_stack + sizeof(kernel_stack));
	wrmsr(SYSENTER_EIP, (unsigned long)target);
	vector = mode_run(&s);
	if (undefined) {
		check(vector == VEC_UD || emulated, "%s: SYSENTER: vector %d", mode_names[m],
		      vector);
		return;
	}
	check(vector == NO_TRAP && trap_last.rip == (unsigned long)target + 2 &&
		      trap_last.cs == KERNEL_CS,
	      "%s: SYSENTER: vector %d at 0x%lx:0x%lx", mode_names[m], vector, trap_last.cs,
	      trap_last.rip);
}

void test_main(void)
{
	check(cpuid(0x80000001, 0).d & 1 << 11 || BITS == 32, "SYSCALL is not offered");
#ifdef __x86_64__
	wrmsr(LSTAR, (unsigned long)target);
	wrmsr(CSTAR, (unsigned long)target32);
	wrmsr(SFMASK, FLAG_AC | FLAG_IF);
	check(rdmsr(LSTAR) == (unsigned long)target, "LSTAR is 0x%lx", rdmsr(LSTAR));
	check_syscall(MODE_USER, target);
	check_syscall(MODE_COMPAT_USER, target32);
	check_sysenter(MODE_COMPAT_USER);
#else
	if (cpuid(0x80000001, 0).d & 1 << 11)
		check_syscall(MODE_USER, target32);
#endif
	check_sysenter(MODE_USER);
	pass();
}
