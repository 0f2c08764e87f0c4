/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * HYPERVISOR_memory_op as an ordinary guest uses and abuses it: what it gives
 * and takes, the counts of partial success, made-up continuations.  All that is
 * wanted here is what Xen 4.17.7 does (this program passes there, too).
 */
#include "lib.h"

#include <xen/errno.h>
#include <xen/memory.h>

const char test_name[] = "memory-op";

/* Guest frames without RAM in a guest of 16 MiB. */
#define FREE  0x8000ul
#define FREE2 0x9000ul
/* Past all guest-physical addresses. */
#define NOWHERE (1ul << 40)
/* The command word carries how many extents are done. */
#define DONE(n) ((unsigned long)(n) << 6)

static unsigned int wrong, count;

static void want(const char *what, long got, long expected)
{
	count++;
	if (got == expected)
		return;
	wrong++;
	print("%s: %ld instead of %ld\n", what, got, expected);
}

static long mem(unsigned long cmd, const void *arg)
{
	return hypercall2(__HYPERVISOR_memory_op, cmd, arg);
}

static long reservation(unsigned long cmd, xen_pfn_t *list, unsigned long n, unsigned int order)
{
	struct xen_memory_reservation r = {
		.nr_extents = n, .extent_order = order, .domid = DOMID_SELF};

	set_xen_guest_handle(r.extent_start, list);
	return mem(cmd, &r);
}

static long populate(xen_pfn_t gfn, unsigned int order)
{
	return reservation(XENMEM_populate_physmap, &gfn, 1, order);
}

static long decrease(xen_pfn_t gfn, unsigned int order)
{
	return reservation(XENMEM_decrease_reservation, &gfn, 1, order);
}

static long pages(void)
{
	domid_t self = DOMID_SELF;

	return mem(XENMEM_current_reservation, &self);
}

static volatile uint64_t *at(xen_pfn_t gfn)
{
	return (volatile uint64_t *)(gfn << 12);
}

/* Frees what other tests need: the guest's own limit is reached. */
static void make_room(void)
{
	want("decrease of 2 MiB", decrease(0xc00, 9), 1);
}

static void extents(void)
{
	xen_pfn_t list[4] = {FREE, FREE + 1, NOWHERE, FREE + 2};
	long before = pages();

	want("populate of a page", populate(FREE + 8, 0), 1);
	want("its reservation", pages() - before, 1);
	want("fresh page is zero", (long)*at(FREE + 8), 0);
	*at(FREE + 8) = 0x5a5a;
	want("decrease of it", decrease(FREE + 8, 0), 1);
	want("decrease of a hole", decrease(FREE + 8, 0), 0);
	want("reservation after it", pages() - before, 0);
	want("populate again", populate(FREE + 8, 0), 1);
	want("populate over it", populate(FREE + 8, 0), 1);
	want("twice counted", pages() - before, 2);
	want("decrease", decrease(FREE + 8, 0), 1);
	want("one is homeless", pages() - before, 1);
	want("populate of 4 with a bad third", reservation(XENMEM_populate_physmap, list, 4, 0), 2);
	want("decrease of 4 with a bad third", reservation(XENMEM_decrease_reservation, list, 4, 0),
	     2);
	want("populate of an unaligned pair", populate(FREE + 1, 1), 1);
	want("decrease of the pair", decrease(FREE + 1, 1), 1);
	want("populate of order 10", populate(FREE, 10), 0);
	want("decrease of order 10", decrease(FREE, 10), 0);
	want("populate of order 200", populate(FREE, 200), 0);
	want("increase", reservation(XENMEM_increase_reservation, NULL, 1, 0), 1);
}

