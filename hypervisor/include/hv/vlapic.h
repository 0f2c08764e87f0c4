/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Virtual local APIC: a state machine; x2APIC by MSR, xAPIC by MMIO. */
#ifndef HV_VLAPIC_H
#define HV_VLAPIC_H

#include <hv/types.h>

struct hvm_hw_lapic;
struct hvm_hw_lapic_regs;

int vlapic_create(struct vcpu *v);
void vlapic_destroy(struct vcpu *v);
void vlapic_reset(struct vcpu *v);
/* MSR 0x1b, 0x6e0 and 0x800..0x8ff.  0, or -1: #GP(0). */
int vlapic_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val);
int vlapic_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val);
/* xAPIC registers; @offset in the page, 4-byte accesses. Returns false when the
 * APIC is not in xAPIC mode (the page is then a hole). */
bool vlapic_mmio_read(struct vcpu *v, uint32_t offset, uint32_t *val);
bool vlapic_mmio_write(struct vcpu *v, uint32_t offset, uint32_t val);
gpa_t vlapic_base(const struct vcpu *v);
/* Deliver vector @vec (IRR), wake the vCPU. Any context. */
void vlapic_set_irq(struct vcpu *v, uint8_t vec);
/* Highest deliverable vector above PPR, or -1. Software-disabled: -1. */
int vlapic_pending(const struct vcpu *v);
/* The CPU takes @vec: IRR to ISR. */
void vlapic_ack(struct vcpu *v, uint8_t vec);
uint8_t vlapic_tpr(const struct vcpu *v);
void vlapic_set_tpr(struct vcpu *v, uint8_t tpr);
uint32_t vlapic_id(const struct vcpu *v); /* 2 * vcpu id, as Xen */
/* Interrupt to inject now: event callback vector first (level, while
 * evtchn_upcall_pending), then the APIC. -1 = none. @ack: take it. */
int vcpu_pending_vector(struct vcpu *v, bool *needs_ack);
/* LAPIC and LAPIC_REGS of the HVM save format; @v is paused.  Saving fills a zeroed
 * record; loading, LAPIC first, takes all there is: requested and served vectors,
 * errors, a running timer.  -XEN_EINVAL for what no APIC could hold. */
void vlapic_save(struct vcpu *v, struct hvm_hw_lapic *l);
void vlapic_save_regs(struct vcpu *v, struct hvm_hw_lapic_regs *l);
int vlapic_load(struct vcpu *v, const struct hvm_hw_lapic *l);
int vlapic_load_regs(struct vcpu *v, const struct hvm_hw_lapic_regs *l);

#endif
