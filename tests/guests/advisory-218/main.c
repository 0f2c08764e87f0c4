/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-218, 224, 228: two vCPUs give back the same mapping at the same time, and take
 * and give back others meanwhile.  One of them may succeed, each time; then nothing is
 * in use, and no handle was given twice.
 */
#include "grant.h"

const char test_name[] = "advisory-218";

#define ROUNDS 500u
#define SECOND 1000000000ull
#define OWN    8u /* mappings that each vCPU makes and undoes besides */

static uint8_t page[4096] __attribute__((aligned(4096)));
static domid_t self;
static volatile uint32_t turn, done, wins[2];
static volatile grant_handle_t shared;

static void own_mappings(unsigned int cpu)
{
	unsigned long at = GRANT_MAPS + (16 + 16 * cpu) * PAGE;
	grant_handle_t h[OWN];

	for (unsigned int i = 0; i < OWN; i++)
		check(grant_map(self, 9, at + i * PAGE, GNTMAP_readonly, &h[i]) == GNTST_okay,
		      "vCPU %u cannot map", cpu);
	for (unsigned int i = 0; i < OWN; i++)
		check(grant_unmap(h[i], at + i * PAGE) == GNTST_okay,
		      "a mapping of vCPU %u was somebody else's", cpu);
}

static void race(unsigned int cpu, uint32_t round)
{
	while (__atomic_load_n(&turn, __ATOMIC_SEQ_CST) < round)
		yield();
	if (grant_unmap(shared, GRANT_MAPS) == GNTST_okay)
		wins[cpu]++;
	own_mappings(cpu);
}

static void other_cpu(unsigned int cpu)
{
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		race(cpu, i);
		__atomic_store_n(&done, i, __ATOMIC_SEQ_CST);
	}
	for (;;)
		asm volatile("cli; hlt");
}

void test_main(void)
{
	uint64_t end = now_ns() + 20 * SECOND; /* on a slow machine fewer will do */
	grant_handle_t h;

	evtchn_init();
	grant_init();
	self = own_domid();
	grant_page(8, self, page, 0);
	grant_page(9, self, page, GTF_readonly);
	ap_start(1, other_cpu);
	for (uint32_t i = 1; i <= 50 || (i <= ROUNDS && now_ns() < end); i++) {
		check(grant_map(self, 8, GRANT_MAPS, 0, &h) == GNTST_okay, "round %u: cannot map",
		      i);
		shared = h;
		__atomic_store_n(&turn, i, __ATOMIC_SEQ_CST);
		race(0, i);
		while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < i)
			yield();
		check(wins[0] + wins[1] == i, "round %u: %u mappings were undone", i,
		      wins[0] + wins[1]);
		check(!(GRANTS_V1[8].flags & (GTF_reading | GTF_writing)),
		      "round %u: flags 0x%x, but nothing is mapped", i, GRANTS_V1[8].flags);
	}
	check(!(GRANTS_V1[9].flags & GTF_reading), "flags 0x%x are left", GRANTS_V1[9].flags);
	/* Every count is zero again: otherwise the version could not be changed. */
	check(!grant_version(2), "something is still in use");
	pass();
}
