/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "apic.h"
#include "cpu.h"
#include "insn.h"
#include "paging.h"
#include "traps.h"
#include <hv/arch.h>
#include <hv/printk.h>

/* AMD APM vol. 2, chapter 16. In x2APIC mode register r is MSR 0x800 + r / 16. */
#define MSR_APIC_BASE	 0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_X2APIC	 0x800
#define BASE_ENABLE	 (1u << 11)
#define BASE_X2APIC	 (1u << 10)

#define APIC_ID	       0x020
#define APIC_TPR       0x080
#define APIC_EOI       0x0b0
#define APIC_LDR       0x0d0
#define APIC_DFR       0x0e0
#define APIC_SVR       0x0f0
#define APIC_ESR       0x280
#define APIC_ICR       0x300
#define APIC_ICR_HIGH  0x310
#define APIC_LVT_TIMER 0x320
#define APIC_LVT_LINT0 0x350
#define APIC_LVT_LINT1 0x360
#define APIC_LVT_ERROR 0x370
#define APIC_INITIAL   0x380
#define APIC_CURRENT   0x390
#define APIC_DIVIDE    0x3e0

#define SVR_ENABLE	 (1u << 8)
#define LVT_MASKED	 (1u << 16)
#define LVT_NMI		 (4u << 8)
#define TIMER_DEADLINE	 (2u << 17)
#define DIVIDE_BY_1	 0xb
#define ICR_FIXED	 (0u << 8)
#define ICR_NMI		 (4u << 8)
#define ICR_INIT	 (5u << 8)
#define ICR_STARTUP	 (6u << 8)
#define ICR_ASSERT	 (1u << 14)
#define ICR_BUSY	 (1u << 12)
#define ICR_ALL_BUT_SELF (3u << 18)

#define PIC1_MASK 0x21
#define PIC2_MASK 0xa1

static bool x2apic;
static volatile uint32_t *registers; /* xAPIC page */

static uint32_t apic_read(unsigned int reg)
{
	return x2apic ? (uint32_t)rdmsr(MSR_X2APIC + reg / 16) : registers[reg / 4];
}

static void apic_write(unsigned int reg, uint32_t v)
{
	if (x2apic)
		wrmsr(MSR_X2APIC + reg / 16, v);
	else
		registers[reg / 4] = v;
}

static void send(uint32_t id, uint32_t command)
{
	if (x2apic) {
		/* Not a serialising MSR: what the interrupt announces must be visible. */
		__asm__ volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_X2APIC + APIC_ICR / 16, (uint64_t)id << 32 | command);
		return;
	}
	while (registers[APIC_ICR / 4] & ICR_BUSY)
		cpu_pause();
	registers[APIC_ICR_HIGH / 4] = id << 24;
	registers[APIC_ICR / 4] = command;
}

void apic_init(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	/* The firmware's timer interrupt is vector 8 there, like a double fault; LINT0
	 * does not stop it on machines that wire the 8259 to the processor as well. */
	outb(PIC1_MASK, 0xff);
	outb(PIC2_MASK, 0xff);
	x2apic = cpu_has(CPU_X2APIC);
	if (!x2apic)
		registers = device_map(base & 0xffffffffff000ULL, PAGE_SIZE, false);
	printk("APIC: %s\n", x2apic ? "x2APIC" : "xAPIC");
}

void apic_init_cpu(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | BASE_ENABLE;

	wrmsr(MSR_APIC_BASE, base);
	if (x2apic)
		wrmsr(MSR_APIC_BASE, base | BASE_X2APIC);
	if (!x2apic) {
		apic_write(APIC_DFR, 0xffffffff);
		apic_write(APIC_LDR, 0);
	}
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | VEC_TIMER);
	/* Else the 8259's vectors would arrive, which nobody acknowledges. */
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_SVR, SVR_ENABLE | VEC_SPURIOUS);
	apic_write(APIC_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_INITIAL, 0);
	apic_write(APIC_LVT_TIMER, VEC_TIMER);
	this_cpu()->arch->apic_id = apic_id();
}

uint32_t apic_id(void)
{
	return x2apic ? apic_read(APIC_ID) : apic_read(APIC_ID) >> 24;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_ipi(uint32_t id, uint8_t vector)
{
	send(id, ICR_FIXED | ICR_ASSERT | vector);
}

void apic_nmi_others(void)
{
	if (x2apic || registers)
		send(0, ICR_NMI | ICR_ASSERT | ICR_ALL_BUT_SELF);
}

void apic_send_init(uint32_t id)
{
	send(id, ICR_INIT | ICR_ASSERT);
}

void apic_send_startup(uint32_t id, uint8_t page)
{
	send(id, ICR_STARTUP | ICR_ASSERT | page);
}

void apic_timer_oneshot(uint32_t count)
{
	apic_write(APIC_INITIAL, count);
}

uint32_t apic_timer_left(void)
{
	return apic_read(APIC_CURRENT);
}

void apic_timer_use_deadline(void)
{
	apic_write(APIC_LVT_TIMER, TIMER_DEADLINE | VEC_TIMER);
	/* The mode change must be done before the first deadline is written. */
	__asm__ volatile("mfence" : : : "memory");
}

void apic_timer_deadline(uint64_t tsc)
{
	wrmsr(MSR_TSC_DEADLINE, tsc);
}
