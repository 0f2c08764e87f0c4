/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Address space of the hypervisor; usable from assembly.  The map is explained
 * in hypervisor/README.md.
 */
#ifndef ARCH_X86_LAYOUT_H
#define ARCH_X86_LAYOUT_H

#define DIRECTMAP_BASE 0xffff800000000000 /* all RAM, never executable */
#define STACKS_BASE    0xffffc00000000000 /* per-CPU stacks between guard pages */
#define DEVICES_BASE   0xffffd00000000000 /* device registers and shared memory */
#define VIRT_BASE      0xffffffff80000000 /* the image, plus its physical address */

/* Highest machine address that is used: 32-bit frame numbers (hv/frame.h). */
#define MACHINE_LIMIT 0x100000000000

/* First page of real-mode code of application processors; below 640 KiB. */
#define TRAMPOLINE 0x8000

#define PTE_PRESENT  0x001
#define PTE_WRITE    0x002
#define PTE_WT	     0x008
#define PTE_UNCACHED 0x010
#define PTE_LARGE    0x080
#define PTE_NX	     0x8000000000000000

#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define SEL_TSS	 0x18

#define GDT_CODE 0x00af9b000000ffff /* 64-bit, ring 0 */
#define GDT_DATA 0x00cf93000000ffff

#define STACK_PAGES 4 /* 16 KiB for everything but the faults below */
#define IST_PAGES   2
#define IST_DF	    1
#define IST_NMI	    2
#define IST_MC	    3
/* Guard, main stack, then guard and stack for each of the three faults. */
#define STACK_STRIDE_PAGES 16

#endif
