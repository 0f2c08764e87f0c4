/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <hv/arch_x86.h>
#include <hv/guest_msrs.h>
#include <hv/vlapic.h>
#include "host.h"

#define X2APIC_ON 0xfee00d00ULL
#define VCPUS	  4

static struct domain *d;
static struct vcpu *v;

static void boot(void)
{
	host_boot(2, 64);
	d = host_domain(VCPUS, 4);
	v = d->vcpu[0];
	host_serve(v);
}

TestSuite(vlapic, .init = boot);

static void x2apic(struct vcpu *c)
{
	uint64_t base;

	cr_assert_eq(vlapic_rdmsr(c, 0x1b, &base), 0);
	cr_assert_eq(vlapic_wrmsr(c, 0x1b, base | 0xc00), 0);
	cr_assert_eq(vlapic_wrmsr(c, 0x80f, 0x1ff), 0);
}

static uint64_t rd(struct vcpu *c, uint32_t msr)
{
	uint64_t val = ~0ULL;

	cr_assert_eq(vlapic_rdmsr(c, msr, &val), 0, "MSR %x", msr);
	return val;
}

Test(vlapic, linux_finds_its_id_before_and_after_x2apic)
{
	uint32_t id;

	for (unsigned int i = 0; i < VCPUS; i++) {
		struct vcpu *c = d->vcpu[i];

		cr_assert(vlapic_mmio_read(c, 0x20, &id));
		cr_assert_eq(id, 2 * i << 24);
		cr_assert_eq(rd(c, 0x1b), i ? 0xfee00800 : 0xfee00900);
		x2apic(c);
		cr_assert_eq(rd(c, 0x802), 2 * i);
		cr_assert(!vlapic_mmio_read(c, 0x20, &id), "the page is gone");
	}
	cr_assert_eq(rd(v, 0x1b), X2APIC_ON);
}

/* What the tools tell about it: MSR_READ | MSR_WRITE, 0 = no such register. */
static unsigned int access_of(uint32_t msr)
{
	switch (msr) {
#define ROW(number, name, access)                                                                  \
	case number:                                                                               \
		return MSR_##access;
		X2APIC_MSRS(ROW)
#undef ROW
	default:
		return 0;
	}
}

/* XSA-108: exactly the architectural registers, in each of the three modes. */
Test(vlapic, only_architectural_x2apic_msrs_exist)
{
	uint64_t val;

	for (uint32_t msr = 0x7f0; msr <= 0xc10; msr++) {
		cr_assert_eq(vlapic_rdmsr(v, msr, &val), -1, "xAPIC mode, read of %x", msr);
		cr_assert_eq(vlapic_wrmsr(v, msr, 0), -1, "xAPIC mode, write of %x", msr);
	}
	x2apic(v);
	for (uint32_t msr = 0x7f0; msr <= 0xc10; msr++) {
		/* Writes of zero, so that no reserved bit decides. */
		cr_assert_eq(vlapic_rdmsr(v, msr, &val), access_of(msr) & MSR_READ ? 0 : -1,
			     "read of %x", msr);
		cr_assert_eq(vlapic_wrmsr(v, msr, 0), access_of(msr) & MSR_WRITE ? 0 : -1,
			     "write of %x", msr);
	}
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00100), 0);
	for (uint32_t msr = 0x7f0; msr <= 0xc10; msr++)
		cr_assert_eq(vlapic_rdmsr(v, msr, &val), -1, "disabled, read of %x", msr);
}

Test(vlapic, mode_changes_follow_the_manual)
{
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00500), -1, "x2APIC without enable");
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, X2APIC_ON), 0);
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00900), -1, "x2APIC to xAPIC");
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00100), 0);
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, X2APIC_ON), -1, "disabled to x2APIC");
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00900), 0);
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00901), -1, "reserved bit");
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 0xfee00b00), -1, "reserved bit");
	cr_assert_eq(vlapic_wrmsr(v, 0x1b, 1ULL << 60 | 0xfee00900), -1,
		     "beyond the address width");
}

