/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A fault without a way to handle it ends the domain; Xen calls that a reboot. */
#include "lib.h"

const char test_name[] = "triple-fault";

void test_main(void)
{
	struct desc_ptr empty = {0, 0};

	expect_end("reboot");
	asm volatile("lidt %0; ud2" ::"m"(empty));
	fail("still here");
}
