/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Entry and return of traps in 32 bits. */
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
	pushl	$0
	.endif
	pushl	$vector
	jmp	trap_common
	vector = vector + 1
	.endr

	.balign 16
trap_common:
	pushl	%eax
	pushl	%ecx
	pushl	%edx
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	pushl	%ds
	pushl	%es
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	cld
	movl	%esp, %ebx
	andl	$-16, %esp
	subl	$12, %esp
	pushl	%ebx
	call	trap_handler
	movl	%ebx, %esp
	popl	%es
	popl	%ds
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	popl	%edx
	popl	%ecx
	popl	%eax
	addl	$8, %esp
	iretl

	/* int trap_catch_raw(void (*fn)(void *), void *arg, unsigned long *slot) */
	.globl trap_catch_raw, trap_unwind
trap_catch_raw:
	movl	4(%esp), %eax
	movl	8(%esp), %ecx
	movl	12(%esp), %edx
	pushfl
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	pushl	%edx
	movl	%esp, (%edx)
	movl	%esp, %ebp
	subl	$16, %esp
	andl	$-16, %esp
	movl	%ecx, (%esp)
	call	*%eax
	movl	%ebp, %esp
	xorl	%eax, %eax
1:	popl	%edx
	movl	$0, (%edx)
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	popfl
	ret

	/* By IRET, so that NMIs come again. */
trap_unwind:
	movl	4(%esp), %esp
	pushl	$2
	pushl	$KERNEL_CS
	pushl	$2f
	iretl
2:	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$1, %eax
	jmp	1b

	/* void mode_start(const struct mode_state *state); see mode.h */
	.globl mode_start
mode_start:
	movl	4(%esp), %edi
	testl	$0x20000, 4 * 9(%edi)	/* VM */
	jnz	1f
	testl	$3, 4 * 8(%edi)
	jnz	2f
	/* Within ring 0 IRET takes no stack along. */
	movl	4 * 10(%edi), %esp
	jmp	3f
1:	pushl	4 * 15(%edi)		/* GS, FS, DS, ES */
	pushl	4 * 14(%edi)
	pushl	4 * 13(%edi)
	pushl	4 * 12(%edi)
2:	pushl	4 * 11(%edi)		/* SS, SP */
	pushl	4 * 10(%edi)
3:	pushl	4 * 9(%edi)		/* flags, CS, IP */
	pushl	4 * 8(%edi)
	pushl	4 * 7(%edi)
	movl	4 * 13(%edi), %eax
	testl	$0x20000, 4 * 9(%edi)
	jnz	4f
	movl	%eax, %ds
	movl	%eax, %es
4:	movl	%cs:0(%edi), %eax
	movl	%cs:4(%edi), %ebx
	movl	%cs:8(%edi), %ecx
	movl	%cs:12(%edi), %edx
	movl	%cs:16(%edi), %esi
	movl	%cs:24(%edi), %ebp
	movl	%cs:20(%edi), %edi
	iretl

	.section .note.GNU-stack, "", @progbits
