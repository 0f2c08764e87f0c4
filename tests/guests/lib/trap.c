/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Exceptions that a test wants to see, interrupts, and safe MSR access. */
#include "internal.h"

struct trap_frame trap_last;
unsigned long trap_cr2;
/* Stack pointer to return to, per CPU; 0: nothing is to be caught. */
static unsigned long catching[MAX_CPUS];
static void (*irq_handlers[256])(unsigned int vector);
static void (*trap_handlers[256])(struct trap_frame *frame);

void irq_set(unsigned int vector, void (*handler)(unsigned int vector))
{
	irq_handlers[vector] = handler;
}

void trap_set(unsigned int vector, void (*handler)(struct trap_frame *frame))
{
	trap_handlers[vector] = handler;
}

/* In 32 bits the processor pushes SS:ESP only where the privilege changes. */
static void keep(const struct trap_frame *frame)
{
	trap_last = *frame;
#ifndef __x86_64__
	if (!(frame->cs & 3) && !(frame->rflags & FLAG_VM)) {
		trap_last.rsp = (unsigned long)&frame->rsp;
		asm volatile("mov %%ss, %0" : "=r"(trap_last.ss));
	}
#endif
}

void trap_handler(struct trap_frame *frame)
{
	unsigned int vector = (unsigned int)frame->vector, cpu = cpu_index();
	unsigned long sp = catching[cpu];

	if (trap_handlers[vector]) {
		trap_handlers[vector](frame);
		return;
	}
	if (vector >= 32 && irq_handlers[vector]) {
		irq_handlers[vector](vector);
		return;
	}
	keep(frame);
	if (!sp || vector >= VEC_TEST_END)
		fail("unexpected vector %u error 0x%lx at 0x%lx:0x%lx, sp 0x%lx", vector,
		     frame->error, frame->cs, frame->rip, trap_last.rsp);
	asm volatile("mov %%cr2, %0" : "=r"(trap_cr2));
	catching[cpu] = 0;
	trap_unwind(sp);
}

int trap_catch(void (*fn)(void *), void *arg)
{
	if (!trap_catch_raw(fn, arg, &catching[cpu_index()]))
		return NO_TRAP;
	return trap_last.vector == VEC_DONE ? NO_TRAP : (int)trap_last.vector;
}

struct msr_access {
	uint32_t msr;
	uint64_t value;
};

static void do_rdmsr(void *arg)
{
	struct msr_access *access = arg;

	access->value = rdmsr(access->msr);
}

static void do_wrmsr(void *arg)
{
	struct msr_access *access = arg;

	wrmsr(access->msr, access->value);
}

static bool msr_safe(void (*fn)(void *), struct msr_access *access)
{
	int vector = trap_catch(fn, access);

	check(vector == NO_TRAP || vector == VEC_GP, "MSR 0x%x: vector %d", access->msr, vector);
	return vector == NO_TRAP;
}

bool rdmsr_safe(uint32_t msr, uint64_t *value)
{
	struct msr_access access = {.msr = msr};
	bool ok = msr_safe(do_rdmsr, &access);

	*value = access.value;
	return ok;
}

bool wrmsr_safe(uint32_t msr, uint64_t value)
{
	struct msr_access access = {.msr = msr, .value = value};

	return msr_safe(do_wrmsr, &access);
}
