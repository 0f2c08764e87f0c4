/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Software interrupts: INT n, INT3, INTO and ICEBP, from each mode, through gates
 * of DPL 0 and 3 and through none.  The handler's return address is behind the
 * instruction; a refusal is #GP or #NP with the gate's selector at the instruction.
 */
#include "mode.h"

const char test_name[] = "soft-int";

#define VECTOR 0x30

/* Each begins with what is not yet the instruction in question. */
asm("code_int: nop; at_int: int $0x30; int $0x2f\n"
    "code_int_3: nop; at_int_3: .byte 0xcd, 0x03; int $0x2f\n"
    "code_int3: nop; at_int3: int3; int $0x2f\n"
    "code_icebp: nop; at_icebp: .byte 0xf1; int $0x2f\n"
    /* 0x7f + 1 overflows in any operand size */
    "code_into: .byte 0xb0, 0x7f, 0x04, 0x01; at_into: .byte 0xce; int $0x2f\n"
    "code_into_not: .byte 0xb0, 0x01, 0x04, 0x01; at_into_not: .byte 0xce; int $0x2f\n"
    "soft_int_end:");

#define CODE(name) extern const char code_##name[], at_##name[]
CODE(int);
CODE(int_3);
CODE(int3);
CODE(icebp);
CODE(into);
CODE(into_not);

enum gate_kind { DPL0, DPL3, ABSENT, NR_KINDS };
static const char *const kind_names[NR_KINDS] = {"DPL 0", "DPL 3", "no gate"};

static const struct insn {
	const char *name, *code, *at;
	unsigned int len;
	int vector;
	bool checked; /* against the gate's DPL */
} insns[] = {
	{"int n", code_int, at_int, 2, VECTOR, true},
	{"int 3", code_int_3, at_int_3, 2, VEC_BP, true},
	{"int3", code_int3, at_int3, 1, VEC_BP, true},
	{"into", code_into, at_into, 1, VEC_OF, true},
	{"into without overflow", code_into_not, at_into_not, 1, NO_TRAP, true},
	{"icebp", code_icebp, at_icebp, 1, VEC_DB, false},
};

static void set_gate(unsigned int vector, enum gate_kind kind)
{
	static const unsigned int types[NR_KINDS] = {GATE_INT, GATE_INT | GATE_DPL3,
						     (GATE_INT | GATE_DPL3) & ~0x80u};

	idt_set(vector, types[kind], 0, 0);
}

static bool in_64_bits(enum mode m)
{
	return BITS == 64 && (m == MODE_KERNEL || m == MODE_USER);
}

static bool is_user(enum mode m)
{
	return m == MODE_USER || m == MODE_COMPAT_USER || m == MODE_V8086;
}

struct want {
	int vector;
	unsigned long error, offset;
};

/* What the processor does, from its manual. */
static struct want wanted(const struct insn *insn, enum mode m, enum gate_kind kind)
{
	unsigned long at = (unsigned long)(insn->at - insn->code);

	if (in_64_bits(m) && insn->at[0] == (char)0xce)
		return (struct want){VEC_UD, 0, at};
	if (insn->vector == NO_TRAP)
		return (struct want){NO_TRAP, 0, at + insn->len + 2};
	if (is_user(m) && insn->checked && kind == DPL0)
		return (struct want){VEC_GP, (unsigned long)insn->vector * 8 + 2, at};
	if (kind == ABSENT)
		return (struct want){VEC_NP, (unsigned long)insn->vector * 8 + 2, at};
	return (struct want){insn->vector, 0, at + insn->len};
}

/* QEMU 7.2 tells the position in the table of 16-byte gates. */
static bool emulators(const struct want *w)
{
	if (BITS == 32 || (w->vector != VEC_GP && w->vector != VEC_NP))
		return false;
	return trap_last.error == (w->error & ~7ul) * 2 + 2;
}

static void check_one(const struct insn *insn, enum mode m, enum gate_kind kind)
{
	struct want w = wanted(insn, m, kind);
	struct mode_state s;
	int vector;

	/* Where ICEBP is to blame for an absent gate, processors do not agree. */
	if (!insn->checked && kind == ABSENT)
		return;
	mode_prepare(&s, m, insn->code);
	if (insn->vector >= 0)
		set_gate((unsigned int)insn->vector, kind);
	vector = mode_run(&s);
	/* QEMU 7.2 has no ICEBP. */
	if (insn->vector == VEC_DB && vector == VEC_UD)
		w = (struct want){VEC_UD, 0, w.offset - insn->len};
	check(vector == w.vector, "%s in %s, %s: vector %d instead of %d", insn->name,
	      mode_names[m], kind_names[kind], vector, w.vector);
	check(trap_last.rip == s.ip + w.offset, "%s in %s, %s: at %lu instead of %lu", insn->name,
	      mode_names[m], kind_names[kind], trap_last.rip - s.ip, w.offset);
	check(trap_last.error == w.error || emulators(&w),
	      "%s in %s, %s: error code 0x%lx instead of 0x%lx", insn->name, mode_names[m],
	      kind_names[kind], trap_last.error, w.error);
	if (insn->vector >= 0)
		set_gate((unsigned int)insn->vector, DPL0);
}

static void check_all(void)
{
	for (unsigned int i = 0; i < sizeof(insns) / sizeof(insns[0]); i++) {
		for (enum mode m = 0; m < NR_MODES; m++)
			for (enum gate_kind k = 0; mode_has(m) && k < NR_KINDS; k++)
				check_one(&insns[i], m, k);
	}
}

/* Without IOPL 3, INT n of virtual-8086 code is #GP(0); INT3 still is not. */
static void check_v8086_iopl(void)
{
	struct mode_state s;

	if (!mode_has(MODE_V8086))
		return;
	set_gate(VEC_BP, DPL3);
	mode_prepare(&s, MODE_V8086, code_int);
	s.flags &= ~FLAG_IOPL3;
	check(mode_run(&s) == VEC_GP && !trap_last.error && trap_last.rip == 1,
	      "INT n with IOPL 0: vector %lu, error 0x%lx at %lu", trap_last.vector,
	      trap_last.error, trap_last.rip);
	mode_prepare(&s, MODE_V8086, code_int3);
	s.flags &= ~FLAG_IOPL3;
	check(mode_run(&s) == VEC_BP && trap_last.rip == 2, "INT3 with IOPL 0: vector %lu at %lu",
	      trap_last.vector, trap_last.rip);
	set_gate(VEC_BP, DPL0);
}

/* Beyond the table's end. */
static void check_limit(void)
{
	struct desc_ptr all = {sizeof(idt) - 1, (unsigned long)idt};
	struct desc_ptr part = {VECTOR * sizeof(idt[0]) - 1, (unsigned long)idt};
	struct want w = {VEC_GP, VECTOR * 8 + 2, 1};
	int vector;

	asm volatile("lidt %0" ::"m"(part));
	vector = mode_catch(MODE_KERNEL, code_int);
	asm volatile("lidt %0" ::"m"(all));
	check(vector == VEC_GP && (trap_last.error == w.error || emulators(&w)),
	      "beyond the table: vector %d, error 0x%lx", vector, trap_last.error);
}

void test_main(void)
{
	check_all();
	check_v8086_iopl();
	check_limit();
	pass();
}
