/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Shared by vlapic.c, vlapic_regs.c, vlapic_ipi.c, vlapic_timer.c and vlapic_state.c. */
#ifndef CORE_VLAPIC_H
#define CORE_VLAPIC_H

#include <hv/spinlock.h>
#include <hv/timer.h>
#include <hv/vlapic.h>

/* Register numbers: byte offset in the xAPIC page / 16 = x2APIC MSR - 0x800
 * (Intel SDM vol. 3, 10.12.1.2). */
enum apic_reg {
	APIC_ID = 0x02,
	APIC_VERSION = 0x03,
	APIC_TPR = 0x08,
	APIC_APR = 0x09, /* xAPIC only */
	APIC_PPR = 0x0a,
	APIC_EOI = 0x0b,
	APIC_RRR = 0x0c, /* xAPIC only */
	APIC_LDR = 0x0d,
	APIC_DFR = 0x0e, /* xAPIC only */
	APIC_SVR = 0x0f,
	APIC_ISR = 0x10,
	APIC_TMR = 0x18,
	APIC_IRR = 0x20,
	APIC_ESR = 0x28,
	APIC_ICR = 0x30,
	APIC_ICR2 = 0x31, /* xAPIC only */
	APIC_LVT_TIMER = 0x32,
	APIC_LVT_THERMAL = 0x33,
	APIC_LVT_PERF = 0x34,
	APIC_LVT_LINT0 = 0x35,
	APIC_LVT_LINT1 = 0x36,
	APIC_LVT_ERROR = 0x37,
	APIC_TMICT = 0x38,
	APIC_TMCCT = 0x39,
	APIC_TDCR = 0x3e,
	APIC_SELF_IPI = 0x3f, /* x2APIC only */
};
#define NR_LVT (APIC_LVT_ERROR - APIC_LVT_TIMER + 1)

#define SVR_ENABLE	     (1u << 8)
#define SVR_BITS	     0x3ffu /* focus checking may be switched, without effect */
#define SVR_RESET	     0xffu
#define TDCR_BITS	     0xbu
#define LVT_MASKED	     (1u << 16)
#define LVT_PERIODIC	     (1u << 17)
#define LVT_DEADLINE	     (1u << 18)
#define ESR_SEND_ILLEGAL     (1u << 5)
#define ESR_RECEIVE_ILLEGAL  (1u << 6)
#define ESR_ILLEGAL_REGISTER (1u << 7)
#define BASE_BSP	     (1ULL << 8)
#define BASE_X2APIC	     (1ULL << 10)
#define BASE_ENABLE	     (1ULL << 11)
#define DFR_FLAT	     0xffffffffu

struct vlapic {
	uint64_t base; /* MSR 0x1b */
	uint32_t tpr, ldr, dfr, svr, esr, esr_pending, tdcr;
	uint64_t icr;
	uint32_t lvt[NR_LVT];
	/* aligned: vlapic_highest() */
	uint32_t isr[8] __attribute__((aligned(8))); /* written by the owning vCPU only */
	uint32_t irr[8] __attribute__((aligned(8))); /* atomic: set by anyone */
	/* INIT and start-up, from other vCPUs; atomic. 0x100 | vector when a
	 * start-up IPI waits to be taken. */
	uint32_t sipi;
	spinlock_t timer_lock; /* leaf lock but for the timer heap's */
	struct timer timer;
	uint32_t tmict;
	stime_t timer_start;
	uint64_t timer_period;	 /* ns for one count-down of tmict; 0: not counting */
	uint64_t deadline;	 /* guest TSC; 0: none */
	uint64_t deadline_saved; /* between the two records of a restore */
};

static inline bool in_x2apic(const struct vlapic *a)
{
	return (a->base & (BASE_ENABLE | BASE_X2APIC)) == (BASE_ENABLE | BASE_X2APIC);
}

static inline bool software_enabled(const struct vlapic *a)
{
	return (a->base & BASE_ENABLE) && (a->svr & SVR_ENABLE);
}

/* Highest set bit of a 256-bit register, or -1. */
int vlapic_highest(const uint32_t reg[8]);
/* Processor priority: what an interrupt must be above. */
uint8_t vlapic_ppr(const struct vlapic *a);
void vlapic_end_of_interrupt(struct vlapic *a);
/* Logical id in x2APIC mode. */
uint32_t vlapic_x2apic_ldr(const struct vcpu *v);
/* Bits of an LVT entry that the guest may set. */
uint32_t vlapic_lvt_bits(const struct vcpu *v, enum apic_reg reg);
/* A register without any effect of reading; 0 for what does not exist. */
uint32_t vlapic_peek(struct vcpu *v, unsigned int reg);
/* Could MSR 0x1b be @val? */
bool vlapic_valid_base(const struct vcpu *v, uint64_t val);
/* Latch an error and raise the error interrupt. */
void vlapic_error(struct vcpu *v, uint32_t bit);
/* Send what the command @icr says; the destination is in its upper half. */
void vlapic_send_ipi(struct vcpu *v, uint64_t icr);

int vlapic_timer_init(struct vcpu *v);
void vlapic_timer_kill(struct vlapic *a);
/* After a write of the initial count; 0 stops. */
void vlapic_timer_start(struct vcpu *v, uint32_t initial);
void vlapic_timer_stop(struct vlapic *a);
/* Take over the timer's LVT entry and the divider, perhaps while it counts. */
void vlapic_timer_configure(struct vcpu *v, uint32_t lvt, uint32_t tdcr);
/* Go on after a restore: @initial and @current as saved. */
void vlapic_timer_restore(struct vcpu *v, uint32_t initial, uint32_t current);
uint32_t vlapic_timer_current(struct vlapic *a);
unsigned int vlapic_timer_divisor(const struct vlapic *a);
/* MSR 0x6e0, which answers 0 and takes nothing outside TSC-deadline mode. */
uint64_t vlapic_deadline(struct vlapic *a);
void vlapic_set_deadline(struct vcpu *v, uint64_t tsc);

#endif
