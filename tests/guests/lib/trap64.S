/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Entry and return of traps in long mode. */
#include "desc.h"

	.text
	/* 256 stubs of 16 bytes: vector and error code as C expects them. */
	.globl trap_stubs
	.balign 16
trap_stubs:
	vector = 0
	.rept 256
	.balign 16
	.if (vector == 8) || ((vector >= 10) && (vector <= 14)) || (vector == 17) || (vector == 21)
	.else
	pushq	$0
	.endif
	pushq	$vector
	jmp	trap_common
	vector = vector + 1
	.endr

	.balign 16
trap_common:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rbx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	trap_handler
	movq	%rbx, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rbp
	popq	%rbx
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$16, %rsp
	iretq

	/* int trap_catch_raw(void (*fn)(void *), void *arg, unsigned long *slot) */
	.globl trap_catch_raw, trap_unwind
trap_catch_raw:
	pushfq
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	pushq	%rdx
	movq	%rsp, (%rdx)
	subq	$8, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	addq	$8, %rsp
	xorl	%eax, %eax
1:	popq	%rdx
	movq	$0, (%rdx)
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	popfq
	ret

	/* By IRET, so that NMIs come again. */
trap_unwind:
	pushq	$KERNEL_DS
	pushq	%rdi
	pushq	$2
	pushq	$KERNEL_CS
	pushq	$2f
	iretq
2:	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$1, %eax
	jmp	1b

	/* void mode_start(const struct mode_state *state); see mode.h */
	.globl mode_start
mode_start:
	pushq	8 * 11(%rdi)		/* SS, SP, flags, CS, IP */
	pushq	8 * 10(%rdi)
	pushq	8 * 9(%rdi)
	pushq	8 * 8(%rdi)
	pushq	8 * 7(%rdi)
	movq	0(%rdi), %rax
	movq	8(%rdi), %rbx
	movq	16(%rdi), %rcx
	movq	24(%rdi), %rdx
	movq	32(%rdi), %rsi
	movq	48(%rdi), %rbp
	movq	40(%rdi), %rdi
	iretq

	.section .note.GNU-stack, "", @progbits
