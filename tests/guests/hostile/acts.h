/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The deeds of the hostile guest; included by its main.c alone. */
#ifndef HOSTILE_ACTS_H
#define HOSTILE_ACTS_H

#include "mode.h"
#include "page.h"

#include <xen/event_channel.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

static uint64_t any(uint64_t below);
static uint64_t wild(void);
static uint64_t number(void);
static void set_deadline(void);
static void clear_deadline(void);
static uint8_t pages[16 * 4096];
extern const char all_done[];

/* --- asking Xen ------------------------------------------------------------------- */

/* Fields of 16, 32 and 64 bits, in the layouts that structures have. */
static void *structure(void)
{
	uint8_t *at = pages + any(4) * 1024 + (any(8) ? 0 : any(4096));
	unsigned int width = 1u << (1 + any(3));

	for (unsigned int i = 0; i < 256; i += width) {
		uint64_t v = number();

		memcpy(at + i, &v, width);
		if (any(6) == 0 && i % 8 == 0)
			width = 1u << (1 + any(3));
	}
	return at;
}

static void call_one(void *arg)
{
	static const uint8_t numbers[] = {12, 12, 20, 20, 20, 32, 32, 32, 24, 29, 34,
					  17, 18, 13, 15, 21, 33, 35, 36, 7,  48, 63};
	unsigned int nr = numbers[any(sizeof(numbers))];
	unsigned long sub = (unsigned long)any(40), a2 = (uintptr_t)structure(), a3 = any(4);

	(void)arg;
	structure();
	if (any(8) == 0)
		a2 = (unsigned long)number();
	if (nr == __HYPERVISOR_sched_op && sub == SCHEDOP_shutdown && any(16))
		return;
	if (nr == __HYPERVISOR_vcpu_op || nr == __HYPERVISOR_console_io) {
		a3 = a2;
		a2 = (unsigned long)any(5);
	} else if (nr == __HYPERVISOR_multicall || nr >= __HYPERVISOR_sysctl) {
		sub = a2;
		a2 = (unsigned long)any(8);
	}
	hypercall(nr, sub, a2, a3, (unsigned long)number());
}

static void act_hypercall(void)
{
	trap_catch(call_one, NULL);
}

static void act_raw_call(void)
{
	static const uint8_t code[] = {0x66, 0x0f, 0x01, 0xd9, 0xcd, VEC_DONE};
	static const uint8_t plain[] = {0x0f, 0x01, 0xd9, 0x0f, 0x01, 0xc1, 0xcd, VEC_DONE};
	enum mode mode = (enum mode)any(NR_MODES);
	struct mode_state s;

	if (!mode_has(mode) || cpu_index())
		return;
	mode_prepare(&s, mode, any(2) ? (const void *)code : plain);
	s.ax = (unsigned long)any(64);
	s.bx = s.di = (unsigned long)any(32);
	s.cx = s.si = (unsigned long)number();
	mode_run(&s);
}

/* --- MSRs, ports, CPUID, the APIC -------------------------------------------------- */

static uint32_t some_msr(void)
{
	static const uint32_t known[] = {0x10,	     0x1b,	 0x8b,	     0x174,	 0x175,
					 0x176,	     0x179,	 0x1d9,	     0x277,	 0x6e0,
					 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000084, 0xc0000100,
					 0xc0000101, 0xc0000102, 0xc0000103, 0xc0010055, 0xc0010117,
					 0x40000000, 0xc0000104};

	switch (any(4)) {
	case 0:
		return 0x800 + (uint32_t)any(0x100);
	case 1:
		return (uint32_t)wild();
	case 2:
		return (any(2) ? 0xc0000000u : 0xc0010000u) + (uint32_t)any(0x200);
	default:
		return known[any(sizeof(known) / sizeof(known[0]))];
	}
}

static void act_msr(void)
{
	uint32_t msr = some_msr();
	uint64_t value;

	rdmsr_safe(msr, &value);
	if (any(2))
		return;
	value = any(2) ? value ^ 1ull << any(64) : number();
	if ((msr == 0x40000000 || msr == 0xc0000080) && any(16))
		return;
	wrmsr_safe(msr, value);
}

