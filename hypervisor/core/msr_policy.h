/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* MSRs that the hypervisor keeps for a vCPU (private to core/). */
#ifndef CORE_MSR_POLICY_H
#define CORE_MSR_POLICY_H

#include <hv/types.h>

#define MTRR_PAIRS	  8
#define MTRR_FIXED_RANGES 11

struct mtrr {
	uint64_t var[2 * MTRR_PAIRS]; /* base, mask, base, ... */
	uint64_t fixed[MTRR_FIXED_RANGES];
	uint64_t def_type;
};

struct vcpu_msrs {
	uint64_t tsc_adjust, misc_features, mcg_status;
	struct mtrr mtrr;
};

/* mtrr.c: numbers that hv/guest_msrs.h names.  0, or -1: #GP(0). */
#define MTRR_CAP_VALUE (MTRR_PAIRS | 1u << 8 | 1u << 10) /* fixed ranges, write combining */
void mtrr_reset(struct mtrr *m);
int mtrr_read(const struct mtrr *m, uint32_t msr, uint64_t *val);
/* @reserved: address bits that must be zero. */
int mtrr_write(struct mtrr *m, uint32_t msr, uint64_t val, uint64_t reserved);
/* All of them at once, if all are valid. */
int mtrr_load(struct mtrr *m, const uint64_t *var, const uint64_t *fixed, uint64_t def_type,
	      uint64_t reserved);

#endif
