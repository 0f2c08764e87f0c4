/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Exits, vendor-neutral: the vendor code decodes the exit reason and calls one
 * of these; they use hvm.h to act.  A guest can stop only itself: anything
 * unexpected ends in domain_crash.  Every exit bumps a named counter.
 */
#ifndef HV_EXIT_H
#define HV_EXIT_H

#include <hv/types.h>

void exit_cpuid(struct vcpu *v, unsigned int insn_len);
void exit_rdmsr(struct vcpu *v, unsigned int insn_len);
void exit_wrmsr(struct vcpu *v, unsigned int insn_len);
void exit_ltr(struct vcpu *v);
/* What LMSW at RIP would make of CR0, and the instruction's length; 0: other code
 * by now, or a fault was raised. */
unsigned int emulate_lmsw(struct vcpu *v, uint64_t *cr0);
void exit_hlt(struct vcpu *v, unsigned int insn_len);
/* One IN/OUT; strings are for emulate_string_io(). */
void exit_io(struct vcpu *v, uint16_t port, unsigned int bytes, bool in, unsigned int insn_len);
/* What IN gives and OUT does, for 1, 2 or 4 bytes. */
uint32_t port_read(uint16_t port);
void port_write(struct vcpu *v, uint16_t port, unsigned int bytes, uint32_t val);

/* Nested page fault at @gpa. @access PFEC_* bits of the fault. */
void exit_nested_fault(struct vcpu *v, gpa_t gpa, uint32_t access);

/* Guest page-table walk (guest_walk.c): *@gpa for @gva, with @access PFEC_*
 * rights wanted; 0, or the error code of the #PF (PFEC_*, bit 31 set so that it
 * is never 0). Sets no A/D bits: translation for the hypervisor only. */
#define WALK_FAULT (1u << 31)
uint32_t guest_walk(struct vcpu *v, gva_t gva, uint32_t access, gpa_t *gpa);
/* Fetch up to @len instruction bytes at linear address; returns bytes read. */
unsigned int guest_fetch(struct vcpu *v, uint64_t linear, uint8_t *buf, unsigned int len);

/* Emulate the one MMIO instruction at RIP that touched @gpa (local APIC page);
 * anything outside the bounded list crashes the domain. */
void emulate_mmio(struct vcpu *v, gpa_t gpa);
/* INS/OUTS at RIP, a bounded number of elements: RIP stays while there are more. */
void emulate_string_io(struct vcpu *v, uint16_t port, unsigned int bytes, bool in);

#endif