static void port_one(void *arg)
{
	uint16_t port = any(4) ? (uint16_t)wild() : (uint16_t)(0xe0 + any(32));
	uint32_t value = (uint32_t)wild();
	void *buf = pages + (size_t)any(sizeof(pages) - 64);
	unsigned long n = (unsigned long)any(16);

	(void)arg;
	switch (any(8)) {
	case 0:
		asm volatile("inb %w1, %b0" : "=a"(value) : "d"(port));
		break;
	case 1:
		asm volatile("inw %w1, %w0" : "=a"(value) : "d"(port));
		break;
	case 2:
		asm volatile("inl %w1, %0" : "=a"(value) : "d"(port));
		break;
	case 3:
		asm volatile("outb %b0, %w1" ::"a"(value), "d"(port));
		break;
	case 4:
		asm volatile("outw %w0, %w1" ::"a"(value), "d"(port));
		break;
	case 5:
		asm volatile("outl %0, %w1" ::"a"(value), "d"(port));
		break;
	case 6:
		asm volatile("rep insb" : "+D"(buf), "+c"(n) : "d"(port) : "memory");
		break;
	default:
		asm volatile("rep outsl" : "+S"(buf), "+c"(n) : "d"(port) : "memory");
	}
}

static void act_port(void)
{
	trap_catch(port_one, NULL);
}

static void act_cpuid(void)
{
	static const uint32_t bases[] = {0, 0x40000000, 0x40000100, 0x80000000, 0x80860000};

	cpuid(any(8) ? bases[any(5)] + (uint32_t)any(40) : (uint32_t)wild(), (uint32_t)number());
}

static volatile uint32_t *apic_register(void)
{
	unsigned long offset = (unsigned long)any(0x40) * 16;

	/* Most of what the emulator refuses is the end. */
	if (any(400) == 0)
		offset += (unsigned long)any(16);
	return (volatile uint32_t *)(0xfee00000ul + offset);
}

static void apic_one(void *arg)
{
	volatile uint32_t *reg = apic_register();
	uint32_t v = (uint32_t)number();
	void *to = (void *)(uintptr_t)reg;
	const void *from = pages;
	unsigned long n = (unsigned long)any(3);

	(void)arg;
	switch (any(400) ? any(6) : any(8)) {
	case 0:
		asm volatile("mov %0, %1" ::"r"(v), "m"(*reg));
		break;
	case 1:
		asm volatile("orl %0, %1" ::"r"(v), "m"(*reg) : "cc");
		break;
	case 2:
		asm volatile("xchg %0, %1" : "+r"(v) : "m"(*reg));
		break;
	case 3:
		asm volatile("movzwl %1, %0" : "=r"(v) : "m"(*reg));
		break;
	case 4:
		asm volatile("testl $0x40, %0" ::"m"(*reg) : "cc");
		break;
	case 5:
		asm volatile("rep movsl" : "+D"(to), "+S"(from), "+c"(n)::"memory");
		break;
	case 6:
		asm volatile("movb %b0, %1" ::"q"(v), "m"(*(volatile uint8_t *)reg));
		break;
	default:
		asm volatile("mov %1, %0" : "=r"(v) : "m"(*reg));
	}
}

static void act_apic(void)
{
	/* In x2APIC mode the page is a hole, and the end. */
	if (!(rdmsr(0x1b) & 1 << 10) || any(500) == 0)
		trap_catch(apic_one, NULL);
}

static void act_ipi(void)
{
	uint32_t vector = 0x20 + (uint32_t)any(0xe0), kind = (uint32_t)any(8) << 8;
	uint32_t how = (uint32_t)any(4) << 18 | (uint32_t)any(2) << 15 | (uint32_t)any(2) << 14;
	uint64_t dest = any(4) ? 2 * any(4) : wild();

	/* INIT and start-up end the others for good; now and then. */
	if (kind >= 0x500 && any(200))
		kind = 0;
	if (rdmsr(0x1b) & 1 << 10) {
		wrmsr_safe(0x830, dest << 32 | how | kind | vector);
		return;
	}
	*(volatile uint32_t *)0xfee00310ul = (uint32_t)dest << 24;
	*(volatile uint32_t *)0xfee00300ul = how | kind | vector;
}

