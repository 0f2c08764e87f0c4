/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What CPUID hides is not there: instructions of other extensions are undefined
 * in each mode, their MSRs and control bits are refused, and only this guest
 * sees the fault.
 */
#include "mode.h"

const char test_name[] = "faults";

#define EFER 0xc0000080u

/* AX holds the address of some memory, CX is 0. */
#define CASE(name, bytes)                                                                          \
	extern const char code_##name[];                                                           \
	asm(".pushsection .text\n"                                                                 \
	    "code_" #name ": .byte " bytes "\n int $0x2f\n .popsection")

CASE(ud2, "0x0f, 0x0b");
CASE(vmrun, "0x0f, 0x01, 0xd8");
CASE(vmload, "0x0f, 0x01, 0xda");
CASE(vmsave, "0x0f, 0x01, 0xdb");
CASE(stgi, "0x0f, 0x01, 0xdc");
CASE(clgi, "0x0f, 0x01, 0xdd");
CASE(skinit, "0x0f, 0x01, 0xde");
CASE(invlpga, "0x0f, 0x01, 0xdf");
CASE(monitor, "0x0f, 0x01, 0xc8");
CASE(mwait, "0x0f, 0x01, 0xc9");
CASE(monitorx, "0x0f, 0x01, 0xfa");
CASE(mwaitx, "0x0f, 0x01, 0xfb");
CASE(rdpru, "0x0f, 0x01, 0xfd");
CASE(vmcall, "0x0f, 0x01, 0xc1");
CASE(vmlaunch, "0x0f, 0x01, 0xc2");
CASE(vmresume, "0x0f, 0x01, 0xc3");
CASE(vmxoff, "0x0f, 0x01, 0xc4");
CASE(vmfunc, "0x0f, 0x01, 0xd4");
CASE(vmptrld, "0x0f, 0xc7, 0x30");
CASE(vmxon, "0xf3, 0x0f, 0xc7, 0x30");
CASE(invept, "0x66, 0x0f, 0x38, 0x80, 0x00");
CASE(invpcid, "0x66, 0x0f, 0x38, 0x82, 0x00");
CASE(getsec, "0x0f, 0x37");
CASE(rsm, "0x0f, 0xaa");
CASE(enclu, "0x0f, 0x01, 0xd7");
CASE(rdpkru, "0x0f, 0x01, 0xee");

enum { ANYWHERE, SVM, MWAIT };
static const struct {
	const char *name, *code;
	int kind;
} undefined[] = {
#define ROW(name, kind)                                                                            \
	{                                                                                          \
#name, code_##name, kind                                                           \
	}
	ROW(ud2, ANYWHERE),	 ROW(vmrun, SVM),	  ROW(vmload, SVM),
	ROW(vmsave, SVM),	 ROW(stgi, SVM),	  ROW(clgi, SVM),
	ROW(skinit, SVM),	 ROW(invlpga, SVM),	  ROW(monitor, MWAIT),
	ROW(mwait, MWAIT),	 ROW(monitorx, ANYWHERE), ROW(mwaitx, ANYWHERE),
	ROW(rdpru, ANYWHERE),	 ROW(vmcall, ANYWHERE),	  ROW(vmlaunch, ANYWHERE),
	ROW(vmresume, ANYWHERE), ROW(vmxoff, ANYWHERE),	  ROW(vmfunc, ANYWHERE),
	ROW(vmptrld, ANYWHERE),	 ROW(vmxon, ANYWHERE),	  ROW(invept, ANYWHERE),
	ROW(invpcid, ANYWHERE),	 ROW(getsec, ANYWHERE),	  ROW(rsm, ANYWHERE),
	ROW(enclu, ANYWHERE),	 ROW(rdpkru, ANYWHERE),
};

/* SVM's own MSRs and VMX's, SMM's, and one that nobody has. */
static const uint32_t forbidden[] = {0xc0010114, 0xc0010115, 0xc0010117, 0xc0010118,
				     0x480,	 0x9b,	     0x9e,	 0xdeadbeef};

static uint8_t memory[4096] __attribute__((aligned(4096)));

/* In ring 3 the privilege is looked at before the intercept: #GP(0), on
 * hardware, too, and under Xen.  Only VMMCALL of all these does something. */
static bool allowed(unsigned int i, enum mode m, int vector)
{
	bool user = m != MODE_KERNEL && m != MODE_COMPAT;

	if (vector == VEC_UD)
		return true;
	if (undefined[i].kind == SVM && user)
		return vector == VEC_GP && !trap_last.error;
	return false;
}

static void check_instruction(unsigned int i, enum mode m)
{
	struct mode_state s;
	int vector;

	mode_prepare(&s, m, undefined[i].code);
	s.ax = m == MODE_V8086 ? 0 : (unsigned long)memory;
	vector = mode_run(&s);
	check(allowed(i, m, vector), "%s in %s: vector %d", undefined[i].name, mode_names[m],
	      vector);
	check(trap_last.rip == s.ip, "%s in %s: at 0x%lx", undefined[i].name, mode_names[m],
	      trap_last.rip);
}

void test_main(void)
{
	uint64_t value, efer = rdmsr(EFER);

	for (unsigned int i = 0; i < sizeof(undefined) / sizeof(undefined[0]); i++)
		for (enum mode m = 0; m < NR_MODES; m++)
			if (mode_has(m))
				check_instruction(i, m);
	for (unsigned int i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		check(!rdmsr_safe(forbidden[i], &value), "MSR 0x%x reads 0x%llx", forbidden[i],
		      LL(value));
		check(!wrmsr_safe(forbidden[i], 0x1234000), "MSR 0x%x can be written",
		      forbidden[i]);
	}
	check(!wrmsr_safe(EFER, efer | 0x1000) && rdmsr(EFER) == efer && !(efer & 0x1000),
	      "EFER.SVME: 0x%llx", LL(rdmsr(EFER)));
	pass();
}
