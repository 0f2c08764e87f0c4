/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/unit.h>

/* vCPU state first needs memory (p2m, hvm), then devices, and can be scheduled last. */
const struct unit *const units[] = {
	&p2m_unit, &evtchn_unit, &gnttab_unit, &cpu_policy_unit,
	&hvm_unit, &vlapic_unit, &time_unit,   &sched_unit,
};
const unsigned int nr_units = sizeof(units) / sizeof(units[0]);
