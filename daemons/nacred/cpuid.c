/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Two lists: leaves of CPUID with their registers, and MSRs. A register is a text with a
 * character for each bit, the highest first (xl.cfg(5)): 1 and 0 for themselves, x for what
 * guests see by default, k and s for what the machine has.
 */
#include "cpuid.h"

#include <stdio.h>
#include <string.h>

#include "ctrl/policy.h"

#define WHERE "b_info.cpuid"

static const char *const registers[] = {"eax", "ebx", "ecx", "edx"};

/* --- what it may be ------------------------------------------------------------------- */

static int bad(const char *list, size_t at, const char *what, struct rpc_error *e)
{
	fail(e, XL_INVAL, "config.invalid", "config: " WHERE ".%s[%zu]: %s", list, at, what);
	return fail_field(e, "config." WHERE ".%s[%zu]", list, at);
}

static bool is_bits(const struct json *v, size_t nr)
{
	return !v || v->type == JSON_NULL ||
	       (v->type == JSON_STRING && strlen(v->string) == nr &&
		strspn(v->string, "01xks") == nr);
}

static bool is_number(const struct json *v)
{
	return v && v->type == JSON_INT && v->integer >= 0 && v->integer <= UINT32_MAX;
}

static int check_leaf(const struct json *leaf, size_t at, struct rpc_error *e)
{
	const struct json *sub = json_get(leaf, "subleaf");
	size_t i;

	if (!is_number(json_get(leaf, "leaf")) ||
	    (sub && sub->type != JSON_NULL && !is_number(sub)))
		return bad("cpuid", at, "leaf and subleaf are numbers of 32 bits", e);
	for (i = 0; i < 4; i++)
		if (!is_bits(json_get(leaf, registers[i]), 32))
			return bad("cpuid", at, "a register is 32 characters of 0, 1, x, k, s", e);
	return 0;
}

static int check_msr(const struct json *msr, size_t at, struct rpc_error *e)
{
	if (!is_number(json_get(msr, "index")))
		return bad("msr", at, "index is a number of 32 bits", e);
	if (!is_bits(json_get(msr, "policy"), 64))
		return bad("msr", at, "policy is 64 characters of 0, 1, x, k, s", e);
	return 0;
}

static int check_list(const struct json *lists, const char *key,
		      int (*check)(const struct json *, size_t, struct rpc_error *),
		      struct rpc_error *e)
{
	const struct json *list = json_get(lists, key);
	size_t i;

	if (!list || list->type == JSON_NULL)
		return 0;
	if (list->type != JSON_ARRAY) {
		fail(e, XL_INVAL, "config.invalid", "config: " WHERE ".%s must be an array", key);
		return fail_field(e, "config." WHERE ".%s", key);
	}
	for (i = 0; i < list->nr; i++)
		if (check(list->items[i], i, e))
			return -1;
	return 0;
}

int cpuid_check(const struct json *build, struct rpc_error *e)
{
	const struct json *lists = json_get(build, "cpuid");

	if (!lists || lists->type == JSON_NULL)
		return 0;
	if (lists->type != JSON_OBJECT) {
		fail(e, XL_INVAL, "config.invalid", "config: " WHERE " must be an object");
		return fail_field(e, "config." WHERE);
	}
	return check_list(lists, "cpuid", check_leaf, e) || check_list(lists, "msr", check_msr, e)
		       ? -1
		       : 0;
}

/* --- carried out ---------------------------------------------------------------------- */

struct policies {
	struct ctrl_policy now, normal, machine;
};

static uint64_t merge(const struct json *bits, uint64_t now, uint64_t normal, uint64_t machine)
{
	const char *text = json_string(bits, "");
	size_t i, nr = strlen(text);

	for (i = 0; i < nr; i++) {
		uint64_t bit = 1ull << (nr - 1 - i), from = machine;

		if (text[i] == '0' || text[i] == '1')
			from = text[i] == '1' ? bit : 0;
		else if (text[i] == 'x')
			from = normal;
		now = (now & ~bit) | (from & bit);
	}
	return now;
}

static xen_cpuid_leaf_t *find_leaf(const struct ctrl_policy *p, uint32_t leaf, uint32_t subleaf)
{
	uint32_t i;

	for (i = 0; i < p->nr_leaves; i++)
		if (p->leaves[i].leaf == leaf && p->leaves[i].subleaf == subleaf)
			return &p->leaves[i];
	return NULL;
}

