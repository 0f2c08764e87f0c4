/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * x87, SSE and AVX state of guests.  The hypervisor is built without vector
 * code, so the registers always hold the state of the vCPU that was loaded
 * last on this CPU; each hvm_load replaces all of it.
 */
#ifndef ARCH_X86_XSTATE_H
#define ARCH_X86_XSTATE_H

#include <hv/types.h>

struct xstate {
	uint8_t *area;	    /* XSAVE or FXSAVE area, page aligned */
	unsigned int order; /* of its allocation */
	uint64_t xcr0;	    /* the guest's */
};

/* Find the features (first CPU) and enable them on this CPU. */
void xstate_cpu_init(void);
int xstate_alloc(struct xstate *x);
void xstate_release(struct xstate *x);
/* Reset state: FCW 0x37f, MXCSR 0x1f80, everything else initial, XCR0 = 1. */
void xstate_reset(struct xstate *x);
void xstate_load(const struct xstate *x);
void xstate_save(struct xstate *x);
/* XCR0 of the guest whose state is loaded on this CPU. */
uint64_t xstate_live_xcr0(void);

#endif