Test(vlapic, delivers_by_priority_and_ends_in_order)
{
	x2apic(v);
	cr_assert_eq(vlapic_pending(v), -1);
	vlapic_set_irq(v, 0x31);
	vlapic_set_irq(v, 0x51);
	vlapic_set_irq(v, 0x52);
	cr_assert_eq(vlapic_pending(v), 0x52);
	vlapic_ack(v, 0x52);
	cr_assert_eq(vlapic_pending(v), -1, "same class waits");
	cr_assert_eq(rd(v, 0x80a), 0x50);
	vlapic_set_irq(v, 0x61);
	cr_assert_eq(vlapic_pending(v), 0x61);
	vlapic_ack(v, 0x61);
	vlapic_wrmsr(v, 0x80b, 0);
	cr_assert_eq(vlapic_pending(v), -1);
	vlapic_wrmsr(v, 0x80b, 0);
	cr_assert_eq(vlapic_pending(v), 0x51);
	vlapic_wrmsr(v, 0x808, 0x50);
	cr_assert_eq(vlapic_pending(v), -1);
	cr_assert_eq(vlapic_masked_irq(v), 0x51);
	vlapic_wrmsr(v, 0x808, 0x40);
	cr_assert_eq(vlapic_pending(v), 0x51);
	vlapic_wrmsr(v, 0x80f, 0xff);
	cr_assert_eq(vlapic_pending(v), -1, "software-disabled");
}

Test(vlapic, illegal_vectors_are_errors)
{
	x2apic(v);
	vlapic_wrmsr(v, 0x837, 0xfe);
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 5);
	cr_assert_eq(vlapic_pending(v), 0xfe);
	cr_assert_eq(rd(v, 0x828), 0, "latched by a write only");
	vlapic_wrmsr(v, 0x828, 0);
	cr_assert_eq(rd(v, 0x828), 1u << 5);
	vlapic_wrmsr(v, 0x828, 0);
	cr_assert_eq(rd(v, 0x828), 0, "and read again");
	/* The error entry itself has an illegal vector: no recursion. */
	vlapic_wrmsr(v, 0x837, 3);
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 5);
}

static unsigned int receivers(uint64_t icr, uint8_t vector)
{
	unsigned int mask = 0;

	cr_assert_eq(vlapic_wrmsr(v, 0x830, icr | vector), 0);
	for (unsigned int i = 0; i < VCPUS; i++) {
		if (vlapic_pending(d->vcpu[i]) != vector)
			continue;
		mask |= 1u << i;
		vlapic_ack(d->vcpu[i], vector);
		vlapic_wrmsr(d->vcpu[i], 0x80b, 0);
	}
	return mask;
}

Test(vlapic, interrupts_reach_exactly_those_addressed)
{
	for (unsigned int i = 0; i < VCPUS; i++)
		x2apic(d->vcpu[i]);
	cr_assert_eq(receivers(4ULL << 32, 0x40), 1u << 2);
	cr_assert_eq(receivers(5ULL << 32, 0x40), 0, "no such APIC id");
	cr_assert_eq(receivers(0xffffffffULL << 32, 0x40), 0xf);
	cr_assert_eq(receivers(1u << 18, 0x40), 1);
	cr_assert_eq(receivers(2u << 18, 0x40), 0xf);
	cr_assert_eq(receivers(3u << 18, 0x40), 0xe);
	/* logical: cluster 0, ids 2 and 6 */
	cr_assert_eq(receivers((uint64_t)(1u << 2 | 1u << 6) << 32 | 1u << 11, 0x40), 0xa);
	cr_assert_eq(receivers((uint64_t)(1u << 16 | 4) << 32 | 1u << 11, 0x40), 0, "cluster 1");
	cr_assert_eq(vlapic_wrmsr(v, 0x83f, 0x45), 0);
	cr_assert_eq(vlapic_pending(v), 0x45);
}

