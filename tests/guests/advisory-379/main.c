/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-255, 379, 384, 387: one vCPU changes the version of the grant table back and
 * forth, so that the status page comes and goes; both map it here and there all the
 * time.  What is left in the map at the end must be the table's: after the change to
 * version 1 no place may still show a page that is the hypervisor's again.
 */
#include "grant.h"

#include <xen/errno.h>

const char test_name[] = "advisory-379";

#define ROUNDS 600u
#define PLACES 4u
#define SECOND 1000000000ull
#define STATUS XENMAPIDX_grant_table_status

static volatile uint32_t stop, ended, mapped;

static void map_somewhere(uint32_t i)
{
	long ret = physmap_add(XENMAPSPACE_grant_table, STATUS, GRANT_STATUS + i % PLACES * PAGE);

	check(!ret || ret == -XEN_EINVAL || ret == -XEN_EBUSY, "add_to_physmap: %ld", ret);
	if (!ret)
		mapped++;
}

static void other_cpu(unsigned int cpu)
{
	for (uint32_t i = cpu; !stop; i++)
		map_somewhere(i);
	ended = 1;
	for (;;)
		asm volatile("cli; hlt");
}

/* How many places show anything. */
static unsigned int places(void)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < PLACES; i++)
		n += !physmap_remove(GRANT_STATUS + i * PAGE);
	return n;
}

void test_main(void)
{
	uint64_t end = now_ns() + 20 * SECOND; /* on a slow machine fewer will do */

	evtchn_init();
	grant_init();
	ap_start(1, other_cpu);
	for (uint32_t i = 0; i < 20 || (i < ROUNDS && now_ns() < end); i++) {
		check(!grant_version(2), "set_version 2 fails");
		map_somewhere(i / 2);
		check(!grant_version(1), "set_version 1 fails");
	}
	stop = 1;
	check(wait_flag(&ended, 20 * SECOND), "the other vCPU hangs");
	check(mapped, "no mappings");
	check(!places(), "a status page is still mapped in version 1");
	check(!grant_version(2), "set_version 2 fails");
	for (uint32_t i = 0; i < 100; i++)
		map_somewhere(i);
	check(places() == 1, "a status page is at more than one place");
	pass();
}
