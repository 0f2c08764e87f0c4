/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Memory that is not there: nothing of anybody's may show, and nobody else may
 * notice.  What reads there find is for the hypervisor to choose: ones, or the
 * end of this domain. */
#include "lib.h"

const char test_name[] = "unmapped";

/* Between the end of low RAM and the ACPI tables. */
#define HOLE 0xd0000000ul

void test_main(void)
{
	volatile unsigned long *hole = (unsigned long *)HOLE;
	unsigned long value;

	expect_end("crash");
	value = *hole;
	check(value == ~0ul, "a hole reads as 0x%lx", value);
	*hole = 0;
	value = *hole;
	check(value == ~0ul, "a hole keeps what is written: 0x%lx", value);
	pass();
}
