/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/cmdline.h>
#include "host.h"

static void boot(void)
{
	host_boot(1, 16);
	host.console_len = 0;
	memset(host.console, 0, sizeof(host.console));
}

TestSuite(cmdline, .init = boot);

Test(cmdline, every_kind_of_value)
{
	cmdline_parse("console=com1 conring_size=128 mem=0x10M  maxcpus=3 noreboot loglvl=all");
	cr_assert_str_eq(boot_options.console, "com1");
	cr_assert_str_eq(boot_options.loglvl, "all");
	cr_assert_eq(boot_options.conring_size, 128 << 10);
	cr_assert_eq(boot_options.mem, 16 << 20);
	cr_assert_eq(boot_options.maxcpus, 3);
	cr_assert(boot_options.noreboot);
	cr_assert_eq(host.console_len, 0);
	cmdline_parse("no-noreboot mem=2g");
	cr_assert_not(boot_options.noreboot);
	cr_assert_eq(boot_options.mem, 2ULL << 30);
	cmdline_parse("credit2_balance_over=-5 credit2_balance_under=2 sched=null");
	cr_assert_eq(boot_options.credit2_balance_over, -5);
	cr_assert_eq(boot_options.credit2_balance_under, 2);
	cr_assert_str_eq(boot_options.sched, "null");
	cmdline_parse("noreboot=on");
	cr_assert(boot_options.noreboot);
	cmdline_parse("noreboot=false mem=12B");
	cr_assert_not(boot_options.noreboot);
	cr_assert_eq(boot_options.mem, 12);
}

Test(cmdline, bad_words_are_told_and_ignored)
{
	static const char *const lines[] = {
		"nonsense",
		"no-maxcpus",
		"maxcpus",
		"maxcpus=",
		"maxcpus=3x",
		"maxcpus=4294967296",
		"maxcpus=-1",
		"credit2_cap_period_ms=0",
		"credit2_balance_over=-19",
		"credit2_balance_over=-",
		"sched_ratelimit_us=500001",
		"credit2_runqueue=everything",
		"mem=M",
		"mem=1Q",
		"mem=1MM",
		"mem=99999999999T",
		"noreboot=maybe",
		"console",
		"console=a,very,long,list,of,consoles,that,cannot,be",
	};
	struct boot_options before = boot_options;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		host.console_len = 0;
		cmdline_parse(lines[i]);
		cr_assert(strstr(host.console, "Command line: "), "%s", lines[i]);
	}
	cr_assert_eq(memcmp(&before, &boot_options, sizeof(before)), 0);
}

Test(cmdline, path_of_the_image_is_skipped)
{
	cmdline_parse("/boot/nacre.elf maxcpus=5");
	cr_assert_eq(boot_options.maxcpus, 5);
	cr_assert_eq(host.console_len, 0);
	cr_assert_str_eq(cmdline_saved, "/boot/nacre.elf maxcpus=5");
}

Test(cmdline, no_line_is_too_long)
{
	static char line[5000];

	memset(line, 'x', sizeof(line) - 1);
	cmdline_parse(line);
	cr_assert(strstr(host.console, "longer than 127"));
	cr_assert_eq(strlen(cmdline_saved), sizeof(cmdline_saved) - 1);
}
