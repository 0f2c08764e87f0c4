/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>

#include "xen_version.h"

/* What @text contains of @releases (blank-separated): has, lacks or unknown. */
static enum version_verdict has(const char *text, const char *releases)
{
	struct json *list = json_new_array();
	enum version_verdict got;
	struct xen_version v;
	char copy[128], *word, *at = copy;

	strcpy(copy, releases);
	while ((word = strsep(&at, " ")))
		json_append(list, json_new_string(word));
	cr_assert(xen_version_parse(text, &v), "%s", text);
	got = xen_version_has(&v, list);
	json_free(list);
	return got;
}

Test(xen_version, releases)
{
	static const struct {
		const char *version, *releases;
		enum version_verdict want;
	} table[] = {
		{"4.17.7", "4.17.4", VERSION_HAS},
		{"4.17.4", "4.17.4", VERSION_HAS},
		{"4.17.3", "4.17.4", VERSION_LACKS},
		{"4.17.4-pre", "4.17.4", VERSION_UNKNOWN},
		{"4.17.3-pre", "4.17.4", VERSION_LACKS},
		{"4.17.5-pre", "4.17.4", VERSION_HAS},
		{"4.18.0", "4.17.4", VERSION_HAS},
		{"4.18.0", "4.17.4 4.18.2", VERSION_LACKS},
		{"4.18.2", "4.17.4 4.18.2", VERSION_HAS},
		{"4.19.0", "4.17.4 4.18.2", VERSION_HAS},
		{"4.16.9", "4.17.4", VERSION_UNKNOWN},
		{"4.17.0", "4.16.6 4.18.2", VERSION_UNKNOWN},
		{"4.17-rc1", "4.17.0", VERSION_UNKNOWN},
		{"5.0.0", "4.17.4", VERSION_HAS},
	};
	struct xen_version v;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		cr_assert_eq(has(table[i].version, table[i].releases), table[i].want, "%s in %s",
			     table[i].releases, table[i].version);
	cr_assert_not(xen_version_parse("unstable", &v));
	cr_assert(xen_version_parse("4.17.3", &v));
	cr_assert_eq(xen_version_before(&v, "4.17.4"), VERSION_HAS);
	cr_assert_eq(xen_version_before(&v, "4.17.3"), VERSION_LACKS);
	cr_assert_eq(xen_version_before(&v, "4.16.0"), VERSION_LACKS);
	cr_assert_eq(xen_version_before(&v, "4.18.0"), VERSION_HAS);
	cr_assert_eq(xen_version_before(&v, "?"), VERSION_UNKNOWN);
}
