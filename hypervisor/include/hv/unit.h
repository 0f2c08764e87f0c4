/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Subsystems register as units: the core walks them forwards to start the
 * machine and to build a domain, backwards to take a domain apart, also from
 * the middle of a failed build.
 */
#ifndef HV_UNIT_H
#define HV_UNIT_H

#include <hv/types.h>

struct unit {
	const char *name;
	int (*init)(void);			/* once, boot CPU, before others are up */
	int (*domain_create)(struct domain *d); /* negative Xen errno on failure */
	/* May be called for a domain whose domain_create of this unit failed or never
	 * ran; must be idempotent.  -XEN_ERESTART: call again. First stage: the
	 * domain still has references; give up everything it holds of others. */
	int (*domain_relinquish)(struct domain *d);
	/* Last stage: no reference is left; free the memory. */
	void (*domain_destroy)(struct domain *d);
	int (*vcpu_create)(struct vcpu *v);
	void (*vcpu_destroy)(struct vcpu *v); /* idempotent */
};

/* The table in core/unit.c, in order of initialisation. */
extern const struct unit *const units[];
extern const unsigned int nr_units;

extern const struct unit p2m_unit, evtchn_unit, gnttab_unit, cpu_policy_unit, vlapic_unit,
	sched_unit, hvm_unit, time_unit;

#endif
