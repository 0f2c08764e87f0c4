/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/guest_access.h>
#include <hv/task_switch.h>
#include "core/segment.h"
#include "host.h"

#define GDT   0x1000
#define LDT   0x1800
#define OLD   0x2000
#define NEW   0x3000
#define CODE  0x4000
#define STACK 0x6000

/* Selectors of the table below. */
#define CS0    0x08
#define DS0    0x10
#define TSS_A  0x18
#define TSS_B  0x20
#define LDT_S  0x28
#define CS3    0x33
#define DS3    0x3b
#define TSS16  0x40
#define ABSENT 0x48
#define SHORT  0x50
#define HOLE   0x58 /* its base has no RAM behind it */
#define LIMIT  0x5f

static struct domain *d;
static struct vcpu *v;

static uint64_t desc(uint32_t base, uint32_t limit, uint16_t attr)
{
	return (limit & 0xffff) | (uint64_t)(base & 0xffffff) << 16 |
	       (uint64_t)(attr & 0xff) << 40 | (uint64_t)(limit >> 16 & 0xf) << 48 |
	       (uint64_t)(attr >> 8 & 0xf) << 52 | (uint64_t)(base >> 24) << 56;
}

static void put_desc(uint16_t sel, uint64_t e)
{
	copy_to_gpa(d, (gpa_t){GDT + (sel & ~7u)}, &e, sizeof(e));
}

static uint64_t get_desc(uint16_t sel)
{
	uint64_t e;

	copy_from_gpa(d, &e, (gpa_t){GDT + (sel & ~7u)}, sizeof(e));
	return e;
}

static struct tss get_tss(uint32_t at)
{
	struct tss t;

	copy_from_gpa(d, &t, (gpa_t){at}, sizeof(t));
	return t;
}

static void put_tss(uint32_t at, const struct tss *t)
{
	copy_to_gpa(d, (gpa_t){at}, t, sizeof(*t));
}

static struct tss fresh(void)
{
	struct tss t = {
		.cr3 = 0x5000, .eip = 0x7777, .eflags = 0x202, .seg = {DS0, CS0, DS0, DS0, 0, 0}};

	for (uint32_t i = 0; i < 8; i++)
		t.gpr[i] = 0x100 + i;
	t.gpr[REG_RSP] = STACK;
	return t;
}

/* Flat 32 bits without paging, in task A; B is ready to run. */
static void start(void)
{
	struct hvm_state s = {.cr0 = CR0_PE | CR0_ET, .cr3 = 0x1234000};
	struct tss t = fresh();
	static const uint8_t jmp[] = {0xea, 0, 0, 0, 0, TSS_B, 0};

	d = host_domain(1, 16);
	v = d->vcpu[0];
	for (unsigned int i = 0; i < NR_SEGS; i++)
		s.seg[i] = (struct segment_reg){DS0, 0xc93, 0xffffffff, 0};
	s.seg[SEG_CS] = (struct segment_reg){CS0, 0xc9b, 0xffffffff, 0};
	s.seg[SEG_LDTR] = (struct segment_reg){LDT_S, 0x82, 0xf, LDT};
	s.seg[SEG_TR] = (struct segment_reg){TSS_A, 0x8b, 0x67, OLD};
	s.seg[SEG_GDTR] = (struct segment_reg){0, 0, LIMIT, GDT};
	s.regs.rip = CODE;
	s.regs.rflags = 0x4246;
	for (unsigned int i = 0; i < 8; i++)
		s.regs.gpr[i] = 0xa0 + i;
	hvm_set_state(v, &s);
	host_serve(v);
	put_desc(0, 0);
	put_desc(CS0, desc(0, 0xfffff, 0xc9a));
	put_desc(DS0, desc(0, 0xfffff, 0xc92));
	put_desc(TSS_A, desc(OLD, 0x67, 0x8b));
	put_desc(TSS_B, desc(NEW, 0x67, 0x89));
	put_desc(LDT_S, desc(LDT, 0xf, 0x82));
	put_desc(CS3, desc(0, 0xfffff, 0xcfa));
	put_desc(DS3, desc(0, 0xfffff, 0xcf2));
	put_desc(TSS16, desc(NEW, 0x67, 0x81));
	put_desc(ABSENT, desc(NEW, 0x67, 0x09));
	put_desc(SHORT, desc(NEW, 0x66, 0x89));
	put_desc(HOLE, desc(0x8000000, 0x67, 0x89));
	put_tss(NEW, &t);
	copy_to_gpa(d, (gpa_t){CODE}, jmp, sizeof(jmp));
}

static void boot(void)
{
	host_boot(1, 64);
	start();
}

TestSuite(task_switch, .init = boot);

static void go(uint16_t sel, enum task_cause cause)
{
	struct task_switch ts = {.sel = sel, .cause = cause, .error_code = HVM_NO_ERROR_CODE};

	task_switch(v, &ts);
}

