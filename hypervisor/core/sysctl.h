/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Parts of HYPERVISOR_sysctl (private to core/). */
#ifndef CORE_SYSCTL_H
#define CORE_SYSCTL_H

#include <hv/hypercall.h>
#include <hv/nacre_sysctl.h>
#include <xen/sysctl.h>

/* *@copyback: write the structure back, also on error. */
typedef int sysctl_fn(struct xen_sysctl *op, bool *copyback);

/* sysctl_info.c */
sysctl_fn sysctl_physinfo, sysctl_numainfo, sysctl_cputopoinfo, sysctl_pcitopoinfo,
	sysctl_getcpuinfo, sysctl_availheap;
/* sysctl_policy.c */
sysctl_fn sysctl_get_cpu_policy, sysctl_get_cpu_featureset, sysctl_get_cpu_levelling_caps;
/* sysctl_sched.c */
sysctl_fn sysctl_sched_id, sysctl_scheduler_op, sysctl_cpupool_op, sysctl_sched_stats;
/* livepatch.c */
sysctl_fn sysctl_livepatch, sysctl_livepatch_info;
/* debug_keys.c */
sysctl_fn sysctl_debug_keys;

#endif
