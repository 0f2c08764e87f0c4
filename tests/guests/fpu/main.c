/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Vector registers belong to one vCPU: they are clean at the start and nobody
 * else's code shows in them.  Run two of these at once on one CPU with different
 * command lines: seed=N ms=MILLISECONDS.
 */
#include "lib.h"

#include <xen/sched.h>

const char test_name[] = "fpu";

#define REGS 16u

struct vectors {
	uint64_t lane[REGS][4];
} __attribute__((aligned(32)));

static bool avx;

#define EACH(X)                                                                                    \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define SSE_LOAD(n)  "movdqa " #n "*32(%0), %%xmm" #n "\n\t"
#define SSE_STORE(n) "movdqa %%xmm" #n ", " #n "*32(%0)\n\t"
#define AVX_LOAD(n)  "vmovdqa " #n "*32(%0), %%ymm" #n "\n\t"
#define AVX_STORE(n) "vmovdqa %%ymm" #n ", " #n "*32(%0)\n\t"

static void load(const struct vectors *v)
{
	if (avx)
		asm volatile(EACH(AVX_LOAD)::"r"(v) : "memory");
	else
		asm volatile(EACH(SSE_LOAD)::"r"(v) : "memory");
}

static void store(struct vectors *v)
{
	if (avx)
		asm volatile(EACH(AVX_STORE)::"r"(v) : "memory");
	else
		asm volatile(EACH(SSE_STORE)::"r"(v) : "memory");
}

static void avx_on(void)
{
	uint32_t c = cpuid(1, 0).c;
	uint64_t cr4;

	if (!(c & 1 << 26) || !(c & 1 << 28))
		return;
	asm volatile("mov %%cr4, %0" : "=r"(cr4));
	asm volatile("mov %0, %%cr4" ::"r"(cr4 | 1 << 18));
	asm volatile("xsetbv" ::"c"(0), "a"(7), "d"(0));
	avx = true;
}

static uint64_t option(const char *name, uint64_t value)
{
	size_t len = strlen(name);

	for (const char *p = cmdline(); *p; p++) {
		if (memcmp(p, name, len))
			continue;
		value = 0;
		for (p += len; *p >= '0' && *p <= '9'; p++)
			value = value * 10 + (uint64_t)(*p - '0');
		break;
	}
	return value;
}

static void compare(const struct vectors *is, const struct vectors *want, const char *when)
{
	unsigned int lanes = avx ? 4 : 2;

	for (unsigned int r = 0; r < REGS; r++)
		for (unsigned int l = 0; l < lanes; l++)
			check(is->lane[r][l] == want->lane[r][l],
			      "%s register %u lane %u is 0x%lx instead of 0x%lx", when, r, l,
			      is->lane[r][l], want->lane[r][l]);
}

void test_main(void)
{
	static struct vectors want, is;
	uint64_t seed = option("seed=", 1), end, rounds = 0;

	avx_on();
	store(&is);
	compare(&is, &want, "at the start");
	for (unsigned int r = 0; r < REGS; r++)
		for (unsigned int l = 0; l < 4; l++)
			want.lane[r][l] = (seed << 48 | r << 8 | l) * 0x9e3779b97f4a7c15ull;
	end = now_ns() + option("ms=", 500) * 1000000;
	load(&want);
	for (; now_ns() < end; rounds++) {
		/* Lose the CPU by will and by force in turn. */
		if (rounds & 1)
			hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
		memset(&is, 0, sizeof(is));
		store(&is);
		compare(&is, &want, "later");
	}
	print("%lu rounds, %s\n", rounds, avx ? "AVX" : "SSE");
	pass();
}
