/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Instructions that a guest may not have fault inside the guest, and only there. */
#include "lib.h"

const char test_name[] = "faults";

#define INSTRUCTION(name, text)                                                                    \
	static void do_##name(void *arg)                                                           \
	{                                                                                          \
		asm volatile(text ::"a"(arg), "c"(0) : "memory");                                  \
	}

INSTRUCTION(ud2, "ud2")
INSTRUCTION(vmrun, ".byte 0x0f, 0x01, 0xd8")
INSTRUCTION(vmload, ".byte 0x0f, 0x01, 0xda")
INSTRUCTION(vmsave, ".byte 0x0f, 0x01, 0xdb")
INSTRUCTION(stgi, ".byte 0x0f, 0x01, 0xdc")
INSTRUCTION(clgi, ".byte 0x0f, 0x01, 0xdd")
INSTRUCTION(skinit, ".byte 0x0f, 0x01, 0xde")
INSTRUCTION(invlpga, ".byte 0x0f, 0x01, 0xdf")
INSTRUCTION(monitor, ".byte 0x0f, 0x01, 0xc8")
INSTRUCTION(mwait, ".byte 0x0f, 0x01, 0xc9")

static const struct {
	const char *name;
	void (*fn)(void *);
} undefined[] = {
	{"ud2", do_ud2},       {"vmrun", do_vmrun},	{"vmload", do_vmload},
	{"vmsave", do_vmsave}, {"stgi", do_stgi},	{"clgi", do_clgi},
	{"skinit", do_skinit}, {"invlpga", do_invlpga}, {"monitor", do_monitor},
	{"mwait", do_mwait},
};

/* MSRs that no guest may write: VMX, and one that nobody has. */
static const uint32_t forbidden[] = {0x480, 0xdeadbeef};

void test_main(void)
{
	for (unsigned int i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++) {
		int vector = trap_catch(undefined[i].fn, (void *)0x200000);

		check(vector == VEC_UD, "%s gives vector %d", undefined[i].name, vector);
	}
	for (unsigned int i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		check(!wrmsr_safe(forbidden[i], 0x1234000), "MSR 0x%x can be written",
		      forbidden[i]);
	pass();
}
