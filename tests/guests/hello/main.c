/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The first guest: reach C, say so, power off. */
#include "lib.h"

#include <xen/version.h>

const char test_name[] = "hello";

void test_main(void)
{
	long version = hypercall2(__HYPERVISOR_xen_version, XENVER_version, NULL);

	print("Hello from a PVH guest on Xen %ld.%ld, command line \"%s\"\n", version >> 16,
	      version & 0xffff, cmdline());
	check(start_info()->magic == XEN_HVM_START_MAGIC_VALUE, "start info magic 0x%x",
	      start_info()->magic);
	check(start_info()->version >= 1 && start_info()->memmap_entries, "no memory map");
	pass();
}
