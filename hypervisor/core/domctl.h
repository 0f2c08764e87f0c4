/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Parts of XEN_DOMCTL and XEN_SYSCTL (private to core/). */
#ifndef CORE_DOMCTL_H
#define CORE_DOMCTL_H

#include <hv/domain.h>
#include <hv/hypercall.h>
#include <hv/policy.h>
#include <xen/domctl.h>

/* A sub-operation: the caller holds a reference on @d (NULL for createdomain)
 * and the domctl lock.  *@copyback: write the structure back, also on error. */
typedef int domctl_fn(struct domain *self, struct domain *d, struct xen_domctl *op, bool *copyback);

/* domctl_create.c */
domctl_fn domctl_createdomain, domctl_max_vcpus;
/* domctl_vcpu.c */
domctl_fn domctl_setvcpuaffinity, domctl_getvcpuaffinity, domctl_getvcpuinfo, domctl_getvcpucontext,
	domctl_setnodeaffinity, domctl_getnodeaffinity, domctl_sendtrigger;
/* domctl_policy.c */
domctl_fn domctl_set_cpu_policy, domctl_get_cpu_policy, domctl_settscinfo, domctl_gettscinfo;
/* domctl_memory.c */
domctl_fn domctl_max_mem, domctl_shadow_op, domctl_get_mempool, domctl_set_mempool,
	domctl_getpageframeinfo3;
/* hvm_context.c */
domctl_fn domctl_gethvmcontext, domctl_sethvmcontext, domctl_gethvmcontext_partial;

/* A policy on its way to the caller: -XEN_ENOBUFS, -XEN_EFAULT; a NULL array asks
 * for its size. */
struct policy_buffers {
	uint32_t nr_leaves, nr_msrs;
	xen_cpuid_leaf_t leaves[CPU_POLICY_MAX_LEAVES];
	xen_msr_entry_t msrs[CPU_POLICY_MAX_MSRS];
};
int policy_put(const struct policy_buffers *b, uint64_t leaves, uint32_t *nr_leaves, uint64_t msrs,
	       uint32_t *nr_msrs);

/* bitmap.c: a mask against the caller's bitmap.  Bits past the online CPUs (or
 * the mask) are written as zero and ignored when read.  -XEN_EFAULT. */
int bitmap_put(const struct xenctl_bitmap *b, uint64_t mask);
int bitmap_get(const struct xenctl_bitmap *b, uint64_t *mask);
/* CPUs that exist. */
uint64_t cpus_online_mask(void);

#endif
