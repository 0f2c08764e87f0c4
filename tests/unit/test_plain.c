/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "plain.h"

Test(plain, controls)
{
	cr_expect_eq(plain_control("a"), 0);
	cr_expect_eq(plain_control("\x1b[0m"), 1);
	cr_expect_eq(plain_control("\n"), 1);
	cr_expect_eq(plain_control("\x7f"), 1);
	cr_expect_eq(plain_control("\xc2\x9b"), 2);
	cr_expect_eq(plain_control("\xc2\xa0"), 0);
	cr_expect_eq(plain_control("\xc2"), 0);
	cr_expect_eq(plain_control(""), 1, "a NUL is one");
}

Test(plain, what_others_wrote, .init = cr_redirect_stderr)
{
	fprintf(plain_stderr(), "a '%s'\tb\n", "\x1b[31mred\xc2\x9b\x7f\r");
	fputs("\xc3\xa9 \xff \xc2\xa7\n", plain_stderr());
	fwrite("\xc2", 1, 1, plain_stderr());
	fwrite("\x9b", 1, 1, plain_stderr());
	fputs("", plain_stderr());
	fflush(stderr);
	cr_assert_stderr_eq_str("a '\\x1b[31mred\\xc2\\x9b\\x7f\\x0d'\tb\n"
				"\xc3\xa9 \xff \xc2\xa7\n"
				"\\xc2\x9b");
	cr_assert_eq(plain_stderr(), plain_stderr());
}