static xen_msr_entry_t *find_msr(const struct ctrl_policy *p, uint32_t index)
{
	uint32_t i;

	for (i = 0; i < p->nr_msrs; i++)
		if (p->msrs[i].idx == index)
			return &p->msrs[i];
	return NULL;
}

static int unknown(const char *what, uint32_t number, struct rpc_error *e)
{
	fail(e, XL_FAIL, "config.cpuid", "config: " WHERE ": guests have no %s 0x%x here", what,
	     number);
	fail_hint(e, "`nacre cpuid` shows what they have");
	return fail_field(e, "config." WHERE);
}

static int merge_leaf(const struct policies *p, const struct json *wanted, struct rpc_error *e)
{
	uint32_t leaf = (uint32_t)json_int(json_get(wanted, "leaf"), 0);
	uint32_t subleaf = (uint32_t)json_int(json_get(wanted, "subleaf"), XEN_CPUID_NO_SUBLEAF);
	xen_cpuid_leaf_t *now = find_leaf(&p->now, leaf, subleaf);
	const xen_cpuid_leaf_t *normal = find_leaf(&p->normal, leaf, subleaf);
	const xen_cpuid_leaf_t *machine = find_leaf(&p->machine, leaf, subleaf);

	if (!now || !normal || !machine)
		return unknown("CPUID leaf", leaf, e);
	now->a = (uint32_t)merge(json_get(wanted, "eax"), now->a, normal->a, machine->a);
	now->b = (uint32_t)merge(json_get(wanted, "ebx"), now->b, normal->b, machine->b);
	now->c = (uint32_t)merge(json_get(wanted, "ecx"), now->c, normal->c, machine->c);
	now->d = (uint32_t)merge(json_get(wanted, "edx"), now->d, normal->d, machine->d);
	return 0;
}

static int merge_msr(const struct policies *p, const struct json *wanted, struct rpc_error *e)
{
	uint32_t index = (uint32_t)json_int(json_get(wanted, "index"), 0);
	xen_msr_entry_t *now = find_msr(&p->now, index);
	const xen_msr_entry_t *normal = find_msr(&p->normal, index);
	const xen_msr_entry_t *machine = find_msr(&p->machine, index);

	if (!now || !normal || !machine)
		return unknown("MSR", index, e);
	now->val = merge(json_get(wanted, "policy"), now->val, normal->val, machine->val);
	return 0;
}

static int merge_all(const struct policies *p, const struct json *lists, struct rpc_error *e)
{
	const struct json *leaves = json_get(lists, "cpuid"), *msrs = json_get(lists, "msr");
	size_t i;

	for (i = 0; leaves && i < leaves->nr; i++)
		if (merge_leaf(p, leaves->items[i], e))
			return -1;
	for (i = 0; msrs && i < msrs->nr; i++)
		if (merge_msr(p, msrs->items[i], e))
			return -1;
	return 0;
}

static int set(struct ctrl *ctrl, uint32_t domid, const struct ctrl_policy *p, struct rpc_error *e)
{
	struct ctrl_policy_refusal why;
	int rc = ctrl_policy_set(ctrl, domid, p, &why);

	if (!rc)
		return 0;
	fail_errno(e, rc, "config.cpuid",
		   "the hypervisor refuses the processor of " WHERE
		   " (CPUID leaf 0x%x, subleaf 0x%x, MSR 0x%x)",
		   why.leaf, why.subleaf, why.msr);
	fail_hint(e, "only what is there can be shown: see `nacre cpuid`");
	return fail_field(e, "config." WHERE);
}

int cpuid_apply(struct ctrl *ctrl, uint32_t domid, const struct json *build, struct rpc_error *e)
{
	const struct json *lists = json_get(build, "cpuid");
	struct policies p = {0};
	int rc;

	if (!lists || lists->type == JSON_NULL)
		return 0;
	rc = ctrl_policy_of_domain(ctrl, domid, &p.now);
	if (!rc)
		rc = ctrl_policy_of_system(ctrl, XEN_SYSCTL_cpu_policy_hvm_default, &p.normal);
	if (!rc)
		rc = ctrl_policy_of_system(ctrl, XEN_SYSCTL_cpu_policy_host, &p.machine);
	if (rc)
		rc = fail_errno(e, rc, "hypervisor.refused", "cannot read the CPU policies");
	else if (merge_all(&p, lists, e) || set(ctrl, domid, &p.now, e))
		rc = -1;
	ctrl_policy_free(ctrl, &p.machine);
	ctrl_policy_free(ctrl, &p.normal);
	ctrl_policy_free(ctrl, &p.now);
	return rc;
}
