/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* CPUID and MSR policies as the toolstack reads and restricts them. */
#include "cpuid_policy.h"
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/heap.h>
#include <hv/string.h>
#include <xen/sysctl.h>

#define MSR_ARCH_CAPS 0x10a
/* Xen's tools know leaves up to these (CPUID_GUEST_NR_* of its libx86). */
#define LAST_BASIC    0xdu
#define LAST_EXTENDED 0x80000021u

static int serialise(const struct cpu_policy *p, xen_cpuid_leaf_t *leaves, uint32_t *nr_leaves,
		     xen_msr_entry_t *msrs, uint32_t *nr_msrs)
{
	const xen_msr_entry_t list[CPU_POLICY_MAX_MSRS] = {
		{.idx = MSR_PLATFORM_INFO, .val = p->platform_info}, {.idx = MSR_ARCH_CAPS}};
	bool fits = true;

	if (leaves) {
		fits = *nr_leaves >= p->nr;
		memcpy(leaves, p->leaf, MIN(*nr_leaves, p->nr) * sizeof(*leaves));
	}
	if (msrs) {
		fits = fits && *nr_msrs >= CPU_POLICY_MAX_MSRS;
		memcpy(msrs, list, MIN(*nr_msrs, CPU_POLICY_MAX_MSRS) * sizeof(*msrs));
	}
	*nr_leaves = p->nr;
	*nr_msrs = CPU_POLICY_MAX_MSRS;
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

/* What a caller may send at all; other words than those taken over below are
 * ignored, as what is more than this machine's maximum (Xen's behaviour). */
static bool known_leaf(const xen_cpuid_leaf_t *l)
{
	static const struct {
		uint32_t leaf, last;
	} with_subleaves[] = {{4, 5}, {7, 2}, {0xb, 1}, {0xd, 62}};

	for (unsigned int i = 0; i < ARRAY_SIZE(with_subleaves); i++)
		if (l->leaf == with_subleaves[i].leaf)
			return l->subleaf <= with_subleaves[i].last;
	if (l->subleaf != CPUID_NONE)
		return false;
	return l->leaf <= LAST_BASIC || l->leaf == 0x40000000 || l->leaf == 0x40000100 ||
	       (l->leaf >= 0x80000000 && l->leaf <= LAST_EXTENDED);
}

/* Besides features: limits, family, model and stepping, CLFLUSH's size, the brand,
 * the physical address width. */
static void take_values(xen_cpuid_leaf_t *mine, const xen_cpuid_leaf_t *in)
{
	uint32_t width;

	switch (in->leaf) {
	case 1:
		mine->b = in->b & 0xff00;
		mine->a = in->a;
		break;
	case 7:
		if (in->subleaf)
			break;
		mine->a = in->a;
		break;
	case 0:
	case 0x40000000:
	case 0x40000100:
	case 0x80000000:
	case 0x80000001:
		mine->a = in->a;
		break;
	case 0x80000002 ... 0x80000004:
		*mine = *in;
		break;
	case 0x80000008:
		width = MIN(in->a & 0xff, mine->a & 0xff);
		mine->a = (mine->a & 0xff00) | MAX(width, 36);
		break;
	default:
		break;
	}
}

static void take_leaf(struct cpu_policy *p, const xen_cpuid_leaf_t *in)
{
	xen_cpuid_leaf_t *mine = cpu_policy_find(p, in->leaf, in->subleaf), wanted = *in;

	if (!mine)
		return;
	take_values(mine, in);
	for (unsigned int i = 0; i < NR_FEATURE_WORDS; i++) {
		const struct feature_word *w = &feature_words[i];
		uint32_t *word = cpuid_reg_of(mine, w->reg);

		if (w->leaf == mine->leaf && w->leaf && w->subleaf == mine->subleaf)
			*word = (*cpuid_reg_of(&wanted, w->reg) & hvm_policy.features[i] &
				 ~features_with(i, CPU_force)) |
				(hvm_policy.features[i] & features_with(i, CPU_force));
	}
}

static int take_msr(struct cpu_policy *p, const xen_msr_entry_t *m)
{
	if (m->flags)
		return -XEN_EINVAL;
	if (m->idx != MSR_PLATFORM_INFO && m->idx != MSR_ARCH_CAPS)
		return -XEN_ERANGE;
	if (m->idx == MSR_ARCH_CAPS)
		return 0; /* the feature that shows it is not offered */
	if (m->val > UINT32_MAX)
		return -XEN_EOVERFLOW;
	p->platform_info = m->val;
	return 0;
}

/* More leaves than there are, or more than emulation gives. */
static int check_limits(struct cpu_policy *p, uint32_t *err_leaf, uint32_t *err_subleaf,
			uint32_t *err_msr)
{
	static const uint32_t limits[][2] = {{0, CPUID_NONE}, {7, 0}, {0x80000000, CPUID_NONE}};

	for (unsigned int i = 0; i < ARRAY_SIZE(limits); i++) {
		uint32_t leaf = limits[i][0], sub = limits[i][1];

		if (*cpu_policy_word(p, leaf, sub, REG_A) <=
		    *cpu_policy_word(&hvm_policy, leaf, sub, REG_A))
			continue;
		*err_leaf = leaf;
		*err_subleaf = sub;
		return -XEN_EINVAL;
	}
	if (p->platform_info & ~hvm_policy.platform_info) {
		*err_msr = MSR_PLATFORM_INFO;
		return -XEN_EINVAL;
	}
	return 0;
}

static int take_all(struct cpu_policy *p, const xen_cpuid_leaf_t *leaves, uint32_t nr_leaves,
		    const xen_msr_entry_t *msrs, uint32_t nr_msrs, uint32_t *err_leaf,
		    uint32_t *err_subleaf, uint32_t *err_msr)
{
	for (uint32_t i = 0; i < nr_leaves; i++) {
		if (!known_leaf(&leaves[i])) {
			*err_leaf = leaves[i].leaf;
			*err_subleaf = leaves[i].subleaf;
			return -XEN_ERANGE;
		}
		take_leaf(p, &leaves[i]);
	}
	for (uint32_t i = 0; i < nr_msrs; i++) {
		int rc = take_msr(p, &msrs[i]);

		if (rc) {
			*err_msr = msrs[i].idx;
			return rc;
		}
	}
	return check_limits(p, err_leaf, err_subleaf, err_msr);
}

int cpu_policy_domain_set(struct domain *d, const xen_cpuid_leaf_t *leaves, uint32_t nr_leaves,
			  const xen_msr_entry_t *msrs, uint32_t nr_msrs, uint32_t *err_leaf,
			  uint32_t *err_subleaf, uint32_t *err_msr)
{
	struct cpu_policy *wanted;
	int rc;

	*err_leaf = *err_subleaf = *err_msr = ~0u;
	if (!d->cpuid)
		return -XEN_EINVAL;
	wanted = heap_alloc(sizeof(*wanted));
	if (!wanted)
		return -XEN_ENOMEM;
	*wanted = *d->cpuid;
	rc = take_all(wanted, leaves, nr_leaves, msrs, nr_msrs, err_leaf, err_subleaf, err_msr);
	if (!rc) {
		cpu_policy_finish(wanted);
		*d->cpuid = *wanted;
	}
	heap_free(wanted);
	return rc;
}

int cpu_featureset(uint32_t index, uint32_t *words, uint32_t *nr)
{
	const struct cpu_policy *p;
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
	memcpy(words, p->features, MIN(n, NR_FEATURE_WORDS) * sizeof(*words));
	return n < NR_FEATURE_WORDS ? -XEN_ENOBUFS : 0;
}
