/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sysctls about scheduling; NACRE_SYSCTL_sched_stats is in hv/nacre_sysctl.h. */
#include "sysctl.h"

#include <hv/arch.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
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

/* Domains that one call looks at: a bound for its time. */
#define STATS_BATCH 32

int sysctl_sched_stats(struct xen_sysctl *op, bool *copyback)
{
	struct nacre_sysctl_sched_stats *s = NACRE_SYSCTL_ARG(op, sched_stats);
	uint32_t room = MIN(s->nr, STATS_BATCH), known = s->record_size;

	*copyback = true;
	s->record_size = sizeof(struct nacre_sched_record);
	if (known != sizeof(struct nacre_sched_record) || s->unused || !room)
		return -XEN_EINVAL;
	s->now_ns = (uint64_t)arch_now().ns;
	for (s->nr = 0; s->nr < room && s->first_domain < MAX_DOMAINS; s->nr++) {
		struct domain *d = domain_next((domid_t)s->first_domain);
		struct nacre_sched_record r;

		if (!d)
			break;
		s->first_domain = d->id + 1u;
		sched_domain_stats(d, &r);
		domain_put(d);
		if (handle_copy_out((uintptr_t)s->buffer.p, s->nr, &r, 1, sizeof(r)))
			return -XEN_EFAULT;
	}
	return 0;
}