static void event(uint16_t sel, int32_t error_code)
{
	struct task_switch ts = {
		.sel = sel, .cause = TASK_CALL, .error_code = error_code, .ext = 1};

	task_switch(v, &ts);
}

static struct segment_reg seg(enum segment s)
{
	struct segment_reg r;

	hvm_get_segment(v, s, &r);
	return r;
}

#define RAISED(vector, code)                                                                       \
	do {                                                                                       \
		int32_t error_;                                                                    \
		int raised_ = host_take_exception(v, &error_);                                     \
		cr_assert_eq(raised_, vector, "vector %d", raised_);                               \
		cr_assert_eq(error_, code, "error code 0x%x", error_);                             \
	} while (0)
#define NOT_SWITCHED                                                                               \
	cr_assert_eq(seg(SEG_TR).sel, TSS_A);                                                      \
	cr_assert_eq(v->regs.rip, CODE);                                                           \
	cr_assert_eq(get_desc(TSS_B), desc(NEW, 0x67, 0x89));                                      \
	cr_assert_eq(get_desc(TSS_A), desc(OLD, 0x67, 0x8b))
#define SWITCHED                                                                                   \
	RAISED(-1, error_);                                                                        \
	cr_assert_eq(seg(SEG_TR).sel, TSS_B);                                                      \
	cr_assert_eq(seg(SEG_TR).attr, 0x8b);                                                      \
	cr_assert_eq(v->regs.rip, 0x7777)

Test(task_switch, jump_saves_the_old_task_and_loads_the_new)
{
	struct tss old = {.back_link = 0x11111111, .cr3 = 0x2222, .ldt = 0x33330000};

	old.seg[0] = 0xabcd0000;
	put_tss(OLD, &old);
	go(TSS_B, TASK_JMP);
	SWITCHED;
	old = get_tss(OLD);
	cr_assert_eq(old.eip, CODE + 7, "behind the jump");
	cr_assert_eq(old.eflags, 0x4246);
	cr_assert_eq(old.gpr[REG_RBX], 0xa3);
	cr_assert_eq(old.seg[SEG_ES], 0xabcd0000 | DS0);
	cr_assert_eq(old.seg[SEG_CS], CS0);
	cr_assert(old.cr3 == 0x2222 && old.back_link == 0x11111111 && old.ldt == 0x33330000,
		  "static fields");
	cr_assert_eq(v->regs.rflags, 0x202, "no NT");
	cr_assert_eq(v->regs.rbx, 0x103);
	cr_assert_eq(seg(SEG_DS).limit, 0xffffffff);
	cr_assert_eq(seg(SEG_CS).attr, 0xc9b, "accessed");
	cr_assert_eq(get_desc(CS0), desc(0, 0xfffff, 0xc9b));
	cr_assert_eq(seg(SEG_FS).attr, 0);
	cr_assert_eq(seg(SEG_LDTR).attr, 0, "null LDTR is unusable");
	cr_assert(hvm_get_cr(v, 0) & CR0_TS);
	cr_assert_eq(hvm_get_cr(v, 3), 0x1234000, "paging is off");
	cr_assert_eq(get_desc(TSS_A), desc(OLD, 0x67, 0x89));
	cr_assert_eq(get_desc(TSS_B), desc(NEW, 0x67, 0x8b));
	cr_assert_eq(get_tss(NEW).back_link, 0);
}

Test(task_switch, call_nests_and_iret_returns)
{
	static const uint8_t iret[] = {0xcf};
	struct tss t;

	copy_to_gpa(d, (gpa_t){0x7777}, iret, sizeof(iret));
	go(TSS_B, TASK_CALL);
	SWITCHED;
	cr_assert_eq(v->regs.rflags, 0x4202, "NT");
	cr_assert_eq(get_tss(NEW).back_link & 0xffff, TSS_A);
	cr_assert_eq(get_desc(TSS_A), desc(OLD, 0x67, 0x8b), "stays busy");
	t = get_tss(OLD); /* what A needs to run again */
	t.seg[SEG_FS] = t.seg[SEG_GS] = 0;
	put_tss(OLD, &t);
	go(TSS_A, TASK_IRET);
	RAISED(-1, error_);
	cr_assert_eq(v->regs.rip, CODE + 7);
	cr_assert_eq(v->regs.rflags, 0x4246);
	cr_assert_eq(get_tss(NEW).eflags, 0x202, "NT is not saved");
	cr_assert_eq(get_tss(NEW).eip, 0x7778);
	cr_assert_eq(get_desc(TSS_B), desc(NEW, 0x67, 0x89));
}