Test(vlapic, lowest_priority_goes_to_who_has_least_to_do)
{
	for (unsigned int i = 0; i < VCPUS; i++)
		x2apic(d->vcpu[i]);
	cr_assert_eq(receivers(2u << 18 | 1u << 8, 0x90), 1, "all alike");
	vlapic_wrmsr(v, 0x808, 0x80);
	vlapic_wrmsr(d->vcpu[1], 0x808, 0x40);
	vlapic_wrmsr(d->vcpu[2], 0x808, 0x20);
	vlapic_wrmsr(d->vcpu[3], 0x808, 0x30);
	cr_assert_eq(receivers(2u << 18 | 1u << 8, 0x90), 1u << 2);
	vlapic_wrmsr(d->vcpu[2], 0x80f, 0xff);
	cr_assert_eq(receivers(2u << 18 | 1u << 8, 0x90), 1u << 3, "the first is switched off");
}

/* xAPIC: flat, then clusters of four. */
Test(vlapic, logical_destinations_without_x2apic)
{
	static const struct {
		uint32_t dfr, dest;
		unsigned int mask;
	} t[] = {
		{~0u, 0x01, 1},	       {~0u, 0x06, 6},	      {~0u, 0xf0, 0},
		{~0u, 0xff, 0xf},      {0x0fffffff, 0x12, 2}, {0x0fffffff, 0x13, 3},
		{0x0fffffff, 0x21, 4}, {0x0fffffff, 0x3f, 0}, {0x0fffffff, 0xff, 0xf},
	};
	static const uint8_t flat[VCPUS] = {1, 2, 4, 8}, cluster[VCPUS] = {0x11, 0x12, 0x21, 0x22};

	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++) {
		unsigned int mask = 0;

		for (unsigned int k = 0; k < VCPUS; k++) {
			struct vcpu *c = d->vcpu[k];

			vlapic_mmio_write(c, 0xf0, 0x1ff);
			vlapic_mmio_write(c, 0xe0, t[i].dfr);
			vlapic_mmio_write(c, 0xd0,
					  (uint32_t)(t[i].dfr == ~0u ? flat[k] : cluster[k]) << 24);
		}
		vlapic_mmio_write(v, 0x310, t[i].dest << 24);
		vlapic_mmio_write(v, 0x300, 1u << 11 | 0x55);
		for (unsigned int k = 0; k < VCPUS; k++) {
			if (vlapic_pending(d->vcpu[k]) != 0x55)
				continue;
			mask |= 1u << k;
			vlapic_ack(d->vcpu[k], 0x55);
			vlapic_mmio_write(d->vcpu[k], 0xb0, 0);
		}
		cr_assert_eq(mask, t[i].mask, "row %u: %x", i, mask);
	}
}

static uint32_t mr(uint32_t offset)
{
	uint32_t val = ~0u;

	cr_assert(vlapic_mmio_read(v, offset, &val));
	return val;
}

static void mw(uint32_t offset, uint32_t val)
{
	cr_assert(vlapic_mmio_write(v, offset, val));
}

/* What sticks when every bit is written. */
Test(vlapic, xapic_registers_keep_their_bits)
{
	static const struct {
		uint16_t offset;
		uint32_t kept;
	} t[] = {
		{0x20, 0},	  {0x30, 0x50014},     {0x80, 0xff},	 {0x90, 0},
		{0xa0, 0xff},	  {0xb0, 0},	       {0xc0, 0},	 {0xd0, 0xff000000},
		{0xe0, ~0u},	  {0xf0, 0x3ff},       {0x100, 0},	 {0x200, 0},
		{0x280, 0},	  {0x310, 0xff000000}, {0x320, 0x700ff}, {0x330, 0x107ff},
		{0x340, 0x107ff}, {0x350, 0x1a7ff},    {0x360, 0x1a7ff}, {0x370, 0x100ff},
		{0x390, 0},	  {0x3e0, 0xb},
	};

	mw(0xf0, 0x1ff);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		mw(t[i].offset, ~0u);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		cr_assert_eq(mr(t[i].offset), t[i].kept, "%x: %x", t[i].offset, mr(t[i].offset));
	mw(0xf0, 0xff);
	for (uint32_t offset = 0x320; offset <= 0x370; offset += 0x10) {
		cr_assert(mr(offset) & 1u << 16, "%x", offset);
		mw(offset, 0x41);
		cr_assert_eq(mr(offset), 0x10041, "masked while the APIC is switched off");
	}
}

