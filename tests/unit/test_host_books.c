/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-host's books on what clients have: arena, frames, grants, ports. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "frames.h"
#include "grants.h"
#include "ports.h"

/* --- arena --------------------------------------------------------------------- */

Test(arena, gives_adjoining_pages_and_takes_them_back)
{
	struct arena a;

	cr_assert(zero(int, arena_init(&a, 100, 10)));
	cr_assert(eq(i64, arena_alloc(&a, 1, 0, 5), 10), "what is reserved is never given out");
	cr_assert(eq(i64, arena_alloc(&a, 2, 0, 5), 15));
	cr_assert(eq(int, arena_free(&a, 2, 10, 5), -EINVAL), "not its own");
	cr_assert(eq(int, arena_free(&a, 1, 10, 6), -EINVAL));
	cr_assert(eq(int, arena_free(&a, 1, 99, 2), -EINVAL));
	cr_assert(eq(int, arena_free(&a, 1, UINT64_MAX, 2), -EINVAL));
	cr_assert(zero(int, arena_free(&a, 1, 10, 5)));
	cr_assert(eq(i64, arena_alloc(&a, 3, 0, 6), 20), "does not fit the gap");
	cr_assert(eq(i64, arena_alloc(&a, 3, 6, 4), 26));
	arena_release(&a, 3);
	arena_release(&a, 2);
	cr_assert(eq(i64, arena_alloc(&a, 4, 0, 50), 10));
	arena_fini(&a);
}

Test(arena, limits)
{
	struct arena a;

	cr_assert(zero(int, arena_init(&a, 100, 0)));
	cr_assert(eq(i64, arena_alloc(&a, 1, 0, 0), -ENOMEM));
	cr_assert(eq(i64, arena_alloc(&a, 1, 0, 51), -ENOMEM), "half is one owner's most");
	cr_assert(eq(i64, arena_alloc(&a, 1, 0, 50), 0));
	cr_assert(eq(i64, arena_alloc(&a, 1, 50, 1), -ENOMEM));
	cr_assert(eq(i64, arena_alloc(&a, 2, 0, 50), 50));
	cr_assert(eq(i64, arena_alloc(&a, 3, 0, 1), -ENOMEM));
	cr_assert(zero(int, arena_free(&a, 1, 7, 1)));
	cr_assert(eq(i64, arena_alloc(&a, 3, 0, 1), 7));
	arena_fini(&a);
}

/* --- frames ----------------------------------------------------------------------- */

Test(frames, counts_references)
{
	struct frames f = {0};

	cr_assert(eq(int, frames_remove(&f, 1), -EINVAL));
	cr_assert(zero(int, frames_reserve(&f, 2)));
	frames_add(&f, 7);
	frames_add(&f, 7);
	cr_assert(zero(int, frames_remove(&f, 7)));
	cr_assert(zero(int, frames_remove(&f, 7)));
	cr_assert(eq(int, frames_remove(&f, 7), -EINVAL));
	frames_fini(&f);
}

static unsigned int count[512];

static uint64_t frame(unsigned int i)
{
	return (uint64_t)i << 20; /* far apart, so that they collide */
}

static void add_one(struct frames *f, unsigned int i)
{
	cr_assert(zero(int, frames_reserve(f, 1)));
	frames_add(f, frame(i));
	count[i]++;
}

static void remove_one(struct frames *f, unsigned int i)
{
	int rc = frames_remove(f, frame(i));

	cr_assert(eq(int, rc, count[i] ? 0 : -EINVAL));
	count[i] -= rc ? 0 : 1;
}

/* Against plain counters, with collisions and growth. */
Test(frames, behaves_like_counters)
{
	struct frames f = {0};
	uint64_t drained[100];
	unsigned int i;
	size_t n, k;

	srand(1);
	for (i = 0; i < 100000; i++) {
		if (rand() % 2)
			add_one(&f, (unsigned int)rand() % 512);
		else
			remove_one(&f, (unsigned int)rand() % 512);
	}
	while ((n = frames_drain(&f, drained, 100)))
		for (k = 0; k < n; k++)
			count[drained[k] >> 20]--;
	for (i = 0; i < 512; i++)
		cr_assert(zero(uint, count[i]));
	frames_fini(&f);
}

/* --- grants ------------------------------------------------------------------------ */

