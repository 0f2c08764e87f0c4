/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>

#include "advisory_id.h"
#include "xen_version.h"

static const char *parsed(const char *text)
{
	static char id[ADVISORY_ID_MAX];

	return advisory_id_parse(text, id) ? id : "(none)";
}

Test(advisory_id, one_spelling)
{
	static const char *const table[][2] = {
		{"XSA-191", "XSA-191"},
		{"xsa-191", "XSA-191"},
		{"XSA191", "XSA-191"},
		{"191", "XSA-191"},
		{"XSA-00191", "XSA-191"},
		{"cve-2016-9386", "CVE-2016-9386"},
		{"GHSA-ab12-cd34", "GHSA-AB12-CD34"},
		{"NACRE-2026-1", "NACRE-2026-1"},
		{"", "(none)"},
		{"XSA-", "(none)"},
		{"XSA", "(none)"},
		{"-1", "(none)"},
		{"X--1", "(none)"},
		{"1-X", "(none)"},
		{"XSA-1 ", "(none)"},
		{"XSA-1\n", "(none)"},
		{"../XSA-1", "(none)"},
		{"XSA-99999999", "XSA-99999999"},
		{"A-0123456789012345678901234567890123456789012345", "(none)"},
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		cr_assert_str_eq(parsed(table[i][0]), table[i][1], "%s", table[i][0]);
	cr_assert_eq(advisory_id_xsa("XSA-191"), 191);
	cr_assert_eq(advisory_id_xsa("XSA-99999999"), -1);
	cr_assert_eq(advisory_id_xsa("CVE-2016-9386"), -1);
}

Test(advisory_id, order_is_by_number)
{
	cr_assert_lt(advisory_id_compare("XSA-29", "XSA-108"), 0);
	cr_assert_gt(advisory_id_compare("XSA-198", "XSA-108"), 0);
	cr_assert_eq(advisory_id_compare("XSA-108", "XSA-108"), 0);
	cr_assert_lt(advisory_id_compare("CVE-2016-9386", "XSA-1"), 0);
	cr_assert_lt(advisory_id_compare("XSA-1", "XSA-1-A"), 0);
}

Test(advisory_id, cve)
{
	cr_assert(advisory_id_is_cve("CVE-2016-9386"));
	cr_assert(advisory_id_is_cve("CVE-2022-42311"));
	cr_assert_not(advisory_id_is_cve("CVE-2016-938"));
	cr_assert_not(advisory_id_is_cve("CVE-16-9386"));
	cr_assert_not(advisory_id_is_cve("CVE-2016-9386x"));
	cr_assert_not(advisory_id_is_cve("cve-2016-9386"));
}

Test(advisory_id, times)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: refused */
	} table[] = {
		{"1970-01-01", 0},
		{"2016-11-22", 1479772800},
		{"2016-11-22T12:00Z", 1479816000},
		{"2016-11-22T12:00:05Z", 1479816005},
		{"2016-11-22T12:00:05.123456Z", 1479816005},
		{"2016-11-22 12:00", -1},
		{"2016-11-22 12:00+00:00", 1479816000},
		{"2016-11-22T12:00:00+02:00", -1},
		{"2016-13-22", -1},
		{"2016-11-32", -1},
		{"2016-00-01", -1},
		{"1969-01-01", -1},
		{"16-11-22", -1},
		{"2016-1-2", -1},
		{"2016-11-22T25:00Z", -1},
		{"2016-11-22T12:61Z", -1},
		{"2016-11-22T12:00Zx", -1},
		{"soon", -1},
	};
	char text[ADVISORY_TIME_MAX];
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int64_t s = -1;

		cr_assert_eq(advisory_time_parse(table[i].text, &s), table[i].seconds >= 0, "%s",
			     table[i].text);
		cr_assert_eq(s, table[i].seconds, "%s", table[i].text);
	}
	advisory_time_print(1479816005, text);
	cr_assert_str_eq(text, "2016-11-22T12:00:05Z");
}

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

Test(advisory_id, releases)
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
