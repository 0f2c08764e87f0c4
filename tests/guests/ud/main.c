/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* An instruction that nobody has, in a kernel that does not expect it: its own
 * handler is missing, so the fault becomes a triple fault and a reboot. */
#include "lib.h"

const char test_name[] = "ud";

void test_main(void)
{
	struct desc_ptr empty = {0, 0};

	expect_end("reboot");
	asm volatile("lidt %0" ::"m"(empty));
	/* VMRUN: privileged, and undefined without SVM. */
	asm volatile(".byte 0x0f, 0x01, 0xd8" ::"a"(0x200000ul));
	fail("still here");
}