Test(task_switch, refused_in_the_old_task)
{
	static const struct {
		uint16_t sel;
		enum task_cause cause;
		int vector, error;
	} cases[] = {
		{TSS_A, TASK_JMP, VEC_GP, TSS_A},  /* busy */
		{TSS_B, TASK_IRET, VEC_TS, TSS_B}, /* not busy */
		{0, TASK_JMP, VEC_GP, 0},	   {TSS_B | 4, TASK_CALL, VEC_GP, TSS_B | 4},
		{0x60, TASK_CALL, VEC_GP, 0x60}, /* beyond the table */
		{0x60, TASK_IRET, VEC_TS, 0x60},   {DS0, TASK_CALL, VEC_GP, DS0},
		{TSS16, TASK_CALL, VEC_GP, TSS16}, {ABSENT, TASK_CALL, VEC_NP, ABSENT},
		{SHORT, TASK_CALL, VEC_TS, SHORT},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		go(cases[i].sel, cases[i].cause);
		RAISED(cases[i].vector, cases[i].error);
		NOT_SWITCHED;
	}
	event(SHORT, 7);
	RAISED(VEC_TS, SHORT | 1);
	NOT_SWITCHED;
}

Test(task_switch, a_16_bit_task_cannot_be_left)
{
	struct segment_reg tr = {TSS_A, 0x83, 0x67, OLD};

	hvm_set_segment(v, SEG_TR, &tr);
	go(TSS_B, TASK_JMP);
	RAISED(VEC_TS, TSS_A);
	tr = (struct segment_reg){TSS_A, 0x8b, 0x66, OLD};
	hvm_set_segment(v, SEG_TR, &tr);
	go(TSS_B, TASK_JMP);
	RAISED(VEC_TS, TSS_A);
	cr_assert_eq(v->regs.rip, CODE);
}

Test(task_switch, other_code_by_now_is_executed)
{
	static const uint8_t nop = 0x90;

	copy_to_gpa(d, (gpa_t){CODE}, &nop, 1);
	go(TSS_B, TASK_JMP);
	RAISED(-1, error_);
	NOT_SWITCHED;
}

Test(task_switch, no_ram_behind_a_task_ends_only_this_domain)
{
	struct domain *other = host_domain(1, 4);

	go(HOLE, TASK_JMP);
	cr_assert_eq(d->shutdown_code, SHUTDOWN_crash);
	cr_assert(!other->shutting_down);
	NOT_SWITCHED;
}

struct fault {
	enum segment s; /* SEG_LDTR: the table */
	uint16_t sel;
	int vector, error;
};

/* The new task is in place, and faults. */
Test(task_switch, segments_fault_in_the_new_task)
{
	static const struct fault faults[] = {
		{SEG_CS, 0, VEC_TS, 0},		  {SEG_CS, DS0, VEC_TS, DS0},
		{SEG_CS, CS3 & ~3, VEC_TS, 0x30}, {SEG_CS, 0x70, VEC_TS, 0x70},
		{SEG_CS, TSS_A, VEC_TS, TSS_A},	  {SEG_SS, 0, VEC_TS, 0},
		{SEG_SS, DS3, VEC_TS, 0x38},	  {SEG_SS, CS0, VEC_TS, CS0},
		{SEG_DS, TSS_A, VEC_TS, TSS_A},	  {SEG_DS, DS0 | 3, VEC_TS, DS0},
		{SEG_DS, 0x14, VEC_TS, 0x14}, /* local, and there is no table (XSA-191) */
		{SEG_FS, 0x60, VEC_TS, 0x60},	  {SEG_LDTR, DS0, VEC_TS, DS0},
		{SEG_LDTR, 0x2c, VEC_TS, 0x2c},	  {SEG_LDTR, 0x60, VEC_TS, 0x60},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++) {
		struct tss t = fresh();

		start();
		if (faults[i].s == SEG_LDTR)
			t.ldt = faults[i].sel;
		else
			t.seg[faults[i].s] = faults[i].sel;
		put_tss(NEW, &t);
		go(TSS_B, TASK_JMP);
		RAISED(faults[i].vector, faults[i].error);
		cr_assert_eq(seg(SEG_TR).sel, TSS_B, "case %u", i);
		cr_assert_eq(v->regs.rip, 0x7777);
		cr_assert_eq(seg(SEG_GS).attr, 0, "nothing of the old task is left");
	}
}

Test(task_switch, absent_segments)
{
	struct tss t = fresh();

	put_desc(0x50, desc(0, 0xfffff, 0xc12));
	t.seg[SEG_SS] = 0x50;
	put_tss(NEW, &t);
	go(TSS_B, TASK_JMP);
	RAISED(VEC_SS, 0x50);
	start();
	put_desc(0x50, desc(0, 0xfffff, 0xc12));
	t = fresh();
	t.seg[SEG_DS] = 0x50;
	put_tss(NEW, &t);
	event(TSS_B, HVM_NO_ERROR_CODE);
	RAISED(VEC_NP, 0x51);
	start();
	put_desc(LDT_S, desc(LDT, 0xf, 0x02));
	t = fresh();
	t.ldt = LDT_S;
	put_tss(NEW, &t);
	go(TSS_B, TASK_JMP);
	RAISED(VEC_NP, LDT_S);
}

