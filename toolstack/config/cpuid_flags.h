/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#ifndef NACRE_CONFIG_CPUID_FLAGS_H
#define NACRE_CONFIG_CPUID_FLAGS_H

#include <stddef.h>
#include <stdint.h>

enum cpuid_place { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX, CPUID_MSR };

struct cpuid_flag {
	char name[20];	 /* in place: a pointer would have to be relocated at each start of xl */
	uint32_t leaf;	 /* of CPUID, or the number of the MSR */
	int32_t subleaf; /* -1: the leaf has none */
	enum cpuid_place place;
	unsigned int bit, width; /* lowest bit, and how many */
};

/* @name needs no end behind its @len bytes.  NULL: no such feature. */
const struct cpuid_flag *cpuid_flag_find(const char *name, size_t len);

#endif
