/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Pages go and come back, in ones and in runs, while another vCPU works on the rest
 * of the memory: nothing of that changes, and what comes back is clean.
 */
#include "lib.h"

#include <xen/memory.h>

const char test_name[] = "balloon";

#define REGION	0xa00ul /* 2 MiB that breathe */
#define PAGES	512u
#define WORK	0x800ul /* 2 MiB that the other vCPU works on */
#define ROUNDS	300u
#define LIVE_NS 5000000000ull

static volatile uint32_t laps, spoilt;
static uint32_t seed = 12345;

static uint32_t any(uint32_t below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

static volatile unsigned long *word(unsigned long gfn)
{
	return (volatile unsigned long *)(gfn << 12) + 7;
}

static void change(unsigned int cmd, unsigned long first, unsigned int n)
{
	static xen_pfn_t list[PAGES];
	struct xen_memory_reservation r = {.nr_extents = n, .domid = DOMID_SELF};
	long ret;

	for (unsigned int i = 0; i < n; i++)
		list[i] = first + i;
	set_xen_guest_handle(r.extent_start, list);
	ret = hypercall2(__HYPERVISOR_memory_op, cmd, &r);
	check(ret == (long)n, "operation %u on %u pages: %ld", cmd, n, ret);
}

static void worker(unsigned int cpu)
{
	unsigned long lap = 0;

	(void)cpu;
	for (unsigned int i = 0; i < PAGES; i++)
		*word(WORK + i) = i;
	for (;; lap++, laps++)
		for (unsigned int i = 0; i < PAGES; i++) {
			if (*word(WORK + i) != lap * PAGES + i)
				spoilt = 1;
			*word(WORK + i) = (lap + 1) * PAGES + i;
		}
}

static void breathe(unsigned int round)
{
	/* At first only parts, so that frames stay near to which the others fit. */
	bool all = round > ROUNDS / 2 && round % 3 == 0;
	unsigned int n = all ? PAGES : 1 + any(64), first = all ? 0 : any(PAGES - n);

	change(XENMEM_decrease_reservation, REGION + first, n);
	change(XENMEM_populate_physmap, REGION + first, n);
	for (unsigned int i = 0; i < PAGES; i++) {
		bool fresh = i >= first && i < first + n;
		unsigned long value = *word(REGION + i);

		check(value == (fresh ? 0 : REGION + i), "round %u, page %u: 0x%lx", round, i,
		      value);
		*word(REGION + i) = REGION + i;
	}
}

void test_main(void)
{
	domid_t self = DOMID_SELF;
	long before = hypercall2(__HYPERVISOR_memory_op, XENMEM_current_reservation, &self);
	uint32_t lap;

	for (unsigned int i = 0; i < PAGES; i++)
		*word(REGION + i) = REGION + i;
	ap_start(1, worker);
	check(wait_flag(&laps, LIVE_NS), "the other vCPU does not work");
	lap = laps;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		breathe(round);
		check(!spoilt, "round %u changed the other vCPU's memory", round);
	}
	for (uint64_t end = now_ns() + LIVE_NS; laps == lap && now_ns() < end;)
		wait_flag(&spoilt, 1000000);
	check(laps != lap, "the other vCPU stands still");
	check(!spoilt, "the other vCPU's memory changed");
	check(hypercall2(__HYPERVISOR_memory_op, XENMEM_current_reservation, &self) == before,
	      "the reservation has changed");
	pass();
}
