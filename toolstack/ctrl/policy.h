/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPU policies: what CPUID and MSRs show, of the machine and of each domain. */
#ifndef CTRL_POLICY_H
#define CTRL_POLICY_H

#include "ctrl/ctrl.h"

#include <hv/cpu_features.h>

/* Arrays that the hypervisor reads and writes in place. */
struct ctrl_policy {
	xen_cpuid_leaf_t *leaves;
	xen_msr_entry_t *msrs;
	uint32_t nr_leaves, nr_msrs;
};

/* What a policy was refused for; all bits set: not for that. */
struct ctrl_policy_refusal {
	uint32_t leaf, subleaf, msr;
};

/* Of a domain, or one of XEN_SYSCTL_cpu_policy_*.  0, or -errno and @p is empty. */
int ctrl_policy_of_domain(struct ctrl *ctrl, uint32_t domid, struct ctrl_policy *p);
int ctrl_policy_of_system(struct ctrl *ctrl, uint32_t index, struct ctrl_policy *p);
void ctrl_policy_free(struct ctrl *ctrl, struct ctrl_policy *p);
/* Before a domain has run.  0, or -errno and *why: -EINVAL, it is not within the maximum. */
int ctrl_policy_set(struct ctrl *ctrl, uint32_t domid, const struct ctrl_policy *p,
		    struct ctrl_policy_refusal *why);

/* @words of one of XEN_SYSCTL_cpu_featureset_*; words that this hypervisor does not
 * know are 0.  0, or -errno. */
int ctrl_policy_featureset(struct ctrl *ctrl, uint32_t index, uint32_t words[NR_FEATURE_WORDS]);
/* The same of one domain, and its MSR 0xce.  -ESRCH; -EINVAL for a domain without
 * guest code. */
int ctrl_policy_domain(struct ctrl *ctrl, uint32_t domid, uint32_t words[NR_FEATURE_WORDS],
		       uint64_t *platform_info);

#endif
