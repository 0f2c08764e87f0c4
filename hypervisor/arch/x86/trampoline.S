/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * First instructions of an application processor: real mode at TRAMPOLINE, where
 * smp.c has copied this and filled in the variables at its end.  Goes straight to
 * long mode on the hypervisor's own page tables.
 */
#include "layout.h"

#define LOW(sym) ((sym) - trampoline_start + TRAMPOLINE)

	.section .rodata.trampoline, "a", @progbits
	.balign	16
	.globl	trampoline_start, trampoline_end, trampoline_vars
	.code16
trampoline_start:
	cli
	cld
	xor	%ax, %ax
	mov	%ax, %ds
	mov	$0x20, %eax		/* CR4.PAE */
	mov	%eax, %cr4
	mov	LOW(trampoline_cr3), %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx	/* EFER: LME, NXE */
	rdmsr
	or	$0x900, %eax
	wrmsr
	lgdtl	LOW(trampoline_gdt_pointer)
	mov	$0x80010033, %eax	/* CR0: PG WP NE ET MP PE */
	mov	%eax, %cr0
	ljmpl	$SEL_CODE, $LOW(trampoline_64)

	.code64
trampoline_64:
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	LOW(trampoline_cpu), %edi
	mov	LOW(trampoline_stack), %rsp
	xor	%ebp, %ebp
	push	%rbp			/* ends backtraces */
	mov	$start_ap, %rax
	call	*%rax
	ud2

	.balign	8
trampoline_gdt:
	.quad	0
	.quad	GDT_CODE
	.quad	GDT_DATA
trampoline_gdt_pointer:
	.word	trampoline_gdt_pointer - trampoline_gdt - 1
	.long	LOW(trampoline_gdt)

	/* struct trampoline_vars in smp.c */
	.balign	8
trampoline_vars:
trampoline_stack:
	.quad	0
trampoline_cr3:
	.long	0
trampoline_cpu:
	.long	0
trampoline_end:
