/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <hv/arch_x86.h>
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

static bool readable(uint32_t reg)
{
	return reg == 2 || reg == 3 || reg == 8 || reg == 0xa || reg == 0xd || reg == 0xf ||
	       (reg >= 0x10 && reg <= 0x28) || reg == 0x30 || (reg >= 0x32 && reg <= 0x39) ||
	       reg == 0x3e;
}

/* Of zero, so that no reserved bit decides. */
static bool writable(uint32_t reg)
{
	return reg == 8 || reg == 0xb || reg == 0xf || reg == 0x28 || reg == 0x30 ||
	       (reg >= 0x32 && reg <= 0x38) || reg == 0x3e || reg == 0x3f;
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
		bool apic = msr >= 0x800 && msr <= 0x8ff;

		cr_assert_eq(vlapic_rdmsr(v, msr, &val), apic && readable(msr - 0x800) ? 0 : -1,
			     "read of %x", msr);
		cr_assert_eq(vlapic_wrmsr(v, msr, 0), apic && writable(msr - 0x800) ? 0 : -1,
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

Test(vlapic, timer_one_shot_and_periodic)
{
	x2apic(v);
	vlapic_wrmsr(v, 0x83e, 0xb); /* divide by 1: 10 ns a tick */
	vlapic_wrmsr(v, 0x832, 0x40);
	vlapic_wrmsr(v, 0x838, 100000);
	host_advance(500000);
	cr_assert_eq(vlapic_pending(v), -1);
	cr_assert_eq(rd(v, 0x839), 50000);
	host_advance(500000);
	cr_assert_eq(vlapic_pending(v), 0x40);
	cr_assert_eq(rd(v, 0x839), 0);
	vlapic_ack(v, 0x40);
	vlapic_wrmsr(v, 0x80b, 0);
	host_advance(5000000);
	cr_assert_eq(vlapic_pending(v), -1, "once");

	vlapic_wrmsr(v, 0x832, 1u << 17 | 0x41);
	vlapic_wrmsr(v, 0x838, 100000);
	for (int i = 0; i < 3; i++) {
		host_advance(1000000);
		cr_assert_eq(vlapic_pending(v), 0x41, "period %d", i);
		vlapic_ack(v, 0x41);
		vlapic_wrmsr(v, 0x80b, 0);
	}
	vlapic_wrmsr(v, 0x838, 0);
	host_advance(5000000);
	cr_assert_eq(vlapic_pending(v), -1, "stopped");
	vlapic_wrmsr(v, 0x832, 1u << 16 | 0x41);
	vlapic_wrmsr(v, 0x838, 10);
	host_advance(1000000);
	cr_assert_eq(vlapic_pending(v), -1, "masked");
}

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
