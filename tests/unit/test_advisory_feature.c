/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "feature.h"

#include <xen/sysctl.h>

static struct json *list_of(const char *text)
{
	struct json *v = json_parse(text, strlen(text), NULL, NULL, 0);

	cr_assert_not_null(v, "%s", text);
	return v;
}

static enum tri meets(const struct features *fs, const char *requires, const char **which)
{
	static char copy[64];
	struct json *v = list_of(requires);
	const char *at = "";
	enum tri t = features_meet(fs, v, &at);

	strcpy(copy, at);
	if (which)
		*which = copy;
	json_free(v);
	return t;
}

Test(feature, every_name_is_known_and_unique)
{
	int a, b;

	for (a = 0; a < NR_FEATURES; a++) {
		cr_assert_not_null(feature_name(a));
		cr_assert(feature_predicate_known(feature_name(a)));
		for (b = 0; b < a; b++)
			cr_assert_str_neq(feature_name(a), feature_name(b));
	}
	cr_assert(feature_predicate_known("!guest:pv"));
	cr_assert_not(feature_predicate_known("guest:vax"));
	cr_assert_not(feature_predicate_known("!!guest:pv"));
	cr_assert_not(feature_predicate_known(""));
}

Test(feature, three_values)
{
	struct features fs = {0};
	const char *which;

	feature_set(&fs, FEATURE_GUEST_PVH, true);
	feature_set(&fs, FEATURE_GUEST_PV, false);
	cr_assert_eq(meets(&fs, "[]", NULL), TRI_YES);
	cr_assert_eq(meets(&fs, "[\"guest:pvh\",\"!guest:pv\"]", NULL), TRI_YES);
	cr_assert_eq(meets(&fs, "[\"guest:pv\"]", &which), TRI_NO);
	cr_assert_str_eq(which, "guest:pv");
	cr_assert_eq(meets(&fs, "[\"option:smt\"]", &which), TRI_UNKNOWN);
	cr_assert_str_eq(which, "option:smt");
	cr_assert_eq(meets(&fs, "[\"!option:smt\"]", NULL), TRI_UNKNOWN);
	/* A sure no beats what is not known, wherever it stands. */
	cr_assert_eq(meets(&fs, "[\"option:smt\",\"guest:pv\"]", &which), TRI_NO);
	cr_assert_str_eq(which, "guest:pv");
	cr_assert_eq(meets(&fs, "[\"guest:pvh\",\"option:smt\"]", &which), TRI_UNKNOWN);
	/* Any of an inner list. */
	cr_assert_eq(meets(&fs, "[[\"guest:pv\",\"guest:pvh\"]]", NULL), TRI_YES);
	cr_assert_eq(meets(&fs, "[[\"guest:pv\",\"option:smt\"]]", &which), TRI_UNKNOWN);
	cr_assert_str_eq(which, "option:smt");
	cr_assert_eq(meets(&fs, "[[\"option:smt\",\"guest:pv\"]]", NULL), TRI_UNKNOWN);
	cr_assert_eq(meets(&fs, "[[\"guest:pv\",\"!guest:pvh\"]]", NULL), TRI_NO);
	feature_set(&fs, FEATURE_GUEST_PVH, false);
	cr_assert_eq(meets(&fs, "[\"guest:pvh\"]", NULL), TRI_NO);
}

Test(feature, from_the_hypervisor)
{
	struct features fs = {0};

	features_from_host(&fs, XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_gnttab_v2, 0, 1 << 2, 4,
			   2);
	cr_assert_eq(feature_get(&fs, FEATURE_VENDOR_AMD), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_VENDOR_INTEL), TRI_NO);
	cr_assert_eq(feature_get(&fs, FEATURE_GUEST_PVH), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_GUEST_PV), TRI_NO);
	cr_assert_eq(feature_get(&fs, FEATURE_GNTTAB_V2), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_GNTTAB_V1), TRI_NO);
	cr_assert_eq(feature_get(&fs, FEATURE_SMP), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_SMT), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_PYGRUB), TRI_UNKNOWN);
	fs = (struct features){0};
	features_from_host(&fs, XEN_SYSCTL_PHYSCAP_pv, 1 << 5, 0, 1, 1);
	cr_assert_eq(feature_get(&fs, FEATURE_VENDOR_INTEL), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_GUEST_PV), TRI_YES);
	cr_assert_eq(feature_get(&fs, FEATURE_GUEST_HVM), TRI_NO);
	cr_assert_eq(feature_get(&fs, FEATURE_SMP), TRI_NO);
	fs = (struct features){0};
	features_from_host(&fs, 0, 0, 0, 1, 1);
	cr_assert_eq(feature_get(&fs, FEATURE_VENDOR_AMD), TRI_UNKNOWN);
}
