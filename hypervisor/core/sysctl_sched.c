/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sysctls about scheduling. */
#include "sysctl.h"

#include <hv/sched.h>

int sysctl_sched_id(struct xen_sysctl *op, bool *copyback)
{
	op->u.sched_id.sched_id = sched_default->id;
	*copyback = true;
	return 0;
}

int sysctl_scheduler_op(struct xen_sysctl *op, bool *copyback)
{
	int rc = cpupool_adjust(&op->u.scheduler_op);

	*copyback = !rc;
	return rc;
}

int sysctl_cpupool_op(struct xen_sysctl *op, bool *copyback)
{
	int rc = cpupool_op(&op->u.cpupool_op);

	*copyback = !rc;
	return rc;
}
