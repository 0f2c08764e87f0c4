/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* host.cpu_policy, domain.cpu_policy: what CPUID and MSRs show, and why. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "nacred.h"
#include "rpc.h"
#include "world.h"

#include "ctrl/policy.h"

#include <hv/guest_msrs.h>

/* Featuresets, from what there is to what is seen. */
struct view {
	uint32_t raw[NR_FEATURE_WORDS], offered[NR_FEATURE_WORDS], seen[NR_FEATURE_WORDS];
};

static const char *const names[NR_FEATURE_WORDS * 32] = {
#define XEN_CPUFEATURE(name, value) [value] = #name,
#include <xen/arch-x86/cpufeatureset.h>
#undef XEN_CPUFEATURE
};

static const uint8_t reasons[NR_FEATURE_WORDS * 32] = {
#define ROW(name, reason) [XEN_X86_FEATURE_##name] = CPU_##reason,
	CPU_FEATURES(ROW)
#undef ROW
};

static const struct {
	enum cpu_verdict verdict;
	const char *text;
} verdicts[] = {
#define ROW(reason, verdict, text) [CPU_##reason] = {CPU_##verdict, text},
	CPU_REASONS(ROW)
#undef ROW
};

static const struct {
	uint16_t needed, by;
} dependencies[] = {
#define ROW(needed, by) {XEN_X86_FEATURE_##needed, XEN_X86_FEATURE_##by},
	CPU_DEPENDENCIES(ROW)
#undef ROW
};

static const struct {
	uint32_t number, access, feature;
	const char *name, *why;
} msrs[] = {
#define ROW(number, name, access, home, feature, why)                                              \
	{number, MSR_##access, XEN_X86_FEATURE_##feature, #name, why},
	GUEST_MSRS(ROW)
#undef ROW
#define ROW(number, name, access)                                                                  \
	{number, MSR_##access, XEN_X86_FEATURE_X2APIC, "X2APIC_" #name, "in x2APIC mode only"},
		X2APIC_MSRS(ROW)
#undef ROW
};

static bool has(const uint32_t *words, unsigned int n)
{
	return words[n / 32] >> n % 32 & 1;
}

/* As Xen's tools and command line spell them: avx512-ifma. */
static const char *spelled(unsigned int n, char buf[32])
{
	size_t i;

	for (i = 0; names[n][i] && i < 31; i++)
		buf[i] = names[n][i] == '_' ? '-' : (char)tolower((unsigned char)names[n][i]);
	buf[i] = '\0';
	return buf;
}

/* Why a feature that may be offered is not seen. */
static const char *why_not(const struct view *v, unsigned int n, char *buf, size_t len)
{
	char name[32];
	size_t i;

	if (!has(v->raw, n) && verdicts[reasons[n]].verdict == CPU_offer)
		return "the processor does not have it";
	for (i = 0; i < sizeof(dependencies) / sizeof(dependencies[0]); i++) {
		if (dependencies[i].by != n || has(v->seen, dependencies[i].needed))
			continue;
		snprintf(buf, len, "needs %s, which is hidden",
			 spelled(dependencies[i].needed, name));
		return buf;
	}
	if (has(v->offered, n))
		return "taken away when the domain was built";
	return "its state cannot be switched on this machine";
}

static struct json *feature(const struct view *v, unsigned int n)
{
	enum cpu_verdict verdict = verdicts[reasons[n]].verdict;
	const char *text = verdicts[reasons[n]].text, *state = "hidden";
	struct json *o = json_new_object();
	char buf[96], name[32];

	if (verdict == CPU_force)
		state = "forced";
	else if (verdict != CPU_hide && has(v->seen, n))
		state = "offered";
	else if (verdict != CPU_hide)
		text = why_not(v, n, buf, sizeof(buf));
	json_set_string(o, "name", spelled(n, name));
	json_set_int(o, "word", n / 32);
	json_set_int(o, "bit", n % 32);
	json_set_bool(o, "processor", has(v->raw, n));
	json_set_string(o, "state", state);
	json_set_string(o, "reason", text);
	return o;
}

static struct json *msr(const struct view *v, unsigned int i)
{
	static const char *const access[] = {"", "r", "w", "rw"};
	struct json *o = json_new_object();
	char buf[96], name[32];
	bool seen = has(v->seen, msrs[i].feature);

	snprintf(buf, sizeof(buf), "0x%08x", msrs[i].number);
	json_set_string(o, "number", buf);
	json_set_string(o, "name", msrs[i].name);
	json_set_string(o, "access", access[msrs[i].access]);
	json_set_string(o, "state", seen ? "offered" : "hidden");
	snprintf(buf, sizeof(buf), "needs %s, which is hidden", spelled(msrs[i].feature, name));
	json_set_string(o, "reason", seen ? msrs[i].why : buf);
	return o;
}

static struct json *describe(const struct view *v)
{
	struct json *o = json_new_object(), *f = json_new_array(), *m = json_new_array();
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i])
			json_append(f, feature(v, i));
	for (i = 0; i < sizeof(msrs) / sizeof(msrs[0]); i++)
		json_append(m, msr(v, i));
	json_set(o, "features", f);
	json_set(o, "msrs", m);
	return o;
}

