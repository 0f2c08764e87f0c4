/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Grants of a domain to itself in both versions, with Xen 4.17's codes. */
#include "grant.h"

#include <xen/errno.h>

const char test_name[] = "grant";

static uint8_t pool[24][4096] __attribute__((aligned(4096))),
	out[4096] __attribute__((aligned(4096)));
static uint8_t *page = pool[0];
static domid_t self;

/* Real Xen takes a page that its owner maps by grant out of its old place. */
static void fresh_page(void)
{
	page += PAGE;
	check(page < (uint8_t *)(&pool + 1), "no page is left");
}

#define EXPECT(what, value, want)                                                                  \
	do {                                                                                       \
		long value_ = (value);                                                             \
		check(value_ == (want), what ": %ld", value_);                                     \
	} while (0)

static void check_setup(void)
{
	struct gnttab_query_size size = {.dom = DOMID_SELF};
	struct gnttab_get_version version = {.dom = DOMID_SELF};
	struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};
	xen_pfn_t frame = 0;

	EXPECT("query_size", grant_op(GNTTABOP_query_size, &size, 1), 0);
	check(size.status == GNTST_okay && size.nr_frames >= 1 &&
		      size.max_nr_frames >= size.nr_frames,
	      "size %u of %u", size.nr_frames, size.max_nr_frames);
	EXPECT("query_size of two", grant_op(GNTTABOP_query_size, &size, 2), -XEN_EINVAL);
	size.dom = 0;
	EXPECT("query_size of domain 0", grant_op(GNTTABOP_query_size, &size, 1), 0);
	check(size.status == GNTST_permission_denied, "size of domain 0: %d", size.status);
	EXPECT("get_version", grant_op(GNTTABOP_get_version, &version, 1), 0);
	check(version.version == 1, "version %u", version.version);
	set_xen_guest_handle(setup.frame_list, &frame);
	EXPECT("setup_table", grant_op(GNTTABOP_setup_table, &setup, 1), 0);
	check(setup.status == GNTST_okay && frame == GRANT_TABLE / PAGE, "frame 0x%lx, status %d",
	      (unsigned long)frame, setup.status);
	setup.nr_frames = 100000;
	EXPECT("setup_table", grant_op(GNTTABOP_setup_table, &setup, 1), 0);
	check(setup.status == GNTST_general_error, "too many frames: %d", setup.status);
	/* What Xen leaves to PV guests. */
	EXPECT("transfer", grant_op(GNTTABOP_transfer, &setup, 1), -XEN_ENOSYS);
	EXPECT("unmap_and_replace", grant_op(GNTTABOP_unmap_and_replace, &setup, 1), -XEN_ENOSYS);
	EXPECT("get_status_frames", grant_op(GNTTABOP_get_status_frames, &setup, 1), -XEN_ENOSYS);
	EXPECT("cache_flush", grant_op(GNTTABOP_cache_flush, &setup, 1), -XEN_ENOSYS);
	EXPECT("dump_table", grant_op(GNTTABOP_dump_table, &setup, 1), -XEN_ENOSYS);
	EXPECT("a bad pointer", grant_op(GNTTABOP_query_size, BAD_POINTER, 1), -XEN_EFAULT);
	EXPECT("a negative count", grant_op(GNTTABOP_copy, &setup, 0x80000000u), -XEN_EINVAL);
}

static uint16_t in_use(bool v2, unsigned int ref)
{
	return (v2 ? STATUSES[ref] : GRANTS_V1[ref].flags) & (GTF_reading | GTF_writing);
}

static void offer(bool v2, unsigned int ref, domid_t to, const void *what, unsigned int flags)
{
	v2 ? grant_page2(ref, to, what, flags) : grant_page(ref, to, what, flags);
}

