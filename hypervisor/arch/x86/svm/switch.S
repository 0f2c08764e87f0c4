/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * void svm_enter(struct guest_regs *regs, uint64_t vmcb_pa, uint64_t host_pa)
 *
 * One pass through the guest.  Called with GIF and IF clear, returns the same
 * way.  RAX, RSP, RIP, RFLAGS travel in the VMCB; the registers below are
 * switched here.  IF is set only while the guest runs: with virtual interrupt
 * masking it is the host's IF that lets physical interrupts end the guest.
 * @host_pa holds what VMLOAD restores of this CPU (TR, FS, GS, system MSRs).
 */
#include "offsets.h"

	.text
	.globl	svm_enter
	.type	svm_enter, @function
	.p2align 4
svm_enter:
	pushq	%rbp
	movq	%rsp, %rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdi			/* 16(%rsp) below */
	pushq	%rdx			/*  8(%rsp) */
	pushq	%rsi			/*  0(%rsp) */

	movq	%rsi, %rax
	vmload	%rax
	movq	REGS_RCX(%rdi), %rcx
	movq	REGS_RDX(%rdi), %rdx
	movq	REGS_RBX(%rdi), %rbx
	movq	REGS_RBP(%rdi), %rbp
	movq	REGS_RSI(%rdi), %rsi
	movq	REGS_R8(%rdi), %r8
	movq	REGS_R9(%rdi), %r9
	movq	REGS_R10(%rdi), %r10
	movq	REGS_R11(%rdi), %r11
	movq	REGS_R12(%rdi), %r12
	movq	REGS_R13(%rdi), %r13
	movq	REGS_R14(%rdi), %r14
	movq	REGS_R15(%rdi), %r15
	movq	REGS_RDI(%rdi), %rdi

	sti
	nop				/* let the STI shadow end before the guest */
	vmrun	%rax
	cli

	vmsave	%rax			/* #VMEXIT restored RAX: the VMCB's address */
	movq	8(%rsp), %rax
	vmload	%rax
	movq	16(%rsp), %rax
	movq	%rcx, REGS_RCX(%rax)
	movq	%rdx, REGS_RDX(%rax)
	movq	%rbx, REGS_RBX(%rax)
	movq	%rbp, REGS_RBP(%rax)
	movq	%rsi, REGS_RSI(%rax)
	movq	%rdi, REGS_RDI(%rax)
	movq	%r8, REGS_R8(%rax)
	movq	%r9, REGS_R9(%rax)
	movq	%r10, REGS_R10(%rax)
	movq	%r11, REGS_R11(%rax)
	movq	%r12, REGS_R12(%rax)
	movq	%r13, REGS_R13(%rax)
	movq	%r14, REGS_R14(%rax)
	movq	%r15, REGS_R15(%rax)

	/* No guest value stays in a register that speculation could use. */
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d

	addq	$24, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	svm_enter, . - svm_enter

	.section .note.GNU-stack, "", @progbits
