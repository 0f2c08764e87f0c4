/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Events into the guest.  One event is queued per vCPU: an exception raised by
 * an exit handler, or whatever an exit interrupted half-way (EXITINTINFO).
 * It goes first; then NMI; then the highest interrupt.
 *
 * Software interrupts are never injected: INT n, INT3 and INTO leave RIP on the
 * instruction until they are delivered, so an interrupted one is executed again
 * by the guest itself, with the hardware's own privilege checks and return
 * address.  That is right with and without next-RIP (XSA-196).
 */
#include "svm.h"
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/vlapic.h>

#define OPCODE_HLT 0xf4
#define DR7_LOCAL  0x155 /* L0..L3, LE */

void svm_queue_event(struct vcpu *v, uint8_t type, uint8_t vector, int32_t error)
{
	v->arch->event = (struct svm_event){true, vector, type, error};
}

enum exception_class { BENIGN, CONTRIBUTORY, PAGE_FAULT, DOUBLE_FAULT };

static enum exception_class class_of(uint8_t vector)
{
	switch (vector) {
	case VEC_DE:
	case VEC_TS:
	case VEC_NP:
	case VEC_SS:
	case VEC_GP:
	case 21: /* #CP */
		return CONTRIBUTORY;
	case VEC_PF:
		return PAGE_FAULT;
	case VEC_DF:
		return DOUBLE_FAULT;
	default:
		return BENIGN;
	}
}

/* APM vol. 2, 8.2.9: two faults, the second while delivering the first. */
static bool makes_double_fault(enum exception_class first, enum exception_class second)
{
	if (first == CONTRIBUTORY)
		return second == CONTRIBUTORY;
	return first == PAGE_FAULT && (second == CONTRIBUTORY || second == PAGE_FAULT);
}

void hvm_inject_exception(struct vcpu *v, uint8_t vector, int32_t error_code)
{
	struct svm_event *e = &v->arch->event;
	enum exception_class second = class_of(vector);

	counter_inc(CNT_INJECT_EXCEPTION);
	if (e->valid && e->type == EVENT_EXCEPTION) {
		enum exception_class first = class_of(e->vector);

		if (first == DOUBLE_FAULT && second != BENIGN) {
			e->valid = false;
			exit_triple_fault(v);
			return;
		}
		if (makes_double_fault(first, second)) {
			svm_queue_event(v, EVENT_EXCEPTION, VEC_DF, 0);
			return;
		}
	}
	svm_queue_event(v, EVENT_EXCEPTION, vector, error_code);
}

void hvm_inject_page_fault(struct vcpu *v, uint32_t error, uint64_t addr)
{
	svm_set_cr2(v, addr);
	hvm_inject_exception(v, VEC_PF, (int32_t)error);
}

void hvm_raise_debug(struct vcpu *v, uint32_t dr6)
{
	v->arch->vmcb->dr6 |= dr6;
	hvm_inject_exception(v, VEC_DB, HVM_NO_ERROR_CODE);
}

static uint64_t encode(const struct svm_event *e)
{
	uint64_t inj = EVENT_VALID | EVENT_TYPE(e->type) | e->vector;

	if (e->error != HVM_NO_ERROR_CODE)
		inj |= EVENT_HAS_ERROR | (uint64_t)(uint32_t)e->error << 32;
	return inj;
}

static struct svm_event decode(uint64_t info)
{
	struct svm_event e = {
		.valid = info & EVENT_VALID,
		.vector = (uint8_t)info,
		.type = EVENT_TYPE_OF(info),
		.error = info & EVENT_HAS_ERROR ? (int32_t)(info >> 32) : HVM_NO_ERROR_CODE,
	};

	return e;
}

/* Executed again rather than injected again. */
static bool is_software(const struct svm_event *e)
{
	return e->type == EVENT_SOFTWARE ||
	       (e->type == EVENT_EXCEPTION && (e->vector == VEC_BP || e->vector == VEC_OF));
}

bool svm_software_event(uint64_t exit_int_info)
{
	struct svm_event e = decode(exit_int_info);

	return is_software(&e);
}

static void mask_nmi(struct vcpu *v)
{
	v->arch->nmi_masked = true;
	v->arch->vmcb->intercept1 |= I1_IRET;
}

void svm_collect_event(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;
	struct svm_event e = decode(vmcb->exit_int_info);

	vmcb->event_inj = 0;
	v->arch->event.valid = false;
	if (!e.valid || is_software(&e))
		return;
	if (e.type == EVENT_NMI)
		v->arch->nmi_masked = false;
	v->arch->event = e;
	counter_inc(CNT_REINJECT);
}

void hvm_enter_task(struct vcpu *v, uint64_t cr3)
{
	struct vmcb *vmcb = v->arch->vmcb;

	if (vmcb->cr0 & CR0_PG)
		vmcb->cr3 = cr3;
	vmcb->cr0 |= CR0_TS;
	vmcb->dr7 &= ~(uint64_t)DR7_LOCAL;
	vmcb->int_state &= ~INT_STATE_SHADOW;
	v->arch->flush = true;
	if (v->arch->event.valid && v->arch->event.type == EVENT_NMI)
		mask_nmi(v);
	v->arch->event.valid = false;
}

