/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Sysctls about the CPU policies of the system. */
#include "domctl.h"
#include "sysctl.h"

#include <hv/guest_access.h>
#include <hv/heap.h>

#define MAX_FEATURE_WORDS 64

int sysctl_get_cpu_policy(struct xen_sysctl *op, bool *copyback)
{
	struct xen_sysctl_cpu_policy *p = &op->u.cpu_policy;
	struct policy_buffers *b;
	int rc;

	if (p->_rsvd)
		return -XEN_EINVAL;
	b = heap_alloc(sizeof(*b));
	if (!b)
		return -XEN_ENOMEM;
	b->nr_leaves = CPU_POLICY_MAX_LEAVES;
	b->nr_msrs = CPU_POLICY_MAX_MSRS;
	rc = cpu_policy_system(p->index, b->leaves, &b->nr_leaves, b->msrs, &b->nr_msrs);
	if (!rc)
		rc = policy_put(b, (uintptr_t)p->leaves.p, &p->nr_leaves, (uintptr_t)p->msrs.p,
				&p->nr_msrs);
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