Test(grants, are_found_by_handle)
{
	struct grants g = {0};
	uint32_t i;

	cr_assert(eq(ptr, grants_find(&g, 0), NULL));
	for (i = 0; i < 100; i++) {
		cr_assert(zero(int, grants_reserve(&g, 1)));
		grants_add(&g, &(struct grant){.handle = i, .mfn = i * 2});
	}
	cr_assert(eq(u64, grants_find(&g, 42)->mfn, 84));
	cr_assert(eq(ptr, grants_find(&g, 42 + (1ULL << 32)), NULL));
	grants_remove(&g, grants_find(&g, 42));
	cr_assert(eq(ptr, grants_find(&g, 42), NULL));
	cr_assert(eq(u64, grants_find(&g, 99)->mfn, 198));
	cr_assert(eq(sz, g.nr, 99));
	grants_fini(&g);
}

/* --- ports --------------------------------------------------------------------------- */

static shared_info_t shared;
static struct ports ports;
/* Two that are only compared. */
static struct client *const alice = (struct client *)&shared, *const bob = (struct client *)&ports;
static unsigned int delivered[PORTS_MAX];
static struct client *last;

static void deliver(struct client *owner, uint32_t port)
{
	delivered[port]++;
	last = owner;
}

static void fresh(void)
{
	memset(&shared, 0, sizeof(shared));
	memset(delivered, 0, sizeof(delivered));
	ports_init(&ports, &shared, deliver);
}

static void raise_event(uint32_t port)
{
	shared.evtchn_pending[port / 64] |= 1UL << (port % 64);
	shared.vcpu_info[0].evtchn_pending_sel |= 1UL << (port / 64);
	shared.vcpu_info[0].evtchn_upcall_pending = 1;
	ports_scan(&ports);
}

TestSuite(ports, .init = fresh);

Test(ports, deliver_once_until_unmasked)
{
	cr_assert(zero(int, ports_add(&ports, 4095, alice)));
	raise_event(4095);
	raise_event(4095);
	cr_assert(eq(uint, delivered[4095], 1));
	cr_assert(eq(ptr, last, alice));
	cr_assert(zero(int, shared.vcpu_info[0].evtchn_upcall_pending));
	cr_assert(zero(u64, shared.vcpu_info[0].evtchn_pending_sel));
	ports_unmask(&ports, 4095);
	cr_assert(eq(uint, delivered[4095], 2), "the second came meanwhile");
	ports_unmask(&ports, 4095);
	cr_assert(eq(uint, delivered[4095], 2));
	cr_assert(eq(int, ports_add(&ports, 4096, alice), -ERANGE));
}

Test(ports, wait_for_their_owner)
{
	raise_event(3);
	cr_assert(zero(uint, delivered[3]));
	cr_assert(zero(int, ports_add(&ports, 3, bob)));
	cr_assert(eq(uint, delivered[3], 1), "it came before the binding was known");
}

Test(ports, start_afresh_after_removal)
{
	cr_assert(zero(int, ports_add(&ports, 3, alice)));
	raise_event(3);
	raise_event(3);
	cr_assert(ports_remove(&ports, 3));
	cr_assert(zero(int, ports_add(&ports, 3, bob)));
	cr_assert(eq(uint, delivered[3], 1), "the event of the one before is gone");
	raise_event(3);
	cr_assert(eq(uint, delivered[3], 2), "and its mask too");
	cr_assert(eq(ptr, last, bob));
	cr_assert(eq(int, ports_next(&ports, bob), 3));
	cr_assert(eq(int, ports_next(&ports, alice), -1));
}

Test(ports, stay_open_for_grants_that_notify)
{
	cr_assert(eq(int, ports_use(&ports, 3), -EINVAL), "nobody's");
	cr_assert(zero(int, ports_add(&ports, 3, alice)));
	cr_assert(zero(int, ports_use(&ports, 3)));
	cr_assert(zero(int, ports_use(&ports, 3)));
	cr_assert(not(ports_remove(&ports, 3)));
	cr_assert(not(ports_unuse(&ports, 3)));
	cr_assert(ports_unuse(&ports, 3), "the last one: close it");
	cr_assert(zero(int, ports_add(&ports, 4, alice)));
	cr_assert(zero(int, ports_use(&ports, 4)));
	cr_assert(not(ports_unuse(&ports, 4)), "its owner still has it");
	cr_assert(ports_remove(&ports, 4));
}