/* More than there is; a count that no continuation could carry. */
static void limits(void)
{
	static xen_pfn_t list[1024];
	long n;

	for (unsigned int i = 0; i < 1024; i++)
		list[i] = FREE + i;
	n = reservation(XENMEM_populate_physmap, list, 1024, 0);
	want("populate up to the limit", n > 0 && n < 1024, 1);
	want("populate above it", populate(FREE + 0x800, 0), 0);
	want("all freed", reservation(XENMEM_decrease_reservation, list, (unsigned long)n, 0), n);
	want("2^27 extents", reservation(XENMEM_populate_physmap, list, 1ul << 27, 0), 0);
	want("a continuation past the end",
	     reservation(XENMEM_populate_physmap | DONE(5), list, 4, 0), 5);
	want("a continuation in the middle",
	     reservation(XENMEM_populate_physmap | DONE(3), list, 4, 0), 4);
	want("what it skipped is a hole", decrease(FREE, 0), 0);
	want("what it did is not", decrease(FREE + 3, 0), 1);
	want("a huge continuation",
	     reservation(XENMEM_populate_physmap | DONE(0x3ffffff), list, 4, 0), 0x3ffffff);
}

static long exchange(xen_pfn_t *in, unsigned int n, xen_pfn_t *out, unsigned int m,
		     unsigned int order, unsigned long *done)
{
	struct xen_memory_exchange x = {
		.in = {.nr_extents = n, .domid = DOMID_SELF},
		.out = {.nr_extents = m, .extent_order = order, .domid = DOMID_SELF},
		.nr_exchanged = *done};
	long ret;

	set_xen_guest_handle(x.in.extent_start, in);
	set_xen_guest_handle(x.out.extent_start, out);
	ret = mem(XENMEM_exchange, &x);
	*done = x.nr_exchanged;
	return ret;
}

static void exchanges(void)
{
	xen_pfn_t in[2] = {FREE, FREE + 1}, out[2] = {FREE, FREE + 1};
	unsigned long done = 0;

	want("two pages", reservation(XENMEM_populate_physmap, in, 2, 0), 2);
	*at(FREE) = 77;
	want("exchange of nothing", exchange(in, 0, out, 0, 0, &done), 0);
	want("exchange of one", exchange(in, 1, out, 1, 0, &done), -XEN_EOPNOTSUPP);
	want("nothing exchanged", (long)done, 0);
	want("it is still there", (long)*at(FREE), 77);
	want("exchange of two for a pair", exchange(in, 2, out, 1, 1, &done), -XEN_EOPNOTSUPP);
	want("exchange of one for two", exchange(in, 1, out, 2, 0, &done), -XEN_EINVAL);
	want("exchange for order 10", exchange(in, 1024, out, 1, 10, &done), -XEN_EPERM);
	done = 3;
	want("exchange with more done than there is", exchange(in, 2, out, 2, 0, &done),
	     -XEN_EINVAL);
	done = 2;
	want("exchange with all done", exchange(in, 2, out, 2, 0, &done), 0);
	done = 0;
	in[0] = FREE2;
	want("exchange of a hole", exchange(in, 1, out, 1, 0, &done), -XEN_EINVAL);
	want("exchange with a continuation", mem(XENMEM_exchange | DONE(1), in), -XEN_EINVAL);
	in[0] = FREE;
	want("both freed", reservation(XENMEM_decrease_reservation, in, 2, 0), 2);
}

static long add(unsigned int space, xen_ulong_t idx, xen_pfn_t gfn, unsigned int size,
		unsigned long done)
{
	struct xen_add_to_physmap x = {.domid = DOMID_SELF,
				       .size = (uint16_t)size,
				       .space = space,
				       .idx = idx,
				       .gpfn = gfn};

	return mem(XENMEM_add_to_physmap | DONE(done), &x);
}

static long take(xen_pfn_t gfn)
{
	struct xen_remove_from_physmap x = {.domid = DOMID_SELF, .gpfn = gfn};

	return mem(XENMEM_remove_from_physmap, &x);
}

