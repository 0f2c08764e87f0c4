/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Virtual local APIC: a state machine; x2APIC by MSR, xAPIC by MMIO. */
#ifndef HV_VLAPIC_H
#define HV_VLAPIC_H

#include <hv/types.h>

int vlapic_create(struct vcpu *v);
void vlapic_destroy(struct vcpu *v);
void vlapic_reset(struct vcpu *v);
/* MSR 0x1b and 0x800..0x8ff.  0, or -1: #GP(0). */
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

#endif
