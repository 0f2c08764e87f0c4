/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Exceptions that a test wants to see, interrupts, and safe MSR access. */
#include "internal.h"

struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, zero;
};

extern struct gate idt[256];
extern uint8_t trap_stubs[256][16];
extern uint64_t catch_sp;
extern uint8_t trap_resume[];
int trap_catch_raw(void (*fn)(void *), void *arg);

struct trap_frame trap_last;
uint64_t trap_cr2;
static void (*handlers[256])(unsigned int vector);

void trap_init(void)
{
	for (unsigned int i = 0; i < 256; i++) {
		uintptr_t addr = (uintptr_t)trap_stubs[i];

		idt[i] = (struct gate){.offset0 = (uint16_t)addr,
				       .selector = 8,
				       .type = 0x8e,
				       .offset1 = (uint16_t)(addr >> 16)};
	}
}

void irq_set(unsigned int vector, void (*handler)(unsigned int vector))
{
	handlers[vector] = handler;
}

void trap_handler(struct trap_frame *frame)
{
	if (frame->vector >= 32 && handlers[frame->vector]) {
		handlers[frame->vector]((unsigned int)frame->vector);
		return;
	}
	if (!catch_sp || frame->vector >= 32)
		fail("unexpected vector %lu error 0x%lx at 0x%lx, rsp 0x%lx", frame->vector,
		     frame->error, frame->rip, frame->rsp);
	asm volatile("mov %%cr2, %0" : "=r"(trap_cr2));
	trap_last = *frame;
	frame->rip = (uintptr_t)trap_resume;
	frame->rflags &= ~0x100ul; /* single stepping ends with the step */
	frame->rsp = catch_sp;
	catch_sp = 0;
}

int trap_catch(void (*fn)(void *), void *arg)
{
	return trap_catch_raw(fn, arg) ? (int)trap_last.vector : NO_TRAP;
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

	check(vector == NO_TRAP || vector == 13, "MSR 0x%x: vector %d", access->msr, vector);
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
