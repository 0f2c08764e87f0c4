/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Work that can be counted: each vCPU (vcpus=N, 1) does the same steps without end, and
 * the first one prints "count NS STEPS", the hypervisor's clock and the steps of all so
 * far, every so many milliseconds (ms=N, 10).  With beat=N each vCPU has a timer of so
 * many microseconds in the hypervisor, to no other end than that it has: an emulator that runs the
 * CPUs one after the other changes from one to the next at each.
 */
#include "lib.h"

#include <xen/vcpu.h>

const char test_name[] = "count";

#define STEPS 500

static struct {
	volatile uint64_t steps;
	uint64_t beat;
	uint64_t pad[6]; /* a cache line for each */
} done[MAX_CPUS];

static uint64_t beat_ns;

static void set_timer(unsigned int cpu, uint64_t now)
{
	struct vcpu_set_singleshot_timer timer = {.timeout_abs_ns = now + beat_ns};

	done[cpu].beat = timer.timeout_abs_ns;
	hypercall(__HYPERVISOR_vcpu_op, VCPUOP_set_singleshot_timer, cpu, (uintptr_t)&timer, 0);
}

/* The clock is read by all, so that a step costs all the same. */
static uint64_t work(unsigned int cpu)
{
	uint64_t now = now_ns();

	for (int i = 0; i < STEPS; i++)
		done[cpu].steps++;
	if (beat_ns && now >= done[cpu].beat)
		set_timer(cpu, now);
	return now;
}

static void work_for_ever(unsigned int cpu)
{
	for (;;)
		work(cpu);
}

void test_main(void)
{
	uint64_t vcpus = cmdline_number("vcpus=", 1), ms = cmdline_number("ms=", 10), next = 0;

	beat_ns = cmdline_number("beat=", 0) * 1000;
	irq_off();
	check(vcpus && vcpus <= MAX_CPUS && ms, "bad arguments");
	for (unsigned int i = 1; i < vcpus; i++)
		ap_start(i, work_for_ever);
	for (;;) {
		uint64_t now = work(0), sum = 0;

		if (now < next)
			continue;
		for (unsigned int i = 0; i < vcpus; i++)
			sum += done[i].steps;
		print("count %llu %llu\n", LL(now), LL(sum));
		next = (now / (ms * 1000000) + 1) * (ms * 1000000);
	}
}
