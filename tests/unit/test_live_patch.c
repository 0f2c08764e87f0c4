/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>

#include "live_patch.h"

static struct live_patch p;

static void read_it(const char *metadata, size_t len)
{
	live_patch_free(&p);
	cr_assert(live_patch_read(&p, "hot", LIVE_PATCH_APPLIED, metadata, len));
}
#define READ(text) read_it(text, sizeof(text))

Test(live_patch, metadata)
{
	READ("advisory=xsa-191\0cve=CVE-2016-9386\0fixes=one, two;three\0builder=me\0date=1");
	cr_assert_str_eq(p.name, "hot");
	cr_assert_eq(p.state, LIVE_PATCH_APPLIED);
	cr_assert(live_patch_fixes(&p, "XSA-191"));
	cr_assert(live_patch_fixes(&p, "CVE-2016-9386"));
	cr_assert(live_patch_fixes(&p, "one"));
	cr_assert(live_patch_fixes(&p, "two"));
	cr_assert(live_patch_fixes(&p, "three"));
	cr_assert_not(live_patch_fixes(&p, "me"));
	cr_assert_eq(p.fixes->nr, 5);
	live_patch_free(&p);
}

Test(live_patch, repeated_keys_and_words)
{
	READ("advisory=191,192\0advisory=XSA-193 191\0");
	cr_assert_eq(p.fixes->nr, 3);
	cr_assert(live_patch_fixes(&p, "XSA-193"));
	live_patch_free(&p);
}

Test(live_patch, whatever_a_file_holds)
{
	read_it("", 0);
	cr_assert_eq(p.fixes->nr, 0);
	read_it("advisory=XSA-1", 14); /* without its NUL */
	cr_assert(live_patch_fixes(&p, "XSA-1"));
	READ("advisory=");
	cr_assert_eq(p.fixes->nr, 0);
	READ("advisory");
	cr_assert_eq(p.fixes->nr, 0);
	READ("advisory=,,, ,\0\0\0\0advisory=XSA-2");
	cr_assert_eq(p.fixes->nr, 1);
	READ("advisory=XSA-1\nforged\0xadvisory=XSA-3");
	cr_assert_eq(p.fixes->nr, 0, "a word with a newline is none");
	READ("fixes=0123456789012345678901234567890123456789012345678901234567890123456789"
	     "0123456789012345678901234567890123456789");
	cr_assert_eq(p.fixes->nr, 0);
	live_patch_free(&p);
}

Test(live_patch, long_name_is_cut)
{
	char name[300];

	memset(name, 'x', sizeof(name) - 1);
	name[299] = '\0';
	cr_assert(live_patch_read(&p, name, LIVE_PATCH_STORED, NULL, 0));
	cr_assert_eq(strlen(p.name), LIVE_PATCH_NAME - 1);
	live_patch_free(&p);
}
