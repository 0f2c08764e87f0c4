/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Hardware task switches, which SVM intercepts instead of virtualising: APM vol.
 * 2, 12.3 and 12.4.  What can fail before the old task is left fails in the old
 * task; from the moment the task register has changed, faults belong to the new
 * one.  16-bit tasks are refused as descriptors of the wrong type, as in Xen.
 */
#include "emulate.h"
#include "segment.h"

#include <hv/arch_x86.h>
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/task_switch.h>

#define TSS_LIMIT_MIN 0x67u
#define TSS_TRAP      1u
#define RFLAGS_TASK   0x003f7fd5u /* what a TSS can load */

/* Saved and loaded in the order of the TSS. */
static const enum segment tss_segments[] = {SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS};

struct task {
	struct segment_reg tr;
	uint64_t desc_at;
	struct tss tss;
};

static bool refuse(struct vcpu *v, uint8_t vector, uint16_t sel, uint32_t ext)
{
	hvm_inject_exception(v, vector, (int32_t)(SELECTOR_INDEX(sel) | ext));
	return false;
}

/* The new task's descriptor. */
static bool find_task(struct vcpu *v, const struct task_switch *ts, struct task *to)
{
	bool iret = ts->cause == TASK_IRET;
	uint8_t wrong = iret ? VEC_TS : VEC_GP;
	struct segment_reg gdt;
	uint64_t desc;

	hvm_get_segment(v, SEG_GDTR, &gdt);
	if (!SELECTOR_INDEX(ts->sel) || (ts->sel & 4) || (ts->sel & 0xfff8u) + 7 > gdt.limit)
		return refuse(v, wrong, ts->sel, ts->ext);
	to->desc_at = (uint32_t)(gdt.base + (ts->sel & 0xfff8));
	if (!linear_copy(v, to->desc_at, &desc, sizeof(desc), 0))
		return false;
	to->tr = segment_unpack(ts->sel, desc);
	if ((to->tr.attr & (SEG_ATTR_S | SEG_ATTR_TYPE)) !=
	    (iret ? SEG_TYPE_TSS32 | SEG_TYPE_BUSY : SEG_TYPE_TSS32))
		return refuse(v, wrong, ts->sel, ts->ext);
	if (!(to->tr.attr & SEG_ATTR_P))
		return refuse(v, VEC_NP, ts->sel, ts->ext);
	if (to->tr.limit < TSS_LIMIT_MIN)
		return refuse(v, VEC_TS, ts->sel, ts->ext);
	return true;
}

static bool find_current(struct vcpu *v, const struct task_switch *ts, struct task *from)
{
	struct segment_reg gdt;

	hvm_get_segment(v, SEG_GDTR, &gdt);
	hvm_get_segment(v, SEG_TR, &from->tr);
	from->desc_at = (uint32_t)(gdt.base + (from->tr.sel & 0xfff8));
	/* A 16-bit task cannot be left: its state has no room for ours. */
	if ((from->tr.attr & SEG_ATTR_TYPE & ~SEG_TYPE_BUSY) != SEG_TYPE_TSS32 ||
	    from->tr.limit < TSS_LIMIT_MIN)
		return refuse(v, VEC_TS, from->tr.sel, ts->ext);
	return true;
}

/* Where the old task goes on: behind the instruction that asked, whose length no
 * processor tells.  False: other code by now, to be executed. */
static bool resume_rip(struct vcpu *v, const struct task_switch *ts, uint32_t *rip)
{
	uint8_t buf[INSN_MAX];
	unsigned int n, len = 0;

	if (!ts->ext) {
		n = guest_fetch(v, hvm_linear_rip(v), buf, sizeof(buf));
		len = decode_far_transfer(buf, n, emulate_mode(v));
		if (!len)
			counter_inc(CNT_INSN_MISMATCH);
	}
	*rip = (uint32_t)(v->regs.rip + len);
	return len || ts->ext;
}

/* Selectors and registers; the upper halves of selector slots stay as they are. */
static bool save_current(struct vcpu *v, const struct task_switch *ts, struct task *from)
{
	struct tss *t = &from->tss;
	struct segment_reg seg;

	if (!linear_copy(v, from->tr.base, t, sizeof(*t), 0) || !resume_rip(v, ts, &t->eip))
		return false;
	t->eflags = (uint32_t)v->regs.rflags | (ts->resume ? RFLAGS_RF : 0);
	if (ts->cause == TASK_IRET)
		t->eflags &= ~RFLAGS_NT;
	for (unsigned int i = 0; i < ARRAY_SIZE(t->gpr); i++)
		t->gpr[i] = (uint32_t)v->regs.gpr[i];
	for (unsigned int i = 0; i < ARRAY_SIZE(tss_segments); i++) {
		hvm_get_segment(v, tss_segments[i], &seg);
		t->seg[i] = (t->seg[i] & 0xffff0000) | seg.sel;
	}
	return linear_copy(v, from->tr.base + offsetof(struct tss, eip), &t->eip,
			   offsetof(struct tss, ldt) - offsetof(struct tss, eip), PFEC_WRITE);
}

