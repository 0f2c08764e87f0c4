/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* b_info.cpuid: what is refused, and what of a domain's policy becomes otherwise. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "cpuid.h"
#include "ctrl/policy.h"

/* Leaf 1, leaf 7 with a subleaf, one MSR. */
#define NOW	0x0000ff00u
#define NORMAL	0x00ff00ffu
#define MACHINE 0xff00f0f0u

static xen_cpuid_leaf_t leaves[3][2];
static xen_msr_entry_t msrs[3][1];
static int set_rc;
static unsigned int sets, frees;
static xen_cpuid_leaf_t set_leaves[2];
static uint64_t set_msr;

static int give(struct ctrl_policy *p, unsigned int which, uint32_t value)
{
	leaves[which][0] = (xen_cpuid_leaf_t){1, XEN_CPUID_NO_SUBLEAF, value, value, value, value};
	leaves[which][1] = (xen_cpuid_leaf_t){7, 0, value, value, value, value};
	msrs[which][0] = (xen_msr_entry_t){.idx = 0x10a, .val = value};
	*p = (struct ctrl_policy){leaves[which], msrs[which], 2, 1};
	return 0;
}

int __wrap_ctrl_policy_of_domain(struct ctrl *ctrl, uint32_t domid, struct ctrl_policy *p)
{
	cr_assert_eq(domid, 7);
	return give(p, 0, NOW);
}

int __wrap_ctrl_policy_of_system(struct ctrl *ctrl, uint32_t index, struct ctrl_policy *p)
{
	return index == XEN_SYSCTL_cpu_policy_host ? give(p, 1, MACHINE) : give(p, 2, NORMAL);
}

void __wrap_ctrl_policy_free(struct ctrl *ctrl, struct ctrl_policy *p)
{
	frees++;
}

int __wrap_ctrl_policy_set(struct ctrl *ctrl, uint32_t domid, const struct ctrl_policy *p,
			   struct ctrl_policy_refusal *why)
{
	sets++;
	memcpy(set_leaves, p->leaves, sizeof(set_leaves));
	set_msr = p->msrs[0].val;
	*why = (struct ctrl_policy_refusal){7, 0, UINT32_MAX};
	return set_rc;
}

static struct rpc_error e;

static struct json *parse(const char *text)
{
	char why[100];
	struct json *v = json_parse(text, strlen(text), NULL, why, sizeof(why));

	cr_assert_not_null(v, "%s", why);
	return v;
}

static int check(const char *text)
{
	struct json *build = parse(text);
	int rc = cpuid_check(build, &e);

	json_free(build);
	return rc;
}

static int apply(const char *text)
{
	struct json *build = parse(text);
	int rc;

	sets = frees = 0;
	cr_assert_eq(cpuid_check(build, &e), 0, "%s", e.message);
	rc = cpuid_apply(NULL, 7, build, &e);
	json_free(build);
	cr_assert_eq(frees, sets || rc ? 3 : 0);
	return rc;
}

#define LEAF(text) "{\"cpuid\":{\"cpuid\":[{\"leaf\":1,\"ecx\":\"" text "\"}],\"msr\":[]}}"

Test(cpuid, refuses_what_is_none)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{"{\"cpuid\":[]}", "config.b_info.cpuid"},
		{"{\"cpuid\":{\"cpuid\":{}}}", "config.b_info.cpuid.cpuid"},
		{"{\"cpuid\":{\"cpuid\":[1]}}", "config.b_info.cpuid.cpuid[0]"},
		{"{\"cpuid\":{\"cpuid\":[{}]}}", "config.b_info.cpuid.cpuid[0]"},
		{"{\"cpuid\":{\"cpuid\":[{\"leaf\":-1}]}}", "config.b_info.cpuid.cpuid[0]"},
		{"{\"cpuid\":{\"cpuid\":[{\"leaf\":4294967296}]}}", "config.b_info.cpuid.cpuid[0]"},
		{"{\"cpuid\":{\"cpuid\":[{\"leaf\":1},{\"leaf\":1,\"subleaf\":\"0\"}]}}",
		 "config.b_info.cpuid.cpuid[1]"},
		{LEAF("xxxx"), "config.b_info.cpuid.cpuid[0]"},
		{LEAF("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "config.b_info.cpuid.cpuid[0]"},
		{LEAF("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2"), "config.b_info.cpuid.cpuid[0]"},
		{"{\"cpuid\":{\"msr\":[{\"index\":1,\"policy\":\"x\"}]}}",
		 "config.b_info.cpuid.msr[0]"},
		{"{\"cpuid\":{\"msr\":[{\"index\":\"1\"}]}}", "config.b_info.cpuid.msr[0]"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&e, 0, sizeof(e));
		cr_expect_eq(check(cases[i].text), -1, "%s", cases[i].text);
		cr_expect_eq(e.number, XL_INVAL, "%s", cases[i].text);
		cr_expect_str_eq(e.field, cases[i].field, "%s", cases[i].text);
	}
	cr_expect_eq(check("{}"), 0);
	cr_expect_eq(check("{\"cpuid\":null}"), 0);
	cr_expect_eq(check(LEAF("01xks1xxxxxxxxxxxxxxxxxxxxxxxxxx")), 0);
}

Test(cpuid, nothing_asked_nothing_done)
{
	cr_assert_eq(apply("{}"), 0);
	cr_assert_eq(sets, 0);
}

Test(cpuid, each_bit_has_its_source)
{
	/* From the top: 1, 0, of the machine, by default; the rest by default. */
	cr_assert_eq(apply(LEAF("10ksxxxxxxxxxxxxxxxxxxxxxxxxxxxx")), 0);
	cr_assert_eq(sets, 1);
	cr_assert_eq(set_leaves[0].c,
		     0x80000000u | (MACHINE & 0x30000000u) | (NORMAL & 0x0fffffffu), "0x%x",
		     set_leaves[0].c);
	cr_assert_eq(set_leaves[0].d, NOW, "a register that is not named stays");
	cr_assert_eq(set_leaves[1].c, NOW);
	cr_assert_eq(set_msr, NOW);
}

Test(cpuid, subleaves_and_msrs)
{
	cr_assert_eq(apply("{\"cpuid\":{\"cpuid\":[{\"leaf\":7,\"subleaf\":0,"
			   "\"ebx\":\"00000000000000000000000000000001\"}],"
			   "\"msr\":[{\"index\":266,\"policy\":\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
			   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1\"}]}}"),
		     0);
	cr_assert_eq(set_leaves[1].b, 1);
	cr_assert_eq(set_leaves[0].b, NOW);
	cr_assert_eq(set_msr, NORMAL | 1);
}

Test(cpuid, what_is_not_there)
{
	cr_assert_eq(apply("{\"cpuid\":{\"cpuid\":[{\"leaf\":7}]}}"), -1);
	cr_assert_str_eq(e.code, "config.cpuid");
	cr_assert_eq(sets, 0);
	cr_assert_eq(apply("{\"cpuid\":{\"msr\":[{\"index\":1}]}}"), -1);
	cr_assert_eq(sets, 0);
}

Test(cpuid, the_hypervisor_may_refuse)
{
	set_rc = -EINVAL;
	cr_assert_eq(apply(LEAF("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1")), -1);
	cr_assert_str_eq(e.code, "config.cpuid");
	cr_assert(strstr(e.message, "leaf 0x7, subleaf 0x0"));
}
