/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The vector registers of long64, whole: AVX where there is AVX. */
#ifndef GUEST_VECTORS_H
#define GUEST_VECTORS_H

#include "lib.h"

#define VECTOR_REGS 16u

struct vectors {
	uint64_t lane[VECTOR_REGS][4];
} __attribute__((aligned(32)));

static bool vectors_avx;

#define EACH(X)                                                                                    \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#define SSE_LOAD(n)  "movdqa " #n "*32(%0), %%xmm" #n "\n\t"
#define SSE_STORE(n) "movdqa %%xmm" #n ", " #n "*32(%0)\n\t"
#define AVX_LOAD(n)  "vmovdqa " #n "*32(%0), %%ymm" #n "\n\t"
#define AVX_STORE(n) "vmovdqa %%ymm" #n ", " #n "*32(%0)\n\t"

static inline void vectors_load(const struct vectors *v)
{
	if (vectors_avx)
		asm volatile(EACH(AVX_LOAD)::"r"(v) : "memory");
	else
		asm volatile(EACH(SSE_LOAD)::"r"(v) : "memory");
}

static inline void vectors_store(struct vectors *v)
{
	if (vectors_avx)
		asm volatile(EACH(AVX_STORE)::"r"(v) : "memory");
	else
		asm volatile(EACH(SSE_STORE)::"r"(v) : "memory");
}

static inline void vectors_init(void)
{
	uint32_t c = cpuid(1, 0).c;
	uint64_t cr4;

	if (!(c & 1 << 26) || !(c & 1 << 28))
		return;
	asm volatile("mov %%cr4, %0" : "=r"(cr4));
	asm volatile("mov %0, %%cr4" ::"r"(cr4 | 1 << 18));
	asm volatile("xsetbv" ::"c"(0), "a"(7), "d"(0));
	vectors_avx = true;
}

/* A pattern that no other seed has. */
static inline void vectors_fill(struct vectors *v, uint64_t seed)
{
	for (unsigned int r = 0; r < VECTOR_REGS; r++)
		for (unsigned int l = 0; l < 4; l++)
			v->lane[r][l] = (seed << 48 | r << 8 | l) * 0x9e3779b97f4a7c15ull;
}

static inline void vectors_compare(const struct vectors *is, const struct vectors *want,
				   const char *when)
{
	unsigned int lanes = vectors_avx ? 4 : 2;

	for (unsigned int r = 0; r < VECTOR_REGS; r++)
		for (unsigned int l = 0; l < lanes; l++)
			check(is->lane[r][l] == want->lane[r][l],
			      "%s register %u lane %u is 0x%lx instead of 0x%lx", when, r, l,
			      is->lane[r][l], want->lane[r][l]);
}

#endif
