/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "internal.h"

extern uint8_t trap_stubs[256][16];

#define FLAT(attr)                                                                                 \
	(0xffffull | (uint64_t)((attr)&0xff) << 40 | 0xfull << 48 | (uint64_t)((attr) >> 8) << 52)

#ifdef __x86_64__
#define KERNEL_CODE SEG_CODE64
#else
#define KERNEL_CODE SEG_CODE32
#endif

/* Loaded by start.S before C runs. */
uint64_t gdt[GDT_ENTRIES] = {
	[KERNEL_CS / 8] = FLAT(KERNEL_CODE),	       [KERNEL_DS / 8] = FLAT(SEG_DATA),
	[USER_CS32 / 8] = FLAT(SEG_CODE32 | SEG_DPL3), [USER_DS / 8] = FLAT(SEG_DATA | SEG_DPL3),
	[USER_CS64 / 8] = FLAT(SEG_CODE64 | SEG_DPL3), [KERNEL_CS32 / 8] = FLAT(SEG_CODE32),
};
struct gate idt[256] __attribute__((aligned(16)));
struct tss tss[MAX_CPUS] __attribute__((aligned(128)));
static uint8_t trap_stacks[MAX_CPUS][TRAP_STACK] __attribute__((aligned(16)));
static uint8_t df_stack[TRAP_STACK] __attribute__((aligned(16)));

void gdt_set(unsigned int sel, unsigned long base, uint32_t limit, unsigned int attr)
{
	uint64_t *d = &gdt[sel / 8];

	*d = (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 | (uint64_t)(attr & 0xff) << 40 |
	     (uint64_t)(limit >> 16 & 0xf) << 48 | (uint64_t)(attr >> 8 & 0xf) << 52 |
	     (uint64_t)(base >> 24 & 0xff) << 56;
#ifdef __x86_64__
	if (!(attr & 0x10))
		d[1] = base >> 32;
#endif
}

void idt_set(unsigned int vector, unsigned int type, unsigned int ist, unsigned long entry)
{
	unsigned long addr = entry ? entry : (unsigned long)trap_stubs[vector];
	struct gate g = {.offset0 = (uint16_t)addr,
			 .selector = KERNEL_CS,
			 .type = (uint8_t)type,
			 .offset1 = (uint16_t)(addr >> 16)};

#ifdef __x86_64__
	g.ist = (uint8_t)ist;
	g.offset2 = (uint32_t)(addr >> 32);
#else
	(void)ist;
#endif
	idt[vector] = g;
}

static void idt_init(void)
{
	for (unsigned int i = 0; i < 256; i++)
		idt_set(i, GATE_INT, 0, 0);
	idt_set(VEC_DONE, GATE_INT | GATE_DPL3, 0, 0);
	/* A double fault comes when the stack is of no use, as a rule. */
	idt_set(8, GATE_INT, 1, 0);
}

static void tss_init(unsigned int cpu)
{
	struct tss *t = &tss[cpu];

	t->sp0 = (unsigned long)trap_stacks[cpu] + TRAP_STACK;
	t->io_map = sizeof(*t);
#ifdef __x86_64__
	t->ist[0] = (unsigned long)df_stack + TRAP_STACK;
#else
	(void)df_stack;
	t->ss0 = KERNEL_DS;
#endif
	gdt_set(TSS_SEL(cpu), (unsigned long)t, sizeof(*t) - 1, SEG_TSS);
}

void desc_init(unsigned int cpu)
{
	struct desc_ptr g = {sizeof(gdt) - 1, (unsigned long)gdt};
	struct desc_ptr i = {sizeof(idt) - 1, (unsigned long)idt};

	if (cpu == 0)
		idt_init();
	tss_init(cpu);
	asm volatile("lgdt %0; lidt %1; ltr %w2" ::"m"(g), "m"(i), "r"(TSS_SEL(cpu)));
}

unsigned int cpu_index(void)
{
	unsigned int sel = 0;

	asm volatile("str %w0" : "+r"(sel));
	return sel >= TSS_SEL(0) && sel < TSS_SEL(MAX_CPUS) ? (sel - TSS_SEL(0)) / 16 : 0;
}
