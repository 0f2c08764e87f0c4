/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The local APIC's timer through its page: dividers, one-shot, periodic, TSC
 * deadline, changes while it counts.  Lower limits of time only: an interrupt may
 * be late on a busy machine, but never early.
 */
#include "lib.h"

const char test_name[] = "apic-timer";

#define VECTOR	 0x41
#define APIC	 0xfee00000ul
#define EOI	 0x0b0
#define SVR	 0x0f0
#define TIMER	 0x320
#define TMICT	 0x380
#define TMCCT	 0x390
#define TDCR	 0x3e0
#define MASKED	 (1u << 16)
#define PERIODIC (1u << 17)
#define DEADLINE (1u << 18)
#define MSR	 0x6e0
#define TICK_NS	 10u
#define MS	 1000000u

static volatile uint32_t hits;

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(APIC + offset);
}

static void on_timer(unsigned int vector)
{
	(void)vector;
	hits++;
	*reg(EOI) = 0;
}

static bool arrives(void)
{
	bool ok = wait_flag(&hits, 2000000000ull);

	hits = 0;
	return ok;
}

static void wait_ns(uint64_t ns)
{
	static volatile uint32_t never;
	uint64_t end = now_ns() + ns;

	while (now_ns() < end)
		wait_flag(&never, 100000);
}

/* Register values in the manual's order of 2, 4, ... 128, 1. */
static void check_dividers(void)
{
	static const uint8_t value[] = {0, 1, 2, 3, 8, 9, 10, 11};
	static const uint8_t divide[] = {2, 4, 8, 16, 32, 64, 128, 1};

	for (unsigned int i = 0; i < sizeof(value); i++) {
		uint32_t ticks = 2 * MS / TICK_NS / divide[i];
		uint64_t start;

		*reg(TDCR) = value[i];
		check(*reg(TDCR) == value[i], "divider 0x%x", *reg(TDCR));
		*reg(TIMER) = VECTOR;
		start = now_ns();
		*reg(TMICT) = ticks;
		check(*reg(TMCCT) <= ticks, "counts up from %u", ticks);
		check(arrives(), "divided by %u it does not fire", divide[i]);
		check(now_ns() - start >= 2 * MS - 1000, "divided by %u it fires after %llu ns",
		      divide[i], LL(now_ns() - start));
		check(!*reg(TMCCT), "it goes on after a one-shot");
	}
	*reg(TDCR) = 11;
}

static void check_periodic(void)
{
	uint64_t start = now_ns();

	*reg(TIMER) = PERIODIC | VECTOR;
	*reg(TMICT) = MS / TICK_NS;
	for (int i = 0; i < 5; i++)
		check(arrives(), "period %d is missing", i);
	check(now_ns() - start >= 5 * MS - 1000, "5 periods of 1 ms in %llu ns",
	      LL(now_ns() - start));
	*reg(TIMER) = PERIODIC | MASKED | VECTOR;
	/* A period that was over before is in the IRR: masking does not take that back. */
	wait_flag(&hits, 0);
	hits = 0;
	wait_ns(3 * MS);
	check(!hits, "masked, and it arrives");
	check(*reg(TMICT) == MS / TICK_NS, "masked, and the count is lost");
	*reg(TIMER) = PERIODIC | VECTOR;
	check(arrives(), "it does not come back from being masked");
	*reg(TMICT) = 0;
	wait_ns(3 * MS);
	hits = 0;
	wait_ns(3 * MS);
	check(!hits && !*reg(TMCCT), "a count of 0 does not stop it");
}

/* As real Xen 4.17.7: mode and divider take effect on what is left. */
static void check_changes(void)
{
	uint32_t before, after;

	*reg(TIMER) = MASKED | VECTOR;
	*reg(TMICT) = 1000000000u;
	before = *reg(TMCCT);
	*reg(TIMER) = MASKED | PERIODIC | VECTOR;
	after = *reg(TMCCT);
	check(after && after <= before, "%u left, %u after a change to periodic", before, after);
	*reg(TDCR) = 0;
	before = *reg(TMCCT);
	check(before && before <= after, "%u left, %u after a change of the divider", after,
	      before);
	*reg(TIMER) = DEADLINE | VECTOR;
	check(!*reg(TMICT) && !*reg(TMCCT), "the count lives on in TSC-deadline mode");
	*reg(TMICT) = 100;
	check(!*reg(TMICT), "TSC-deadline mode takes a count");
	*reg(TDCR) = 11;
}

static void check_deadline(void)
{
	uint64_t tsc = rdtsc();

	check(cpuid(1, 0).c & 1u << 24, "CPUID does not show the TSC deadline");
	*reg(TIMER) = DEADLINE | VECTOR;
	wrmsr(MSR, tsc + 20 * MS);
	check(rdmsr(MSR) == tsc + 20 * MS || rdtsc() >= tsc + 20 * MS, "the MSR reads 0x%llx",
	      LL(rdmsr(MSR)));
	check(arrives(), "the deadline does not fire");
	check(rdtsc() >= tsc + 20 * MS, "it fires %llu ticks early", LL(tsc + 20 * MS - rdtsc()));
	check(!rdmsr(MSR), "it stays armed: 0x%llx", LL(rdmsr(MSR)));
	wrmsr(MSR, 1);
	check(arrives(), "a deadline of the past does not fire");
	wrmsr(MSR, rdtsc() + 1000ull * MS);
	wrmsr(MSR, 0);
	check(!rdmsr(MSR), "0 does not disarm");
	wrmsr(MSR, rdtsc() + 1000ull * MS);
	*reg(TIMER) = VECTOR;
	check(!rdmsr(MSR), "a change of the mode does not disarm");
	wrmsr(MSR, rdtsc());
	wait_ns(2 * MS);
	check(!hits, "it fires in one-shot mode");
}

void test_main(void)
{
	irq_set(VECTOR, on_timer);
	*reg(SVR) = 0x1ff;
	check_dividers();
	check_periodic();
	check_changes();
	check_deadline();
	pass();
}
