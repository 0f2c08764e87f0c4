/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The paravirtual clock. */
#include "internal.h"

#include <xen/sched.h>

static uint64_t scale(uint64_t ticks, int8_t shift, uint32_t mul)
{
	ticks = shift < 0 ? ticks >> -shift : ticks << shift;
	return (ticks >> 32) * mul + ((ticks & 0xffffffff) * mul >> 32);
}

uint64_t now_ns(void)
{
	volatile struct vcpu_time_info *t = &this_vcpu_info()->time;
	uint64_t ns;
	uint32_t version;

	/* Without a clock: about right, for time limits. */
	if (!on_xen)
		return rdtsc() / 2;
	do {
		version = t->version;
		asm volatile("lfence" ::: "memory");
		ns = t->system_time +
		     scale(rdtsc() - t->tsc_timestamp, t->tsc_shift, t->tsc_to_system_mul);
		asm volatile("lfence" ::: "memory");
	} while ((version & 1) || version != t->version);
	return ns;
}

void yield(void)
{
	if (on_xen)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
}

uint32_t wait_flag(volatile uint32_t *flag, uint64_t ns)
{
	uint64_t end = now_ns() + ns;

	/* Yielding, not halting: nothing need wake us when time is up. */
	irq_on();
	while (!*flag && now_ns() < end)
		yield();
	irq_off();
	return *flag;
}
