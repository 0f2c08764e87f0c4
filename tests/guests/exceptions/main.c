/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Each exception with its error code and return address (APM vol. 2, chapter 8):
 * faults at the instruction that is to blame, in each mode that can have it.
 */
#include "mode.h"

const char test_name[] = "exceptions";

#ifdef __x86_64__
#define AX "%rax"
#define SP "%rsp"
#define W  ".byte 0x48\n" /* 64-bit operands for what follows */
#else
#define AX "%eax"
#define SP "%esp"
#define W
#endif

/* Selectors that make_segments() fills. */
#define SEL_ABSENT   0x40
#define SEL_READONLY 0x48
#define SEL_SHORT    0x50
#define SEL_BUSY     0x58 /* two entries in long64 */
#define SEL_CODE_NP  0x68
#define SEL_LDT_NP   0x70
#define SEL_SHORT3   0x80

/* "at" is the instruction; what precedes it sets the scene. */
#define CASE(name, before, code)                                                                   \
	extern const char code_##name[], at_##name[];                                              \
	asm(".pushsection .text\n"                                                                 \
	    "code_" #name ": " before "\n"                                                         \
	    "at_" #name ": " code "\n"                                                             \
	    "int $0x2f\n"                                                                          \
	    ".popsection")

CASE(de, "xor %edx, %edx; mov $1, %eax; xor %ecx, %ecx", "div %ecx");
CASE(de_big, "mov $2, %edx; mov $1, %ecx", "div %ecx");
CASE(ud2, "", "ud2");
CASE(lock, "", ".byte 0xf0, 0x90");
CASE(mov_cs, "", ".byte 0x8e, 0xc8");
CASE(cmpxchg8b, "", ".byte 0x0f, 0xc7, 0xc8");
CASE(cr1, "", ".byte 0x0f, 0x20, 0xc8");
CASE(long, "",
     ".byte 0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x66,0x90");
CASE(null, "xor %eax, %eax; mov %eax, %gs", ".byte 0x65, 0x8b, 0x00");
CASE(limit, "mov $0x50, %ecx; mov %ecx, %gs; mov $0xd, %eax", ".byte 0x65, 0x8b, 0x00");
CASE(write_ro, "mov $0x48, %ecx; mov %ecx, %gs; xor %eax, %eax", ".byte 0x65, 0x89, 0x00");
CASE(beyond, "mov $0x2f8, %eax", "mov %eax, %es");
CASE(absent, "mov $0x40, %eax", "mov %eax, %es");
CASE(ss_absent, "mov $0x40, %eax", "mov %eax, %ss");
CASE(ss_readonly, "mov $0x48, %eax", "mov %eax, %ss");
CASE(ss_null, "mov $3, %eax", "mov %eax, %ss");
CASE(ltr_busy, "mov $0x58, %eax", "ltr %ax");
CASE(ltr_null, "xor %eax, %eax", "ltr %ax");
CASE(lldt_absent, "mov $0x70, %eax", "lldt %ax");
CASE(lldt_code, "mov $0x08, %eax", "lldt %ax");
CASE(far_absent, "push $0x68; push $0", W ".byte 0xcb");
CASE(hlt, "", "hlt");
CASE(cli, "", "cli");
CASE(out, "", "out %al, $0xe0");
CASE(read_cr0, "", "mov %cr0, " AX);
CASE(write_cr3, "", "mov " AX ", %cr3");
CASE(write_dr0, "", "mov " AX ", %db0");
CASE(rdmsr, "mov $0xc0000080, %ecx", "rdmsr");
CASE(wrmsr, "mov $0xc0000080, %ecx", "wrmsr");
CASE(wbinvd, "", "wbinvd");
CASE(clts, "", "clts");
CASE(invlpg, "", "invlpg (" AX ")");
CASE(lgdt, "", "lgdt (" SP ")");
CASE(lidt, "", "lidt (" SP ")");
CASE(ltr, "", "ltr %ax");
CASE(lmsw, "", "lmsw %ax");
CASE(rdpmc, "xor %ecx, %ecx", "rdpmc");
CASE(bound, "push $1; push $2; xor %eax, %eax; mov %esp, %ecx", ".byte 0x62, 0x01");
CASE(mf, "fninit; push $0x360; fldcw (" SP "); fld1; fldz; fdivrp", "fwait");
CASE(ac, "pushf; orl $0x40000, (" SP "); popf", "mov 1(" SP "), %ecx");

