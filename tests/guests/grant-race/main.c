/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The granter's side on one vCPU, the user's on the other, in both versions: the
 * granter offers and takes back as xen/grant_table.h says, the user maps, writes,
 * copies and unmaps.  A page that the granter got back is not written any more.
 */
#include "grant.h"

const char test_name[] = "grant-race";

#define ROUNDS 1000u
#define SECOND 1000000000ull

static volatile uint32_t page[1024] __attribute__((aligned(4096)));
static uint8_t source[4096] __attribute__((aligned(4096)));
static volatile uint32_t stop, ended, maps, copies, refused, steps;
static domid_t self;

static void use_once(uint32_t i)
{
	struct gnttab_copy copy = {.flags = GNTCOPY_dest_gref, .len = 4};
	volatile uint32_t *there = (void *)GRANT_MAPS;
	grant_handle_t h;
	int st;

	copy.source.u.gmfn = (uintptr_t)source / PAGE;
	copy.source.domid = DOMID_SELF;
	copy.dest.u.ref = 8;
	copy.dest.domid = self;
	if (i % 2) {
		check(!grant_op(GNTTABOP_copy, &copy, 1), "copy fails");
		copies += copy.status == GNTST_okay;
		return;
	}
	st = grant_map(self, 8, GRANT_MAPS, 0, &h);
	if (st != GNTST_okay) {
		check(st == GNTST_general_error, "map: %d", st);
		refused++;
		return;
	}
	*there = i | 1;
	maps++;
	check(grant_unmap(h, GRANT_MAPS) == GNTST_okay, "unmap fails");
}

static void other_cpu(unsigned int cpu)
{
	(void)cpu;
	memset(source, 0xff, sizeof(source));
	for (uint32_t i = 0; !stop; i++) {
		use_once(i);
		__atomic_add_fetch(&steps, 1, __ATOMIC_SEQ_CST);
	}
	ended = 1;
	for (;;)
		asm volatile("cli; hlt");
}

/* Unless it is in use: then it is still the user's. */
static bool take_back(bool v2)
{
	uint16_t flags;

	if (!v2) {
		flags = GTF_permit_access;
		return __atomic_compare_exchange_n(&GRANTS_V1[8].flags, &flags, 0, false,
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	}
	__atomic_store_n(&GRANTS_V2[8].hdr.flags, (uint16_t)0, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&STATUSES[8], __ATOMIC_SEQ_CST))
		return true;
	__atomic_store_n(&GRANTS_V2[8].hdr.flags, (uint16_t)GTF_permit_access, __ATOMIC_SEQ_CST);
	return false;
}

static void wait_steps(uint32_t n)
{
	uint32_t from = steps;

	while (steps - from < n)
		yield();
}

static void granter(bool v2)
{
	uint64_t end = now_ns() + 20 * SECOND; /* on a slow machine fewer will do */

	for (uint32_t i = 0; i < 50 || (i < ROUNDS && now_ns() < end); i++) {
		uint32_t spins = 0;

		if (v2)
			grant_page2(8, self, (void *)page, 0);
		else
			grant_page(8, self, (void *)page, 0);
		wait_steps(i % 3);
		for (; !take_back(v2); yield())
			check(++spins < 10000000, "round %u: in use for ever", i);
		page[0] = 0;
		/* Whoever had it mapped would have written by then. */
		wait_steps(2);
		check(!page[0], "round %u: written to after it was taken back", i);
	}
}

void test_main(void)
{
	evtchn_init();
	grant_init();
	self = own_domid();
	for (int v2 = 0; v2 < 2; v2++) {
		if (v2) {
			check(!grant_version(2), "set_version fails");
			check(!physmap_add(XENMAPSPACE_grant_table, XENMAPIDX_grant_table_status,
					   GRANT_STATUS),
			      "no status page");
		}
		stop = ended = maps = copies = 0;
		ap_start(1, other_cpu);
		granter(v2);
		stop = 1;
		check(wait_flag(&ended, 20 * SECOND), "the user hangs");
		check(maps && copies, "%u maps and %u copies", maps, copies);
	}
	pass();
}
