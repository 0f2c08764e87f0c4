/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Domctls about what a guest's CPU looks like: CPUID and MSR policy, TSC. */
#include "domctl.h"

#include <hv/arch.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/policy.h>

#define TSC_MODE_DEFAULT       0
#define TSC_MODE_NEVER_EMULATE 2

struct buffers {
	xen_cpuid_leaf_t leaves[CPU_POLICY_MAX_LEAVES];
	xen_msr_entry_t msrs[CPU_POLICY_MAX_MSRS];
};

static int set_from(struct domain *d, struct xen_domctl_cpu_policy *p, struct buffers *b)
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
	struct buffers *b;
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

static int get_into(struct domain *d, struct xen_domctl_cpu_policy *p, struct buffers *b)
{
	uint32_t nl = CPU_POLICY_MAX_LEAVES, nm = CPU_POLICY_MAX_MSRS;
	int rc = cpu_policy_domain_get(d, b->leaves, &nl, b->msrs, &nm);

	if (rc)
		return rc;
	if (!handle_is_null(p->leaves)) {
		if (p->nr_leaves < nl)
			return -XEN_ENOBUFS;
		if (copy_to_handle(p->leaves, b->leaves, nl))
			return -XEN_EFAULT;
	}
	if (!handle_is_null(p->msrs)) {
		if (p->nr_msrs < nm)
			return -XEN_ENOBUFS;
		if (copy_to_handle(p->msrs, b->msrs, nm))
			return -XEN_EFAULT;
	}
	p->nr_leaves = nl;
	p->nr_msrs = nm;
	return 0;
}

int domctl_get_cpu_policy(struct domain *self, struct domain *d, struct xen_domctl *op,
			  bool *copyback)
{
	struct buffers *b;
	int rc;

	if (d->external)
		return -XEN_EINVAL;
	b = heap_alloc(sizeof(*b));
	if (!b)
		return -XEN_ENOMEM;
	rc = get_into(d, &op->u.cpu_policy, b);
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