Test(task_switch, local_table_of_the_new_task)
{
	struct tss t = fresh();
	uint64_t data = desc(0x100, 0xfff, 0x492);

	copy_to_gpa(d, (gpa_t){LDT + 8}, &data, sizeof(data));
	t.ldt = LDT_S;
	t.seg[SEG_ES] = 0xc;
	put_tss(NEW, &t);
	go(TSS_B, TASK_JMP);
	SWITCHED;
	cr_assert_eq(seg(SEG_LDTR).base, LDT);
	cr_assert_eq(seg(SEG_LDTR).attr, 0x82);
	cr_assert_eq(seg(SEG_ES).base, 0x100);
}

/* XSA-191 */
Test(task_switch, an_unusable_local_table_has_no_descriptors)
{
	struct segment_reg none = {0, 0, 0xffff, GDT};

	hvm_set_segment(v, SEG_LDTR, &none);
	cr_assert(!segment_load(v, SEG_FS, DS0 | 4, 0, 0));
	RAISED(VEC_TS, DS0 | 4);
	cr_assert_eq(seg(SEG_FS).sel, DS0, "not loaded");
}

/* XSA-192 */
Test(task_switch, into_vm86_with_a_null_local_table)
{
	struct tss t = fresh();

	t.eflags |= RFLAGS_VM;
	for (unsigned int i = 0; i < 6; i++)
		t.seg[i] = 0x1000 + i;
	put_tss(NEW, &t);
	go(TSS_B, TASK_CALL);
	SWITCHED;
	cr_assert_eq(v->regs.rflags, 0x24202);
	cr_assert_eq(hvm_cpl(v), 3);
	for (unsigned int i = SEG_ES; i <= SEG_GS; i++) {
		struct segment_reg r = seg(i);

		cr_assert_eq(r.sel, 0x1000 + i);
		cr_assert_eq(r.base, (0x1000u + i) << 4);
		cr_assert_eq(r.limit, 0xffff);
		cr_assert_eq(r.attr, 0xf3);
	}
	cr_assert_eq(seg(SEG_LDTR).attr, 0, "unusable, not a VM86 segment");
	cr_assert_eq(seg(SEG_LDTR).base, 0);
}

Test(task_switch, events_push_their_error_code)
{
	struct tss t = fresh();
	uint32_t pushed;

	event(TSS_B, 0x1234);
	SWITCHED;
	cr_assert_eq(get_tss(OLD).eip, CODE, "no instruction asked for it");
	cr_assert_eq(v->regs.rsp, STACK - 4);
	copy_from_gpa(d, &pushed, (gpa_t){STACK - 4}, 4);
	cr_assert_eq(pushed, 0x1234);
	start();
	put_desc(DS0, desc(0, 0xfff, 0x492));
	put_tss(NEW, &t);
	event(TSS_B, 0x1234);
	RAISED(VEC_SS, 1);
	cr_assert_eq(v->regs.rsp, STACK, "not pushed");
}

Test(task_switch, trap_bit_is_a_debug_trap)
{
	struct tss t = fresh();
	struct hvm_state s;

	t.trap = 1;
	put_tss(NEW, &t);
	go(TSS_B, TASK_JMP);
	RAISED(VEC_DB, HVM_NO_ERROR_CODE);
	hvm_get_state(v, &s);
	cr_assert(s.dr6 & DR6_BT);
	cr_assert_eq(v->regs.rip, 0x7777);
}

Test(task_switch, page_faults_before_and_after)
{
	static const uint8_t jmp[] = {0xea, 0, 0, 0, 0, TSS_B, 0};
	uint32_t pd[4] = {0x83, 0}; /* the first 4 MiB; the rest is not there */
	struct hvm_state s;

	copy_to_gpa(d, (gpa_t){0x5000}, pd, sizeof(pd));
	hvm_get_state(v, &s);
	s.cr0 |= CR0_PG;
	s.cr3 = 0x5000;
	s.cr4 = CR4_PSE;
	hvm_set_state(v, &s);
	copy_to_gpa(d, (gpa_t){CODE}, jmp, sizeof(jmp));
	go(HOLE, TASK_JMP);
	RAISED(VEC_PF, 0);
	cr_assert_eq(hvm_get_cr(v, 2), 0x8000000 + 0);
	NOT_SWITCHED;
	go(TSS_B, TASK_JMP);
	SWITCHED;
	cr_assert_eq(hvm_get_cr(v, 3), 0x5000);
}
