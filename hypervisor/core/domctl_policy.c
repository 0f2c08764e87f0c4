/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Domctls about what a guest's CPU looks like: CPUID and MSR policy, TSC. */
#include "domctl.h"

#include <hv/arch.h>
#include <hv/guest_access.h>
#include <hv/heap.h>

#define TSC_MODE_DEFAULT       0
#define TSC_MODE_NEVER_EMULATE 2

static int put(uint64_t to, uint32_t *nr, const void *from, uint32_t have, uint32_t max,
	       size_t size)
{
	/* Without a buffer the question is how large one must be. */
	if (!to) {
		*nr = max;
		return 0;
	}
	if (*nr < have)
		return -XEN_ENOBUFS;
	*nr = have;
	return handle_copy_out(to, 0, from, have, size);
}

int policy_put(const struct policy_buffers *b, uint64_t leaves, uint32_t *nr_leaves, uint64_t msrs,
	       uint32_t *nr_msrs)
{
	int rc = put(leaves, nr_leaves, b->leaves, b->nr_leaves, CPU_POLICY_MAX_LEAVES,
		     sizeof(b->leaves[0]));

	return rc ? rc
		  : put(msrs, nr_msrs, b->msrs, b->nr_msrs, CPU_POLICY_MAX_MSRS,
			sizeof(b->msrs[0]));
}

static int set_from(struct domain *d, struct xen_domctl_cpu_policy *p, struct policy_buffers *b)
{
	if (copy_from_handle(b->leaves, p->leaves, p->nr_leaves) ||
	    copy_from_handle(b->msrs, p->msrs, p->nr_msrs))
		return -XEN_EFAULT;
	return cpu_policy_domain_set(d, b->leaves, p->nr_leaves, b->msrs, p->nr_msrs, &p->err_leaf,
				     &p->err_subleaf, &p->err_msr);
}

int domctl_set_cpu_policy(struct domain *self, struct domain *d, struct xen_domctl *op,
			  bool *copyback)
{
	struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
	struct policy_buffers *b;
	int rc;

	if (d == self || d->external)
		return -XEN_EINVAL;
	/* Running software has looked already. */
	if (d->creation_finished)
		return -XEN_EEXIST;
	if (p->nr_leaves > CPU_POLICY_MAX_LEAVES || p->nr_msrs > CPU_POLICY_MAX_MSRS)
		return -XEN_E2BIG;
	b = heap_alloc(sizeof(*b));
	if (!b)
		return -XEN_ENOMEM;
	p->err_leaf = p->err_subleaf = p->err_msr = -1;
	rc = set_from(d, p, b);
	*copyback = rc != 0;
	heap_free(b);
	return rc;
}

int domctl_get_cpu_policy(struct domain *self, struct domain *d, struct xen_domctl *op,
			  bool *copyback)
{
	struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
	struct policy_buffers *b;
	int rc;

	if (d->external)
		return -XEN_EINVAL;
	b = heap_alloc(sizeof(*b));
	if (!b)
		return -XEN_ENOMEM;
	b->nr_leaves = CPU_POLICY_MAX_LEAVES;
	b->nr_msrs = CPU_POLICY_MAX_MSRS;
	rc = cpu_policy_domain_get(d, b->leaves, &b->nr_leaves, b->msrs, &b->nr_msrs);
	if (!rc)
		rc = policy_put(b, (uintptr_t)p->leaves.p, &p->nr_leaves, (uintptr_t)p->msrs.p,
				&p->nr_msrs);
	*copyback = !rc;
	heap_free(b);
	return rc;
}

/* Guests read the machine's TSC: nothing to set but what says so. */
int domctl_settscinfo(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	uint32_t mode = op->u.tsc_info.tsc_mode;

	if (d == self)
		return -XEN_EINVAL;
	return mode == TSC_MODE_DEFAULT || mode == TSC_MODE_NEVER_EMULATE ? 0 : -XEN_EOPNOTSUPP;
}

int domctl_gettscinfo(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback)
{
	if (d == self)
		return -XEN_EINVAL;
	op->u.tsc_info = (struct xen_domctl_tsc_info){.tsc_mode = TSC_MODE_NEVER_EMULATE,
						      .gtsc_khz = (uint32_t)arch_tsc_khz()};
	*copyback = true;
	return 0;
}
