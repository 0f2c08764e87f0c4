/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What CR4 adds to privilege: SMEP, SMAP, UMIP, FSGSBASE, each refused by CR4 when
 * CPUID does not offer it; and SWAPGS.
 */
#include "mode.h"
#include "page.h"

const char test_name[] = "rights";

#define CR4_UMIP     (1ul << 11)
#define CR4_FSGSBASE (1ul << 16)
#define CR4_SMEP     (1ul << 20)
#define CR4_SMAP     (1ul << 21)
#define FS_BASE	     0xc0000100u
#define GS_BASE	     0xc0000101u
#define KERNEL_GS    0xc0000102u

static void write_cr4(void *value)
{
	set_cr4((unsigned long)value);
}

/* True: it is on now. */
static bool switch_on(const char *name, unsigned long bit, bool offered)
{
	int vector = trap_catch(write_cr4, (void *)(get_cr4() | bit));

	check(vector == (offered ? NO_TRAP : VEC_GP), "%s is %soffered: vector %d", name,
	      offered ? "" : "not ", vector);
	return offered;
}

#define INSN(name, code)                                                                           \
	static void name(void *arg)                                                                \
	{                                                                                          \
		asm volatile(code ::"a"(arg) : "memory");                                          \
	}

static uint8_t buffer[16];

INSN(do_sgdt, "sgdt (%0)")
INSN(do_sidt, "sidt (%0)")
INSN(do_sldt, "sldt %%ecx")
INSN(do_str, "str %%ecx")
INSN(do_smsw, "smsw %%ecx")

static void check_umip(void)
{
	static void (*const insns[])(void *) = {do_sgdt, do_sidt, do_sldt, do_str, do_smsw};
	unsigned long was = get_cr4();
	bool on;

	for (unsigned int i = 0; i < 5; i++)
		check(user_catch(insns[i], buffer) == NO_TRAP, "instruction %u in ring 3", i);
	on = switch_on("UMIP", CR4_UMIP, cpuid(7, 0).c & 4);
	for (unsigned int i = 0; on && i < 5; i++) {
		check(user_catch(insns[i], buffer) == VEC_GP && !trap_last.error,
		      "UMIP: instruction %u in ring 3", i);
		check(trap_catch(insns[i], buffer) == NO_TRAP, "UMIP: instruction %u in ring 0", i);
	}
	set_cr4(was);
}

#if PAGING
static uint8_t page[4096] __attribute__((aligned(4096))) = {0xc3}; /* RET */

INSN(call_page, "call *%0")
INSN(read_page, "movb (%0), %%cl")
INSN(write_page, "movb $0xc3, (%0)")
INSN(read_with_ac, ".byte 0x0f, 0x01, 0xcb\n movb (%0), %%cl\n .byte 0x0f, 0x01, 0xca")

static void expect_pf(const char *what, void (*fn)(void *), unsigned long error)
{
	int vector = trap_catch(fn, page);

	check(vector == VEC_PF && trap_last.error == error && trap_cr2 == (unsigned long)page,
	      "%s: vector %d, error 0x%lx, CR2 0x%lx", what, vector, trap_last.error, trap_cr2);
}

static void check_user_pages(void)
{
	uint32_t features = cpuid(7, 0).b;
	unsigned long was = get_cr4();

	page_all_user(false);
	page_set((unsigned long)page, (unsigned long)page | PAGE_ALL);
	check(trap_catch(call_page, page) == NO_TRAP && trap_catch(read_page, page) == NO_TRAP,
	      "user page in ring 0");
	if (switch_on("SMEP", CR4_SMEP, features & 1 << 7))
		expect_pf("SMEP", call_page, 0x11); /* also where there is no NX */
	set_cr4(was);
	if (switch_on("SMAP", CR4_SMAP, features & 1 << 20)) {
		expect_pf("SMAP, read", read_page, 1);
		expect_pf("SMAP, write", write_page, 3);
		check(trap_catch(read_with_ac, page) == NO_TRAP, "SMAP with AC set");
		check(trap_catch(call_page, page) == NO_TRAP, "SMAP is about data only");
	}
	set_cr4(was);
	page_all_user(true);
}
#else
static void check_user_pages(void)
{
	check(switch_on("SMEP", CR4_SMEP, cpuid(7, 0).b & 1 << 7) || !(get_cr4() & CR4_SMEP),
	      "CR4 is 0x%lx", get_cr4());
	set_cr4(get_cr4() & ~CR4_SMEP);
}
#endif

#ifdef __x86_64__
INSN(rdfsbase, "rdfsbase %%rcx")
INSN(wrfsbase, "wrfsbase %0")
INSN(wrgsbase, "wrgsbase %0")
INSN(swapgs, "swapgs")

static void check_bases(void)
{
	uint64_t address = 0xffff800012345000, bad = 0x0000800000000000;

	check(trap_catch(rdfsbase, NULL) == VEC_UD && trap_catch(wrfsbase, NULL) == VEC_UD,
	      "FSGSBASE instructions without CR4");
	if (switch_on("FSGSBASE", CR4_FSGSBASE, cpuid(7, 0).b & 1)) {
		check(trap_catch(wrfsbase, (void *)address) == NO_TRAP && rdmsr(FS_BASE) == address,
		      "WRFSBASE: 0x%lx", rdmsr(FS_BASE));
		check(user_catch(wrgsbase, (void *)0x1234) == NO_TRAP && rdmsr(GS_BASE) == 0x1234,
		      "WRGSBASE in ring 3: 0x%lx", rdmsr(GS_BASE));
		/* QEMU 7.2 takes what is not canonical. */
		check(user_catch(wrfsbase, (void *)bad) == VEC_GP || rdmsr(FS_BASE) == bad,
		      "WRFSBASE of 0x%lx: 0x%lx", bad, rdmsr(FS_BASE));
		wrmsr(FS_BASE, address);
		cpuid(0, 0);
		check(rdmsr(FS_BASE) == address, "FS base is 0x%lx after an exit", rdmsr(FS_BASE));
	}
	set_cr4(get_cr4() & ~CR4_FSGSBASE);
	check(user_catch(rdfsbase, NULL) == VEC_UD, "RDFSBASE when it is off again");
	wrmsr(GS_BASE, 0x1111);
	wrmsr(KERNEL_GS, address);
	swapgs(NULL);
	check(rdmsr(GS_BASE) == address && rdmsr(KERNEL_GS) == 0x1111, "SWAPGS: 0x%lx, 0x%lx",
	      rdmsr(GS_BASE), rdmsr(KERNEL_GS));
	check(user_catch(swapgs, NULL) == VEC_GP, "SWAPGS in ring 3");
}
#else
static void check_bases(void)
{
}
#endif

void test_main(void)
{
	check_umip();
	check_user_pages();
	check_bases();
	pass();
}
