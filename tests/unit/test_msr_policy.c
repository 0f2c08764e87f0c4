/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <hv/arch_x86.h>
#include <hv/exit.h>
#include <hv/guest_access.h>
#include <hv/guest_msrs.h>
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
	static const uint32_t zero[] = {0x8b,	    0x1d9,	0xc0010055, 0xc0010010, 0xc0010015,
					0xc001001a, 0xc001001d, 0xc001001f, 0x40000000};
	static const uint32_t fault[] = {0xc0011029, 0xc0010000, 0xc0010131, 0x3a,	 0x10a,
					 0x48,	     0x49,	 0xda0,	     0xc0010114, 0xc0010117,
					 0xc0010020, 0x1a0,	 0x17,	     0x280,	 0x408,
					 0x17b,	     0x82f,	 0xc0000104, 0xc0000408};
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

static bool listed(uint32_t msr)
{
	switch (msr) {
#define ROW(number, name, access, home, feature, why) case number:
		GUEST_MSRS(ROW)
#undef ROW
		return true;
	default:
		return false;
	}
}

/* XSA-108's class: the list is a list, not a range. */
Test(msr_policy, the_rest_of_the_number_space_faults)
{
	unsigned int answered = 0;
	uint64_t val;

	for (uint64_t msr = 0; msr < 0x10000; msr++) {
		bool ok = !msr_guest_read(v, (uint32_t)msr, &val);

		cr_assert(!ok || listed((uint32_t)msr), "%lx", (unsigned long)msr);
		answered += ok;
	}
	cr_assert_eq(answered, 49, "not %u on the fake machine", answered);
	srand(1);
	for (unsigned int i = 0; i < 1000000; i++) {
		uint32_t msr = (uint32_t)rand() << 16 ^ (uint32_t)rand();

		if (listed(msr))
			continue;
		cr_assert_eq(msr_guest_read(v, msr, &val), -1, "%x", msr);
		cr_assert_eq(msr_guest_write(v, msr, 0), -1, "%x", msr);
	}
}

static void wr(uint32_t msr, uint64_t val)
{
	cr_assert_eq(msr_guest_write(v, msr, val), 0, "%x = %lx", msr, (unsigned long)val);
}

static uint64_t rd(uint32_t msr)
{
	uint64_t val = 1;

	cr_assert_eq(msr_guest_read(v, msr, &val), 0, "%x", msr);
	return val;
}

/* Accepted bits as real Xen 4.17.7 accepts them, flipped one by one. */
Test(msr_policy, memory_types_are_kept_and_checked)
{
	static const uint32_t fixed[] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
					 0x26b, 0x26c, 0x26d, 0x26e, 0x26f};

	cr_assert_eq(rd(0xfe), 0x508);
	cr_assert_eq(msr_guest_write(v, 0xfe, 0x508), -1);
	cr_assert_eq(rd(0x2ff), 0x806);
	for (uint32_t msr = 0x200; msr <= 0x20f; msr++) {
		uint64_t allowed = msr & 1 ? 0xfffffff800 : 0xfffffff005;

		for (unsigned int b = 0; b < 64; b++)
			cr_assert_eq(msr_guest_write(v, msr, 1ULL << b), allowed >> b & 1 ? 0 : -1,
				     "%x bit %u", msr, b);
		wr(msr, msr & 1 ? 0x12345800 : 0x12345006);
		cr_assert_eq(rd(msr), msr & 1 ? 0x12345800 : 0x12345006);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fixed); i++) {
		wr(fixed[i], 0x0605040100060504);
		cr_assert_eq(rd(fixed[i]), 0x0605040100060504);
		cr_assert_eq(msr_guest_write(v, fixed[i], 0x02), -1);
		cr_assert_eq(msr_guest_write(v, fixed[i], 7ULL << 56), -1);
	}
	for (unsigned int b = 0; b < 64; b++)
		cr_assert_eq(msr_guest_write(v, 0x2ff, 0x806 ^ 1ULL << b),
			     0xc02ULL >> b & 1 ? 0 : -1, "bit %u", b);
}

Test(msr_policy, machine_checks_never_happen)
{
	cr_assert_eq(rd(0x179), 2);
	cr_assert_eq(msr_guest_write(v, 0x179, 2), -1);
	wr(0x17a, 5);
	cr_assert_eq(rd(0x17a), 5);
	for (uint32_t msr = 0x400; msr < 0x408; msr++) {
		cr_assert_eq(rd(msr), msr & 3 ? 0 : ~0ULL);
		wr(msr, 0);
		cr_assert_eq(msr_guest_write(v, msr, 1), msr & 3 ? -1 : 0);
		cr_assert_eq(rd(msr), msr & 3 ? 0 : ~0ULL);
	}
}

Test(msr_policy, tsc_adjust_is_the_sum_of_moves)
{
	cr_assert_eq(rd(0x3b), 0);
	wr(0x3b, 1000);
	cr_assert_eq(hvm_tsc_offset(v), 1000);
	wr(0x3b, (uint64_t)-500);
	cr_assert_eq(hvm_tsc_offset(v), -500);
	wr(0x10, 0);
	cr_assert_eq((int64_t)rd(0x3b), hvm_tsc_offset(v));
}

Test(msr_policy, cpuid_faults_for_applications_only)
{
	struct hvm_state st;
	int32_t code;
	uint64_t rip;

	cr_assert_eq(rd(0xce), 0x80000000);
	cr_assert_eq(msr_guest_write(v, 0xce, 0), -1);
	cr_assert_eq(msr_guest_write(v, 0x140, 2), -1);
	wr(0x140, 1);
	cr_assert_eq(rd(0x140), 1);
	rip = v->regs.rip;
	exit_cpuid(v, 2);
	cr_assert_eq(v->regs.rip, rip + 2, "the kernel may");
	hvm_get_state(v, &st);
	st.seg[SEG_SS].attr |= 3 << 5;
	cr_assert_eq(hvm_set_state(v, &st), 0);
	rip = v->regs.rip;
	exit_cpuid(v, 2);
	cr_assert_eq(v->regs.rip, rip);
	cr_assert_eq(host_take_exception(v, &code), VEC_GP);
	cr_assert_eq(code, 0);
	wr(0x140, 0);
	exit_cpuid(v, 2);
	cr_assert_eq(v->regs.rip, rip + 2);
}

Test(msr_policy, registers_go_with_their_features)
{
	xen_cpuid_leaf_t none = {.leaf = 1, .subleaf = XEN_CPUID_NO_SUBLEAF};
	xen_msr_entry_t info = {.idx = 0xce};
	uint32_t el, es, em;
	uint64_t val;

	none.d = 1u << 5; /* MSR itself */
	cr_assert_eq(cpu_policy_domain_set(d, &none, 1, &info, 1, &el, &es, &em), 0);
	for (uint32_t msr = 0x200; msr < 0x410; msr++)
		cr_assert_eq(msr_guest_read(v, msr, &val), -1, "%x", msr);
	cr_assert_eq(msr_guest_read(v, 0x10, &val), -1);
	cr_assert_eq(msr_guest_read(v, 0x6e0, &val), -1);
	cr_assert_eq(rd(0xce), 0);
	cr_assert_eq(msr_guest_write(v, 0x140, 1), -1);
	wr(0x140, 0);
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
