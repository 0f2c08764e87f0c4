/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Hypercalls on the fake machine.  A caller's memory is addressed by the same
 * numbers whoever it is: guest-physical addresses of a guest (paging off), and
 * offsets in the arena of the hosted domain 0.  BUF is free for tests; page 0
 * is not, so that a NULL pointer is never valid by chance.
 */
#ifndef TESTS_HVCALL_H
#define TESTS_HVCALL_H

#include <hv/hypercall.h>
#include "host.h"

#define BUF  0x4000ULL /* a page of arguments */
#define BUF2 0x5000ULL /* a page of arrays */
#define BUF3 0x6000ULL
#define BAD  0x7ffffff00000ULL /* nothing is there */

/* host_boot() plus a link area with domain 0 in it. */
void hv_boot(unsigned int cpus, size_t mib);
/* A guest of host_domain() with @pages >= 8, running as far as control goes. */
struct domain *hv_guest(unsigned int vcpus, uint64_t pages);

void hv_put(struct vcpu *v, uint64_t addr, const void *data, size_t len);
void hv_get(struct vcpu *v, uint64_t addr, void *data, size_t len);
/* One call to its end, through every continuation. */
long hv_call(struct vcpu *v, hypercall_fn *fn, uint64_t a0, uint64_t a1, uint64_t a2);
/* The same from 32-bit code. */
long hv_call32(struct vcpu *v, hypercall_fn *fn, uint64_t a0, uint64_t a1, uint64_t a2);
/* As fn(@op, BUF): copies @arg in, calls, copies it back. */
long hv_op(struct vcpu *v, hypercall_fn *fn, uint64_t op, void *arg, size_t len);
#define HV_OP(v, fn, op, arg) hv_op(v, fn, op, arg, sizeof(*(arg)))
/* fn(BUF) for domctl and sysctl, with the version filled in. */
struct xen_domctl;
struct xen_sysctl;
long hv_domctl(struct vcpu *v, struct xen_domctl *op);
long hv_sysctl(struct vcpu *v, struct xen_sysctl *op);

/* Continuations that the last call took, and whether every preemption check
 * answers "now" from here on. */
extern unsigned int hv_restarts;
void hv_preempt(bool always);

/* For allocation-failure sweeps: what is in use. */
struct hv_usage {
	uint64_t frames;
	size_t heap;
};
struct hv_usage hv_usage(void);
bool hv_usage_same(struct hv_usage a, struct hv_usage b);

#endif