#define K    (1u << MODE_KERNEL)
#define U    (1u << MODE_USER)
#define C0   (1u << MODE_COMPAT)
#define C3   (1u << MODE_COMPAT_USER)
#define R0   (K | C0)
#define R3   (U | C3)
#define V86  (1u << MODE_V8086)
#define K32  ((BITS == 32 ? K : 0) | C0) /* 32-bit code in ring 0 */
#define U32  ((BITS == 32 ? U : 0) | C3)
#define NONE (-2)

static const struct row {
	const char *name, *code, *at;
	int vector;
	unsigned long error;
	unsigned int modes;
	int emulated; /* vector that QEMU 7.2 gives instead; NONE: it does not err */
} rows[] = {
#define ROW(name, vector, error, modes, emulated)                                                  \
	{                                                                                          \
#name, code_##name, at_##name, vector, error, modes, emulated                      \
	}
	ROW(de, VEC_DE, 0, R0 | R3, NONE),
	ROW(de_big, VEC_DE, 0, R0 | R3, NONE),
	ROW(ud2, VEC_UD, 0, R0 | R3 | V86, NONE),
	ROW(lock, VEC_UD, 0, R0 | R3 | V86, NONE),
	ROW(mov_cs, VEC_UD, 0, R0 | R3 | V86, NONE),
	ROW(cmpxchg8b, VEC_UD, 0, R0 | R3 | V86, NONE),
	ROW(cr1, VEC_UD, 0, R0, NONE),
	ROW(long, VEC_GP, 0, R0 | R3, NONE),
	/* QEMU checks neither limits nor rights of data segments. */
	ROW(null, VEC_GP, 0, K32 | U32, NO_TRAP),
	ROW(limit, VEC_GP, 0, K32, NO_TRAP),
	ROW(write_ro, VEC_GP, 0, K32, NO_TRAP),
	ROW(beyond, VEC_GP, 0x2f8, R0 | R3, NONE),
	ROW(absent, VEC_NP, SEL_ABSENT, R0, NONE),
	ROW(ss_absent, VEC_SS, SEL_ABSENT, R0, NONE),
	ROW(ss_readonly, VEC_GP, SEL_READONLY, R0, NONE),
	/* QEMU takes it with a wrong RPL in 64-bit mode. */
	ROW(ss_null, VEC_GP, 0, R0, BITS == 64 ? NO_TRAP : NONE),
	ROW(ltr_busy, VEC_GP, SEL_BUSY, R0, NONE),
	/* QEMU takes it, and dies of it at the next trap from ring 3. */
	ROW(ltr_null, VEC_GP, 0, R0, NONE),
	ROW(lldt_absent, VEC_NP, SEL_LDT_NP, R0, NONE),
	ROW(lldt_code, VEC_GP, KERNEL_CS, R0, NONE),
	ROW(far_absent, VEC_NP, SEL_CODE_NP, K, NONE),
	ROW(hlt, VEC_GP, 0, R3 | V86, NONE),
	ROW(cli, VEC_GP, 0, R3, NONE),
	ROW(out, VEC_GP, 0, R3 | V86, NONE),
	ROW(read_cr0, VEC_GP, 0, R3 | V86, NONE),
	ROW(write_cr3, VEC_GP, 0, R3 | V86, NONE),
	ROW(write_dr0, VEC_GP, 0, R3 | V86, NONE),
	ROW(rdmsr, VEC_GP, 0, R3, NONE),
	ROW(wrmsr, VEC_GP, 0, R3, NONE),
	ROW(wbinvd, VEC_GP, 0, R3 | V86, NONE),
	ROW(clts, VEC_GP, 0, R3 | V86, NONE),
	ROW(invlpg, VEC_GP, 0, R3 | V86, NONE),
	ROW(lgdt, VEC_GP, 0, R3, NONE),
	ROW(lidt, VEC_GP, 0, R3, NONE),
	ROW(ltr, VEC_GP, 0, R3, NONE),
	ROW(lmsw, VEC_GP, 0, R3, NONE),
	ROW(rdpmc, VEC_GP, 0, R3, NONE),
	ROW(bound, VEC_BR, 0, K32 | U32, NONE),
	ROW(mf, VEC_MF, 0, R0 | R3, NONE),
	/* QEMU 7.2 does not check alignment. */
	ROW(ac, VEC_AC, 0, R3, NO_TRAP),
};