/* Only the type byte: the guest's other CPUs may use the rest. */
static bool set_busy(struct vcpu *v, const struct task *t, bool busy)
{
	uint8_t type = (uint8_t)(t->tr.attr & ~SEG_TYPE_BUSY) | (busy ? SEG_TYPE_BUSY : 0);

	/* The task that a vCPU starts in has no descriptor until LTR. */
	if (!SELECTOR_INDEX(t->tr.sel))
		return true;
	return linear_copy(v, t->desc_at + 5, &type, sizeof(type), PFEC_WRITE);
}

/* The last things that can fail in the old task. */
static bool link_tasks(struct vcpu *v, const struct task_switch *ts, struct task *from,
		       struct task *to)
{
	if (ts->cause == TASK_CALL &&
	    !linear_copy(v, to->tr.base, &from->tr.sel, sizeof(from->tr.sel), PFEC_WRITE))
		return false;
	if (ts->cause != TASK_CALL && !set_busy(v, from, false))
		return false;
	return ts->cause == TASK_IRET || set_busy(v, to, true);
}

/* Everything but the descriptors, which may fault: until each is loaded, its
 * register holds a selector and nothing usable. */
static void load_registers(struct vcpu *v, const struct task_switch *ts, struct task *to,
			   unsigned int cpl)
{
	const struct tss *t = &to->tss;
	struct segment_reg none = {0};

	to->tr.attr |= SEG_TYPE_BUSY;
	hvm_set_segment(v, SEG_TR, &to->tr);
	hvm_enter_task(v, t->cr3);
	v->regs.rip = t->eip;
	v->regs.rflags = (t->eflags & RFLAGS_TASK) | 2 | (ts->cause == TASK_CALL ? RFLAGS_NT : 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(t->gpr); i++)
		v->regs.gpr[i] = t->gpr[i];
	for (unsigned int i = 0; i < ARRAY_SIZE(tss_segments); i++) {
		none.sel = (uint16_t)t->seg[i];
		none.attr = (uint16_t)(tss_segments[i] == SEG_SS ? cpl << 5 : 0);
		hvm_set_segment(v, tss_segments[i], &none);
	}
	none.sel = (uint16_t)t->ldt;
	none.attr = 0;
	hvm_set_segment(v, SEG_LDTR, &none);
}

static void load_vm86(struct vcpu *v, enum segment s, uint16_t sel)
{
	struct segment_reg seg = {sel, SEG_ATTR_VM86, 0xffff, (uint32_t)sel << 4};

	hvm_set_segment(v, s, &seg);
}

/* XSA-192: the local table is loaded like anywhere else when the new task is
 * one of virtual-8086 mode; a null one stays unusable. */
static bool load_segments(struct vcpu *v, const struct tss *t, unsigned int cpl, uint32_t ext)
{
	static const enum segment order[] = {SEG_CS, SEG_SS, SEG_ES, SEG_DS, SEG_FS, SEG_GS};

	if (!segment_load(v, SEG_LDTR, (uint16_t)t->ldt, cpl, ext))
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
		uint16_t sel = (uint16_t)t->seg[order[i]];

		if (t->eflags & RFLAGS_VM)
			load_vm86(v, order[i], sel);
		else if (!segment_load(v, order[i], sel, cpl, ext))
			return false;
	}
	return true;
}

static bool push_error(struct vcpu *v, uint32_t error, unsigned int cpl, uint32_t ext)
{
	struct segment_reg ss;
	uint64_t linear, sp, mask;

	hvm_get_segment(v, SEG_SS, &ss);
	mask = ss.attr & SEG_ATTR_DB ? UINT32_MAX : 0xffff;
	sp = (v->regs.rsp - sizeof(error)) & mask;
	if (!segment_linear(v, SEG_SS, sp, sizeof(error), true, ext, &linear) ||
	    !linear_copy(v, linear, &error, sizeof(error), PFEC_WRITE | (cpl == 3 ? PFEC_USER : 0)))
		return false;
	v->regs.rsp = (v->regs.rsp & ~mask) | sp;
	return true;
}

void task_switch(struct vcpu *v, const struct task_switch *ts)
{
	struct task from, to;
	unsigned int cpl;

	counter_inc(CNT_EXIT_TASK_SWITCH);
	if (!find_task(v, ts, &to) || !find_current(v, ts, &from) || !save_current(v, ts, &from) ||
	    !linear_copy(v, to.tr.base, &to.tss, sizeof(to.tss), 0) ||
	    !link_tasks(v, ts, &from, &to))
		return;
	cpl = to.tss.eflags & RFLAGS_VM ? 3 : to.tss.seg[SEG_CS] & 3;
	load_registers(v, ts, &to, cpl);
	if (!load_segments(v, &to.tss, cpl, ts->ext))
		return;
	if (ts->error_code != HVM_NO_ERROR_CODE &&
	    !push_error(v, (uint32_t)ts->error_code, cpl, ts->ext))
		return;
	if (to.tss.trap & TSS_TRAP)
		hvm_raise_debug(v, DR6_BT);
}
