/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sysctls about the CPU policies of the system. */
#include "sysctl.h"

#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/policy.h>

#define MAX_FEATURE_WORDS 64

struct buffers {
	xen_cpuid_leaf_t leaves[CPU_POLICY_MAX_LEAVES];
	xen_msr_entry_t msrs[CPU_POLICY_MAX_MSRS];
};

static int get_into(struct xen_sysctl_cpu_policy *p, struct buffers *b)
{
	uint32_t nl = CPU_POLICY_MAX_LEAVES, nm = CPU_POLICY_MAX_MSRS;
	int rc = cpu_policy_system(p->index, b->leaves, &nl, b->msrs, &nm);

	if (rc)
		return rc;
	if (!handle_is_null(p->leaves)) {
		if (p->nr_leaves < nl)
			return -XEN_ENOBUFS;
		if (copy_to_handle(p->leaves, b->leaves, nl))
			return -XEN_EFAULT;
		p->nr_leaves = nl;
	} else {
		p->nr_leaves = CPU_POLICY_MAX_LEAVES;
	}
	if (!handle_is_null(p->msrs)) {
		if (p->nr_msrs < nm)
			return -XEN_ENOBUFS;
		if (copy_to_handle(p->msrs, b->msrs, nm))
			return -XEN_EFAULT;
		p->nr_msrs = nm;
	} else {
		p->nr_msrs = CPU_POLICY_MAX_MSRS;
	}
	return 0;
}

int sysctl_get_cpu_policy(struct xen_sysctl *op, bool *copyback)
{
	struct buffers *b;
	int rc;

	if (op->u.cpu_policy._rsvd)
		return -XEN_EINVAL;
	b = heap_alloc(sizeof(*b));
	if (!b)
		return -XEN_ENOMEM;
	rc = get_into(&op->u.cpu_policy, b);
	*copyback = !rc;
	heap_free(b);
	return rc;
}

int sysctl_get_cpu_featureset(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_cpu_featureset *f = &op->u.cpu_featureset;
	uint32_t words[MAX_FEATURE_WORDS], have = MAX_FEATURE_WORDS, nr;
	int rc = cpu_featureset(f->index, words, &have);

	if (rc)
		return rc;
	nr = have;
	if (!handle_is_null(f->features)) {
		nr = MIN(f->nr_features, have);
		if (copy_to_handle(f->features, words, nr))
			return -XEN_EFAULT;
		if (nr < have)
			rc = -XEN_ENOBUFS;
	}
	f->nr_features = nr;
	*copyback = true;
	return rc;
}

/* CPUID of PV guests is what can be levelled; there are none. */
int sysctl_get_cpu_levelling_caps(struct xen_sysctl *op, bool *copyback)
{
	op->u.cpu_levelling_caps.caps = 0;
	*copyback = true;
	return 0;
}
