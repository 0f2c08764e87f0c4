/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Memory layout, start info, ACPI tables and plan checks: pure functions. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "guest/acpi.h"
#include "guest/layout.h"
#include "guest/plan.h"
#include "guest/start_info.h"

#include <xen/arch-x86/hvm/start_info.h>

Test(layout, small_guest_has_one_ram_range)
{
	struct guest_layout l;

	guest_layout_memory(&l, 128 << 10);
	cr_assert_eq(l.low_end, 128ull << 20);
	cr_assert_eq(l.high_end, 0u);
	cr_assert_eq(l.nr_e820, 3u);
	cr_assert_eq(l.e820[1].addr, 0xfc000000u);
	cr_assert_eq(l.e820[1].type, 3u);
	cr_assert_eq(l.e820[2].addr, 0xfeff8000u);
	cr_assert_eq(l.e820[2].size, 0x8000u);
}

Test(layout, ram_never_meets_tables_and_adds_up)
{
	static const uint64_t sizes_kib[] = {
		1024,	 4096 + 3,    0xfc000000ull >> 10, 0xfc000004ull >> 2,
		4 << 20, 64ull << 20, 1ull << 36};

	for (size_t i = 0; i < sizeof(sizes_kib) / sizeof(sizes_kib[0]); i++) {
		struct guest_layout l;
		uint64_t ram = 0, last = 0;

		guest_layout_memory(&l, sizes_kib[i]);
		for (unsigned int e = 0; e < l.nr_e820; e++) {
			cr_assert_geq(l.e820[e].addr, last, "overlap at entry %u", e);
			cr_assert_eq(l.e820[e].addr % 4096, 0u);
			last = l.e820[e].addr + l.e820[e].size;
			if (l.e820[e].type == 1)
				ram += l.e820[e].size;
		}
		cr_assert_eq(ram, (sizes_kib[i] << 10) & ~4095ull);
	}
}

Test(layout, says_how_much_would_do)
{
	struct guest_layout l;
	uint64_t needed;

	guest_layout_memory(&l, 64 << 10);
	cr_assert_eq(guest_layout_place(&l, 62 << 20, 3000, 100, &needed), 0);
	cr_assert_eq(l.start_info, 62u << 20);
	cr_assert_eq(l.ramdisk, (62u << 20) + 4096);
	cr_assert_eq(guest_layout_place(&l, 62 << 20, 3000, 2 << 20, &needed), -ENOSPC);
	guest_layout_memory(&l, needed);
	cr_assert_eq(guest_layout_place(&l, 62 << 20, 3000, 2 << 20, &needed), 0);
}

Test(start_info, without_ramdisk_has_no_module)
{
	struct hvm_start_info info;
	struct guest_layout l;
	uint8_t buf[1024];
	uint64_t needed;

	guest_layout_memory(&l, 64 << 10);
	cr_assert_eq(guest_layout_place(&l, 1 << 20, start_info_size(&l, "a b"), 0, &needed), 0);
	cr_assert_leq(start_info_size(&l, "a b"), sizeof(buf));
	start_info_fill(buf, &l, "a b", 0x1234);
	memcpy(&info, buf, sizeof(info));
	cr_assert_eq(info.nr_modules, 0u);
	cr_assert_eq(info.modlist_paddr, 0u);
	cr_assert_eq(info.memmap_entries, 3u);
	cr_assert_str_eq((char *)buf + info.cmdline_paddr - l.start_info, "a b");
}

static uint64_t get(const uint8_t *p, unsigned int len)
{
	uint64_t v = 0;

	memcpy(&v, p, len);
	return v;
}

