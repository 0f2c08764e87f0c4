/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * From the PVH entry (32-bit flat, paging off, EBX = start info) to long mode
 * with the low 4 GiB mapped one to one, for CPU 0; the same for other CPUs from
 * their start-up vector in real mode.
 */
#define CS64 0x08
#define CS32 0x18
#define DS   0x10

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
	/* PML4 -> PDPT -> 4 directories of 2 MiB pages. */
	movl	$pdpt + 7, pml4
	movl	$pd + 7, %eax
	movl	$pdpt, %edi
	movl	$4, %ecx
1:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	1b
	movl	$0xe7, %eax		/* present, writable, user, A, D, large */
	movl	$pd, %edi
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	call	long_mode
	ljmp	$CS64, $start64

	/* 32 bits: switch long mode on; the caller jumps to a 64-bit segment. */
long_mode:
	movl	$0x620, %eax		/* PAE, OSFXSR, OSXMMEXCPT */
	movl	%eax, %cr4
	movl	$pml4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx	/* EFER */
	rdmsr
	orl	$0x100, %eax		/* LME */
	wrmsr
	movl	$0x80010023, %eax	/* PG, WP, NE, MP, PE */
	movl	%eax, %cr0
	lgdt	gdt_ptr
	ret

	.code64
start64:
	movl	$DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	lidt	idt_ptr
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
	ljmpl	$CS32, $ap_start32
ap_gdt_ptr:
	.word	gdt_end - gdt - 1
	.long	gdt
ap_trampoline_end:

	.code32
ap_start32:
	movl	$DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	/* Stacks are handed out in order of arrival. */
	movl	$1, %ebx
	lock xaddl %ebx, ap_count
	movl	%ebx, %esp
	shll	$13, %esp
	addl	$ap_stacks + 0x2000, %esp
	call	long_mode
	ljmp	$CS64, $ap_start64

	.code64
ap_start64:
	movl	$DS, %eax
	movl	%eax, %ss
	lidt	idt_ptr
	call	ap_main
1:	hlt
	jmp	1b

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

	/* int trap_catch_raw(void (*fn)(void *), void *arg): 0, or 1 after a fault. */
	.globl trap_catch_raw, trap_resume
trap_catch_raw:
	pushq	%rbx
	pushq	%rbp
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, catch_sp
	subq	$8, %rsp
	movq	%rdi, %rax
	movq	%rsi, %rdi
	call	*%rax
	addq	$8, %rsp
	xorl	%eax, %eax
	jmp	1f
trap_resume:
	movl	$1, %eax
1:	movq	$0, catch_sp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbp
	popq	%rbx
	ret

	.data
	.balign 16
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 0x08: 64-bit code */
	.quad	0x00cf93000000ffff	/* 0x10: data */
	.quad	0x00cf9b000000ffff	/* 0x18: 32-bit code */
gdt_end:
gdt_ptr:
	.word	gdt_end - gdt - 1
	.quad	gdt
	.globl idt_ptr
idt_ptr:
	.word	256 * 16 - 1
	.quad	idt
	.globl start_info_pa, catch_sp, ap_count
	.balign 8
start_info_pa:
	.quad	0
catch_sp:
	.quad	0
ap_count:
	.long	0

	.bss
	.balign 4096
	.globl pml4, pdpt, pd, idt, hypercall_page, shared_info, ap_stacks
pml4:	.skip	4096
pdpt:	.skip	4096
pd:	.skip	4 * 4096
idt:	.skip	4096
hypercall_page: .skip 4096
shared_info: .skip 4096
	.skip	4 * 4096
stack0_top:
ap_stacks: .skip 16 * 8192

	.section .note.GNU-stack, "", @progbits
