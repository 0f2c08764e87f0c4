/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The guest of selftest=guest: 32-bit flat code at SELFTEST_GPA.  Each exit whose
 * instruction length the processor or the decoder must tell is taken once. */
#include "selftest.h"

#define AT(label) (SELFTEST_GPA + (label) - selftest_guest_start)

	.section .rodata
	.code32
	.globl selftest_guest_start, selftest_guest_end
selftest_guest_start:
	movl	$0x40000000, %eax
	cpuid
	cmpl	$0x566e6558, %ebx	/* "XenV" */
	jne	1f
	movl	$0x1b, %ecx		/* APIC base */
	rdmsr
	andl	$0xfffff000, %eax
	cmpl	$0xfee00000, %eax
	jne	1f
	movl	$17, %eax		/* xen_version(XENVER_version) */
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	vmmcall
	cmpl	$0x00040011, %eax
	jne	1f
	movl	$AT(passed), %esi
	jmp	2f
1:	movl	$AT(failed), %esi
2:	lodsb
	testb	%al, %al
	jz	3f
	outb	%al, $0xe9
	jmp	2b
3:	cli
	hlt
passed:	.asciz	"PASS selftest guest\n"
failed:	.asciz	"FAIL selftest guest\n"
selftest_guest_end:
