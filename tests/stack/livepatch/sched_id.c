/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Makes the scheduler call itself "credit": easy to see from outside. */
#include "patch.h"
#include <xen/sysctl.h>

int other_sched_id(struct xen_sysctl *op, bool *copyback);
int other_sched_id(struct xen_sysctl *op, bool *copyback)
{
	op->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT;
	*copyback = true;
	return 0;
}

REPLACE(sysctl_sched_id, other_sched_id);
METADATA("advisory=XSA-0\0cve=CVE-0000-0001\0builder=test");