void svm_inject_undo(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;
	struct svm_event e = decode(vmcb->event_inj);

	vmcb->event_inj = 0;
	if (e.valid && e.type == EVENT_NMI)
		v->arch->nmi_masked = false;
	v->arch->event = e;
}

static void close_window(struct vmcb *vmcb)
{
	vmcb->vintr &= ~(VINTR_IRQ | VINTR_PRIO_MASK | VINTR_IGNORE_TPR | VINTR_VECTOR_MASK);
	vmcb->intercept1 &= ~I1_VINTR;
	vmcb->intercept_cr &= ~INTERCEPT_CR_WRITE(8);
}

/*
 * Exit as soon as the guest can take an interrupt.  Meanwhile writes of CR8 exit
 * too: QEMU 7.2 aborts on one that finds a virtual interrupt pending, which
 * would let a guest stop the whole (hosted) machine.
 */
static void open_window(struct vmcb *vmcb)
{
	vmcb->intercept1 |= I1_VINTR;
	vmcb->intercept_cr |= INTERCEPT_CR_WRITE(8);
	vmcb->vintr |= VINTR_IRQ | VINTR_PRIO(15) | VINTR_IGNORE_TPR;
}

/* STI; HLT is about to exit anyway.  An emulator that forgets the shadow at
 * VMRUN would otherwise end it before the HLT and lose the wake-up. */
static bool hlt_is_next(struct vcpu *v)
{
	uint8_t byte;

	return guest_fetch(v, hvm_linear_rip(v), &byte, 1) == 1 && byte == OPCODE_HLT;
}

static void want_interrupt(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;

	if (!(vmcb->event_inj & EVENT_VALID) && (vmcb->int_state & INT_STATE_SHADOW) &&
	    (v->regs.rflags & RFLAGS_IF) && hlt_is_next(v))
		return;
	open_window(vmcb);
}

/* The IRET that ends an NMI handler has been executed when RIP has moved. */
static void update_nmi_mask(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	if (av->iret_pending && av->iret_rip != v->regs.rip) {
		av->iret_pending = false;
		av->nmi_masked = false;
	}
}

static bool nmi_deliverable(const struct vcpu *v)
{
	return READ_ONCE(v->nmi_pending) && !v->arch->nmi_masked &&
	       !(v->arch->vmcb->int_state & INT_STATE_SHADOW);
}

static bool inject_nmi(struct vcpu *v)
{
	update_nmi_mask(v);
	if (!nmi_deliverable(v))
		return false;
	__atomic_store_n(&v->nmi_pending, 0, __ATOMIC_SEQ_CST);
	svm_queue_event(v, EVENT_NMI, VEC_NMI, HVM_NO_ERROR_CODE);
	counter_inc(CNT_INJECT_NMI);
	return true;
}

/* @level: the vector injected stays asserted until the guest looks. */
static void inject_interrupt(struct vcpu *v, bool *level)
{
	bool ack = false;
	int vector = vcpu_pending_vector(v, &ack);

	if (vector < 0 || !hvm_interrupts_enabled(v))
		return;
	if (ack)
		vlapic_ack(v, (uint8_t)vector);
	*level = !ack;
	svm_queue_event(v, EVENT_INTR, (uint8_t)vector, HVM_NO_ERROR_CODE);
	counter_inc(CNT_INJECT_INTERRUPT);
}

/* What could not be injected now must end the guest as soon as it can. */
static void request_window(struct vcpu *v, bool callback_injected)
{
	bool ack;
	int vector = callback_injected ? vlapic_pending(v) : vcpu_pending_vector(v, &ack);

	/* An NMI that waits for a shadow to end: with interrupts on, the same window opens
	 * there.  QEMU 7.2 keeps the shadow of an STI over PAUSE and exits nowhere else in
	 * a loop of the two, so that waiting for another exit may be for ever. */
	if (vector >= 0 || (READ_ONCE(v->nmi_pending) && !v->arch->nmi_masked))
		want_interrupt(v);
	else if (vlapic_masked_irq(v) >= 0)
		v->arch->vmcb->intercept_cr |= INTERCEPT_CR_WRITE(8);
}

void svm_inject(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;
	struct vmcb *vmcb = av->vmcb;
	bool level = false;

	close_window(vmcb);
	if (!av->event.valid && !inject_nmi(v))
		inject_interrupt(v, &level);
	if (av->event.valid) {
		vmcb->event_inj = encode(&av->event);
		if (av->event.type == EVENT_NMI)
			mask_nmi(v);
		av->event.valid = false;
	}
	request_window(v, level);
}

bool svm_inject_missed(struct vcpu *v)
{
	const struct vmcb *vmcb = v->arch->vmcb;
	bool ack;

	if ((vmcb->event_inj & EVENT_VALID) || (vmcb->intercept1 & I1_VINTR))
		return false;
	return nmi_deliverable(v) ||
	       (hvm_interrupts_enabled(v) && vcpu_pending_vector(v, &ack) >= 0);
}
