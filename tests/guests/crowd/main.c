/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* One of many: says hello once and sleeps for ever. */
#include "lib.h"

#include <xen/sched.h>

const char test_name[] = "crowd";

void test_main(void)
{
	struct sched_poll nothing = {.nr_ports = 0};

	print("hello from one of many\n");
	for (;;)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, &nothing);
}
