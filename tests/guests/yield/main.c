/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What one scheduling pass costs: SCHEDOP_yield less the cheapest hypercall, by the
 * time-stamp counter; instructions when the emulator counts those.  vcpus=N: with
 * the other vCPUs of the guest yielding all the time, too.
 */
#include "lib.h"

#include <xen/sched.h>
#include <xen/version.h>

const char test_name[] = "yield";

#define BATCHES 33
#define CALLS	256

static void version(void)
{
	hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
}

static void yield_for_ever(unsigned int cpu)
{
	for (;;)
		yield();
}

/* The cheapest batch: no timer came between. */
static uint64_t cheapest(void (*call)(void))
{
	uint64_t best = ~0ull;

	for (int i = 0; i < BATCHES; i++) {
		uint64_t start = rdtsc(), took;

		for (int k = 0; k < CALLS; k++)
			call();
		took = rdtsc() - start;
		best = took < best ? took : best;
	}
	return best / CALLS;
}

void test_main(void)
{
	uint64_t vcpus = cmdline_number("vcpus=", 1), null, one;

	irq_off();
	for (unsigned int i = 1; i < vcpus; i++)
		ap_start(i, yield_for_ever);
	null = cheapest(version);
	one = cheapest(yield);
	print("null %llu, yield %llu, pass %llu, vcpus %llu\n", LL(null), LL(one),
	      LL((one - null) / vcpus), LL(vcpus));
	check(one > null, "a yield costs less than nothing");
	pass();
}
