/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * CR0, CR3, CR4, CR8, EFER and XCR0: reserved bits and forbidden changes are #GP(0)
 * and change nothing (APM vol. 2, 3.1, and vol. 3 MOV CRn, XSETBV).
 */
#include "mode.h"

const char test_name[] = "control-regs";

#define CR0_PE	    (1ul << 0)
#define CR0_ET	    (1ul << 4)
#define CR0_NW	    (1ul << 29)
#define CR0_CD	    (1ul << 30)
#define CR0_PG	    (1ul << 31)
#define CR4_PAE	    (1ul << 5)
#define CR4_OSXSAVE (1ul << 18)
#define EFER	    0xc0000080u
#define EFER_SCE    1u
#define EFER_LME    0x100u
#define EFER_NXE    0x800u

static void write_cr0(void *value)
{
	set_cr0((unsigned long)value);
}

static void write_cr3(void *value)
{
	set_cr3((unsigned long)value);
}

static void write_cr4(void *value)
{
	set_cr4((unsigned long)value);
}

static void refused(const char *what, void (*write)(void *), unsigned long value,
		    unsigned long (*read)(void))
{
	unsigned long was = read();
	int vector = trap_catch(write, (void *)value);

	check(vector == VEC_GP && trap_last.error == 0, "%s: 0x%lx gives vector %d", what, value,
	      vector);
	check(read() == was, "%s: changed to 0x%lx", what, read());
}

/* QEMU names itself, and some of its processor's mistakes cannot be caught. */
static bool on_qemu(void)
{
	struct cpuid brand = cpuid(0x80000002, 0);

	return !memcmp(&brand, "QEMU", 4);
}

static void check_cr0(void)
{
	unsigned long was = get_cr0();

	check(was & CR0_ET, "CR0 is 0x%lx without ET", was);
	/* QEMU 7.2 alone checks nothing here. */
	if (on_xen || !on_qemu()) {
		refused("CR0.NW without CD", write_cr0, was | CR0_NW, get_cr0);
		refused("CR0.PG without PE", write_cr0, (was | CR0_PG) & ~CR0_PE, get_cr0);
		/* QEMU does not exit for the upper half. */
		if (BITS == 64 && !on_qemu()) {
			refused("CR0 bit 32", write_cr0, was | 1ul << (BITS / 2), get_cr0);
			refused("CR0 bit 63", write_cr0, was | 1ul << (BITS - 1), get_cr0);
		}
		if (BITS == 64)
			refused("CR0.PG off in 64-bit mode", write_cr0, was & ~CR0_PG, get_cr0);
	}
	set_cr0(was & ~CR0_ET);
	check(get_cr0() == was, "CR0.ET can be cleared: 0x%lx", get_cr0());
	set_cr0(was | CR0_CD);
	check(get_cr0() == (was | CR0_CD), "CR0.CD cannot be set: 0x%lx", get_cr0());
	set_cr0(was | CR0_CD | CR0_NW);
	check(get_cr0() == (was | CR0_CD | CR0_NW), "CR0.NW cannot be set: 0x%lx", get_cr0());
	set_cr0(was);
	/* LMSW can set PE and clear it never. */
	asm volatile("lmsw %w0" ::"r"(was & 0xe & ~CR0_PE));
	check(get_cr0() == was, "CR0 is 0x%lx after LMSW", get_cr0());
}

static void check_cr3(void)
{
#ifdef __x86_64__
	unsigned int bits = cpuid(0x80000008, 0).a & 0xff;

	/* The same here: VMRUN refuses the address that QEMU took. */
	if (on_qemu())
		return;
	for (unsigned int bit = bits; bit < 52; bit++)
		refused("CR3 beyond physical addresses", write_cr3, get_cr3() | 1ul << bit,
			get_cr3);
	refused("CR3 bit 62", write_cr3, get_cr3() | 1ul << 62, get_cr3);
#else
	(void)write_cr3;
#endif
}

static void check_cr4(void)
{
	/* LA57, VMXE, SMXE, FRED, PCIDE, KL, PKE, CET, PKS and what is reserved */
	static const unsigned int hidden[] = {12, 13, 14, 15, 17, 19, 22, 23, 24, 25, 31};
	unsigned long was = get_cr4();

	for (unsigned int i = 0; on_xen && i < sizeof(hidden) / sizeof(hidden[0]); i++)
		refused("CR4", write_cr4, was | 1ul << hidden[i], get_cr4);
#ifdef __x86_64__
	refused("CR4 bit 32", write_cr4, was | 1ul << 32, get_cr4);
	refused("CR4.PAE off in long mode", write_cr4, was & ~CR4_PAE, get_cr4);
#endif
	for (unsigned int bit = 0; bit < 4; bit++) { /* VME, PVI, TSD, DE */
		if (bit < 2 && !(cpuid(1, 0).d & 2))
			continue;
		set_cr4(was | 1ul << bit);
		check(get_cr4() == (was | 1ul << bit), "CR4 bit %u is not kept", bit);
	}
	set_cr4(was);
}

static void read_tsc(void *arg)
{
	(void)arg;
	rdtsc();
}

