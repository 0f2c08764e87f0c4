/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>

#include "advisory_id.h"

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
