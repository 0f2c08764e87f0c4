/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Single steps: one #DB after each instruction, whether the processor executes
 * it or the hypervisor does; none between MOV SS or POP SS and what follows; the
 * same in ring 3, in compatibility mode and in virtual-8086 mode.
 */
#include "mode.h"

const char test_name[] = "single-step";

#define DR6_BS	  (1ul << 14)
#define MAX_STEPS 64

static unsigned int steps;
static unsigned long step_ip[MAX_STEPS], step_dr6[MAX_STEPS];

static void on_step(struct trap_frame *frame)
{
	if (steps < MAX_STEPS) {
		step_ip[steps] = frame->rip;
		step_dr6[steps] = get_dr6();
	}
	steps++;
	set_dr6(0);
}

/*
 * A stretch of code between two labels that is stepped over: TF is set by POPF
 * in front, cleared by POPF behind.  The #DBs must be those after the code's
 * instructions: the labels name them.
 */
#define STEPPED(name, code)                                                                        \
	extern const char name##_start[], name##_mid[], name##_end[];                              \
	asm(".pushsection .text\n"                                                                 \
	    ".globl step_" #name "\n"                                                              \
	    "step_" #name ": push %" BX "\n pushf\n orw $0x100, (%" SP ")\n popf\n" #name          \
	    "_start: " code "\n" #name "_end: pushf\n andw $~0x100, (%" SP ")\n popf\n pop %" BX   \
	    "\n ret\n"                                                                             \
	    ".popsection");                                                                        \
	void step_##name(void)

#ifdef __x86_64__
#define BX "rbx"
#define SP "rsp"
#else
#define BX "ebx"
#define SP "esp"
#endif

/* One instruction each, "mid" is where the second of two begins. */
STEPPED(nop, "nop");
STEPPED(cpuid, "cpuid");
STEPPED(out, "xor %eax, %eax; mid_out: out %al, $0xe0");
STEPPED(in, "nop; mid_in: in $0xe0, %al");
STEPPED(rdmsr, "mov $0x277, %ecx; mid_rdmsr: rdmsr");
STEPPED(wbinvd, "nop; mid_wbinvd: wbinvd");
STEPPED(hlt, "nop; mid_hlt: hlt");
STEPPED(dr, "mov %db0, %" BX "; mid_dr: mov %" BX ", %db0");
STEPPED(cr4, "mov %cr4, %" BX "; mid_cr4: mov %" BX ", %cr4");
STEPPED(movss, "mov %ss, %ebx; mid_movss: mov %ebx, %ss; nop");
STEPPED(movss_cpuid, "mov %ss, %ebx; mid_movss_cpuid: mov %ebx, %ss; cpuid");
STEPPED(sti, "nop; mid_sti: sti; last_sti: cli");
STEPPED(rep, "mov %" SP ", %" BX "; mid_rep: nop");

extern const char mid_out[], mid_in[], mid_rdmsr[], mid_wbinvd[], mid_dr[], mid_hlt[], mid_cr4[],
	mid_movss[], mid_movss_cpuid[], mid_sti[], last_sti[], mid_rep[];

static const struct {
	const char *name;
	void (*fn)(void);
	const char *at[4];
	const char *emulated[4]; /* what QEMU does where it differs */
} cases[] = {
	{"nop", step_nop, {nop_end}, {NULL}},
	{"cpuid", step_cpuid, {cpuid_end}, {NULL}},
	{"out", step_out, {mid_out, out_end}, {NULL}},
	{"in", step_in, {mid_in, in_end}, {NULL}},
	{"rdmsr", step_rdmsr, {mid_rdmsr, rdmsr_end}, {NULL}},
	{"wbinvd", step_wbinvd, {mid_wbinvd, wbinvd_end}, {NULL}},
	{"hlt", step_hlt, {mid_hlt, hlt_end}, {NULL}},
	{"mov dr", step_dr, {mid_dr, dr_end}, {NULL}},
	{"mov cr4", step_cr4, {mid_cr4, cr4_end}, {NULL}},
	/* No step between MOV SS and its successor. */
	{"mov ss", step_movss, {mid_movss, movss_end}, {NULL}},
	{"mov ss; cpuid", step_movss_cpuid, {mid_movss_cpuid, movss_cpuid_end}, {NULL}},
	/* STI blocks interrupts, not steps; QEMU 7.2 takes both for one. */
	{"sti", step_sti, {mid_sti, last_sti, sti_end}, {mid_sti, sti_end}},
	{"two", step_rep, {mid_rep, rep_end}, {NULL}},
};

/* The steps behind each of @at, then three: PUSHF, AND, and POPF, which is stepped
 * since TF was set before it. */
static bool matches(const char *const at[4])
{
	unsigned int n = 0;

	for (; n < 4 && at[n]; n++)
		if (steps <= n || step_ip[n] != (unsigned long)at[n] ||
		    (step_dr6[n] & 0xe00f) != DR6_BS)
			return false;
	return n && steps == n + 3;
}

static void check_kernel(void)
{
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* QEMU alone stays halted for good. */
		if (!on_xen && cases[i].fn == step_hlt)
			continue;
		steps = 0;
		cases[i].fn();
		if (matches(cases[i].at) || matches(cases[i].emulated))
			continue;
		for (unsigned int s = 0; s < steps && s < MAX_STEPS; s++)
			print("step %u: at 0x%lx, DR6 0x%lx\n", s, step_ip[s], step_dr6[s]);
		fail("%s: wrong steps, the first should be at 0x%lx", cases[i].name,
		     (unsigned long)cases[i].at[0]);
	}
}

asm("stepped_code: nop\n"
    "cpuid\n"
    "nop\n"
    "int $0x2f");
extern const char stepped_code[];

static void check_modes(void)
{
	for (enum mode m = 0; m < NR_MODES; m++) {
		static const unsigned int want[] = {1, 3, 4};
		struct mode_state s;
		int vector;

		if (!mode_has(m))
			continue;
		mode_prepare(&s, m, stepped_code);
		s.flags |= FLAG_TF;
		steps = 0;
		vector = mode_run(&s);
		check(vector == NO_TRAP, "%s: vector %d", mode_names[m], vector);
		check(steps == 3, "%s: %u steps instead of 3", mode_names[m], steps);
		for (unsigned int i = 0; i < 3; i++)
			check(step_ip[i] == s.ip + want[i], "%s: step %u at 0x%lx", mode_names[m],
			      i, step_ip[i]);
	}
}

#ifdef __x86_64__
#define VMCALL_NR   "mov $17, %eax" /* xen_version */
#define VMCALL_ARGS "xor %edi, %edi; xor %esi, %esi"
STEPPED(hypercall, VMCALL_NR "; mid_hypercall: " VMCALL_ARGS "; last_hypercall: vmmcall");
#else
STEPPED(hypercall, "mov $17, %eax; mid_hypercall: xor %ebx, %ebx; xor %ecx, %ecx; last_hypercall: "
		   "vmmcall");
#endif
extern const char last_hypercall[];

static void check_hypercall(void)
{
	if (!on_xen)
		return;
	steps = 0;
	step_hypercall();
	check(steps == 7, "hypercall: %u steps instead of 7", steps);
	check(step_ip[2] == (unsigned long)last_hypercall &&
		      step_ip[3] == (unsigned long)hypercall_end,
	      "hypercall: steps at 0x%lx, 0x%lx", step_ip[2], step_ip[3]);
}

void test_main(void)
{
	trap_set(VEC_DB, on_step);
	check_kernel();
	check_modes();
	check_hypercall();
	pass();
}
