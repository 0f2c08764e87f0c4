/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What xl.cfg's cpuid= calls the bits of CPUID. */
#ifndef NACRE_LIBXL_CPUID_NAMES_H
#define NACRE_LIBXL_CPUID_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "cpuid_policy.h"

#define CPUID_NAMES_MSR 4 /* a register beside eax, ebx, ecx, edx */

/* The table ends with @words NULL. */
struct cpuid_names {
	uint32_t leaf; /* or the MSR's number */
	uint32_t subleaf;
	unsigned int reg;
	const char *words; /* between blanks */
};
extern const struct cpuid_names cpuid_names[];

#endif