static void spaces(void)
{
	xen_pfn_t list[8];
	long before = pages();

	for (unsigned int i = 0; i < 8; i++)
		list[i] = FREE + i;
	want("eight pages", reservation(XENMEM_populate_physmap, list, 8, 0), 8);
	*at(FREE) = 11;
	*at(FREE + 1) = 12;
	want("gmfn", add(XENMAPSPACE_gmfn, FREE, FREE2, 0, 0), 0);
	want("it came along", (long)*at(FREE2), 11);
	want("gmfn of a hole", add(XENMAPSPACE_gmfn, FREE, FREE2 + 1, 0, 0), -XEN_EINVAL);
	want("gmfn to itself", add(XENMAPSPACE_gmfn, FREE2, FREE2, 0, 0), 0);
	want("gmfn over RAM", add(XENMAPSPACE_gmfn, FREE + 1, FREE2, 0, 0), 0);
	want("the new one is there", (long)*at(FREE2), 12);
	want("what was there is freed", pages() - before, 7);
	want("range", add(XENMAPSPACE_gmfn_range, FREE + 2, FREE2 + 2, 4, 0), 0);
	want("range of nothing", add(XENMAPSPACE_gmfn_range, FREE + 2, FREE2 + 2, 0, 0), 0);
	want("range, all done", add(XENMAPSPACE_gmfn_range, FREE + 2, FREE2 + 2, 4, 4), 0);
	want("range, more done", add(XENMAPSPACE_gmfn_range, FREE + 2, FREE2 + 2, 4, 5),
	     -XEN_EILSEQ);
	want("range into a hole", add(XENMAPSPACE_gmfn_range, FREE + 6, FREE2 + 6, 3, 0),
	     -XEN_EINVAL);
	want("a grant frame to nowhere", add(XENMAPSPACE_grant_table, 0, NOWHERE, 0, 0),
	     -XEN_ENOENT);
	want("a page with done 1", add(XENMAPSPACE_gmfn, FREE2, FREE2, 0, 1), 0);
	want("done of 17 bits", add(XENMAPSPACE_gmfn_range, FREE + 2, FREE2 + 2, 4, 0x10001),
	     -XEN_EDOM);
	want("foreign", add(XENMAPSPACE_gmfn_foreign, FREE2, FREE, 0, 0), -XEN_ENOSYS);
	want("device memory", add(XENMAPSPACE_dev_mmio, FREE2, FREE, 0, 0), -XEN_EACCES);
	want("shared_info 1", add(XENMAPSPACE_shared_info, 1, FREE, 0, 0), -XEN_EINVAL);
	want("grant frame 0", add(XENMAPSPACE_grant_table, 0, FREE, 0, 0), 0);
	want("status frame 0", add(XENMAPSPACE_grant_table, 1ul << 31, FREE, 0, 0), -XEN_EINVAL);
	want("removal of it", take(FREE), 0);
	want("removal of a hole", take(FREE), -XEN_ENOENT);
	want("removal of RAM", take(FREE2), 0);
	want("it stays the guest's", pages() - before, 7);
	want("removal nowhere", take(NOWHERE), -XEN_ENOENT);
	want("removal with done 1", mem(XENMEM_remove_from_physmap | DONE(1), list), -XEN_EINVAL);
}

static long batch(unsigned int space, unsigned int n, unsigned int foreign, xen_ulong_t *idx,
		  xen_pfn_t *gfn, int *err, unsigned long done)
{
	struct xen_add_to_physmap_batch b = {
		.domid = DOMID_SELF, .space = (uint16_t)space, .size = (uint16_t)n};

	b.u.foreign_domid = (domid_t)foreign;
	set_xen_guest_handle(b.idxs, idx);
	set_xen_guest_handle(b.gpfns, gfn);
	set_xen_guest_handle(b.errs, err);
	return mem(XENMEM_add_to_physmap_batch | DONE(done), &b);
}

