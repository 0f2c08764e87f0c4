/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-194 (CVE-2016-9384), seen from inside, and all leaks of old memory: every
 * byte of this guest's RAM that is neither its image nor its start info nor its
 * own doing is zero, whoever had the page before; so are pages that it gives back
 * and gets again.
 */
#include "lib.h"

#include <xen/memory.h>

const char test_name[] = "advisory-194";

#define PAGE	 4096ul
#define RAM_END	 (16ul << 20)
#define MAX_SKIP 8

extern const uint8_t image_end[];

static struct range {
	unsigned long start, end;
} skip_list[MAX_SKIP];
static unsigned int nr_skip;

static void leave_out(uint64_t start, uint64_t len)
{
	check(nr_skip < MAX_SKIP, "too many ranges");
	if (len)
		skip_list[nr_skip++] =
			(struct range){(unsigned long)start & ~(PAGE - 1),
				       (unsigned long)(start + len + PAGE - 1) & ~(PAGE - 1)};
}

static unsigned long skipped_to(unsigned long at)
{
	for (unsigned int i = 0; i < nr_skip; i++)
		if (at >= skip_list[i].start && at < skip_list[i].end)
			return skip_list[i].end;
	return at;
}

static void check_zero(unsigned long page, const char *what)
{
	const unsigned long *word = (const unsigned long *)page;

	for (unsigned int i = 0; i < PAGE / sizeof(*word); i++)
		check(!word[i], "%s: 0x%lx at 0x%lx", what, word[i], (unsigned long)&word[i]);
}

static void give_back_and_take(unsigned long page)
{
	xen_pfn_t gfn = page / PAGE;
	struct xen_memory_reservation r = {.nr_extents = 1, .domid = DOMID_SELF};

	set_xen_guest_handle(r.extent_start, &gfn);
	memset((void *)page, 0x5a, PAGE);
	check(hypercall2(__HYPERVISOR_memory_op, XENMEM_decrease_reservation, &r) == 1,
	      "the page at 0x%lx is not taken", page);
	check(hypercall2(__HYPERVISOR_memory_op, XENMEM_populate_physmap, &r) == 1,
	      "the page at 0x%lx is not given", page);
	check_zero(page, "a page that was ours before");
}

void test_main(void)
{
	const struct hvm_start_info *info = start_info();
	unsigned int pages = 0;

	leave_out(0x100000, (uintptr_t)image_end - 0x100000);
	leave_out((uintptr_t)info, sizeof(*info));
	leave_out(info->cmdline_paddr, info->cmdline_paddr ? strlen(cmdline()) + 1 : 0);
	leave_out(info->memmap_paddr, info->memmap_entries * sizeof(struct hvm_memmap_table_entry));
	leave_out(info->modlist_paddr, info->nr_modules * sizeof(struct hvm_modlist_entry));
	for (unsigned long at = 0; at < RAM_END; at += PAGE) {
		if (skipped_to(at) != at) {
			at = skipped_to(at) - PAGE;
			continue;
		}
		check_zero(at, "fresh memory");
		pages++;
	}
	for (unsigned long at = 0xc00000; at < 0xc40000; at += PAGE)
		give_back_and_take(at);
	/* Filled, for the next who gets them. */
	memset((void *)0x800000, 0xa7, 0x700000);
	print("%u pages\n", pages);
	pass();
}
