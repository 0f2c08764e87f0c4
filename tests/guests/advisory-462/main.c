/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-462 (CVE-2024-45817): an error of the local APIC whose own entry has an
 * illegal vector is another error: with the lock held for the first one, for ever.
 */
#include "lib.h"

const char test_name[] = "advisory-462";

#define APIC	 0xfee00000ul
#define SVR	 0xf0
#define ESR	 0x280
#define ICR	 0x300
#define ERROR	 0x370
#define SELF	 0x40000u
#define SEND_ILL 0x20u
#define RECV_ILL 0x40u

static volatile uint32_t *reg(uint32_t offset)
{
	return (volatile uint32_t *)(APIC + offset);
}

void test_main(void)
{
	uint32_t esr;

	*reg(SVR) = 0x1ff;
	for (uint32_t vector = 0; vector < 16; vector++) {
		*reg(ERROR) = vector;
		*reg(ESR) = 0;
		*reg(ICR) = SELF | ((vector + 3) & 15);
		*reg(ICR) = SELF | vector;
		*reg(ESR) = 0;
		esr = *reg(ESR);
		check(esr & (SEND_ILL | RECV_ILL), "vector %u: no error, ESR 0x%x", vector, esr);
	}
	*reg(ERROR) = 0x10000;
	pass();
}
