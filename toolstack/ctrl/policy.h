/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPU policies: what CPUID and MSRs show, of the machine and of each domain. */
#ifndef CTRL_POLICY_H
#define CTRL_POLICY_H

#include "ctrl/ctrl.h"

#include <hv/cpu_features.h>

/* @words of one of XEN_SYSCTL_cpu_featureset_*; words that this hypervisor does not
 * know are 0.  0, or -errno. */
int ctrl_policy_featureset(struct ctrl *ctrl, uint32_t index, uint32_t words[NR_FEATURE_WORDS]);
/* The same of one domain, and its MSR 0xce.  -ESRCH; -EINVAL for a domain without
 * guest code. */
int ctrl_policy_domain(struct ctrl *ctrl, uint32_t domid, uint32_t words[NR_FEATURE_WORDS],
		       uint64_t *platform_info);

#endif