static void batches(void)
{
	xen_ulong_t idx[3] = {FREE2 + 2, FREE + 0x700, FREE2 + 3};
	xen_pfn_t gfn[3] = {FREE + 2, FREE + 3, FREE + 4};
	int err[3] = {1, 1, 1};

	want("batch", batch(XENMAPSPACE_gmfn, 3, 0, idx, gfn, err, 0), 0);
	want("batch's first", err[0], 0);
	want("batch's second", err[1], -XEN_EINVAL);
	want("batch's third", err[2], 0);
	want("batch of nothing", batch(XENMAPSPACE_gmfn, 0, 0, idx, gfn, err, 0), 0);
	want("batch, more done", batch(XENMAPSPACE_gmfn, 3, 0, idx, gfn, err, 4), -XEN_EILSEQ);
	want("batch, done of 17 bits", batch(XENMAPSPACE_gmfn, 3, 0, idx, gfn, err, 0x10001),
	     -XEN_EDOM);
	want("batch of ranges", batch(XENMAPSPACE_gmfn_range, 1, 0, idx, gfn, err, 0),
	     -XEN_EOPNOTSUPP);
	idx[0] = FREE + 2;
	gfn[0] = FREE2 + 2;
	want("batch with res0", batch(XENMAPSPACE_gmfn, 1, 1, idx, gfn, err, 0), 0);
	want("its entry", err[0], 0);
	err[0] = 1;
	want("batch of domain 0's", batch(XENMAPSPACE_gmfn_foreign, 1, 0, idx, gfn, err, 0), 0);
	want("its entry", err[0], -XEN_EPERM);
	want("batch of nobody's", batch(XENMAPSPACE_gmfn_foreign, 1, 0x7123, idx, gfn, err, 0), 0);
	want("its entry", err[0], -XEN_EPERM);
	want("batch of one's own", batch(XENMAPSPACE_gmfn_foreign, 1, DOMID_SELF, idx, gfn, err, 0),
	     0);
	want("its entry", err[0], -XEN_EPERM);
}

static void queries(void)
{
	struct xen_vnuma_topology_info numa = {.domid = DOMID_SELF};
	/* Declared for toolstacks only: flags, number of entries, a handle. */
	struct {
		uint32_t flags, nr_entries;
		uint64_t buffer, device;
	} rdm = {.nr_entries = 3};
	struct xen_mem_acquire_resource res = {.domid = DOMID_SELF};
	domid_t nobody = 0x7123;

	want("vnuma", mem(XENMEM_get_vnumainfo, &numa), -XEN_EOPNOTSUPP);
	numa.pad = 1;
	want("vnuma with padding", mem(XENMEM_get_vnumainfo, &numa), -XEN_EINVAL);
	numa.pad = 0;
	numa.domid = nobody;
	want("vnuma of nobody", mem(XENMEM_get_vnumainfo, &numa), -XEN_ESRCH);
	want("reserved device memory", mem(27, &rdm), 0);
	want("its count", rdm.nr_entries, 0);
	rdm.flags = 8;
	want("with bad flags", mem(27, &rdm), -XEN_EINVAL);
	want("acquire_resource", mem(28, &res), -XEN_EACCES);
	want("maximum_reservation of nobody", mem(XENMEM_maximum_reservation, &nobody), -XEN_ESRCH);
	want("maximum_ram_page", mem(XENMEM_maximum_ram_page, NULL) > 0, 1);
	want("maximum_ram_page with done 1", mem(XENMEM_maximum_ram_page | DONE(1), NULL),
	     -XEN_EINVAL);
	want("memory_map with done 1", mem(XENMEM_memory_map | DONE(1), NULL), -XEN_ENOSYS);
	want("claim with done 1", mem(24 | DONE(1), NULL), -XEN_EINVAL);
	want("unknown with done 1", mem(62 | DONE(1), NULL), -XEN_ENOSYS);
}

void test_main(void)
{
	make_room();
	extents();
	limits();
	exchanges();
	spaces();
	batches();
	queries();
	check(!wrong, "%u of %u results differ", wrong, count);
	pass();
}
