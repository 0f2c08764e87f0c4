/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPUID and MSR policy: white lists, one table each, default-deny. */
#ifndef HV_POLICY_H
#define HV_POLICY_H

#include <hv/types.h>
#include <xen/domctl.h>

struct cpuid_leaf_out {
	uint32_t a, b, c, d;
};

/* What vCPU @v sees for CPUID(@leaf, @subleaf), dynamic bits applied. */
void cpuid_guest(struct vcpu *v, uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out);
/* 0, or -1: #GP(0). */
int msr_guest_read(struct vcpu *v, uint32_t msr, uint64_t *val);
int msr_guest_write(struct vcpu *v, uint32_t msr, uint64_t val);
/* MSRs that are kept for a vCPU: at its creation, 0 or -XEN_ENOMEM, and at its end. */
int msrs_create(struct vcpu *v);
void msrs_destroy(struct vcpu *v);

/* System-wide policies, XEN_SYSCTL_cpu_policy_*: raw, host, pv_max, hvm_max,
 * pv_def, hvm_def (xen/sysctl.h). Fills up to *@nr entries, sets *@nr to the
 * number there are. */
int cpu_policy_system(uint32_t index, xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
		      xen_msr_entry_t *msrs, uint32_t *nr_msrs);
int cpu_policy_domain_get(struct domain *d, xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
			  xen_msr_entry_t *msrs, uint32_t *nr_msrs);
/* XEN_DOMCTL_set_cpu_policy: accepts only what is within the maximum. */
int cpu_policy_domain_set(struct domain *d, const xen_cpuid_leaf_t *leaves, uint32_t nr_leaves,
			  const xen_msr_entry_t *msrs, uint32_t nr_msrs, uint32_t *err_leaf,
			  uint32_t *err_subleaf, uint32_t *err_msr);
/* XEN_SYSCTL_get_cpu_featureset; *@nr words. */
int cpu_featureset(uint32_t index, uint32_t *words, uint32_t *nr);
#define CPU_POLICY_MAX_LEAVES 120 /* as Xen says, and as many MSRs */
#define CPU_POLICY_MAX_MSRS   2

#endif
