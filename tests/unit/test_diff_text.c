/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Which parts of a patch a live patch is made of. */
#include <criterion/criterion.h>
#include <string.h>
#include "livepatch/diff_text.h"

static struct patch_error err;

static struct diff_text selected(const char *text)
{
	struct diff_text d;

	err.text[0] = 0;
	cr_assert_eq(diff_text_select(text, strlen(text), &d, &err), 0, "%s", err.text);
	return d;
}

static void refused(const char *text, const char *why)
{
	struct diff_text d;

	err.text[0] = 0;
	cr_assert_eq(diff_text_select(text, strlen(text), &d, &err), -1);
	cr_assert(strstr(err.text, why), "'%s' instead of '%s'", err.text, why);
	cr_assert_null(d.text);
}

#define HV "--- a/hypervisor/x.c\n+++ b/hypervisor/x.c\n@@ -1 +1 @@\n-a\n+b\n"

Test(diff_text, the_hypervisors_parts_stay)
{
	struct diff_text d =
		selected("From: me\n\n---\n tests/t.sh | 1 +\n\n"
			 "diff --git a/tests/t.sh b/tests/t.sh\n"
			 "--- a/tests/t.sh\n+++ b/tests/t.sh\n@@ -0,0 +1,2 @@\n+1\n+2\n"
			 "diff --git a/hypervisor/x.c b/hypervisor/x.c\n" HV
			 "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-a\n+b\n-- \n2.39\n");

	cr_assert_eq(d.files, 1);
	cr_assert_eq(d.left_out, 2);
	cr_assert_eq(d.len, strlen(HV));
	cr_assert_arr_eq(d.text, HV, d.len);
	diff_text_free(&d);
}

/* Lines of a hunk may look like headers: a comment that goes, "-- a/x". */
Test(diff_text, lines_of_hunks_are_no_headers)
{
	static const char text[] = "--- a/hypervisor/x.c\n+++ b/hypervisor/x.c\n@@ -1,2 +1,2 @@\n"
				   "--- a/tests/y\n+++ b/tests/y\n z\n";
	struct diff_text d = selected(text);

	cr_assert_eq(d.files, 1);
	cr_assert_eq(d.len, strlen(text));
	diff_text_free(&d);
}

Test(diff_text, new_and_deleted_files_and_missing_newlines)
{
	struct diff_text d = selected("--- /dev/null\n+++ b/hypervisor/new.c\n@@ -0,0 +1 @@\n+a\n"
				      "--- a/hypervisor/old.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
				      "\\ No newline at end of file\n--- a/CMakeLists.txt\n"
				      "+++ b/CMakeLists.txt\n@@ -1 +1,2 @@\n a\n+b\n");

	cr_assert_eq(d.files, 3);
	cr_assert(strstr(d.text, "\\ No newline"));
	diff_text_free(&d);
}

Test(diff_text, refusals)
{
	refused("", "no unified diff");
	refused("hello\n", "no unified diff");
	refused("--- a/tests/x\n+++ b/tests/x\n@@ -1 +1 @@\n-a\n+b\n",
		"changes nothing of the hypervisor");
	refused("--- a/hypervisor/x.c\nhello\n", "'---' without '+++'");
	refused("--- a/hypervisor/../../etc/x\n+++ b/hypervisor/../../etc/x\n@@ -1 +1 @@\n-a\n+b\n",
		"not below the tree");
	refused("--- a//etc/x\n+++ b//etc/x\n@@ -1 +1 @@\n-a\n+b\n", "not below the tree");
	refused("--- x\n+++ x\n@@ -1 +1 @@\n-a\n+b\n", "not below the tree");
	refused("--- a/hypervisor/x.c\n+++ b/hypervisor/x.c\n@@ what @@\n", "malformed hunk");
}
