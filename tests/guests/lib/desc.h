/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Descriptor tables: one GDT for all CPUs, one IDT, a TSS for each CPU.  The
 * order of the user segments is what SYSRET and SYSEXIT expect.
 */
#ifndef GUEST_DESC_H
#define GUEST_DESC_H

#define KERNEL_CS   0x08 /* 64 bits in long64, else 32 */
#define KERNEL_DS   0x10
#define USER_CS32   0x18
#define USER_DS	    0x20
#define USER_CS64   0x28
#define KERNEL_CS32 0x30
/* Selectors 0x40..0xf8 are for tests. */
#define TEST_SEL    0x40
#define TSS_SEL(n)  (0x100 + 16 * (n)) /* of CPU n */
#define MAX_CPUS    128
#define GDT_ENTRIES (32 + 2 * MAX_CPUS)
#define TRAP_STACK  4096 /* bytes, per CPU */

/* The vector with which code started by mode.h says that it has finished. */
#define VEC_DONE 0x2f
/* Vectors below are caught like exceptions, from here on unexpected ones fail. */
#define VEC_TEST_END 0x40

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Segment attributes for gdt_set(): type, S, DPL, P | AVL, L, D, G. */
#define SEG_CODE32  0xc9b
#define SEG_CODE64  0xa9b
#define SEG_DATA    0xc93
#define SEG_DPL3    0x060
#define SEG_PRESENT 0x080
#define SEG_LDT	    0x082
#define SEG_TSS	    0x089
#define SEG_GRAN    0x800

#define GATE_INT  0x8e /* | DPL << 5 */
#define GATE_TRAP 0x8f
#define GATE_TASK 0x85
#define GATE_CALL 0x8c
#define GATE_DPL3 0x60

struct desc_ptr {
	uint16_t limit;
	unsigned long base;
} __attribute__((packed));

#ifdef __x86_64__
struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, zero;
};
struct tss {
	uint32_t reserved0;
	uint64_t sp0, sp1, sp2, reserved1, ist[7], reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));
#else
struct gate {
	uint16_t offset0, selector;
	uint8_t zero, type;
	uint16_t offset1;
};
struct tss {
	uint32_t link, sp0, ss0, sp1, ss1, sp2, ss2, cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map;
};
#endif

extern uint64_t gdt[GDT_ENTRIES];
extern struct gate idt[256];
extern struct tss tss[MAX_CPUS];

/* Descriptor at selector @sel: SEG_* above; a base over 4 GiB needs a system
 * segment of long64, which takes two entries. */
void gdt_set(unsigned int sel, unsigned long base, uint32_t limit, unsigned int attr);
/* What the library has there, from KERNEL_CS: GATE_* with another DPL or IST; or
 * a handler of the test's own when @entry is not 0. */
void idt_set(unsigned int vector, unsigned int type, unsigned int ist, unsigned long entry);
/* Load the tables and the task register; each CPU once. */
void desc_init(unsigned int cpu);
/* Of the CPU this runs on; cheap. */
unsigned int cpu_index(void);
#endif
#endif