Test(vlapic, registers_that_do_not_exist_are_errors)
{
	static const uint16_t absent[] = {0x0,	 0x10,	0x40,  0x70,  0x290, 0x2e0, 0x2f0,
					  0x3a0, 0x3d0, 0x3f0, 0x400, 0x500, 0xff0};

	mw(0xf0, 0x1ff);
	mw(0x370, 0xfe);
	for (unsigned int i = 0; i < ARRAY_SIZE(absent); i++) {
		cr_assert_eq(mr(absent[i]), 0);
		mw(0x280, 0);
		cr_assert_eq(mr(0x280), 0x80, "read of %x", absent[i]);
		mw(absent[i], 1);
		mw(0x280, 0);
		cr_assert_eq(mr(0x280), 0x80, "write of %x", absent[i]);
		cr_assert_eq(vlapic_pending(v), 0xfe);
	}
	mw(0x30, 1); /* read-only, but there */
	mw(0x280, 0);
	cr_assert_eq(mr(0x280), 0);
}

Test(vlapic, start_up_needs_a_waiting_cpu_and_one_message)
{
	struct vcpu *ap = d->vcpu[1];
	uint8_t vector;

	x2apic(v);
	cr_assert(ap->pause_flags & VPF_DOWN);
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 0xc500);
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 0x8500);
	cr_assert(!vlapic_take_sipi(ap, &vector));
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 0x4699);
	cr_assert(!(ap->pause_flags & VPF_DOWN));
	cr_assert(ap->initialised);
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 0x4677);
	cr_assert(vlapic_take_sipi(ap, &vector));
	cr_assert_eq(vector, 0x99, "the second one is not heard");
	cr_assert(!vlapic_take_sipi(ap, &vector));
	/* INIT stops it again, also in the middle of its life. */
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 0x4500);
	cr_assert(ap->pause_flags & VPF_DOWN);
}

Test(vlapic, nmi_is_marked_and_wakes)
{
	x2apic(v);
	vlapic_wrmsr(v, 0x830, 2ULL << 32 | 0x4400);
	cr_assert_eq(d->vcpu[1]->nmi_pending, 1);
	cr_assert_eq(v->nmi_pending, 0);
}

/* Nothing but the deadline mode restarts or stops a count. */
/* A guest goes on elsewhere where it was. */
Test(vlapic, callback_vector_is_level_and_first)
{
	bool ack;

	x2apic(v);
	vlapic_set_irq(v, 0xf5);
	cr_assert_eq(vcpu_pending_vector(v, &ack), 0xf5);
	cr_assert(ack);
	d->callback_vector = 0xf3;
	cr_assert_eq(vcpu_pending_vector(v, &ack), 0xf5);
	v->vcpu_info->evtchn_upcall_pending = 1;
	cr_assert_eq(vcpu_pending_vector(v, &ack), 0xf3);
	cr_assert(!ack);
	cr_assert_eq(vcpu_pending_vector(v, &ack), 0xf3, "stays until the guest clears it");
	v->upcall_vector = 0x30;
	cr_assert_eq(vcpu_pending_vector(v, &ack), 0xf5, "own vector replaces the callback");
}

Test(vlapic, reset_forgets)
{
	x2apic(v);
	vlapic_set_irq(v, 0x50);
	vlapic_ack(v, 0x50);
	vlapic_set_irq(v, 0x60);
	vlapic_reset(v);
	cr_assert_eq(rd(v, 0x80f), 0xff);
	cr_assert_eq(rd(v, 0x832), 1u << 16);
	for (uint32_t msr = 0x810; msr <= 0x827; msr++)
		cr_assert_eq(rd(v, msr), 0);
}
