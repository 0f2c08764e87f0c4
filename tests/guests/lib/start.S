/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * From the PVH entry (32-bit flat, paging off, EBX = start info) to the
 * environment this is built for, with the low 4 GiB mapped one to one; the same
 * for other CPUs from their start-up vector in real mode.
 */
#include "desc.h"

#if defined(ENV_FLAT32)
#define CR4 0x600		/* OSFXSR, OSXMMEXCPT */
#define CR0 0x00000033		/* NE, ET, MP, PE */
#elif defined(ENV_PSE32)
#define CR4 0x610		/* and PSE */
#define CR0 0x80010033		/* and PG, WP */
#else
#define CR4 0x620		/* and PAE */
#define CR0 0x80010033
#endif
#if defined(ENV_PAE32)
#define EFER 0x800		/* NXE */
#elif defined(ENV_LONG64)
#define EFER 0x900		/* and LME */
#endif
#define LARGE 0xe7		/* present, writable, user, A, D, large */

	.section .note.Xen, "a"
	.long 4, 4, 18			/* name, desc, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long _start

	.text
	.code32
	.globl _start
_start:
	cld
	movl	$stack0_top, %esp
	movl	%ebx, start_info_pa
	call	fill_tables
	call	environment
	ljmp	$KERNEL_CS, $start_bsp

#if defined(ENV_FLAT32)
fill_tables:
	ret
#elif defined(ENV_PSE32)
fill_tables:
	movl	$LARGE, %eax
	movl	$page_root, %edi
	movl	$1024, %ecx
1:	movl	%eax, (%edi)
	addl	$0x400000, %eax
	addl	$4, %edi
	loop	1b
	ret
#else
fill_tables:
#ifdef ENV_LONG64
	movl	$page_pdpt + 7, page_root
	movl	$page_dirs + 7, %eax
	movl	$page_pdpt, %edi
#else
	movl	$page_dirs + 1, %eax	/* a PAE root entry has no rights */
	movl	$page_root, %edi
#endif
	movl	$4, %ecx
1:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	1b
	movl	$LARGE, %eax
	movl	$page_dirs, %edi
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	ret
#endif

	/* Paging as the environment has it; the caller jumps to KERNEL_CS. */
environment:
	movl	$CR4, %eax
	movl	%eax, %cr4
#ifndef ENV_FLAT32
	movl	$page_root, %eax
	movl	%eax, %cr3
#endif
#ifdef EFER
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$EFER, %eax
	wrmsr
#endif
	movl	$CR0, %eax
	movl	%eax, %cr0
	lgdt	gdt_ptr
	ret

	.macro	load_data
	movl	$KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	.endm

#ifdef ENV_LONG64
	.code64
#endif
start_bsp:
	load_data
	call	lib_main
1:	hlt
	jmp	1b

	/* Copied to AP_TRAMPOLINE (lib.h); runs there in real mode. */
	.globl ap_trampoline, ap_trampoline_end
	.code16
ap_trampoline:
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	lgdtl	0x8000 + ap_gdt_ptr - ap_trampoline
	movl	%cr0, %eax
	orl	$1, %eax
	movl	%eax, %cr0
	ljmpl	$KERNEL_CS32, $ap_start32
ap_gdt_ptr:
	.word	8 * GDT_ENTRIES - 1
	.long	gdt
ap_trampoline_end:

	.code32
ap_start32:
	load_data
	/* Stacks are handed out in order of arrival. */
	movl	$1, %ebx
	lock xaddl %ebx, ap_count
	movl	%ebx, %esp
	shll	$13, %esp
	addl	$ap_stacks + 0x2000, %esp
	call	environment
	ljmp	$KERNEL_CS, $start_ap

#ifdef ENV_LONG64
	.code64
#endif
start_ap:
	load_data
	call	ap_main
1:	hlt
	jmp	1b

	.data
	.balign 8
gdt_ptr:
	.word	8 * GDT_ENTRIES - 1
	.long	gdt, 0
	.globl	start_info_pa
	.balign 8
start_info_pa:
	.long	0, 0
ap_count:
	.long	0

	.bss
	.balign 4096
	.globl	page_root, page_dirs
page_root:	.skip 4096
#if defined(ENV_LONG64)
page_pdpt:	.skip 4096
#endif
#if defined(ENV_LONG64) || defined(ENV_PAE32)
page_dirs:	.skip 4 * 4096
#endif
	.skip	4 * 4096
stack0_top:
ap_stacks: .skip MAX_CPUS * 8192

	.section .note.GNU-stack, "", @progbits
