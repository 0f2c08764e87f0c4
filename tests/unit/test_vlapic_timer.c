/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/policy.h>
#include <hv/vlapic.h>
#include <xen/hvm/save.h>
#include "host.h"

#define VCPUS 4

static struct domain *d;
static struct vcpu *v;

static void boot(void)
{
	host_boot(2, 64);
	d = host_domain(VCPUS, 4);
	v = d->vcpu[0];
	host_serve(v);
}

TestSuite(vlapic_timer, .init = boot);

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

Test(vlapic_timer, one_shot_and_periodic)
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

Test(vlapic_timer, changes_while_it_counts)
{
	x2apic(v);
	vlapic_wrmsr(v, 0x83e, 0xb);
	vlapic_wrmsr(v, 0x832, 0x40);
	vlapic_wrmsr(v, 0x838, 100000); /* 1 ms */
	host_advance(250000);
	vlapic_wrmsr(v, 0x83e, 0); /* divide by 2 */
	cr_assert_eq(rd(v, 0x839), 75000);
	host_advance(1000000);
	cr_assert_eq(rd(v, 0x839), 25000);
	vlapic_wrmsr(v, 0x832, 1u << 17 | 0x41);
	cr_assert_eq(rd(v, 0x839), 25000, "periodic from now on");
	host_advance(500000);
	cr_assert_eq(vlapic_pending(v), 0x41);
	vlapic_ack(v, 0x41);
	vlapic_wrmsr(v, 0x80b, 0);
	host_advance(2000000);
	cr_assert_eq(vlapic_pending(v), 0x41);
	vlapic_ack(v, 0x41);
	vlapic_wrmsr(v, 0x80b, 0);
	vlapic_wrmsr(v, 0x832, 0x41);
	host_advance(2000000);
	cr_assert_eq(vlapic_pending(v), 0x41, "once more");
	vlapic_ack(v, 0x41);
	vlapic_wrmsr(v, 0x80b, 0);
	vlapic_wrmsr(v, 0x832, 1u << 17 | 0x41);
	host_advance(9000000);
	cr_assert_eq(vlapic_pending(v), -1, "what is over stays over");
	vlapic_wrmsr(v, 0x838, 100000);
	vlapic_wrmsr(v, 0x832, 1u << 18 | 0x41);
	cr_assert_eq(rd(v, 0x838), 0);
	host_advance(9000000);
	cr_assert_eq(vlapic_pending(v), -1);
}

Test(vlapic_timer, tsc_deadline)
{
	uint64_t val;

	x2apic(v);
	cr_assert_eq(vlapic_wrmsr(v, 0x6e0, 1000), 0);
	cr_assert_eq(rd(v, 0x6e0), 0, "not in this mode");
	cr_assert_eq(vlapic_pending(v), -1);
	vlapic_wrmsr(v, 0x832, 1u << 18 | 0x42);
	vlapic_wrmsr(v, 0x838, 100);
	cr_assert_eq(rd(v, 0x838), 0, "no count in this mode");
	val = arch_tsc() + arch_tsc_khz() * 5; /* 5 ms */
	vlapic_wrmsr(v, 0x6e0, val);
	cr_assert_eq(rd(v, 0x6e0), val);
	host_advance(4900000);
	cr_assert_eq(vlapic_pending(v), -1);
	host_advance(200000);
	cr_assert_eq(vlapic_pending(v), 0x42);
	cr_assert_eq(rd(v, 0x6e0), 0);
	vlapic_ack(v, 0x42);
	vlapic_wrmsr(v, 0x80b, 0);
	vlapic_wrmsr(v, 0x6e0, 1);
	cr_assert_eq(vlapic_pending(v), 0x42, "in the past: at once");
	vlapic_ack(v, 0x42);
	vlapic_wrmsr(v, 0x80b, 0);
	vlapic_wrmsr(v, 0x6e0, arch_tsc() + arch_tsc_khz());
	vlapic_wrmsr(v, 0x6e0, 0);
	host_advance(9000000);
	cr_assert_eq(vlapic_pending(v), -1, "0 disarms");
	vlapic_wrmsr(v, 0x6e0, arch_tsc() + arch_tsc_khz());
	vlapic_wrmsr(v, 0x832, 0x42);
	host_advance(9000000);
	cr_assert_eq(vlapic_pending(v), -1, "the mode disarms");
	vlapic_wrmsr(v, 0x832, 1u << 18 | 0x42);
	vlapic_wrmsr(v, 0x6e0, ~0ULL);
	host_advance(9000000);
	cr_assert_eq(vlapic_pending(v), -1, "in some centuries");
	vlapic_wrmsr(v, 0x6e0, arch_tsc() + 1000 * arch_tsc_khz());
	cr_assert_eq(msr_guest_write(v, 0x10, arch_tsc() + 2000 * arch_tsc_khz()), 0);
	cr_assert_eq(vlapic_pending(v), 0x42, "the counter jumped past it");
}

Test(vlapic_timer, a_restore_brings_everything_back)
{
	struct vcpu *to = d->vcpu[1];
	struct hvm_hw_lapic mode = {0};
	struct hvm_hw_lapic_regs regs = {{0}}, again = {{0}};

	x2apic(v);
	vlapic_wrmsr(v, 0x808, 0x20);
	vlapic_wrmsr(v, 0x837, 0xfe);
	vlapic_wrmsr(v, 0x83e, 0xb);
	vlapic_wrmsr(v, 0x832, 0x70);
	vlapic_wrmsr(v, 0x838, 100000);
	host_advance(400000);
	vlapic_set_irq(v, 0x51);
	vlapic_ack(v, 0x51);
	vlapic_set_irq(v, 0x61);
	vlapic_save(v, &mode);
	vlapic_save_regs(v, &regs);
	cr_assert_eq(mode.timer_divisor, 1);
	cr_assert_eq(vlapic_load(to, &mode), 0);
	cr_assert_eq(vlapic_load_regs(to, &regs), 0);
	vlapic_save_regs(to, &again);
	memcpy(&again.data[0x20], &regs.data[0x20], 4); /* its own id, both ways */
	memcpy(&again.data[0xd0], &regs.data[0xd0], 4);
	cr_assert_eq(memcmp(&regs, &again, sizeof(regs)), 0);
	cr_assert_eq(vlapic_pending(to), 0x61);
	vlapic_ack(to, 0x61);
	host_advance(600000);
	cr_assert_eq(vlapic_pending(to), 0x70, "the timer went on");
	regs.data[0x200] = 1;
	cr_assert_eq(vlapic_load_regs(to, &regs), -XEN_EINVAL, "vector 0");
	mode.apic_base_msr = 0xfee00400;
	cr_assert_eq(vlapic_load(to, &mode), -XEN_EINVAL);
}

Test(vlapic_timer, a_restored_deadline_fires)
{
	struct hvm_hw_lapic mode = {0};
	struct hvm_hw_lapic_regs regs = {{0}};

	x2apic(v);
	vlapic_wrmsr(v, 0x832, 1u << 18 | 0x42);
	vlapic_wrmsr(v, 0x6e0, arch_tsc() + arch_tsc_khz());
	vlapic_save(v, &mode);
	vlapic_save_regs(v, &regs);
	cr_assert_eq(vlapic_load(d->vcpu[2], &mode), 0);
	cr_assert_eq(vlapic_load_regs(d->vcpu[2], &regs), 0);
	host_advance(1100000);
	cr_assert_eq(vlapic_pending(d->vcpu[2]), 0x42);
}
