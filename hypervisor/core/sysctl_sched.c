/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sysctls about scheduling: one policy, one pool of CPUs (id 0). */
#include "domctl.h"
#include "sysctl.h"

#include <hv/pcpu.h>
#include <hv/sched.h>

int sysctl_sched_id(struct xen_sysctl *op, bool *copyback)
{
	op->u.sched_id.sched_id = sched_policy->id;
	*copyback = true;
	return 0;
}

int sysctl_scheduler_op(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_scheduler_op *s = &op->u.scheduler_op;
	int rc;

	if (s->cmd != XEN_SYSCTL_SCHEDOP_putinfo && s->cmd != XEN_SYSCTL_SCHEDOP_getinfo)
		return -XEN_EINVAL;
	if (s->cpupool_id)
		return -XEN_ESRCH;
	if (s->sched_id != sched_policy->id)
		return -XEN_EINVAL;
	rc = sched_policy->adjust_global(s);
	*copyback = !rc;
	return rc;
}

static uint32_t count_domains(void)
{
	uint32_t n = 0, next = 0;
	struct domain *d;

	while (next < MAX_DOMAINS && (d = domain_next((domid_t)next))) {
		next = d->id + 1u;
		domain_put(d);
		n++;
	}
	return n;
}

/* The pool with the lowest id from the given one on. */
static int pool_info(struct xen_sysctl_cpupool_op *p)
{
	if (p->cpupool_id)
		return -XEN_ENOENT;
	p->sched_id = sched_policy->id;
	p->n_dom = count_domains();
	return bitmap_put(&p->cpumap, cpus_online_mask());
}

static int move_domain(const struct xen_sysctl_cpupool_op *p)
{
	struct domain *d;

	/* A domain's own pool is no reason to fail, and there is no other. */
	if (p->cpupool_id)
		return -XEN_ENOENT;
	d = domain_get((domid_t)p->domid);
	if (!d)
		return -XEN_ESRCH;
	domain_put(d);
	return 0;
}

int sysctl_cpupool_op(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_cpupool_op *p = &op->u.cpupool_op;
	int rc;

	switch (p->op) {
	case XEN_SYSCTL_CPUPOOL_OP_INFO:
		rc = pool_info(p);
		*copyback = !rc;
		return rc;
	case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
		*copyback = true;
		return bitmap_put(&p->cpumap, 0);
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
		return move_domain(p);
	case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
	case XEN_SYSCTL_CPUPOOL_OP_RMCPU:
	case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
		/* Pool-0 keeps its CPUs and stays. */
		return p->cpupool_id ? -XEN_ENOENT : -XEN_EBUSY;
	case XEN_SYSCTL_CPUPOOL_OP_CREATE:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_ENOSYS;
	}
}
