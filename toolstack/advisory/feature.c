/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "feature.h"

#include <string.h>
#include <xen/sysctl.h>

static const char *const names[NR_FEATURES] = {
	[FEATURE_VENDOR_AMD] = "vendor:amd",
	[FEATURE_VENDOR_INTEL] = "vendor:intel",
	[FEATURE_GUEST_PV] = "guest:pv",
	[FEATURE_GUEST_HVM] = "guest:hvm",
	[FEATURE_GUEST_PVH] = "guest:pvh",
	[FEATURE_HAP] = "option:hap",
	[FEATURE_SHADOW] = "option:shadow",
	[FEATURE_IOMMU] = "option:iommu",
	[FEATURE_VPMU] = "option:vpmu",
	[FEATURE_VMTRACE] = "option:vmtrace",
	[FEATURE_GNTTAB_V1] = "option:gnttab-v1",
	[FEATURE_GNTTAB_V2] = "option:gnttab-v2",
	[FEATURE_SMP] = "option:smp",
	[FEATURE_SMT] = "option:smt",
	[FEATURE_DEVICE_MODEL] = "option:device-model",
	[FEATURE_PYGRUB] = "option:pygrub",
};

const char *feature_name(enum feature f)
{
	return names[f];
}

void feature_set(struct features *fs, enum feature f, bool present)
{
	fs->known |= 1u << f;
	fs->present &= ~(1u << f);
	fs->present |= (uint32_t)present << f;
}

enum tri feature_get(const struct features *fs, enum feature f)
{
	if (!(fs->known >> f & 1))
		return TRI_UNKNOWN;
	return fs->present >> f & 1 ? TRI_YES : TRI_NO;
}

static int feature_number(const char *name)
{
	int f;

	for (f = 0; f < NR_FEATURES; f++)
		if (strcmp(names[f], name) == 0)
			return f;
	return -1;
}

bool feature_predicate_known(const char *predicate)
{
	return feature_number(predicate + (*predicate == '!')) >= 0;
}

enum tri feature_predicate(const struct features *fs, const char *predicate)
{
	bool negated = *predicate == '!';
	int f = feature_number(predicate + negated);
	enum tri t = f < 0 ? TRI_UNKNOWN : feature_get(fs, (enum feature)f);

	if (t == TRI_UNKNOWN || !negated)
		return t;
	return t == TRI_YES ? TRI_NO : TRI_YES;
}

/* One element: a predicate, or any of an array. */
static enum tri meet_one(const struct features *fs, const struct json *element, const char **which)
{
	enum tri best = TRI_NO;
	size_t i;

	if (element->type != JSON_ARRAY) {
		*which = json_string(element, "");
		return feature_predicate(fs, *which);
	}
	for (i = 0; i < element->nr && best != TRI_YES; i++) {
		const char *predicate = json_string(element->items[i], "");
		enum tri t = feature_predicate(fs, predicate);

		if (t == TRI_NO && i)
			continue;
		*which = predicate;
		best = t;
	}
	return best;
}

enum tri features_meet(const struct features *fs, const struct json *requires, const char **which)
{
	enum tri all = TRI_YES;
	const char *unused = "", *here = "";
	size_t i;

	which = which ? which : &unused;
	for (i = 0; requires && i < requires->nr; i++) {
		enum tri t = meet_one(fs, requires->items[i], &here);

		if (t == TRI_YES)
			continue;
		if (t == TRI_NO || all == TRI_YES)
			*which = here;
		all = t;
		if (t == TRI_NO)
			break;
	}
	return all;
}

void features_from_host(struct features *fs, uint32_t physcaps, uint32_t cpuid_1c,
			uint32_t cpuid_e1c, unsigned int nr_cpus, unsigned int threads_per_core)
{
	bool svm = cpuid_e1c >> 2 & 1, vmx = cpuid_1c >> 5 & 1;
	bool hvm = physcaps & XEN_SYSCTL_PHYSCAP_hvm;

	/* Neither: switched off in the firmware, which tells nothing of the vendor. */
	if (svm || vmx) {
		feature_set(fs, FEATURE_VENDOR_AMD, svm);
		feature_set(fs, FEATURE_VENDOR_INTEL, vmx);
	}
	feature_set(fs, FEATURE_GUEST_PV, physcaps & XEN_SYSCTL_PHYSCAP_pv);
	feature_set(fs, FEATURE_GUEST_HVM, hvm);
	feature_set(fs, FEATURE_GUEST_PVH, hvm);
	feature_set(fs, FEATURE_HAP, physcaps & XEN_SYSCTL_PHYSCAP_hap);
	feature_set(fs, FEATURE_SHADOW, physcaps & XEN_SYSCTL_PHYSCAP_shadow);
	feature_set(fs, FEATURE_IOMMU, physcaps & XEN_SYSCTL_PHYSCAP_directio);
	feature_set(fs, FEATURE_VPMU, physcaps & XEN_SYSCTL_PHYSCAP_vpmu);
	feature_set(fs, FEATURE_VMTRACE, physcaps & XEN_SYSCTL_PHYSCAP_vmtrace);
	feature_set(fs, FEATURE_GNTTAB_V1, physcaps & XEN_SYSCTL_PHYSCAP_gnttab_v1);
	feature_set(fs, FEATURE_GNTTAB_V2, physcaps & XEN_SYSCTL_PHYSCAP_gnttab_v2);
	feature_set(fs, FEATURE_SMP, nr_cpus > 1);
	feature_set(fs, FEATURE_SMT, threads_per_core > 1);
}
