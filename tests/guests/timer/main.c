/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Single-shot timers: never early, never lost; the clock never goes back. */
#include "lib.h"

#include <xen/vcpu.h>

const char test_name[] = "timer";

#define ROUNDS 50u

static volatile uint32_t fired;

static void on_timer(unsigned int port)
{
	(void)port;
	fired++;
}

static void check_monotonic(void)
{
	uint64_t last = now_ns();

	for (unsigned int i = 0; i < 100000; i++) {
		uint64_t t = now_ns();

		check(t >= last, "clock goes back: %llu after %llu", LL(t), LL(last));
		last = t;
	}
}

/* The paravirtual clock does not follow a TSC that the guest sets. */
static void check_tsc_write(void)
{
	uint64_t before = now_ns();

	wrmsr(0x10, 12345);
	check(rdtsc() < 1ull << 40, "the TSC did not take the value");
	check_monotonic();
	check(now_ns() >= before && now_ns() - before < 60000000000ull,
	      "clock jumps from %llu to %llu", LL(before), LL(now_ns()));
}

static void check_shot(uint64_t delay_ns)
{
	struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = now_ns() + delay_ns};
	long ret;

	fired = 0;
	ret = hypercall(__HYPERVISOR_vcpu_op, VCPUOP_set_singleshot_timer, 0, (uintptr_t)&timer, 0);
	check(!ret, "set_singleshot_timer: %ld", ret);
	/* The interrupt ends the halt; sti's shadow closes the race. */
	while (!fired) {
		asm volatile("sti; hlt; cli" ::: "memory");
		check(fired || now_ns() < timer.timeout_abs_ns + 10000000000ull,
		      "timer of %llu ns is lost", LL(delay_ns));
	}
	check(now_ns() >= timer.timeout_abs_ns, "timer of %llu ns is %llu ns early", LL(delay_ns),
	      LL(timer.timeout_abs_ns - now_ns()));
}

void test_main(void)
{
	long port;

	evtchn_init();
	check_monotonic();
	check_tsc_write();
	port = evtchn_bind_virq(VIRQ_TIMER, 0);
	check(port > 0, "bind_virq: %ld", port);
	evtchn_set((unsigned int)port, on_timer);
	for (unsigned int i = 0; i < ROUNDS; i++)
		check_shot(100000ull * (i + 1));
	/* One that is already in the past fires at once. */
	check_shot(0);
	pass();
}