static void make_segments(void)
{
	gdt_set(SEL_ABSENT, 0, ~0u, SEG_DATA & ~SEG_PRESENT);
	gdt_set(SEL_READONLY, 0, ~0u, SEG_DATA & ~2u);
	gdt_set(SEL_SHORT, 0, 15, SEG_DATA & ~SEG_GRAN);
	gdt_set(SEL_BUSY, 0, 103, SEG_TSS | 2);
	gdt_set(SEL_CODE_NP, 0, ~0u, SEG_CODE32 & ~SEG_PRESENT);
	gdt_set(SEL_LDT_NP, 0, 7, SEG_LDT & ~SEG_PRESENT);
	gdt_set(SEL_SHORT3, 0, 0xfff, (SEG_DATA | SEG_DPL3) & ~SEG_GRAN);
}

static unsigned int wrong;

static void report(const char *name, enum mode m, int vector, const struct row *r,
		   unsigned long offset)
{
	wrong++;
	print("%s in %s: vector %d, error 0x%lx at %ld; instead of %d, 0x%lx at %lu\n", name,
	      mode_names[m], vector, trap_last.error, (long)offset, r->vector, r->error,
	      (unsigned long)(r->at - r->code));
}

static void check_row(const struct row *r, enum mode m)
{
	unsigned long offset;
	struct mode_state s;
	int vector;

	mode_prepare(&s, m, r->code);
	if (r->code == code_ltr_null && !on_xen)
		return;
	vector = mode_run(&s);
	offset = trap_last.rip - s.ip;
	if (vector == r->emulated && vector != r->vector)
		return;
	if (vector != r->vector || trap_last.error != r->error ||
	    offset != (unsigned long)(r->at - r->code))
		report(r->name, m, vector, r, offset);
}

/* A fault of its kind (#NP) in the delivery of #GP: #DF with code 0. */
static void check_double_fault(void)
{
	int vector;

	idt_set(VEC_GP, GATE_INT & ~0x80u, 0, 0);
	vector = mode_catch(MODE_USER, code_hlt);
	check(vector == VEC_DF && trap_last.error == 0, "double fault: vector %d, error 0x%lx",
	      vector, trap_last.error);
	/* A benign one before: the second is delivered, EXT set. */
	idt_set(VEC_GP, GATE_INT, 0, 0);
	idt_set(VEC_UD, GATE_INT & ~0x80u, 0, 0);
	vector = mode_catch(MODE_USER, code_ud2);
	check(vector == VEC_NP && (trap_last.error == VEC_UD * 8 + 3 ||
				   (BITS == 64 && trap_last.error == VEC_UD * 16 + 3) ||
				   /* QEMU forgets EXT */
				   (trap_last.error | 1) == VEC_UD * 8 + 3 ||
				   (BITS == 64 && (trap_last.error | 1) == VEC_UD * 16 + 3)),
	      "#UD without a gate: vector %d, error 0x%lx", vector, trap_last.error);
	idt_set(VEC_UD, GATE_INT, 0, 0);
}

/* PUSH in ring 3 where there is no stack: #SS(0). */
static void check_stack(void)
{
	struct mode_state s;
	int vector;

	mode_prepare(&s, MODE_USER, code_bound);
	if (BITS == 64) {
		s.sp = (unsigned long)((1ull << 47) + 4096);
	} else {
		s.ss = SEL_SHORT3 | 3;
		s.sp = 0x2000;
	}
	vector = mode_run(&s);
	/* QEMU: #GP for addresses that are not canonical, no limits at all. */
	check((vector == VEC_SS && trap_last.error == 0 && trap_last.rip == s.ip) ||
		      (BITS == 64 && vector == VEC_GP && trap_last.rip == s.ip) ||
		      (BITS == 32 && trap_last.rip != s.ip),
	      "PUSH without stack: vector %d, error 0x%lx", vector, trap_last.error);
}

void test_main(void)
{
	make_segments();
	set_cr0(get_cr0() | 1 << 18); /* AM */
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (enum mode m = 0; m < NR_MODES; m++)
			if (mode_has(m) && (rows[i].modes & 1u << m))
				check_row(&rows[i], m);
	check(!wrong, "%u wrong", wrong);
	check_double_fault();
	check_stack();
	pass();
}
