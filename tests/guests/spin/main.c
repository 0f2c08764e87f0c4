/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A loop with interrupts off: costs its own time only, and can be destroyed. */
#include "lib.h"

const char test_name[] = "spin";

void test_main(void)
{
	expect_end("spin");
	irq_off();
	for (;;)
		asm volatile("pause");
}
