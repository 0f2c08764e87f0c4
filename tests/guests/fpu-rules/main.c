/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * When x87, SSE and AVX instructions fault: CR0.EM, TS, MP, CR4.OSFXSR, OSXSAVE,
 * XCR0 (APM vol. 1, 4.10 and vol. 2, 3.1); the same after exits.
 */
#include "lib.h"

const char test_name[] = "fpu-rules";

#define CR0_MP	    2ul
#define CR0_EM	    4ul
#define CR0_TS	    8ul
#define CR4_OSFXSR  (1ul << 9)
#define CR4_OSXSAVE (1ul << 18)

#define INSN(name, code)                                                                           \
	static void name(void *arg)                                                                \
	{                                                                                          \
		uint32_t low = 7;                                                                  \
                                                                                                   \
		asm volatile(code : "+a"(low) : "d"(0), "S"(arg), "c"(0) : "memory");              \
	}

#ifdef __x86_64__
#define DX "rdx"
#else
#define DX "edx"
#endif

static uint8_t area[4096] __attribute__((aligned(64)));

INSN(x87, "fnop")
INSN(fwait, "fwait")
INSN(mmx, "movq %%mm0, %%mm1; emms")
INSN(sse, "xorps %%xmm0, %%xmm0")
INSN(fxsave, "fxsave (%2)")
INSN(avx, "vxorps %%ymm0, %%ymm0, %%ymm0")
INSN(xsave, "xsave (%2)")
INSN(xgetbv, "push %%" DX "; xgetbv; pop %%" DX)

static const struct {
	const char *name;
	unsigned long cr0;
	int x87, fwait, mmx, sse, fxsave;
} rows[] = {
	{"none", 0, NO_TRAP, NO_TRAP, NO_TRAP, NO_TRAP, NO_TRAP},
	{"MP", CR0_MP, NO_TRAP, NO_TRAP, NO_TRAP, NO_TRAP, NO_TRAP},
	{"TS", CR0_TS, VEC_NM, NO_TRAP, VEC_NM, VEC_NM, VEC_NM},
	{"TS MP", CR0_TS | CR0_MP, VEC_NM, VEC_NM, VEC_NM, VEC_NM, VEC_NM},
	{"EM", CR0_EM, VEC_NM, NO_TRAP, VEC_UD, VEC_UD, VEC_NM},
	{"EM TS MP", CR0_EM | CR0_TS | CR0_MP, VEC_NM, VEC_NM, VEC_UD, VEC_UD, VEC_NM},
};

static unsigned int wrong;

/* QEMU 7.2: #NM before #UD with EM and TS. */
static void want(const char *state, const char *what, void (*fn)(void *), int vector, int emulated)
{
	int got = trap_catch(fn, area);

	if (got == vector || got == emulated)
		return;
	wrong++;
	print("%s with %s: vector %d instead of %d\n", what, state, got, vector);
}

static void check_cr0(void)
{
	unsigned long base = get_cr0() & ~(CR0_MP | CR0_EM | CR0_TS);

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int nm = rows[i].cr0 & CR0_TS ? VEC_NM : rows[i].mmx;

		set_cr0(base | rows[i].cr0);
		/* An exit between, which loads and saves the registers. */
		cpuid(0, 0);
		want(rows[i].name, "fnop", x87, rows[i].x87, rows[i].x87);
		want(rows[i].name, "fwait", fwait, rows[i].fwait, rows[i].fwait);
		want(rows[i].name, "movq", mmx, rows[i].mmx, nm);
		want(rows[i].name, "xorps", sse, rows[i].sse, nm);
		want(rows[i].name, "fxsave", fxsave, rows[i].fxsave, rows[i].fxsave);
		check(get_cr0() == (base | rows[i].cr0), "CR0 is 0x%lx", get_cr0());
	}
	set_cr0(base | CR0_TS);
	asm volatile("clts");
	check(!(get_cr0() & CR0_TS), "CLTS does not");
	set_cr0(base | CR0_MP);
}

static void check_cr4(void)
{
	static struct {
		uint32_t low, high;
	} components = {7, 0};
	unsigned long was = get_cr4();

	set_cr4(was & ~CR4_OSFXSR);
	want("no OSFXSR", "xorps", sse, VEC_UD, VEC_UD);
	want("no OSFXSR", "fnop", x87, NO_TRAP, NO_TRAP);
	set_cr4(was);
	if (!(cpuid(1, 0).c & 1 << 26))
		return;
	want("no OSXSAVE", "xsave", xsave, VEC_UD, VEC_UD);
	want("no OSXSAVE", "xgetbv", xgetbv, VEC_UD, VEC_UD);
	want("no OSXSAVE", "vxorps", avx, VEC_UD, VEC_UD);
	set_cr4(was | CR4_OSXSAVE);
	want("OSXSAVE", "xsave", xsave, NO_TRAP, NO_TRAP);
	want("XCR0 1", "vxorps", avx, VEC_UD, VEC_UD);
	if (cpuid(0xd, 0).a & 4) {
		asm volatile("xsetbv" ::"c"(0), "a"(components.low), "d"(0));
		want("XCR0 7", "vxorps", avx, NO_TRAP, NO_TRAP);
		set_cr0(get_cr0() | CR0_TS);
		want("XCR0 7, TS", "vxorps", avx, VEC_NM, VEC_NM);
		/* QEMU 7.2 forgets TS there. */
		want("XCR0 7, TS", "xsave", xsave, VEC_NM, NO_TRAP);
		asm volatile("clts");
	}
	set_cr4(was);
}

void test_main(void)
{
	check_cr0();
	check_cr4();
	check(!wrong, "%u wrong", wrong);
	pass();
}
