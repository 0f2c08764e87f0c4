/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/console_ring.h>
#include <hv/printk.h>
#include "host.h"

static void boot(void)
{
	uint32_t index = 0;
	char junk[4096];

	host_boot(1, 16);
	while (console_ring_read(junk, sizeof(junk), &index, false, true))
		;
}

TestSuite(console_ring, .init = boot);

static void put(const char *s)
{
	console_lock();
	console_ring_put(s, strlen(s));
	console_unlock();
}

Test(console_ring, incremental_reader_gets_each_byte_once)
{
	char buf[64];
	uint32_t index = 0;

	put("hello ");
	cr_assert_eq(console_ring_read(buf, 4, &index, false, false), 4);
	cr_assert_eq(memcmp(buf, "hell", 4), 0);
	put("world");
	cr_assert_eq(console_ring_read(buf, sizeof(buf), &index, true, false), 7);
	cr_assert_eq(memcmp(buf, "o world", 7), 0);
	cr_assert_eq(console_ring_read(buf, sizeof(buf), &index, true, false), 0);
}

Test(console_ring, plain_reader_sees_all_until_cleared)
{
	char buf[64];
	uint32_t index = 1234;

	put("abc");
	cr_assert_eq(console_ring_read(buf, sizeof(buf), &index, false, false), 3);
	cr_assert_eq(console_ring_read(buf, sizeof(buf), &index, false, true), 3);
	cr_assert_eq(console_ring_used(), 0);
	cr_assert_eq(console_ring_read(buf, sizeof(buf), &index, false, false), 0);
}

Test(console_ring, clearing_keeps_what_did_not_fit)
{
	char buf[2];
	uint32_t index = 0;

	put("abc");
	cr_assert_eq(console_ring_read(buf, 2, &index, false, true), 2);
	cr_assert_eq(console_ring_used(), 1);
}

Test(console_ring, overwritten_bytes_are_skipped)
{
	static char buf[1 << 17];
	uint32_t index = 0;
	size_t n;

	put("first");
	console_ring_read(buf, 1, &index, false, false);
	for (unsigned int i = 0; i < 10000; i++)
		put("0123456789");
	n = console_ring_read(buf, sizeof(buf), &index, true, false);
	cr_assert_eq(n, 16384);
	cr_assert_eq(buf[n - 1], '9');
	cr_assert_eq(buf[n - 16384], '6');
}

Test(console_ring, growing_keeps_the_text)
{
	static char buf[1 << 17];
	uint32_t index = 0;
	size_t n;

	for (unsigned int i = 0; i < 10000; i++)
		put("0123456789");
	console_ring_resize(100000);
	for (unsigned int i = 0; i < 10000; i++)
		put("abcdefghij");
	n = console_ring_read(buf, sizeof(buf), &index, false, false);
	cr_assert_eq(n, 16384 + 100000);
	cr_assert_eq(memcmp(buf + 16384 - 4, "6789abcd", 8), 0);
}