/* Follow the pointers as a kernel does; returns the MADT. */
static const uint8_t *walk(const uint8_t *buf, uint64_t base, size_t len)
{
	const uint8_t *xsdt = buf + (get(buf + 24, 8) - base), *madt = NULL;

	cr_assert_eq(memcmp(buf, "RSD PTR ", 8), 0);
	cr_assert_eq(acpi_sum(buf, 20), 0);
	cr_assert_eq(acpi_sum(buf, 36), 0);
	cr_assert_eq(memcmp(xsdt, "XSDT", 4), 0);
	cr_assert_eq(acpi_sum(xsdt, get(xsdt + 4, 4)), 0);
	for (uint64_t at = 36; at < get(xsdt + 4, 4); at += 8) {
		const uint8_t *table = buf + (get(xsdt + at, 8) - base);

		cr_assert_leq((size_t)(table - buf) + get(table + 4, 4), len);
		cr_assert_eq(acpi_sum(table, get(table + 4, 4)), 0, "%.4s", table);
		if (!memcmp(table, "APIC", 4))
			madt = table;
		if (!memcmp(table, "FACP", 4)) {
			const uint8_t *dsdt = buf + (get(table + 140, 8) - base);

			cr_assert_eq(get(table + 4, 4), 268u);
			cr_assert(get(table + 112, 4) & 1u << 20, "not hardware-reduced");
			cr_assert_eq(memcmp(dsdt, "DSDT", 4), 0);
			cr_assert_eq(acpi_sum(dsdt, get(dsdt + 4, 4)), 0);
		}
	}
	return madt;
}

static void check_madt(const uint8_t *madt, unsigned int vcpus)
{
	unsigned int seen = 0;

	cr_assert(madt);
	for (uint64_t at = 44; at < get(madt + 4, 4); at += madt[at + 1], seen++) {
		const uint8_t *e = madt + at;

		if (e[0] == 0) {
			cr_assert_eq(e[2], seen);
			cr_assert_eq(e[3], 2 * seen);
			cr_assert_lt(2 * seen, 255u);
		} else {
			cr_assert_eq(e[0], 9);
			cr_assert_eq(get(e + 4, 4), 2 * seen);
			cr_assert_eq(get(e + 12, 4), seen);
			cr_assert_geq(2 * seen, 255u);
		}
	}
	cr_assert_eq(seen, vcpus);
}

Test(acpi, tables_for_any_number_of_vcpus)
{
	static uint8_t buf[GUEST_ACPI_PAGES * 4096];

	for (unsigned int vcpus = 1; vcpus <= 512; vcpus++) {
		size_t len;

		memset(buf, 0xa5, sizeof(buf));
		len = acpi_build(buf, sizeof(buf), 0xfc000000, vcpus);
		cr_assert_gt(len, 0u);
		check_madt(walk(buf, 0xfc000000, len), vcpus);
		cr_assert_eq(buf[len], 0xa5, "wrote past the end");
		cr_assert_eq(acpi_build(buf, len - 1, 0xfc000000, vcpus), 0u);
	}
}

static struct image_plan good_plan(void)
{
	return (struct image_plan){.magic = IMAGE_PLAN_MAGIC,
				   .version = IMAGE_PLAN_VERSION,
				   .nr_segments = 2,
				   .entry = 0x100000,
				   .segments = {{0x100000, 4096, 4096, IMAGE_DATA},
						{0x200000, 10, 5000, IMAGE_DATA + 4096}}};
}

static int check_plan(const struct image_plan *plan)
{
	char text[128] = "";
	uint64_t end;
	int ret = plan_check(plan, IMAGE_DATA + 8192, &end, text, sizeof(text));

	cr_assert(!ret || text[0]);
	return ret;
}

#define BAD(change)                                                                                \
	do {                                                                                       \
		struct image_plan p = good_plan();                                                 \
		change;                                                                            \
		cr_assert_eq(check_plan(&p), -EPROTO, "%s", #change);                              \
	} while (0)

Test(plan, hostile_plans_are_refused)
{
	struct image_plan good = good_plan();

	cr_assert_eq(check_plan(&good), 0);
	BAD(p.magic++);
	BAD(p.version++);
	BAD(p.nr_segments = 0);
	BAD(p.nr_segments = IMAGE_MAX_SEGMENTS + 1);
	BAD(p.nr_segments = ~0u);
	BAD(p.entry = 0xfffff);
	BAD(p.entry = 0x101000);
	BAD(p.entry = 0x20000b); /* in memory but not in bytes */
	BAD(p.segments[0].gpa = 0x1ff001);
	BAD(p.segments[0].gpa = ~0ull);
	BAD(p.segments[1].gpa = 0xfffff000);
	BAD(p.segments[1].mem_size = 0);
	BAD(p.segments[1].mem_size = ~0ull);
	BAD(p.segments[1].mem_size = 9);
	BAD(p.segments[1].file_size = 4097);
	BAD(p.segments[1].offset = IMAGE_DATA - 1);
	BAD(p.segments[1].offset = IMAGE_DATA + 8192 - 9);
	BAD(p.segments[1].offset = ~0ull);
}