static void check_maps(bool v2)
{
	volatile uint32_t *there = (void *)GRANT_MAPS, *beside = (void *)(GRANT_MAPS + PAGE);
	grant_handle_t a, b;

	fresh_page();
	offer(v2, 8, self, page, 0);
	*(volatile uint32_t *)page = 0x12345678;
	EXPECT("map", grant_map(self, 8, GRANT_MAPS, 0, &a), GNTST_okay);
	check(*there == 0x12345678, "the mapping shows 0x%x", *there);
	*there = 0x87654321;
	check(in_use(v2, 8) == (GTF_reading | GTF_writing), "flags 0x%x", in_use(v2, 8));
	EXPECT("map again", grant_map(self, 8, GRANT_MAPS + PAGE, GNTMAP_readonly, &b), GNTST_okay);
	check(a != b, "one handle for two mappings");
	check(*beside == 0x87654321, "a write does not arrive: 0x%x", *beside);
	EXPECT("unmap at the wrong place", grant_unmap(a, GRANT_MAPS + 2 * PAGE),
	       GNTST_general_error);
	EXPECT("unmap", grant_unmap(a, GRANT_MAPS), GNTST_okay);
	EXPECT("unmap twice", grant_unmap(a, GRANT_MAPS), GNTST_bad_handle);
	check(in_use(v2, 8) == GTF_reading, "flags 0x%x with a reader", in_use(v2, 8));
	EXPECT("unmap", grant_unmap(b, GRANT_MAPS + PAGE), GNTST_okay);
	check(!in_use(v2, 8), "flags 0x%x without a user", in_use(v2, 8));
	EXPECT("handle 1000000", grant_unmap(1000000, GRANT_MAPS), GNTST_bad_handle);
}

static void check_refusals(bool v2)
{
	struct gnttab_map_grant_ref op = {
		.host_addr = GRANT_MAPS, .flags = GNTMAP_device_map, .ref = 8, .dom = self};

	fresh_page();
	offer(v2, 8, self, page, GTF_readonly);
	EXPECT("write to a read-only grant", grant_map(self, 8, GRANT_MAPS, 0, NULL),
	       GNTST_general_error);
	offer(v2, 9, 0, page, 0);
	EXPECT("a grant for domain 0", grant_map(self, 9, GRANT_MAPS, 0, NULL),
	       GNTST_general_error);
	EXPECT("an empty entry", grant_map(self, 10, GRANT_MAPS, 0, NULL), GNTST_general_error);
	EXPECT("entry 1000000", grant_map(self, 1000000, GRANT_MAPS, 0, NULL), GNTST_bad_gntref);
	EXPECT("domain 32000", grant_map(32000, 8, GRANT_MAPS, 0, NULL), GNTST_bad_domain);
	offer(v2, 8, self, (void *)0xd0000000ul, 0);
	EXPECT("a hole", grant_map(self, 8, GRANT_MAPS, 0, NULL), GNTST_bad_page);
	check(!in_use(v2, 8), "flags 0x%x after a failure", in_use(v2, 8));
	offer(v2, 8, self, page, 0);
	EXPECT("map_grant_ref", grant_op(GNTTABOP_map_grant_ref, &op, 1), 0);
	check(op.status == GNTST_general_error, "a device mapping: %d", op.status);
	op.flags = 0;
	EXPECT("map_grant_ref", grant_op(GNTTABOP_map_grant_ref, &op, 1), 0);
	check(op.status == GNTST_bad_gntref, "no mapping at all: %d", op.status);
}

static int copy(unsigned int ref, unsigned int from, unsigned int to, unsigned int len)
{
	struct gnttab_copy op = {.flags = GNTCOPY_source_gref, .len = (uint16_t)len};

	op.source.u.ref = ref;
	op.source.domid = self;
	op.source.offset = (uint16_t)from;
	op.dest.u.gmfn = (uintptr_t)out / PAGE;
	op.dest.domid = DOMID_SELF;
	op.dest.offset = (uint16_t)to;
	EXPECT("copy", grant_op(GNTTABOP_copy, &op, 1), 0);
	return op.status;
}

static void check_copies(bool v2)
{
	fresh_page();
	memset(out, 0, PAGE);
	for (unsigned int i = 0; i < PAGE; i++)
		page[i] = (uint8_t)(i * 7);
	offer(v2, 8, self, page, GTF_readonly);
	EXPECT("copy", copy(8, 100, 3996, 100), GNTST_okay);
	check(!memcmp(out + 3996, page + 100, 100) && !out[3995], "wrong bytes");
	EXPECT("copy over the end", copy(8, 4000, 0, 97), GNTST_bad_copy_arg);
	EXPECT("copy over the other end", copy(8, 0, 4000, 97), GNTST_bad_copy_arg);
	EXPECT("copy from nothing", copy(10, 0, 0, 1), GNTST_general_error);
	check(!in_use(v2, 8), "flags 0x%x after a copy", in_use(v2, 8));
}

