/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPUID and MSR policies as the toolstack reads and restricts them. */
#include "cpuid_policy.h"
#include <hv/domain.h>
#include <hv/string.h>
#include <xen/sysctl.h>

#define MSR_PLATFORM_INFO 0xce
#define MSR_ARCH_CAPS	  0x10a

/* Both read as zero, and guests get #GP: they are in the tools' list only. */
static const xen_msr_entry_t policy_msrs[] = {{MSR_PLATFORM_INFO, 0, 0}, {MSR_ARCH_CAPS, 0, 0}};

static int serialise(const struct cpu_policy *p, xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
		     xen_msr_entry_t *msrs, uint32_t *nr_msrs)
{
	bool fits = true;

	if (leaves) {
		fits = *nr_leaves >= p->nr;
		memcpy(leaves, p->leaf, MIN(*nr_leaves, p->nr) * sizeof(*leaves));
	}
	if (msrs) {
		fits = fits && *nr_msrs >= ARRAY_SIZE(policy_msrs);
		memcpy(msrs, policy_msrs, MIN(*nr_msrs, ARRAY_SIZE(policy_msrs)) * sizeof(*msrs));
	}
	*nr_leaves = p->nr;
	*nr_msrs = ARRAY_SIZE(policy_msrs);
	return fits ? 0 : -XEN_ENOBUFS;
}

int cpu_policy_system(uint32_t index, xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
		      xen_msr_entry_t *msrs, uint32_t *nr_msrs)
{
	switch (index) {
	case XEN_SYSCTL_cpu_policy_raw:
	case XEN_SYSCTL_cpu_policy_host:
		return serialise(&raw_policy, leaves, nr_leaves, msrs, nr_msrs);
	case XEN_SYSCTL_cpu_policy_hvm_max:
	case XEN_SYSCTL_cpu_policy_hvm_default:
		return serialise(&hvm_policy, leaves, nr_leaves, msrs, nr_msrs);
	case XEN_SYSCTL_cpu_policy_pv_max:
	case XEN_SYSCTL_cpu_policy_pv_default:
		return -XEN_EOPNOTSUPP; /* no PV guests */
	default:
		return -XEN_EINVAL;
	}
}

int cpu_policy_domain_get(struct domain *d, xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
			  xen_msr_entry_t *msrs, uint32_t *nr_msrs)
{
	return serialise(cpu_policy_of(d), leaves, nr_leaves, msrs, nr_msrs);
}

/* --- restriction -------------------------------------------------------------------- */

static bool known_msr(const xen_msr_entry_t *m)
{
	return (m->idx == MSR_PLATFORM_INFO || m->idx == MSR_ARCH_CAPS) && !m->flags && !m->val;
}

/* Ranges Xen's tools send; other words than features stay as they are. */
static bool known_leaf(const xen_cpuid_leaf_t *l)
{
	uint32_t group = l->leaf & 0xffff0000;

	return group == 0 || group == 0x40000000 || group == 0x80000000;
}

/* Take the feature words of @in over into @p (NULL: only judge); -XEN_EINVAL for
 * one that is more than this machine's maximum. */
static int restrict_leaf(struct cpu_policy *p, const xen_cpuid_leaf_t *in)
{
	xen_cpuid_leaf_t wanted = *in;

	for (unsigned int i = 0; i < NR_FEATURE_WORDS; i++) {
		const struct feature_word *w = &feature_words[i];
		xen_cpuid_leaf_t *max, *mine;
		uint32_t want, have;

		if (!w->leaf || w->leaf != in->leaf ||
		    (w->subleaf != XEN_CPUID_NO_SUBLEAF && w->subleaf != in->subleaf))
			continue;
		max = cpu_policy_find(&hvm_policy, w->leaf, w->subleaf);
		want = *cpuid_reg_of(&wanted, w->reg) & ~w->forced;
		have = max ? *cpuid_reg_of(max, w->reg) : 0;
		if (want & ~have)
			return -XEN_EINVAL;
		mine = p ? cpu_policy_find(p, w->leaf, w->subleaf) : NULL;
		if (mine)
			*cpuid_reg_of(mine, w->reg) = want | (have & w->forced);
	}
	return 0;
}

int cpu_policy_domain_set(struct domain *d, const xen_cpuid_leaf_t *leaves, uint32_t nr_leaves,
			  const xen_msr_entry_t *msrs, uint32_t nr_msrs, uint32_t *err_leaf,
			  uint32_t *err_subleaf, uint32_t *err_msr)
{
	struct cpu_policy *p = d->cpuid;

	*err_leaf = *err_subleaf = *err_msr = ~0u;
	if (!p)
		return -XEN_EINVAL;
	for (uint32_t i = 0; i < nr_msrs; i++) {
		if (known_msr(&msrs[i]))
			continue;
		*err_msr = msrs[i].idx;
		return -XEN_EINVAL;
	}
	/* Judge all of it before any of it is taken over. */
	for (unsigned int pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < nr_leaves; i++) {
			int rc = known_leaf(&leaves[i]) ? 0 : -XEN_ERANGE;

			if (!rc)
				rc = restrict_leaf(pass ? p : NULL, &leaves[i]);
			if (!rc)
				continue;
			*err_leaf = leaves[i].leaf;
			*err_subleaf = leaves[i].subleaf;
			return rc;
		}
	}
	cpu_policy_finish(p);
	return 0;
}

int cpu_featureset(uint32_t index, uint32_t *words, uint32_t *nr)
{
	struct cpu_policy *p;
	uint32_t n = *nr;

	switch (index) {
	case XEN_SYSCTL_cpu_featureset_raw:
	case XEN_SYSCTL_cpu_featureset_host:
		p = &raw_policy;
		break;
	case XEN_SYSCTL_cpu_featureset_hvm:
	case XEN_SYSCTL_cpu_featureset_hvm_max:
		p = &hvm_policy;
		break;
	case XEN_SYSCTL_cpu_featureset_pv:
	case XEN_SYSCTL_cpu_featureset_pv_max:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_EINVAL;
	}
	*nr = NR_FEATURE_WORDS;
	if (!words)
		return 0;
	for (uint32_t i = 0; i < MIN(n, NR_FEATURE_WORDS); i++) {
		const struct feature_word *w = &feature_words[i];
		xen_cpuid_leaf_t *l = w->leaf ? cpu_policy_find(p, w->leaf, w->subleaf) : NULL;

		words[i] = l ? *cpuid_reg_of(l, w->reg) : 0;
	}
	return n < NR_FEATURE_WORDS ? -XEN_ENOBUFS : 0;
}