/* --- registers ------------------------------------------------------------------------ */

static void flip_control(void *arg)
{
	unsigned long bit = 1ul << any(any(4) ? 24 : BITS);
	unsigned long old;

	(void)arg;
	switch (any(5)) {
	case 0:
		old = get_cr0();
		set_cr0(old ^ bit);
		set_cr0(old);
		break;
	case 1:
		old = get_cr3();
		set_cr3(old ^ (bit & (any(100) ? 0xff8 : ~0ul)));
		set_cr3(old);
		break;
	case 2:
		set_cr2((unsigned long)wild());
		break;
	default:
		old = get_cr4();
		set_cr4(old ^ bit);
		set_cr4(old);
	}
}

static void act_control(void)
{
	irq_off();
	trap_catch(flip_control, NULL);
}

static void set_debug(void *arg)
{
	(void)arg;
	set_dr0((uintptr_t)pages + any(sizeof(pages)));
	set_dr1((uintptr_t)call_one + any(64));
	set_dr2((unsigned long)number());
	set_dr3((uintptr_t)&arg);
	set_dr6((unsigned long)any(2) * 0xffff0ff0);
	set_dr7((unsigned long)(wild() & (any(8) ? 0xffffdfff : ~0ull)));
}

static void act_debug(void)
{
	trap_catch(set_debug, NULL);
}

static void load_segment(void *arg)
{
	unsigned int sel = TEST_SEL + (unsigned int)any(24) * 8 + (unsigned int)any(8);

	(void)arg;
	switch (any(6)) {
	case 0:
		asm volatile("mov %0, %%es; mov %1, %%es" ::"r"(sel), "r"(KERNEL_DS));
		break;
	case 1:
		asm volatile("mov %0, %%fs; movl %%fs:0, %%eax" ::"r"(sel) : "eax", "memory");
		break;
	case 2:
		asm volatile("mov %0, %%gs" ::"r"(sel));
		break;
	case 3:
		asm volatile("lldt %w0" ::"r"(any(2) ? sel : 0));
		break;
	case 4:
		asm volatile("mov %0, %%ss; nop; mov %1, %%ss" ::"r"(sel), "r"(KERNEL_DS));
		break;
	default:
		asm volatile("lar %0, %%eax; lsl %0, %%eax; verr %w0" ::"r"(sel) : "eax", "cc");
	}
}

static void act_segment(void)
{
	gdt[TEST_SEL / 8 + any(24)] = any(2) ? wild() : number() << 40 | wild() >> 40;
	irq_off();
	trap_catch(load_segment, NULL);
	asm volatile("mov %0, %%ds; mov %0, %%es; mov %0, %%ss" ::"r"(KERNEL_DS));
}

/* --- code ------------------------------------------------------------------------------- */

static void act_mode(void)
{
	static const uint8_t favourites[] = {0x0f, 0xcd, 0xcc, 0xf1, 0xce, 0xf4, 0x9d, 0xcf,
					     0x8e, 0xe4, 0xee, 0x6c, 0x6f, 0xc4, 0x66, 0x67,
					     0xf0, 0xf3, 0x9a, 0xea, 0x0b, 0xa2, 0x30, 0x01};
	enum mode mode = (enum mode)(1 + any(NR_MODES - 1));
	uint8_t *code = pages + 8 * 4096;
	struct mode_state s;

	/* Ring 0 would get away with interrupts off; the stack is one for all CPUs. */
	if (!mode_has(mode) || mode == MODE_COMPAT || cpu_index())
		return;
	for (unsigned int i = 0; i < 62; i++)
		code[i] = any(2) ? favourites[any(sizeof(favourites))] : (uint8_t)wild();
	code[62] = 0xcd;
	code[63] = VEC_DONE;
	mode_prepare(&s, mode, code);
	s.flags |= FLAG_IF | (any(4) ? 0 : FLAG_TF) | (any(4) ? 0 : FLAG_AC) |
		   (any(8) ? 0 : FLAG_NT) | (any(2) ? FLAG_IOPL3 : 0);
	s.ax = (unsigned long)number();
	s.bx = (uintptr_t)pages;
	s.cx = (unsigned long)any(8);
	s.dx = (unsigned long)number();
	s.si = s.di = (uintptr_t)pages + 4096;
	set_deadline();
	mode_run(&s);
	clear_deadline();
}

