/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/counters.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
#include "host.h"

#define CODE 0x1000
#define BUF  0x3000
#define ZONE 0x10000 /* guest RAM ends here */
#define TF   (1u << 8)
#define DF   (1u << 10)

static struct domain *d;
static struct vcpu *v;

/* A 32-bit flat vCPU, paging off. */
static void boot(void)
{
	struct hvm_state s = {.cr0 = CR0_PE | CR0_ET};

	host_boot(1, 64);
	d = host_domain(1, ZONE >> 12);
	v = d->vcpu[0];
	for (unsigned int i = 0; i < NR_SEGS; i++)
		s.seg[i] = (struct segment_reg){.attr = 0xc93, .limit = 0xffffffff};
	s.seg[SEG_CS].attr = 0xc9b;
	s.regs.rip = CODE;
	s.regs.rflags = 2;
	hvm_set_state(v, &s);
	host_serve(v);
}

TestSuite(string_io, .init = boot);

static void run(const char *code, size_t len, uint16_t port, unsigned int bytes, bool in)
{
	cr_assert_eq(copy_to_gpa(d, (gpa_t){CODE}, code, len), 0);
	v->regs.rip = CODE;
	emulate_string_io(v, port, bytes, in);
}
#define INS(code, bytes)	run(code, sizeof(code) - 1, 0x1f0, bytes, true)
#define OUTS(code, port, bytes) run(code, sizeof(code) - 1, port, bytes, false)

#define RAISED(vector, code)                                                                       \
	do {                                                                                       \
		int32_t error_;                                                                    \
		int raised_ = host_take_exception(v, &error_);                                     \
		cr_assert_eq(raised_, vector, "vector %d", raised_);                               \
		cr_assert_eq(error_, code, "error code 0x%x", error_);                             \
	} while (0)

static uint32_t word(uint64_t at)
{
	uint32_t w;

	cr_assert_eq(copy_from_gpa(d, &w, (gpa_t){at}, sizeof(w)), 0);
	return w;
}

static void set_segment(enum segment s, uint16_t attr, uint32_t limit)
{
	struct segment_reg r = {.attr = attr, .limit = limit};

	hvm_set_segment(v, s, &r);
}

Test(string_io, ins_stores_ones)
{
	v->regs.rdi = BUF;
	INS("\x6d", 4);
	cr_assert_eq(v->regs.rip, CODE + 1);
	cr_assert_eq(v->regs.rdi, BUF + 4);
	cr_assert_eq(word(BUF), 0xffffffff);
	cr_assert_eq(word(BUF + 4), 0);
	v->regs.rflags |= DF;
	v->regs.rdi = 0xabcd00000000 | (BUF + 8);
	INS("\x66\x6d", 2);
	cr_assert_eq(word(BUF + 8), 0xffff);
	cr_assert_eq(v->regs.rdi, BUF + 6, "32 bits of address");
	v->regs.rdi = 0xabcd1230000 | (BUF + 16);
	INS("\x67\x6c", 1);
	cr_assert_eq(word(BUF + 16), 0xff);
	cr_assert_eq(v->regs.rdi, 0xabcd1230000 | (BUF + 15), "16 bits of address");
}

Test(string_io, rep_is_bounded_per_exit)
{
	unsigned int exits = 0;

	v->regs.rcx = 1000;
	v->regs.rdi = BUF;
	do {
		INS("\xf3\x6c", 1);
		exits++;
	} while (v->regs.rip == CODE && exits < 2000);
	cr_assert_eq(v->regs.rip, CODE + 2);
	cr_assert(exits > 1 && exits < 100, "%u", exits);
	cr_assert_eq(v->regs.rcx, 0);
	cr_assert_eq(v->regs.rdi, BUF + 1000);
	cr_assert_eq(word(BUF + 996), 0xffffffff);
	cr_assert_eq(word(BUF + 1000), 0);
	v->regs.rcx = 0;
	INS("\xf3\x6c", 1);
	cr_assert_eq(v->regs.rip, CODE + 2);
	cr_assert_eq(word(BUF + 1000), 0, "count of none");
}

Test(string_io, outs_prints_at_the_consoles_port)
{
	copy_to_gpa(d, (gpa_t){BUF}, "string I/O\n", 11);
	v->regs.rsi = BUF;
	v->regs.rcx = 11;
	OUTS("\xf3\x6e", 0xe9, 1);
	cr_assert_eq(v->regs.rip, CODE + 2);
	cr_assert(strstr(host.console, "string I/O"));
	v->regs.rsi = BUF;
	OUTS("\x6f", 0x80, 4);
	cr_assert_eq(v->regs.rsi, BUF + 4);
	RAISED(-1, error_);
	cr_assert(!d->shutting_down);
}

