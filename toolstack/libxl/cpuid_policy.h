/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * CPUID leaves and model-specific registers forced for a guest, as the configuration
 * has them: a character for each bit, the highest first, of 0, 1, x (as libxl would
 * choose), k (keep) and s (same after migration).  Each pointer of a
 * libxl_cpuid_policy_list is one of these, or NULL: nothing is forced.
 */
#ifndef NACRE_LIBXL_CPUID_POLICY_H
#define NACRE_LIBXL_CPUID_POLICY_H

#include <libxl.h>
#include <stddef.h>

#define CPUID_UNUSED UINT32_MAX /* a subleaf that nobody named */

struct cpuid_leaf {
	uint32_t leaf, subleaf;
	char *reg[4]; /* eax, ebx, ecx, edx: 32 characters, or NULL */
};

struct cpuid_msr {
	uint32_t index;
	char *bits; /* 64 characters */
};

struct libxl__cpu_policy {
	struct cpuid_leaf *leaf;
	size_t nr_leaves;
	struct cpuid_msr *msr;
	size_t nr_msrs;
};

#endif