static void run_code(void *code)
{
	((void (*)(void))(uintptr_t)code)();
}

/* INT n, with gates as they should not be. */
static void act_int(void)
{
	uint8_t *code = pages + 9 * 4096 + 64 * cpu_index();
	unsigned int vector = any(2) ? (unsigned int)any(256) : (unsigned int)any(32);
	struct gate old = idt[vector];
	static const uint8_t one_byte[] = {0xcc, 0xce, 0xf1};

	if (vector == VEC_NMI || vector == 18)
		return;
	code[0] = 0xcd;
	code[1] = (uint8_t)vector;
	code[2] = 0xc3;
	if (any(8) == 0)
		code[0] = 0x90, code[1] = one_byte[any(3)];
	irq_off();
	if (any(3) == 0) {
		idt[vector].type = (uint8_t)wild();
		idt[vector].selector = (uint16_t)(any(2) ? KERNEL_CS : wild());
	}
	if (vector >= 32 && vector != VEC_DONE && any(2))
		idt[vector].type &= 0x7f;
	trap_catch(run_code, code);
	idt[vector] = old;
}

static void act_wait(void)
{
	if (any(2))
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
	else if (any(2))
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_block, NULL);
	else
		asm volatile("sti; hlt");
}

/* --- tables ------------------------------------------------------------------------------ */

#if PAGING
static void touch(void *at)
{
	volatile uint32_t *p = at;

	*p = *p + 1;
}

static void act_pages(void)
{
	unsigned long va = 0xa00000 + (unsigned long)any(64) * 4096;
	uint64_t frame = any(300) ? 0xa00 + any(64) : wild() & 0xfffffffff;

	if (cpu_index())
		return;
	page_set(va, frame << 12 | wild() >> 52 | (any(2) ? PAGE_ALL : 0) |
			     (any(8) ? 0 : wild() & 7ull << 60));
	trap_catch(touch, (void *)va);
	if (any(2))
		set_cr3(get_cr3());
	page_set(va, va | PAGE_ALL);
}
#else
static void act_pages(void)
{
}
#endif

static void switch_task(void *sel)
{
	struct {
		uint32_t offset;
		uint16_t sel;
	} far = {0, (uint16_t)(uintptr_t)sel};

	asm volatile("lcall *%0" ::"m"(far) : "memory");
}

/* By a hardware task that ends at once, or nowhere; 32 bits only. */
static void act_task(void)
{
#if BITS == 32
	struct tss *t = (void *)(pages + 10 * 4096);
	unsigned long sel = TEST_SEL + 8 * 23;

	if (cpu_index() || any(20))
		return;
	*t = tss[0];
	t->eip = (uintptr_t)all_done;
	t->esp = (uintptr_t)pages + sizeof(pages) - 64;
	t->cs = KERNEL_CS;
	t->ss = t->ds = t->es = KERNEL_DS;
	t->cr3 = get_cr3();
	t->eflags = FLAG_FIXED;
	if (any(2))
		((uint32_t *)t)[any(26)] = (uint32_t)number();
	gdt_set(sel, (uintptr_t)t, any(8) ? 103 : (uint32_t)any(104), SEG_TSS);
	irq_off();
	trap_catch(switch_task, (void *)sel);
#else
	trap_catch(switch_task, (void *)(TEST_SEL + (unsigned long)any(24) * 8));
#endif
}

static const struct desc_ptr no_idt;

static void act_die(void)
{
	struct sched_shutdown why = {.reason = (unsigned int)any(6)};

	switch (any(6)) {
	case 0:
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &why);
		break;
	case 1:
		asm volatile("lidt %0; ud2" ::"m"(no_idt));
		break;
	case 2:
		*(volatile uint32_t *)0xd0000000ul = 1;
		break;
	case 3:
		asm volatile("cli; hlt");
		break;
	case 4: /* with nothing that would end it */
		asm volatile("cli; 1: jmp 1b");
		break;
	default:
		memset((void *)0x100000, (int)any(256), 0x100000);
	}
}

#endif
