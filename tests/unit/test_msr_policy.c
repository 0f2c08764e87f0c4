/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/guest_access.h>
#include <hv/policy.h>
#include "host.h"

static struct domain *d;
static struct vcpu *v;

static void boot(void)
{
	host_boot(1, 64);
	d = host_domain(1, 16);
	v = d->vcpu[0];
	host_serve(v);
}

TestSuite(msr_policy, .init = boot);

/* What Linux reads and how it copes: platform facts, section 3. */
Test(msr_policy, what_linux_reads)
{
	static const uint32_t zero[] = {0x8b, 0x179, 0x1d9, 0xc0010055, 0x40000000};
	static const uint32_t fault[] = {
		0xc0010015, 0xc0011029, 0xc0010000, 0xc0010131, 0x3a,  0xce,  0x10a,
		0x140,	    0xfe,	0x200,	    0x2ff,	0x400, 0x48,  0x49,
		0xda0,	    0xc0010114, 0xc0010117, 0xc0010020, 0x6e0, 0x1a0, 0x17};
	uint64_t val;

	for (unsigned int i = 0; i < ARRAY_SIZE(zero); i++) {
		val = 1;
		cr_assert_eq(msr_guest_read(v, zero[i], &val), 0, "%x", zero[i]);
		cr_assert_eq(val, 0, "%x", zero[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fault); i++) {
		cr_assert_eq(msr_guest_read(v, fault[i], &val), -1, "%x", fault[i]);
		cr_assert_eq(msr_guest_write(v, fault[i], 0), -1, "%x", fault[i]);
	}
}

/* XSA-108's class: the list is a list, not a range. */
Test(msr_policy, the_rest_of_the_number_space_faults)
{
	unsigned int answered = 0;
	uint64_t val;

	for (uint64_t msr = 0; msr < 0x10000; msr++)
		answered += !msr_guest_read(v, (uint32_t)msr, &val);
	cr_assert_eq(answered, 4, "0x1b, 0x8b, 0x179, 0x1d9 on the fake machine, not %u", answered);
	srand(1);
	for (unsigned int i = 0; i < 1000000; i++) {
		uint32_t msr = (uint32_t)rand() << 16 ^ (uint32_t)rand();

		if (msr == MSR_EFER || msr == MSR_XEN_HYPERCALL || msr == MSR_AMD_INT_PENDING ||
		    msr < 0x10000)
			continue;
		cr_assert_eq(msr_guest_read(v, msr, &val), -1, "%x", msr);
	}
}

Test(msr_policy, hypercall_page)
{
	uint8_t page[PAGE_SIZE];

	cr_assert_eq(msr_guest_write(v, 0x40000000, 0x3000), 0);
	cr_assert_eq(copy_from_gpa(d, page, (gpa_t){0x3000}, sizeof(page)), 0);
	for (uint32_t i = 0; i < 128; i++) {
		const uint8_t *stub = page + 32 * i;

		if (i == 23) {
			cr_assert_eq(memcmp(stub, "\x0f\x0b", 2), 0);
			continue;
		}
		cr_assert_eq(stub[0], 0xb8);
		cr_assert_eq(memcmp(stub + 1, &i, 4), 0);
		cr_assert_eq(memcmp(stub + 5, "\x0f\x01\xd9\xc3", 4), 0);
	}
	cr_assert_eq(msr_guest_write(v, 0x40000000, 0x3001), -1, "second page");
	cr_assert_eq(msr_guest_write(v, 0x40000000, 0x100000), -1, "no memory there");
	cr_assert_eq(msr_guest_write(v, 0x40000000, ~0xfffULL), -1);
	cr_assert_eq(msr_guest_write(v, 0x40000001, 0x3000), -1);
}
