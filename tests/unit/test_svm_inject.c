/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What is written into EVENTINJ, and what becomes of interrupted events. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/exit.h>
#include <hv/vlapic.h>
#include "host.h"

#define hvm_inject_exception   svm_inject_exception
#define hvm_inject_page_fault  svm_inject_page_fault
#define hvm_raise_debug	       svm_raise_debug
#define hvm_enter_task	       svm_enter_task
#define hvm_interrupts_enabled svm_interrupts_enabled
#define hvm_linear_rip	       svm_linear_rip
#define guest_fetch	       svm_fetch
#define exit_triple_fault      svm_triple_fault
static bool svm_interrupts_enabled(const struct vcpu *v);
static uint64_t svm_linear_rip(const struct vcpu *v);
static unsigned int svm_fetch(struct vcpu *v, uint64_t linear, uint8_t *buf, unsigned int len);
static void svm_triple_fault(struct vcpu *v);
#undef HV_EXIT_H
#include "arch/x86/svm/inject.c"

static struct domain *d;
static struct vcpu *v;
static struct vmcb *vmcb;
static uint8_t next_byte;
static unsigned int triple_faults;

static bool svm_interrupts_enabled(const struct vcpu *u)
{
	return (u->regs.rflags & RFLAGS_IF) && !(u->arch->vmcb->int_state & INT_STATE_SHADOW);
}

static uint64_t svm_linear_rip(const struct vcpu *u)
{
	return u->regs.rip;
}

static unsigned int svm_fetch(struct vcpu *u, uint64_t linear, uint8_t *buf, unsigned int len)
{
	*buf = next_byte;
	return 1;
}

void svm_set_cr2(struct vcpu *u, uint64_t addr)
{
	u->arch->vmcb->cr2 = addr;
}

static void svm_triple_fault(struct vcpu *u)
{
	triple_faults++;
}

static void boot(void)
{
	uint64_t base;

	host_boot(1, 64);
	d = host_domain(1, 4);
	v = d->vcpu[0];
	v->arch = calloc(1, sizeof(*v->arch));
	v->arch->vmcb = vmcb = calloc(1, sizeof(*vmcb));
	v->regs.rflags = 2 | RFLAGS_IF;
	vlapic_rdmsr(v, 0x1b, &base);
	vlapic_wrmsr(v, 0x1b, base | 0xc00);
	vlapic_wrmsr(v, 0x80f, 0x1ff);
}

TestSuite(svm_inject, .init = boot);

#define INJECTED(type, vector) (EVENT_VALID | EVENT_TYPE(type) | (vector))
#define WITH_ERROR(e, code)    ((e) | EVENT_HAS_ERROR | (uint64_t)(code) << 32)
#define WINDOW		       (vmcb->intercept1 & I1_VINTR && vmcb->vintr & VINTR_IRQ)

static void leave(uint64_t interrupted)
{
	vmcb->exit_int_info = interrupted;
	svm_collect_event(v);
}

Test(svm_inject, interrupts_need_if_and_no_shadow)
{
	vlapic_set_irq(v, 0x40);
	v->regs.rflags = 2;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0);
	cr_assert(WINDOW);
	v->regs.rflags = 2 | RFLAGS_IF;
	vmcb->int_state = INT_STATE_SHADOW;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0);
	cr_assert(WINDOW);
	vmcb->int_state = 0;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_INTR, 0x40));
	cr_assert(!WINDOW);
	cr_assert_eq(vlapic_pending(v), -1, "taken");
}

Test(svm_inject, sti_hlt_keeps_its_shadow)
{
	vlapic_set_irq(v, 0x40);
	vmcb->int_state = INT_STATE_SHADOW;
	next_byte = 0xf4;
	svm_inject(v);
	cr_assert(!WINDOW, "the HLT exits by itself");
	next_byte = 0x90;
	svm_inject(v);
	cr_assert(WINDOW);
}

Test(svm_inject, callback_is_a_level_and_goes_first)
{
	d->callback_vector = 0xf3;
	v->vcpu_info->evtchn_upcall_pending = 1;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_INTR, 0xf3));
	cr_assert(!WINDOW, "no window for what was just delivered");
	leave(0);
	vlapic_set_irq(v, 0x40);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_INTR, 0xf3));
	cr_assert(WINDOW, "the other one waits");
	cr_assert_eq(vlapic_pending(v), 0x40);
}

Test(svm_inject, priority_masked_interrupt_waits_for_the_guests_cr8)
{
	vlapic_set_irq(v, 0x45);
	vlapic_set_tpr(v, 0x60);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0);
	cr_assert(!WINDOW);
	cr_assert(vmcb->intercept_cr & INTERCEPT_CR_WRITE(8));
	vlapic_set_tpr(v, 0x30);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_INTR, 0x45));
	cr_assert(!(vmcb->intercept_cr & INTERCEPT_CR_WRITE(8)));
}

/* QEMU 7.2 aborts when CR8 is written while a virtual interrupt is pending. */
Test(svm_inject, cr8_is_watched_while_a_window_is_open)
{
	vlapic_set_irq(v, 0x45);
	v->regs.rflags = 2;
	svm_inject(v);
	cr_assert(WINDOW);
	cr_assert(vmcb->intercept_cr & INTERCEPT_CR_WRITE(8));
}

/* XSA-196: executed again by the guest, never injected with another type. */
Test(svm_inject, software_interrupts_are_not_injected)
{
	for (unsigned int vector = 0; vector < 256; vector++) {
		leave(INJECTED(EVENT_SOFTWARE, vector));
		svm_inject(v);
		cr_assert_eq(vmcb->event_inj, 0, "int %u", vector);
	}
	leave(INJECTED(EVENT_EXCEPTION, VEC_BP));
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0);
	leave(INJECTED(EVENT_EXCEPTION, VEC_OF));
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0);
}

