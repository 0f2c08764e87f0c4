/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Exceptions and interrupts of the hypervisor itself. */
#ifndef ARCH_X86_TRAPS_H
#define ARCH_X86_TRAPS_H

#include <hv/types.h>

/* As pushed by entry.S, lowest address first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

#define EXCEPTION_STUB_SIZE 16

/* Interrupt vectors. The class 0xf is above everything a dom0 could use. */
#define VEC_TIMER    0xf1
#define VEC_KICK     0xf2
#define VEC_LINK     0xf3
#define VEC_SPURIOUS 0xff

/* Fill the IDT (boot CPU, once); load it (every CPU). */
void traps_init(void);
void traps_load(void);
/* Called by entry.S. */
void trap_entry(struct trap_frame *f);

#endif
