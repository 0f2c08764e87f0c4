/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One stub per vector; all make a struct trap_frame (traps.h) and call
 * trap_entry(frame).  There is no user mode, so there is nothing to swap.
 * EXCEPTION_STUB_SIZE in traps.h is the distance between two stubs.
 */
	.text
	.code64
	.balign	16
	.globl	exception_stubs
	.type	exception_stubs, @function
exception_stubs:
	.set	vector, 0
	.rept	256
	.balign	16
	/* Vectors without an error code of their own get a zero. */
	.if	!(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
	pushq	$0
	.endif
	pushq	$vector
	jmp	exception_common
	.set	vector, vector + 1
	.endr
	.size	exception_stubs, . - exception_stubs

	.type	exception_common, @function
exception_common:
	push	%rax
	push	%rcx
	push	%rdx
	push	%rbx
	push	%rbp
	push	%rsi
	push	%rdi
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	cld
	mov	%rsp, %rdi
	call	trap_entry
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rdi
	pop	%rsi
	pop	%rbp
	pop	%rbx
	pop	%rdx
	pop	%rcx
	pop	%rax
	add	$16, %rsp
	iretq
	.size	exception_common, . - exception_common

/*
 * int rdmsr_safe(uint32_t msr, uint64_t *val), int wrmsr_safe(uint32_t msr, uint64_t val)
 * A fault at 1: goes on at 2:.
 */
	.globl	rdmsr_safe
	.type	rdmsr_safe, @function
rdmsr_safe:
	mov	%edi, %ecx
1:	rdmsr
	shl	$32, %rdx
	or	%rdx, %rax
	mov	%rax, (%rsi)
	xor	%eax, %eax
	ret
2:	mov	$-1, %eax
	ret
	.size	rdmsr_safe, . - rdmsr_safe
	.pushsection .exception_table, "a", @progbits
	.quad	1b, 2b
	.popsection

	.globl	wrmsr_safe
	.type	wrmsr_safe, @function
wrmsr_safe:
	mov	%edi, %ecx
	mov	%esi, %eax
	mov	%rsi, %rdx
	shr	$32, %rdx
1:	wrmsr
	xor	%eax, %eax
	ret
2:	mov	$-1, %eax
	ret
	.size	wrmsr_safe, . - wrmsr_safe
	.pushsection .exception_table, "a", @progbits
	.quad	1b, 2b
	.popsection