static void check_swap(bool v2)
{
	struct gnttab_swap_grant_ref op = {.ref_a = 8, .ref_b = 9};
	grant_handle_t h;

	fresh_page();
	offer(v2, 8, self, page, 0);
	offer(v2, 9, 0, out, 0);
	EXPECT("swap", grant_op(GNTTABOP_swap_grant_ref, &op, 1), 0);
	check(op.status == GNTST_okay, "swap: %d", op.status);
	EXPECT("map where it went", grant_map(self, 9, GRANT_MAPS, 0, &h), GNTST_okay);
	EXPECT("swap", grant_op(GNTTABOP_swap_grant_ref, &op, 1), 0);
	check(op.status == GNTST_eagain, "swap in use: %d", op.status);
	EXPECT("unmap", grant_unmap(h, GRANT_MAPS), GNTST_okay);
}

static void check_version2(void)
{
	volatile grant_entry_v2_t *e = &GRANTS_V2[12];
	grant_handle_t h;

	EXPECT("set_version 3", grant_version(3), -XEN_EINVAL);
	EXPECT("status frames of version 1",
	       physmap_add(XENMAPSPACE_grant_table, XENMAPIDX_grant_table_status, GRANT_STATUS),
	       -XEN_EINVAL);
	fresh_page();
	grant_page(2, 0, page, 0);
	EXPECT("set_version 2", grant_version(2), 0);
	EXPECT("a status frame",
	       physmap_add(XENMAPSPACE_grant_table, XENMAPIDX_grant_table_status, GRANT_STATUS), 0);
	check(GRANTS_V2[2].full_page.frame == (uintptr_t)page / PAGE &&
		      GRANTS_V2[2].hdr.flags == GTF_permit_access,
	      "the reserved entry does not come along");
	grant_page2(12, self, page, GTF_sub_page);
	e->sub_page.page_off = 100;
	e->sub_page.length = 50;
	EXPECT("map part of a page", grant_map(self, 12, GRANT_MAPS, 0, NULL), GNTST_general_error);
	EXPECT("copy part of a page", copy(12, 100, 0, 50), GNTST_okay);
	EXPECT("copy what is beside it", copy(12, 149, 0, 2), GNTST_general_error);
	/* A transitive grant of one's own is none (tests/unit/test_gnttab_v2.c has others). */
	e->transitive.trans_domid = self;
	e->transitive.gref = 8;
	e->hdr.flags = GTF_transitive;
	EXPECT("a circle", copy(12, 0, 0, 1), GNTST_general_error);
	EXPECT("map a transitive grant", grant_map(self, 12, GRANT_MAPS, 0, NULL),
	       GNTST_general_error);
	check(!STATUSES[12], "status 0x%x is left", STATUSES[12]);
	grant_page2(12, self, page, 0);
	EXPECT("map", grant_map(self, 12, GRANT_MAPS, 0, &h), GNTST_okay);
	EXPECT("set_version in use", grant_version(1), -XEN_EBUSY);
	EXPECT("unmap", grant_unmap(h, GRANT_MAPS), GNTST_okay);
	GRANTS_V2[3].hdr.flags = GTF_transitive;
	EXPECT("set_version with a transitive grant", grant_version(1), -XEN_ERANGE);
	GRANTS_V2[3].hdr.flags = 0;
}

void test_main(void)
{
	grant_init();
	self = own_domid();
	check_setup();
	for (int v2 = 0; v2 < 2; v2++) {
		if (v2)
			check_version2();
		check_maps(v2);
		check_refusals(v2);
		check_copies(v2);
		check_swap(v2);
	}
	EXPECT("set_version 1", grant_version(1), 0);
	EXPECT("the status frame is gone", physmap_remove(GRANT_STATUS), -XEN_ENOENT);
	check_maps(false);
	pass();
}