Test(string_io, null_and_limited_segments_fault)
{
	/* A null selector leaves base and limit as they were (APM vol. 2, 4.8.1). */
	set_segment(SEG_FS, 0, UINT32_MAX);
	v->regs.rsi = v->regs.rdi = BUF;
	OUTS("\x64\x6e", 0xe9, 1);
	RAISED(VEC_GP, 0);
	cr_assert_eq(v->regs.rip, CODE);
	cr_assert_eq(v->regs.rsi, BUF);
	set_segment(SEG_ES, 0, UINT32_MAX);
	INS("\x6c", 1);
	RAISED(VEC_GP, 0);
	set_segment(SEG_ES, 0x491, 0xffff); /* read-only */
	INS("\x6c", 1);
	RAISED(VEC_GP, 0);
	set_segment(SEG_ES, 0x493, BUF + 2);
	INS("\x6d", 4);
	RAISED(VEC_GP, 0);
	cr_assert_eq(word(BUF), 0);
	set_segment(SEG_ES, 0x497, BUF); /* expands down: valid above */
	INS("\x6d", 4);
	RAISED(VEC_GP, 0);
	v->regs.rdi = BUF + 1;
	INS("\x6c", 1);
	RAISED(-1, error_);
	set_segment(SEG_SS, 0x493, 16);
	OUTS("\x36\x6e", 0xe9, 1);
	RAISED(VEC_SS, 0);
}

Test(string_io, rep_stops_at_the_limit_with_what_is_done)
{
	set_segment(SEG_ES, 0x493, BUF + 9);
	v->regs.rdi = BUF;
	v->regs.rcx = 100;
	INS("\xf3\x6d", 4);
	RAISED(VEC_GP, 0);
	cr_assert_eq(v->regs.rcx, 98);
	cr_assert_eq(v->regs.rdi, BUF + 8);
	cr_assert_eq(v->regs.rip, CODE);
}

Test(string_io, page_faults_are_the_guests)
{
	uint32_t pd[2] = {0x7 | 0x5000, 0}, pt[1024];
	struct hvm_state s;

	for (uint32_t i = 0; i < 1024; i++)
		pt[i] = i << 12 | (i < 16 ? 7 : 0);
	pt[BUF >> 12] &= ~2u; /* read-only */
	copy_to_gpa(d, (gpa_t){0x4000}, pd, sizeof(pd));
	copy_to_gpa(d, (gpa_t){0x5000}, pt, sizeof(pt));
	hvm_get_state(v, &s);
	s.cr0 |= CR0_PG | CR0_WP;
	s.cr3 = 0x4000;
	hvm_set_state(v, &s);
	v->regs.rdi = BUF;
	INS("\x6d", 4);
	RAISED(VEC_PF, PFEC_PRESENT | PFEC_WRITE);
	cr_assert_eq(hvm_get_cr(v, 2), BUF);
	v->regs.rsi = 0x20000;
	s.seg[SEG_SS].attr = 0xcf3;
	s.regs = v->regs;
	hvm_set_state(v, &s);
	OUTS("\x6f", 0x80, 4);
	RAISED(VEC_PF, PFEC_USER);
	cr_assert_eq(hvm_get_cr(v, 2), 0x20000);
	cr_assert(!d->shutting_down);
}

Test(string_io, long_mode_addresses_are_canonical)
{
	struct hvm_state s;

	hvm_get_state(v, &s);
	s.efer = EFER_LMA | EFER_LME;
	s.seg[SEG_ES] = s.seg[SEG_DS] = (struct segment_reg){.base = 0x100000}; /* ignored */
	s.seg[SEG_GS].base = BUF;
	hvm_set_state(v, &s);
	v->regs.rdi = 0x8000000000000000;
	INS("\x6d", 4);
	RAISED(VEC_GP, 0);
	v->regs.rdi = 0x00007fffffffffff;
	INS("\x6d", 4);
	RAISED(VEC_GP, 0);
	v->regs.rdi = BUF;
	INS("\x48\x6d", 4);
	RAISED(-1, error_);
	cr_assert_eq(v->regs.rdi, BUF + 4);
	v->regs.rsi = 0;
	copy_to_gpa(d, (gpa_t){BUF}, "by GS\n", 6);
	v->regs.rcx = 6;
	OUTS("\x65\xf3\x6e", 0xe9, 1);
	cr_assert(strstr(host.console, "by GS"));
}

Test(string_io, single_step_traps_each_element)
{
	v->regs.rflags |= TF;
	v->regs.rcx = 2;
	v->regs.rdi = BUF;
	INS("\xf3\x6c", 1);
	RAISED(VEC_DB, HVM_NO_ERROR_CODE);
	cr_assert_eq(v->regs.rcx, 1);
	cr_assert_eq(v->regs.rip, CODE);
}

Test(string_io, other_code_is_executed_and_holes_end_the_domain)
{
	struct domain *other = host_domain(1, 4);

	v->regs.rdi = BUF;
	INS("\x90", 1);
	OUTS("\x6c", 0x80, 1);
	cr_assert_eq(v->regs.rip, CODE);
	cr_assert_eq(counter_read(CNT_INSN_MISMATCH), 2);
	cr_assert(!d->shutting_down);
	v->regs.rdi = ZONE;
	INS("\x6c", 1);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_crash);
	cr_assert(!other->shutting_down);
}
