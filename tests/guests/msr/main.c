/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Every MSR of the architectural ranges, and some at random, by read and write:
 * exactly those of the list answer (the class of XSA-108), and only with values
 * that the register can hold.  The list is what real Xen 4.17.7 answers, less what
 * nacre-guest-abi(7) names.  Options: random=N.
 */
#include "lib.h"

const char test_name[] = "msr";

#define R  1u
#define W  2u
#define RW 3u
#define X2 4u /* in x2APIC mode only */

#define APIC_BASE 0x1b
#define BASE_EXTD (1u << 10)

static const struct {
	uint32_t first, last, access;
} table[] = {
	{0x0, 0x1, R},
	{0x10, 0x10, RW},
	{0x1b, 0x1b, RW},
	{0x3b, 0x3b, RW},
	{0x8b, 0x8b, R},
	{0xce, 0xce, R},
	{0xfe, 0xfe, R},
	{0x140, 0x140, RW},
	{0x174, 0x176, RW},
	{0x179, 0x179, R},
	{0x17a, 0x17a, RW},
	{0x1d9, 0x1d9, RW},
	{0x200, 0x20f, RW},
	{0x250, 0x250, RW},
	{0x258, 0x259, RW},
	{0x268, 0x26f, RW},
	{0x277, 0x277, RW},
	{0x2ff, 0x2ff, RW},
	{0x400, 0x407, RW},
	{0x6e0, 0x6e0, RW},
	{0x802, 0x803, R | X2},
	{0x808, 0x808, RW | X2},
	{0x80a, 0x80a, R | X2},
	{0x80b, 0x80b, W | X2},
	{0x80d, 0x80d, R | X2},
	{0x80f, 0x80f, RW | X2},
	{0x810, 0x827, R | X2},
	{0x828, 0x828, RW | X2},
	{0x830, 0x830, RW | X2},
	{0x832, 0x838, RW | X2},
	{0x839, 0x839, R | X2},
	{0x83e, 0x83e, RW | X2},
	{0x83f, 0x83f, W | X2},
	{0x40000000, 0x40000000, RW},
	{0xc0000080, 0xc0000084, RW},
	{0xc0000100, 0xc0000103, RW},
	{0xc0010010, 0xc0010010, RW},
	{0xc0010015, 0xc0010015, R},
	{0xc001001a, 0xc001001a, RW},
	{0xc001001d, 0xc001001d, RW},
	{0xc001001f, 0xc001001f, RW},
	{0xc0010055, 0xc0010055, R},
};

static bool x2apic;

static uint32_t access_of(uint32_t msr)
{
	for (unsigned int i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (msr >= table[i].first && msr <= table[i].last)
			return table[i].access & X2 && !x2apic ? 0 : table[i].access & RW;
	return 0;
}

/* Written by what they do, below, or not with what was read. */
static bool acts(uint32_t msr)
{
	return msr == APIC_BASE || msr == 0x828 || msr == 0x830 || msr == 0x83f ||
	       msr == 0x40000000;
}

static void probe(uint32_t msr)
{
	uint32_t access = access_of(msr);
	uint64_t value = 0;
	bool ok = rdmsr_safe(msr, &value);

	check(ok == !!(access & R), "MSR 0x%x %s", msr, ok ? "can be read" : "cannot be read");
	if (acts(msr) && access)
		return;
	ok = wrmsr_safe(msr, value);
	check(ok == !!(access & W), "MSR 0x%x %s", msr, ok ? "can be written" : "is read-only");
	check(access || !wrmsr_safe(msr, ~0ull), "MSR 0x%x takes all ones", msr);
}

static void sweep(uint32_t first, uint32_t last)
{
	for (uint32_t msr = first; msr <= last; msr++)
		probe(msr);
}

static uint32_t option(const char *name)
{
	const char *s = cmdline();
	size_t len = strlen(name);
	uint32_t n = 0;

	for (; *s && memcmp(s, name, len); s++)
		;
	if (!*s)
		return 20000;
	for (s += len; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (uint32_t)(*s - '0');
	return n;
}

/* xorshift, from Marsaglia's paper */
static uint32_t next(uint32_t x)
{
	x ^= x << 13;
	x ^= x >> 17;
	return x ^ x << 5;
}

static void check_values(void)
{
	static const struct {
		uint32_t msr;
		bool ok;
		uint64_t value;
	} t[] = {
		{0x175, false, 0x800000000000},
		{0x176, true, 0xffff800000000000},
		{0x277, false, 0x0007040600070402},
		{0x277, true, 0x0007040600070406},
		{0x277, false, 0x0807040600070406},
		{0x200, false, 0x2},
		{0x201, false, 0x1},
		{0x200, false, 1ull << 52},
		{0x250, false, 0x3},
		{0x2ff, false, 0x8000},
		{0x2ff, true, 0x806},
		{0x401, false, 1},
		{0x140, false, 2},
		{0x1d9, false, 1},
		{0xc0000080, false, 1ull << 12},
		{0xc0000080, false, 1ull << 13},
		{0xc0000080, false, 1ull << 63},
		{0xc0000082, false, 0x800000000000},
		{0xc0000083, false, 1ull << 63},
		{0xc0000100, false, 0xffff000000000000},
		{0xc0000101, false, 0x800000000000},
		{0xc0000102, false, 1ull << 47},
		{0xc0000103, false, 1ull << 32},
		{0x40000000, false, 1},
		{0x40000000, false, ~0xfffull},
	};

	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		check(wrmsr_safe(t[i].msr, t[i].value) == t[i].ok, "MSR 0x%x = 0x%llx %s", t[i].msr,
		      LL(t[i].value), t[i].ok ? "faults" : "is accepted");
}

static void check_tsc(void)
{
	uint64_t before = rdmsr(0x3b), tsc;

	wrmsr(0x3b, before + (1ull << 40));
	tsc = rdtsc();
	wrmsr(0x3b, before);
	check(tsc - rdtsc() < 1ull << 40 && tsc - rdtsc() > 1ull << 39, "TSC_ADJUST moves nothing");
	tsc = rdtsc();
	wrmsr(0x10, tsc + (1ull << 40));
	check(rdmsr(0x3b) - before > 1ull << 39, "TSC_ADJUST misses a write to the TSC");
	wrmsr(0x3b, before);
	check(rdtsc() - tsc < 1ull << 39, "TSC does not come back");
}

void test_main(void)
{
	uint32_t x = 0x12345678, n = option("random=");

	for (int mode = 0; mode < 2; mode++) {
		x2apic = mode;
		if (x2apic)
			wrmsr(APIC_BASE, rdmsr(APIC_BASE) | BASE_EXTD);
		sweep(0, 0x1fff);
	}
	sweep(0x40000000, 0x400001ff);
	sweep(0xc0000000, 0xc0001fff);
	sweep(0xc0010000, 0xc0011fff);
	for (uint32_t i = 0; i < n; i++) {
		x = next(x);
		probe(x);
	}
	check_values();
	check_tsc();
	pass();
}