static void check_tsd(void)
{
	check(user_catch(read_tsc, NULL) == NO_TRAP, "RDTSC in ring 3");
	set_cr4(get_cr4() | 4);
	check(user_catch(read_tsc, NULL) == VEC_GP, "RDTSC in ring 3 under CR4.TSD");
	check(trap_catch(read_tsc, NULL) == NO_TRAP, "RDTSC in ring 0 under CR4.TSD");
	set_cr4(get_cr4() & ~4ul);
}

static void check_efer(void)
{
	/* SVME and beyond: LMSLE, FFXSR, TCE, and reserved */
	static const unsigned int hidden[] = {1, 7, 9, 12, 13, 14, 15, 16, 22, 31, 32, 63};
	uint64_t was = rdmsr(EFER);

	for (unsigned int i = 0; on_xen && i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		check(!wrmsr_safe(EFER, was | 1ull << hidden[i]), "EFER takes bit %u", hidden[i]);
		check(rdmsr(EFER) == was, "EFER is 0x%llx", LL(rdmsr(EFER)));
	}
	if (PAGING && !on_xen && on_qemu()) {
		print("EFER.LME under paging is not tried: QEMU takes it\n");
	} else if (PAGING) {
		check(!wrmsr_safe(EFER, was ^ EFER_LME), "EFER.LME changes under paging");
	} else {
		check(wrmsr_safe(EFER, was | EFER_LME) && rdmsr(EFER) == (was | EFER_LME),
		      "EFER.LME cannot be set: 0x%llx", LL(rdmsr(EFER)));
		if (on_xen || !on_qemu())
			refused("paging without PAE for long mode", write_cr0, get_cr0() | CR0_PG,
				get_cr0);
		wrmsr(EFER, was);
	}
	check(wrmsr_safe(EFER, was ^ EFER_SCE) && rdmsr(EFER) == (was ^ EFER_SCE),
	      "EFER.SCE cannot be changed");
	wrmsr(EFER, was);
	check(wrmsr_safe(EFER, was | EFER_NXE), "EFER.NXE cannot be set");
	wrmsr(EFER, was);
}

struct xcr {
	uint32_t index, low, high;
};

static void write_xcr(void *arg)
{
	const struct xcr *x = arg;

	asm volatile("xsetbv" ::"c"(x->index), "a"(x->low), "d"(x->high));
}

static uint32_t xcr0(void)
{
	uint32_t lo, hi;

	asm volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	return lo;
}

static void check_xcr0(void)
{
	/* No x87; AVX without SSE; AVX-512 in part; MPX in part; reserved; XCR1. */
	static const struct xcr bad[] = {
		{0, 0, 0},   {0, 2, 0},	    {0, 5, 0},		{0, 0x27, 0},
		{0, 0xf, 0}, {0, 0x407, 0}, {0, 7, 0x80000000}, {1, 7, 0},
	};
	static struct xcr x87 = {0, 1, 0}, avx = {0, 7, 0}, pku = {0, 0x203, 0};

	if (!(cpuid(1, 0).c & 1 << 26))
		return;
	check(!(cpuid(1, 0).c & 1 << 27), "OSXSAVE before it is set");
	check(trap_catch(write_xcr, &x87) == VEC_UD, "XSETBV without CR4.OSXSAVE");
	set_cr4(get_cr4() | CR4_OSXSAVE);
	check(cpuid(1, 0).c & 1 << 27, "OSXSAVE is not shown");
	check(xcr0() == 1, "XCR0 is 0x%x at the start", xcr0());
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(trap_catch(write_xcr, (void *)(uintptr_t)&bad[i]) == VEC_GP && xcr0() == 1,
		      "XCR%u takes 0x%x:%x", bad[i].index, bad[i].high, bad[i].low);
	check(user_catch(write_xcr, &x87) == VEC_GP, "XSETBV in ring 3");
	if (cpuid(0xd, 0).a & 4)
		check(trap_catch(write_xcr, &avx) == NO_TRAP && xcr0() == 7, "XCR0 refuses AVX");
	/* QEMU 7.2 does not intercept XSETBV: it lets through what it has itself. */
	if (on_xen && !(cpuid(0xd, 0).a & 0x200) && trap_catch(write_xcr, &pku) == NO_TRAP)
		print("XCR0 takes protection keys, which are not offered: QEMU's\n");
	write_xcr(&x87);
	set_cr4(get_cr4() & ~CR4_OSXSAVE);
	check(trap_catch(write_xcr, &x87) == VEC_UD, "XSETBV when OSXSAVE is off again");
}

#ifdef __x86_64__
static void write_cr8(void *value)
{
	asm volatile("mov %0, %%cr8" ::"r"(value));
}

static unsigned long read_cr8(void)
{
	unsigned long v;

	asm volatile("mov %%cr8, %0" : "=r"(v));
	return v;
}

static void check_cr8(void)
{
	for (unsigned int i = 0; i < 16; i++) {
		write_cr8((void *)(unsigned long)i);
		check(read_cr8() == i, "CR8 is %lu instead of %u", read_cr8(), i);
	}
	write_cr8(NULL);
	/* QEMU takes the low bits of anything. */
	if (on_qemu())
		return;
	refused("CR8 16", write_cr8, 16, read_cr8);
	refused("CR8 bit 63", write_cr8, 1ul << 63, read_cr8);
}
#else
static void check_cr8(void)
{
}
#endif

void test_main(void)
{
	check_cr0();
	check_cr3();
	check_cr4();
	check_tsd();
	check_efer();
	check_xcr0();
	check_cr8();
	pass();
}
