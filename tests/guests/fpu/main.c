/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Vector registers belong to one vCPU: they are clean at the start and nobody
 * else's code shows in them.  Run two of these at once on one CPU with different
 * command lines: seed=N ms=MILLISECONDS.
 */
#include "vectors.h"

#include <xen/sched.h>

const char test_name[] = "fpu";

void test_main(void)
{
	static struct vectors want, is;
	uint64_t seed = cmdline_number("seed=", 1), end, rounds = 0;

	vectors_init();
	vectors_store(&is);
	vectors_compare(&is, &want, "at the start");
	vectors_fill(&want, seed);
	end = now_ns() + cmdline_number("ms=", 500) * 1000000;
	vectors_load(&want);
	for (; now_ns() < end; rounds++) {
		/* Lose the CPU by will and by force in turn. */
		if (rounds & 1)
			hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
		memset(&is, 0, sizeof(is));
		vectors_store(&is);
		vectors_compare(&is, &want, "later");
	}
	print("%lu rounds, %s\n", rounds, vectors_avx ? "AVX" : "SSE");
	pass();
}
