/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-454 (CVE-2023-46842): a hypercall by 32-bit code of a 64-bit guest, with
 * rubbish in the upper halves of the registers.
 */
#include "mode.h"

#include <xen/version.h>

const char test_name[] = "advisory-454";

/* Upper halves are set in 64-bit code: compatibility mode cannot reach them. */
asm(".pushsection .text\n"
    "dirty: movabsq $0xdead000100000000, %r9\n"
    "orq %r9, %rax\n"
    "orq %r9, %rbx\n"
    "orq %r9, %rcx\n"
    "orq %r9, %rdx\n"
    "orq %r9, %rsi\n"
    "orq %r9, %rdi\n"
    "orq %r9, %rbp\n"
    "ljmpl *compat_at(%rip)\n"
    ".code32\n"
    "compat: vmmcall\n"
    "int $0x2f\n" /* VEC_DONE */
    ".code64\n"
    ".balign 8\n"
    "compat_at: .long compat, 0x30\n" /* KERNEL_CS32 */
    ".popsection");
extern const char dirty[];

static uint32_t call(uint32_t nr, uint32_t cmd, const void *arg)
{
	struct mode_state s;
	int vector;

	mode_prepare(&s, MODE_KERNEL, dirty);
	s.ax = nr;
	s.bx = cmd;
	s.cx = (uint32_t)(uintptr_t)arg;
	vector = mode_run(&s);
	check(vector == NO_TRAP, "hypercall %u: vector %d", nr, vector);
	return (uint32_t)trap_last.rax;
}

void test_main(void)
{
	static struct {
		uint32_t op, pad;
		uint32_t result, args[6];
	} multi[2] = {{.op = __HYPERVISOR_xen_version}, {.op = __HYPERVISOR_xen_version}};
	xen_extraversion_t extra;

	check(call(__HYPERVISOR_xen_version, XENVER_version, NULL) == (4u << 16 | 17),
	      "version 0x%lx", trap_last.rax);
	check(call(__HYPERVISOR_xen_version, XENVER_extraversion, extra) == 0, "extraversion: %lx",
	      trap_last.rax);
	check((int32_t)call(__HYPERVISOR_xen_version, XENVER_extraversion, (void *)0xfffff000) ==
		      -14,
	      "a bad address: 0x%lx", trap_last.rax);
	check((int32_t)call(12345, 0, NULL) == -38, "no such hypercall: 0x%lx", trap_last.rax);
	/* The list is of the caller's size; whatever it says, all of us go on. */
	call(__HYPERVISOR_multicall, (uint32_t)(uintptr_t)multi, (void *)2);
	call(__HYPERVISOR_memory_op, 0xffffffff, extra);
	call(__HYPERVISOR_memory_op, 0x40 | 6, extra); /* a continuation's number */
	pass();
}