static int of_host(struct nacred *n, struct view *v, struct rpc_error *e)
{
	int rc = ctrl_policy_featureset(n->ctrl, XEN_SYSCTL_cpu_featureset_raw, v->raw);

	if (!rc)
		rc = ctrl_policy_featureset(n->ctrl, XEN_SYSCTL_cpu_featureset_hvm, v->offered);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused", "cannot read the CPU policy");
	memcpy(v->seen, v->offered, sizeof(v->seen));
	return 0;
}

static int host(struct nacred *n, struct request *rq, const struct json *params,
		struct json **result, struct rpc_error *e)
{
	struct view v;

	if (of_host(n, &v, e))
		return RPC_FAILED;
	*result = describe(&v);
	json_set_bool(*result, "cpuid_faulting", true);
	return RPC_DONE;
}

static int of_domain(struct nacred *n, struct request *rq, const struct json *params,
		     struct json **result, struct rpc_error *e)
{
	struct domain *d = world_find_guest(n, params, e);
	uint64_t platform_info;
	struct view v;
	int rc;

	if (!d || of_host(n, &v, e))
		return RPC_FAILED;
	rc = ctrl_policy_domain(n->ctrl, d->domid, v.seen, &platform_info);
	if (rc)
		return fail_errno(e, rc, "hypervisor.refused",
				  "cannot read the CPU policy of domain %u", d->domid);
	*result = describe(&v);
	json_set_bool(*result, "cpuid_faulting", platform_info >> 31 & 1);
	return RPC_DONE;
}

static const char *const states[] = {"offered", "hidden", "forced", NULL};

static const struct field feature_fields[] = {
	{.name = "name", .type = F_STRING, .summary = "as in Xen's public featureset"},
	{.name = "word", .type = F_INT, .summary = "of the featureset"},
	{.name = "bit", .type = F_INT},
	{.name = "processor", .type = F_BOOL, .summary = "whether the machine has it"},
	{.name = "state", .type = F_STRING, .choices = states},
	{.name = "reason", .type = F_STRING},
	FIELDS_END,
};

static const struct field msr_fields[] = {
	{.name = "number", .type = F_STRING, .summary = "hexadecimal"},
	{.name = "name", .type = F_STRING},
	{.name = "access", .type = F_STRING, .summary = "r, w or rw"},
	{.name = "state", .type = F_STRING, .choices = states},
	{.name = "reason", .type = F_STRING},
	FIELDS_END,
};

static const struct field policy_result[] = {
	{.name = "features", .type = F_ARRAY, .of = feature_fields},
	{.name = "msrs", .type = F_ARRAY, .of = msr_fields, .summary = "all others are #GP(0)"},
	{.name = "cpuid_faulting", .type = F_BOOL, .summary = "whether the guest may enable it"},
	FIELDS_END,
};

static const struct field domain_params[] = {
	FIELD_DOMAIN,
	FIELDS_END,
};

const struct method methods_cpu_policy[] = {
	{
		.name = "host.cpu_policy",
		.summary = "CPU features and MSRs that a new domain gets, each with the reason",
		.result = policy_result,
		.handle = host,
	},
	{
		.name = "domain.cpu_policy",
		.summary = "CPU features and MSRs that a domain has, each with the reason",
		.params = domain_params,
		.result = policy_result,
		.handle = of_domain,
	},
	{.name = NULL},
};
