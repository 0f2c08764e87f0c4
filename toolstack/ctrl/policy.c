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

/* Room for as many as there can be. */
static int make_room(struct ctrl *ctrl, struct ctrl_policy *p)
{
	p->leaves = ctrl_buffer_alloc(ctrl, p->nr_leaves * sizeof(*p->leaves));
	p->msrs = ctrl_buffer_alloc(ctrl, p->nr_msrs * sizeof(*p->msrs));
	return p->leaves && p->msrs ? 0 : -ENOMEM;
}

void ctrl_policy_free(struct ctrl *ctrl, struct ctrl_policy *p)
{
	ctrl_buffer_free(ctrl, p->msrs);
	ctrl_buffer_free(ctrl, p->leaves);
	memset(p, 0, sizeof(*p));
}

/* Into the arrays of @p; without arrays: how many there can be. */
typedef int ask_fn(struct ctrl *ctrl, uint32_t which, struct ctrl_policy *p);

static int ask_domain(struct ctrl *ctrl, uint32_t domid, struct ctrl_policy *p)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_get_cpu_policy, .domain = (domid_t)domid};
	struct xen_domctl_cpu_policy *cpu = &op.u.cpu_policy;
	int ret;

	cpu->nr_leaves = p->nr_leaves;
	cpu->nr_msrs = p->nr_msrs;
	set_xen_guest_handle(cpu->leaves, p->leaves);
	set_xen_guest_handle(cpu->msrs, p->msrs);
	ret = ctrl_domctl(ctrl, &op);
	p->nr_leaves = cpu->nr_leaves;
	p->nr_msrs = cpu->nr_msrs;
	return ret;
}

static int ask_system(struct ctrl *ctrl, uint32_t index, struct ctrl_policy *p)
{
	struct xen_sysctl op = {.cmd = XEN_SYSCTL_get_cpu_policy};
	struct xen_sysctl_cpu_policy *cpu = &op.u.cpu_policy;
	int ret;

	cpu->index = index;
	cpu->nr_leaves = p->nr_leaves;
	cpu->nr_msrs = p->nr_msrs;
	set_xen_guest_handle(cpu->leaves, p->leaves);
	set_xen_guest_handle(cpu->msrs, p->msrs);
	ret = ctrl_sysctl(ctrl, &op);
	p->nr_leaves = cpu->nr_leaves;
	p->nr_msrs = cpu->nr_msrs;
	return ret;
}

static int read_policy(struct ctrl *ctrl, ask_fn *ask, uint32_t which, struct ctrl_policy *p)
{
	int ret;

	memset(p, 0, sizeof(*p));
	ret = ask(ctrl, which, p);
	if (!ret)
		ret = make_room(ctrl, p);
	if (!ret)
		ret = ask(ctrl, which, p);
	if (ret)
		ctrl_policy_free(ctrl, p);
	return ret;
}

int ctrl_policy_of_domain(struct ctrl *ctrl, uint32_t domid, struct ctrl_policy *p)
{
	return read_policy(ctrl, ask_domain, domid, p);
}

int ctrl_policy_of_system(struct ctrl *ctrl, uint32_t index, struct ctrl_policy *p)
{
	return read_policy(ctrl, ask_system, index, p);
}

int ctrl_policy_set(struct ctrl *ctrl, uint32_t domid, const struct ctrl_policy *p,
		    struct ctrl_policy_refusal *why)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_set_cpu_policy, .domain = (domid_t)domid};
	struct xen_domctl_cpu_policy *cpu = &op.u.cpu_policy;
	int ret;

	cpu->nr_leaves = p->nr_leaves;
	cpu->nr_msrs = p->nr_msrs;
	set_xen_guest_handle(cpu->leaves, p->leaves);
	set_xen_guest_handle(cpu->msrs, p->msrs);
	cpu->err_leaf = cpu->err_subleaf = cpu->err_msr = UINT32_MAX;
	ret = ctrl_domctl(ctrl, &op);
	*why = (struct ctrl_policy_refusal){cpu->err_leaf, cpu->err_subleaf, cpu->err_msr};
	return ret;
}

int ctrl_policy_domain(struct ctrl *ctrl, uint32_t domid, uint32_t words[NR_FEATURE_WORDS],
		       uint64_t *platform_info)
{
	struct ctrl_policy p;
	int ret = ctrl_policy_of_domain(ctrl, domid, &p);
	uint32_t i;

	if (ret)
		return ret;
	words_of(p.leaves, p.nr_leaves, words);
	*platform_info = 0;
	for (i = 0; i < p.nr_msrs; i++)
		if (p.msrs[i].idx == MSR_PLATFORM_INFO)
			*platform_info = p.msrs[i].val;
	ctrl_policy_free(ctrl, &p);
	return 0;
}
