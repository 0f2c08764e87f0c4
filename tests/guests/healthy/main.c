/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The guest that must never notice anything: for seconds=N it checks that its
 * memory, its vector registers, its clock, its timer and its event counters are
 * as they should be, and says PASS at the end.  With two vCPUs they check each
 * other.  Gaps, in which it did not run for long, are reported, not judged: how
 * soon one runs on a busy machine proves nothing.
 */
#include "vectors.h"

#include <xen/event_channel.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

const char test_name[] = "healthy";

#define WORDS	   (512 * 1024 / 8)
#define SECOND	   1000000000ull
#define TICK_NS	   20000000ull
#define LOST_AFTER (120 * SECOND) /* an event that has not come by then is lost */

static uint64_t memory[WORDS];
static volatile uint32_t ticks, pings, pongs;
static unsigned int ping_port, pong_port;
static bool two;

static void on_tick(unsigned int port)
{
	(void)port;
	ticks++;
}

static void on_ping(unsigned int port)
{
	(void)port;
	pings++;
	evtchn_send(pong_port);
}

static void on_pong(unsigned int port)
{
	(void)port;
	pongs++;
}

static uint64_t word(uint64_t round, unsigned int i)
{
	return (round << 32 | i) * 0x9e3779b97f4a7c15ull;
}

static void fill_memory(uint64_t round)
{
	for (unsigned int i = 0; i < WORDS; i++)
		memory[i] = word(round, i);
}

static void check_memory(uint64_t round)
{
	for (unsigned int i = 0; i < WORDS; i++)
		check(memory[i] == word(round, i), "word %u is 0x%lx in round %lu", i, memory[i],
		      round);
}

static uint64_t last_ns;

/* The clock goes forward only; how long was it away? */
static uint64_t check_clock(void)
{
	uint64_t now = now_ns(), gap = now - last_ns;

	check(now >= last_ns, "time goes from %lu back to %lu", last_ns, now);
	last_ns = now;
	return gap;
}

static void wait_for(volatile uint32_t *counter, uint32_t wanted, const char *what)
{
	uint64_t end = now_ns() + LOST_AFTER;

	irq_on();
	while (*counter < wanted) {
		check(now_ns() < end, "%s number %u does not come", what, wanted);
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
	}
	irq_off();
	check(*counter == wanted, "%s came %u times instead of %u", what, *counter, wanted);
}

static void check_timer(uint32_t number)
{
	uint64_t due = now_ns() + TICK_NS;

	check(!hypercall(__HYPERVISOR_set_timer_op, due, 0, 0, 0), "the timer is refused");
	wait_for(&ticks, number, "tick");
	check(now_ns() >= due, "tick %u comes %lu ns early", number, due - now_ns());
}

static void check_events(uint32_t number)
{
	if (!two)
		return;
	check(!evtchn_send(ping_port), "an event cannot be sent");
	wait_for(&pongs, number, "answer");
	check(pings == number, "%u events arrived instead of %u", pings, number);
}

static void other_cpu(unsigned int cpu)
{
	static struct vectors is, want;

	vectors_init();
	vectors_fill(&want, 1000 + cpu);
	vectors_load(&want);
	for (;;) {
		vectors_store(&is);
		vectors_compare(&is, &want, "on the other CPU");
		asm volatile("sti; hlt; cli" ::: "memory");
	}
}

static void start_other(void)
{
	long port;

	two = hypercall(__HYPERVISOR_vcpu_op, VCPUOP_is_up, 1, 0, 0) == 0;
	if (!two)
		return;
	port = evtchn_bind_ipi(0);
	check(port > 0, "bind_ipi: %ld", port);
	pong_port = (unsigned int)port;
	evtchn_set(pong_port, on_pong);
	ap_start(1, other_cpu);
	port = evtchn_bind_ipi(1);
	check(port > 0, "bind_ipi to the other: %ld", port);
	ping_port = (unsigned int)port;
	evtchn_set(ping_port, on_ping);
}

void test_main(void)
{
	static struct vectors is, want;
	uint64_t end = now_ns() + cmdline_number("seconds=", 2) * SECOND, longest = 0;
	uint32_t round;
	long port;

	evtchn_init();
	port = evtchn_bind_virq(VIRQ_TIMER, 0);
	check(port > 0, "bind_virq: %ld", port);
	evtchn_set((unsigned int)port, on_tick);
	start_other();
	vectors_init();
	vectors_fill(&want, 1);
	vectors_load(&want);
	fill_memory(0);
	check_clock();
	print("healthy, %s\n", two ? "two CPUs" : "one CPU");
	for (round = 1; now_ns() < end; round++) {
		uint64_t gap;

		check_memory(round - 1);
		fill_memory(round);
		check_timer(round);
		check_events(round);
		vectors_store(&is);
		vectors_compare(&is, &want, "later");
		gap = check_clock();
		if (gap > longest)
			longest = gap;
		if (round % 50 == 0)
			print("round %u, longest gap %lu ms\n", round, longest / 1000000);
	}
	print("%u rounds, longest gap %lu ms\n", round, longest / 1000000);
	pass();
}
