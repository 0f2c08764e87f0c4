/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A patch that does harm, for rehearsals: every MSR can be read, and is zero. */
#include "patch.h"
#include <hv/policy.h>

static int read_anything(struct vcpu *v, uint32_t msr, uint64_t *val)
{
	(void)v;
	(void)msr;
	*val = 0;
	return 0;
}

REPLACE(msr_guest_read, read_anything);
METADATA("advisory=XSA-108\0builder=test");
