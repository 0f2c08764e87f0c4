/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/frame.h>
#include "host.h"

static void boot(void)
{
	host_boot(1, 64);
}

TestSuite(frame, .init = boot);

Test(frame, pages_are_cleared_and_come_back)
{
	uint64_t before = frames_free();
	char *p = pages_alloc(3);

	cr_assert(p);
	cr_assert_eq(frames_free(), before - 8);
	for (size_t i = 0; i < 8 * PAGE_SIZE; i++)
		cr_assert_eq(p[i], 0);
	memset(p, 0xaa, 8 * PAGE_SIZE);
	pages_free(p, 3);
	cr_assert_eq(frames_free(), before);
}

Test(frame, blocks_are_aligned_and_disjoint)
{
	void *seen[64];

	for (unsigned int i = 0; i < 64; i++) {
		seen[i] = pages_alloc(i % 6);
		cr_assert(seen[i]);
		cr_assert_eq(virt_to_mfn(seen[i]).v & ((1ULL << (i % 6)) - 1), 0);
		memset(seen[i], i + 1, PAGE_SIZE << (i % 6));
	}
	for (unsigned int i = 0; i < 64; i++)
		for (size_t k = 0; k < PAGE_SIZE << (i % 6); k += 512)
			cr_assert_eq(((char *)seen[i])[k], (char)(i + 1));
}

Test(frame, merging_restores_the_large_blocks)
{
	uint64_t before = frames_free();
	void *small[512];
	void *big;

	for (int i = 0; i < 512; i++)
		small[i] = pages_alloc(0);
	for (int i = 0; i < 512; i += 2)
		pages_free(small[i], 0);
	for (int i = 1; i < 512; i += 2)
		pages_free(small[i], 0);
	cr_assert_eq(frames_free(), before);
	big = pages_alloc(12); /* 16 MiB of the 64 */
	cr_assert(big);
	pages_free(big, 12);
}

Test(frame, exhaustion_fails_and_recovers)
{
	void *p;

	host_take_memory(0);
	cr_assert_null(pages_alloc(0));
	host_return_memory();
	p = pages_alloc(0);
	cr_assert(p);
	pages_free(p, 0);
}

Test(frame, a_domain_pays_for_its_pages)
{
	struct domain *d = host_domain(1, 0);
	mfn_t a, b;

	d->max_pages = 1;
	cr_assert_eq(frame_alloc_domain(d, 0, INVALID_FRAME, &a), 0);
	cr_assert_eq(d->tot_pages, 1);
	cr_assert_eq(frame_alloc_domain(d, 0, INVALID_FRAME, &b), -XEN_E2BIG);
	cr_assert_eq(frame_alloc_domain(d, 9, INVALID_FRAME, &b), -XEN_E2BIG);
	cr_assert_eq(frame_release_domain(d, a), 0);
	cr_assert_eq(frame_release_domain(d, a), -XEN_EINVAL, "only once");
	cr_assert_eq(d->tot_pages, 0);
	host_kill(d);
}

Test(frame, a_mapped_page_outlives_its_release)
{
	struct domain *d = host_domain(1, 1);
	uint64_t before;
	mfn_t m = frame_first_of(d);
	uint16_t owner;

	cr_assert(frame_get(m, d));
	cr_assert(frame_get_any(m, &owner));
	cr_assert_eq(owner, d->id);
	before = frames_free();
	cr_assert_eq(frame_release_domain(d, m), 0);
	cr_assert_eq(frames_free(), before, "two references are left");
	frame_put(m);
	frame_put(m);
	cr_assert_eq(frames_free(), before + 1);
	cr_assert(!frame_get_any(m, &owner), "a free frame has no owner");
	host_kill(d);
}

Test(frame, a_dead_domains_id_lives_as_long_as_its_frames)
{
	struct domain *d = host_domain(1, 1), *e;
	domid_t id = d->id;
	mfn_t m = frame_first_of(d);

	cr_assert(frame_get(m, d));
	host_kill(d);
	cr_assert_null(domain_get(id), "dead");
	cr_assert_eq(domain_create(id, &(struct xen_domctl_createdomain){.max_vcpus = 1}, &e),
		     -XEN_EEXIST);
	frame_put(m);
	cr_assert_eq(domain_create(id, &(struct xen_domctl_createdomain){.max_vcpus = 1}, &e), 0);
	host_kill(e);
}

Test(frame, hypervisor_pages_cannot_be_referenced)
{
	void *p = pages_alloc(0);
	uint16_t owner;

	cr_assert(!frame_get_any(virt_to_mfn(p), &owner));
	cr_assert(!frame_get_any(mk_mfn(frame_table_nr), &owner), "beyond the table");
	cr_assert(!frame_get_any(mk_mfn(INVALID_FRAME), &owner));
	pages_free(p, 0);
}

Test(frame, random_use_loses_nothing)
{
	uint64_t before = frames_free();
	void *p[256] = {0};
	unsigned int order[256];

	srand(1);
	for (int i = 0; i < 200000; i++) {
		int k = rand() % 256;

		if (p[k]) {
			pages_free(p[k], order[k]);
			p[k] = NULL;
		} else {
			order[k] = rand() % 7;
			p[k] = pages_alloc(order[k]);
		}
	}
	for (int k = 0; k < 256; k++)
		pages_free(p[k], order[k]);
	cr_assert_eq(frames_free(), before);
}

Test(frame, one_given_frame_can_be_had)
{
	struct domain *d = host_domain(1, 8);
	uint64_t before = frames_free();
	void *block = pages_alloc(4);
	uint64_t base = virt_to_mfn(block).v;
	mfn_t m;

	cr_assert_eq(frame_alloc_domain_at(d, mk_mfn(base + 5)), -XEN_ENOMEM, "in use");
	pages_free(block, 4);
	d->max_pages = 100;
	memset(block, 0x5a, 16 * PAGE_SIZE);
	for (uint64_t i = 0; i < 16; i += 5) {
		const char *p = mfn_to_virt(mk_mfn(base + i));

		cr_assert_eq(frame_alloc_domain_at(d, mk_mfn(base + i)), 0);
		cr_assert_eq(frame_alloc_domain_at(d, mk_mfn(base + i)), -XEN_ENOMEM);
		cr_assert_eq(frame_table[base + i].owner, d->id);
		for (unsigned int k = 0; k < PAGE_SIZE; k++)
			cr_assert_eq(p[k], 0);
	}
	cr_assert_eq(frames_free(), before - 4);
	cr_assert_eq(frame_alloc_domain_at(d, mk_mfn(frame_table_nr)), -XEN_ENOMEM);
	cr_assert_eq(frame_alloc_domain_at(d, mk_mfn(INVALID_FRAME)), -XEN_ENOMEM);
	/* What is left of the block is whole and handed out once. */
	for (unsigned int i = 0; i < 50; i++) {
		cr_assert_eq(frame_alloc_domain(d, 0, INVALID_FRAME, &m), 0);
		cr_assert(m.v < base || m.v >= base + 16 || (m.v - base) % 5);
	}
	host_kill(d);
	cr_assert_gt(frames_free(), before);
	block = pages_alloc(12);
	cr_assert(block, "all merged again");
	pages_free(block, 12);
}
