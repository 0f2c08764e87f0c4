/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * One vCPU never stops writing to pages that another gives back to the hypervisor.
 * From then on the writer has nothing there and is stopped; what it must not do is
 * reach, by an old translation, the page of whoever has got the memory since.
 */
#include "lib.h"

#include <xen/memory.h>

const char test_name[] = "free-race";

#define PAGES	 64u
#define VICTIM	 0x8000ul /* guest frames without RAM in 16 MiB */
#define NEXT	 0x9000ul
#define LOOK_NS	 500000000ull
#define PATTERN	 0x5ca1ab1eul
#define LIVES_NS 2000000000ull

static volatile uint32_t writing;

static long change(unsigned int cmd, unsigned long first)
{
	static xen_pfn_t list[PAGES];
	struct xen_memory_reservation r = {.nr_extents = PAGES, .domid = DOMID_SELF};

	for (unsigned int i = 0; i < PAGES; i++)
		list[i] = first + i;
	set_xen_guest_handle(r.extent_start, list);
	return hypercall2(__HYPERVISOR_memory_op, cmd, &r);
}

static volatile unsigned long *word(unsigned long gfn)
{
	return (volatile unsigned long *)(gfn << 12);
}

static void writer(unsigned int cpu)
{
	(void)cpu;
	for (;;) {
		for (unsigned int i = 0; i < PAGES; i++)
			*word(VICTIM + i) = PATTERN;
		writing = 1;
	}
}

void test_main(void)
{
	uint64_t end;

	/* The guest's limit is what it has. */
	check(change(XENMEM_decrease_reservation, 0xc00) == PAGES, "cannot make room");
	check(change(XENMEM_populate_physmap, VICTIM) == PAGES, "cannot populate");
	ap_start(1, writer);
	check(wait_flag(&writing, LIVES_NS), "the writer does not run");
	expect_end("crash");
	check(change(XENMEM_decrease_reservation, VICTIM) == PAGES, "cannot give back");
	check(change(XENMEM_populate_physmap, NEXT) == PAGES, "cannot take");
	end = now_ns() + LOOK_NS;
	irq_on();
	do
		for (unsigned int i = 0; i < PAGES; i++)
			check(*word(NEXT + i) != PATTERN, "a page given back is still written to");
	while (now_ns() < end);
	fail("the writer was not stopped");
}