Test(svm_inject, interrupted_hardware_events_come_again)
{
	static const uint64_t events[] = {
		INJECTED(EVENT_INTR, 0x21),
		INJECTED(EVENT_INTR, 0xff),
		WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_PF), 7),
		WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_GP), 0x1f),
		WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_DF), 0),
		INJECTED(EVENT_EXCEPTION, VEC_DB),
		INJECTED(EVENT_NMI, 2),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(events); i++) {
		leave(events[i]);
		svm_inject(v);
		cr_assert_eq(vmcb->event_inj, events[i]);
	}
}

Test(svm_inject, an_event_after_the_look_is_noticed)
{
	svm_inject(v);
	cr_assert(!svm_inject_missed(v));
	vlapic_set_irq(v, 0x40);
	cr_assert(svm_inject_missed(v));
	svm_inject(v);
	cr_assert(!svm_inject_missed(v));
	leave(0);
	/* What cannot be delivered now must not keep the vCPU from running. */
	v->nmi_pending = 1;
	vmcb->int_state = INT_STATE_SHADOW;
	svm_inject(v);
	cr_assert(!svm_inject_missed(v));
}

Test(svm_inject, an_abandoned_entry_loses_nothing)
{
	vlapic_set_irq(v, 0x40);
	svm_inject(v);
	svm_inject_undo(v);
	cr_assert_eq(vmcb->event_inj, 0);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_INTR, 0x40));
	leave(0);
	v->nmi_pending = 1;
	svm_inject(v);
	svm_inject_undo(v);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_NMI, 2));
}

Test(svm_inject, double_and_triple_faults)
{
	leave(WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_GP), 0));
	svm_inject_exception(v, VEC_GP, 0);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_DF), 0));
	leave(WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_DF), 0));
	svm_inject_exception(v, VEC_PF, 2);
	cr_assert_eq(triple_faults, 1);
	leave(WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_PF), 2));
	svm_inject_exception(v, VEC_PF, 2);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_DF), 0));
	leave(WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_GP), 0));
	svm_inject_exception(v, VEC_PF, 2);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_PF), 2),
		     "#PF after #GP is no double fault");
	leave(INJECTED(EVENT_INTR, 0x40));
	svm_inject_exception(v, VEC_UD, HVM_NO_ERROR_CODE);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_EXCEPTION, VEC_UD));
	cr_assert_eq(triple_faults, 1);
}

Test(svm_inject, nmi_waits_for_the_end_of_the_last_one)
{
	v->nmi_pending = 1;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_NMI, 2));
	cr_assert(vmcb->intercept1 & I1_IRET);
	leave(0);
	v->nmi_pending = 1;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0, "the handler still runs");
	v->arch->iret_pending = true; /* as the IRET exit does */
	v->arch->iret_rip = v->regs.rip;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0, "the IRET is not executed yet");
	v->regs.rip += 2;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_NMI, 2));
}

/* A task gate has taken the event: it must not come again; NMIs stay masked. */
Test(svm_inject, a_task_switch_is_the_delivery)
{
	vmcb->cr0 = CR0_PE;
	vmcb->dr7 = 0x7ff;
	leave(WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_DF), 0));
	svm_enter_task(v, 0x5000);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0);
	cr_assert_eq(vmcb->cr3, 0, "paging is off");
	cr_assert_eq(vmcb->cr0, CR0_PE | CR0_TS);
	cr_assert_eq(vmcb->dr7, 0x6aa);
	vmcb->cr0 |= CR0_PG;
	leave(INJECTED(EVENT_NMI, 2));
	svm_enter_task(v, 0x5000);
	cr_assert_eq(vmcb->cr3, 0x5000);
	v->nmi_pending = 1;
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, 0, "the task is the handler");
	cr_assert(vmcb->intercept1 & I1_IRET);
}

Test(svm_inject, a_fault_on_the_way_to_a_task_combines)
{
	leave(WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_GP), 0));
	svm_inject_exception(v, VEC_TS, 0x29);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_DF), 0));
	leave(INJECTED(EVENT_SOFTWARE, 0x80));
	svm_inject_exception(v, VEC_TS, 0x28);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_TS), 0x28));
}

Test(svm_inject, whose_event_it_was)
{
	static const struct {
		uint64_t event;
		bool software;
	} cases[] = {
		{INJECTED(EVENT_SOFTWARE, 0x80), true},
		{INJECTED(EVENT_EXCEPTION, VEC_BP), true},
		{INJECTED(EVENT_EXCEPTION, VEC_OF), true},
		{INJECTED(EVENT_EXCEPTION, VEC_DB), false},
		{INJECTED(EVENT_INTR, 3), false},
		{INJECTED(EVENT_INTR, 0x80), false},
		{INJECTED(EVENT_NMI, 2), false},
		{INJECTED(EVENT_EXCEPTION, VEC_GP), false},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		cr_assert_eq(svm_software_event(cases[i].event), cases[i].software, "%u", i);
}

Test(svm_inject, page_faults_and_traps_say_why)
{
	svm_inject_page_fault(v, PFEC_WRITE | PFEC_USER, 0xdead000);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, WITH_ERROR(INJECTED(EVENT_EXCEPTION, VEC_PF), 6));
	cr_assert_eq(vmcb->cr2, 0xdead000);
	leave(0);
	vmcb->dr6 = 0xffff0ff0;
	svm_raise_debug(v, DR6_BT);
	svm_inject(v);
	cr_assert_eq(vmcb->event_inj, INJECTED(EVENT_EXCEPTION, VEC_DB));
	cr_assert_eq(vmcb->dr6, 0xffff8ff0);
}
