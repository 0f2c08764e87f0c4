/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/console_ring.h>
#include <hv/printk.h>
#include "host.h"

static void boot(void)
{
	host_boot(1, 16);
	host.console_len = 0;
	memset(host.console, 0, sizeof(host.console));
}

TestSuite(printk, .init = boot);

#define EXPECT(text, ...)                                                                          \
	do {                                                                                       \
		char buf_[128];                                                                    \
		int n_ = hv_snprintf(buf_, sizeof(buf_), __VA_ARGS__);                             \
		cr_assert_str_eq(buf_, text);                                                      \
		cr_assert_eq(n_, (int)strlen(text));                                               \
	} while (0)

Test(printk, formats_as_documented)
{
	const char *volatile nothing = NULL;

	EXPECT("a b %", "%c %s %%", 'a', "b");
	EXPECT("-5 5 4294967295", "%d %i %u", -5, 5, 4294967295u);
	EXPECT("-9223372036854775808", "%ld", INT64_MIN);
	EXPECT("18446744073709551615", "%lu", UINT64_MAX);
	EXPECT("deadbeef DEADBEEF", "%x %X", 0xdeadbeefu, 0xdeadbeefu);
	EXPECT("00ff|  ff|ff  |", "%04x|%4x|%-4x|", 255, 255, 255);
	EXPECT("-007|  -7", "%04d|%4d", -7, -7);
	EXPECT("0", "%d", 0);
	EXPECT("abc|abc  |  abc", "%.3s|%-5s|%5s", "abcdef", "abc", "abc");
	EXPECT("(null)", "%s", nothing);
	EXPECT("0000000000001234", "%p", (void *)0x1234);
	EXPECT("7 7", "%zu %llu", (size_t)7, 7ULL);
}

Test(printk, long_output_is_cut_but_counted)
{
	char buf[8];

	cr_assert_eq(hv_snprintf(buf, sizeof(buf), "%s", "0123456789"), 10);
	cr_assert_str_eq(buf, "0123456");
	cr_assert_eq(hv_snprintf(NULL, 0, "%d", 1234), 4);
}

Test(printk, each_line_has_the_prefix_once)
{
	printk("one\ntwo");
	printk(" and a half\n");
	cr_assert_str_eq(host.console, "(XEN) one\n(XEN) two and a half\n");
}

Test(printk, levels_hide_and_vanish)
{
	console_set_level("error");
	printk("<0>shown\n");
	printk("hidden\n");
	printk("<3>hidden\n");
	console_set_level("all");
	printk("<3>shown too\n");
	cr_assert_str_eq(host.console, "(XEN) shown\n(XEN) shown too\n");
}

Test(printk, guests_cannot_flood)
{
	struct domain d = {.id = 7};
	unsigned int lines = 0;

	for (unsigned int i = 0; i < 1000; i++)
		gprintk(&d, "line %u\n", i);
	for (const char *p = host.console; (p = strstr(p, "(XEN) d7 line")); p++)
		lines++;
	cr_assert_eq(lines, 10);
	host_advance(6000000000LL);
	gprintk(&d, "later\n");
	cr_assert(strstr(host.console, "(XEN) d7: 990 more lines were dropped\n(XEN) d7 later\n"));
}

Test(printk, guest_text_is_escaped)
{
	struct domain d = {.id = 3};
	const char text[] = "a\x1b[2Jb\x9f\ttab\r\nsecond";

	console_guest_write(&d, text, sizeof(text) - 1);
	cr_assert_str_eq(host.console, "(XEN) (d3) a\\x1b[2Jb\\x9f\ttab\n(XEN) (d3) second\n");
}

Test(printk, long_guest_lines_stay_whole)
{
	struct domain d = {.id = 3};
	char text[300];

	memset(text, 1, sizeof(text));
	console_guest_write(&d, text, sizeof(text));
	cr_assert_eq(host.console_len, strlen("(XEN) (d3) \n") + 4 * sizeof(text));
	cr_assert_eq(strchr(host.console, '\n'), host.console + host.console_len - 1);
}
