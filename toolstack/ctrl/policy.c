/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ctrl/policy.h"

#include <errno.h>
#include <string.h>

#define MSR_PLATFORM_INFO 0xce

int ctrl_policy_featureset(struct ctrl *ctrl, uint32_t index, uint32_t words[NR_FEATURE_WORDS])
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_cpu_featureset};
	struct xen_sysctl_cpu_featureset *f = &op.u.cpu_featureset;
	size_t size = NR_FEATURE_WORDS * sizeof(*words);
	uint32_t *buf = ctrl_buffer_alloc(ctrl, size);
	int ret;

	if (!buf)
		return -ENOMEM;
	f->index = index;
	f->nr_features = NR_FEATURE_WORDS;
	set_xen_guest_handle(f->features, buf);
	ret = ctrl_sysctl(ctrl, &op);
	/* A newer one has words of which nothing is known here. */
	if (ret == -ENOBUFS)
		ret = 0;
	if (!ret)
		memcpy(words, buf, size);
	ctrl_buffer_free(ctrl, buf);
	return ret;
}

static uint32_t word_of(const xen_cpuid_leaf_t *leaves, uint32_t nr, uint32_t leaf,
			uint32_t subleaf, char reg)
{
	uint32_t i;

	for (i = 0; i < nr; i++, leaves++) {
		if (!leaf || leaves->leaf != leaf || leaves->subleaf != subleaf)
			continue;
		switch (reg) {
		case 'A':
			return leaves->a;
		case 'B':
			return leaves->b;
		case 'C':
			return leaves->c;
		default:
			return leaves->d;
		}
	}
	return 0;
}

static void words_of(const xen_cpuid_leaf_t *leaves, uint32_t nr, uint32_t words[NR_FEATURE_WORDS])
{
	static const struct {
		uint32_t leaf, subleaf;
		char reg;
	} place[NR_FEATURE_WORDS] = {
#define PLACE(leaf, subleaf, reg) {leaf, CPU_SUBLEAF_##subleaf, (#reg)[0]},
		CPU_FEATURE_WORDS(PLACE)
#undef PLACE
	};
	unsigned int i;

	for (i = 0; i < NR_FEATURE_WORDS; i++)
		words[i] = word_of(leaves, nr, place[i].leaf, place[i].subleaf, place[i].reg);
}

static int get(struct ctrl *ctrl, struct xen_domctl *op, xen_cpuid_leaf_t **leaves,
	       xen_msr_entry_t **msrs)
{
	struct xen_domctl_cpu_policy *p = &op->u.cpu_policy;
	int ret = ctrl_domctl(ctrl, op); /* without arrays: how many there can be */

	if (ret)
		return ret;
	*leaves = ctrl_buffer_alloc(ctrl, p->nr_leaves * sizeof(**leaves));
	*msrs = ctrl_buffer_alloc(ctrl, p->nr_msrs * sizeof(**msrs));
	if (!*leaves || !*msrs)
		return -ENOMEM;
	set_xen_guest_handle(p->leaves, *leaves);
	set_xen_guest_handle(p->msrs, *msrs);
	return ctrl_domctl(ctrl, op);
}

int ctrl_policy_domain(struct ctrl *ctrl, uint32_t domid, uint32_t words[NR_FEATURE_WORDS],
		       uint64_t *platform_info)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_get_cpu_policy, .domain = (domid_t)domid};
	xen_cpuid_leaf_t *leaves = NULL;
	xen_msr_entry_t *msrs = NULL;
	int ret = get(ctrl, &op, &leaves, &msrs);
	uint32_t i;

	if (!ret) {
		words_of(leaves, op.u.cpu_policy.nr_leaves, words);
		*platform_info = 0;
		for (i = 0; i < op.u.cpu_policy.nr_msrs; i++)
			if (msrs[i].idx == MSR_PLATFORM_INFO)
				*platform_info = msrs[i].val;
	}
	ctrl_buffer_free(ctrl, msrs);
	ctrl_buffer_free(ctrl, leaves);
	return ret;
}
