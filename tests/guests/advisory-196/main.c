/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-196: software interrupts in each mode against the privilege of the gate:
 * the right error code where it forbids them, the address behind them where not.
 */
#include "mode.h"

const char test_name[] = "advisory-196";

#define FLAG_OF	 0x800ul
#define LIMIT	 (sizeof(struct gate) * 0xf0 - 1)
#define GATE_OFF 0x0e /* an interrupt gate that is not present */

static const struct software_int {
	const char *name;
	uint8_t vector, len, code[2];
} ints[] = {
	{"int3", 3, 1, {0xcc}},
	{"into", 4, 1, {0xce}},
	{"int 3", 3, 2, {0xcd, 3}},
	{"int 8", 8, 2, {0xcd, 8}},
	{"int 13", 13, 2, {0xcd, 13}},
	{"int 14", 14, 2, {0xcd, 14}},
	{"int 0x20", 0x20, 2, {0xcd, 0x20}},
	{"int 0x80", 0x80, 2, {0xcd, 0x80}},
};

/* A page, because virtual-8086 code is copied so. */
static uint8_t code[4096] __attribute__((aligned(4096)));

static unsigned int pushes_error(unsigned int vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14);
}

static bool wide(enum mode m)
{
	return BITS == 64 && (m == MODE_KERNEL || m == MODE_USER);
}

static bool user(enum mode m)
{
	return m != MODE_KERNEL && m != MODE_COMPAT;
}

/* Of a gate in the table; TCG takes 16 bytes a gate for the index in long mode. */
static unsigned long gate_error(unsigned int vector)
{
	return vector * (BITS == 64 && on_tcg() ? 16 : 8) + 2;
}

static unsigned long run(enum mode m, const struct software_int *i, int *vector)
{
	struct mode_state s;

	memcpy(code, i->code, i->len);
	code[i->len] = 0xcd; /* then int $VEC_DONE */
	code[i->len + 1] = VEC_DONE;
	mode_prepare(&s, m, code);
	s.flags |= FLAG_OF;
	*vector = mode_run(&s);
	return s.ip;
}

static void expect_fault(enum mode m, const struct software_int *i, const char *why, int vector)
{
	int got;
	unsigned long ip = run(m, i, &got);

	check(got == vector && trap_last.error == gate_error(i->vector),
	      "%s, %s, %s: vector %d, error 0x%lx", mode_names[m], i->name, why, got,
	      trap_last.error);
	check(trap_last.rip == ip, "%s, %s, %s: at 0x%lx", mode_names[m], i->name, why,
	      trap_last.rip - ip);
}

static unsigned long saved_ip;

/* The library catches exceptions only. */
static void on_int(struct trap_frame *frame)
{
	saved_ip = frame->rip;
}

static void expect_trap(enum mode m, const struct software_int *i)
{
	int got;
	unsigned long ip;

	if (i->vector >= 32)
		trap_set(i->vector, on_int);
	saved_ip = 0;
	ip = run(m, i, &got);
	if (i->vector >= 32) {
		check(got == NO_TRAP && saved_ip == ip + i->len, "%s, %s: vector %d, saved 0x%lx",
		      mode_names[m], i->name, got, saved_ip - ip);
		return;
	}
	check(got == i->vector, "%s, %s: vector %d, error 0x%lx", mode_names[m], i->name, got,
	      trap_last.error);
	check(trap_last.rip == ip + i->len, "%s, %s: saved 0x%lx", mode_names[m], i->name,
	      trap_last.rip - ip);
}

static void check_one(enum mode m, const struct software_int *i)
{
	/* The stubs expect error codes that software does not push. */
	if (!pushes_error(i->vector)) {
		idt_set(i->vector, GATE_INT | GATE_DPL3, 0, 0);
		expect_trap(m, i);
	}
	idt_set(i->vector, GATE_INT, 0, 0);
	if (user(m))
		expect_fault(m, i, "ring 0's gate", VEC_GP);
	idt_set(i->vector, GATE_OFF | GATE_DPL3, 0, 0);
	expect_fault(m, i, "absent gate", VEC_NP);
	idt_set(i->vector, GATE_INT, i->vector == VEC_DF, 0);
}

static void check_limit(enum mode m)
{
	static const struct software_int beyond = {"int 0xf8", 0xf8, 2, {0xcd, 0xf8}};
	struct desc_ptr all = {sizeof(struct gate) * 256 - 1, (unsigned long)idt};
	struct desc_ptr some = {LIMIT, (unsigned long)idt};

	asm volatile("lidt %0" ::"m"(some));
	expect_fault(m, &beyond, "beyond the table", VEC_GP);
	asm volatile("lidt %0" ::"m"(all));
}

/* Whatever the gate's privilege. TCG has no such instruction. */
static void check_icebp(enum mode m)
{
	static const struct software_int icebp = {"icebp", VEC_DB, 1, {0xf1}};
	int got;
	unsigned long ip = run(m, &icebp, &got);

	if (on_tcg()) {
		check(got == VEC_UD, "%s, icebp: vector %d", mode_names[m], got);
		return;
	}
	check(got == VEC_DB && trap_last.rip == ip + 1, "%s, icebp: vector %d, saved 0x%lx",
	      mode_names[m], got, trap_last.rip - ip);
}

void test_main(void)
{
	for (enum mode m = 0; m < NR_MODES; m++) {
		if (!mode_has(m))
			continue;
		for (unsigned int i = 0; i < sizeof(ints) / sizeof(ints[0]); i++)
			if (!wide(m) || ints[i].code[0] != 0xce) /* INTO */
				check_one(m, &ints[i]);
		check_limit(m);
		check_icebp(m);
	}
	pass();
}
