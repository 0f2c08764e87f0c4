/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Entry from the boot loader, both ways in 32-bit protected mode without paging
 * and with %ebx = address of the boot information:
 *   PVH (xen docs/misc/pvh): found by the ELF note below;
 *   multiboot2: %eax = MULTIBOOT2_MAGIC.  There must be no multiboot1 magic here:
 *   QEMU looks for it first and refuses 64-bit images that have it.
 * Leaves for start_main() in 64-bit mode with the first 4 GiB mapped at 0, at
 * DIRECTMAP_BASE and (1 GiB of it) at VIRT_BASE.
 */
#include "layout.h"
#include <xen/elfnote.h>

#define PA(sym) ((sym) - VIRT_BASE)

	.section .note.Xen, "a", @note
	.balign	4
	.long	4, 4, XEN_ELFNOTE_PHYS32_ENTRY
	.asciz	"Xen"
	.long	PA(boot_entry)

	.section .multiboot2, "a", @progbits
	.balign	8
multiboot2_header:
	.long	0xe85250d6, 0, multiboot2_end - multiboot2_header
	.long	-(0xe85250d6 + (multiboot2_end - multiboot2_header))
	.word	0, 0			/* end of tags */
	.long	8
multiboot2_end:

	.section .text.boot, "ax", @progbits
	.code32
	.globl	boot_entry
	.type	boot_entry, @function
boot_entry:
	cli
	cld
	mov	%eax, %ebp		/* kept for start_main */
	mov	%ebx, %esi
	mov	$PA(boot_stack_end), %esp

	/* Long mode and no-execute, or say so and stop. */
	mov	$0x80000001, %eax
	cpuid
	and	$(1 << 29 | 1 << 20), %edx
	cmp	$(1 << 29 | 1 << 20), %edx
	jne	no_long_mode

	/* Page directories: 4 GiB in pages of 2 MiB. */
	mov	$PA(boot_pd), %edi
	mov	$(PTE_PRESENT | PTE_WRITE | PTE_LARGE), %eax
1:	mov	%eax, (%edi)
	movl	$0, 4(%edi)
	add	$8, %edi
	add	$0x200000, %eax
	jnc	1b

	mov	$(PA(boot_pd) + PTE_PRESENT + PTE_WRITE), %eax
	mov	%eax, PA(boot_pdpt) + 510 * 8	/* VIRT_BASE */
	mov	$PA(boot_pdpt), %edi
	mov	$4, %ecx
1:	mov	%eax, (%edi)
	add	$8, %edi
	add	$0x1000, %eax
	loop	1b

	mov	$(PA(boot_pdpt) + PTE_PRESENT + PTE_WRITE), %eax
	mov	%eax, PA(boot_pml4)
	mov	%eax, PA(boot_pml4) + 256 * 8	/* DIRECTMAP_BASE */
	mov	%eax, PA(boot_pml4) + 511 * 8

	mov	$0x20, %eax		/* CR4.PAE */
	mov	%eax, %cr4
	mov	$PA(boot_pml4), %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx	/* EFER: LME, NXE */
	rdmsr
	or	$0x900, %eax
	wrmsr
	mov	$0x80010033, %eax	/* CR0: PG WP NE ET MP PE */
	mov	%eax, %cr0
	lgdt	PA(boot_gdt_pointer)
	ljmp	$SEL_CODE, $PA(boot_64)

no_long_mode:
	mov	$PA(no_long_mode_text), %esi
1:	lodsb
	test	%al, %al
	jz	2f
	out	%al, $0xe9
	mov	$0x3f8, %dx
	out	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b

	.code64
boot_64:
	mov	$SEL_DATA, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%eax, %eax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$boot_stack_end, %rsp
	mov	%ebp, %edi
	mov	%esi, %esi
	xor	%ebp, %ebp
	push	%rbp			/* ends backtraces */
	mov	$start_main, %rax
	call	*%rax
	ud2
	.size	boot_entry, . - boot_entry

	.section .rodata.boot, "a", @progbits
	.balign	8
boot_gdt:
	.quad	0
	.quad	GDT_CODE
	.quad	GDT_DATA
boot_gdt_pointer:
	.word	boot_gdt_pointer - boot_gdt - 1
	.long	PA(boot_gdt)
no_long_mode_text:
	.asciz	"Nacre needs a 64-bit processor with no-execute pages.\r\n"

	.section .bss.page_aligned, "aw", @nobits
	.balign	4096
boot_pml4:
	.skip	4096
boot_pdpt:
	.skip	4096
boot_pd:
	.skip	4 * 4096
	.globl	boot_stack_start, boot_stack_end
boot_stack_start:
	.skip	16384
boot_stack_end:
