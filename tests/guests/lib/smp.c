/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Other CPUs. */
#include "internal.h"

#include <xen/vcpu.h>

extern uint8_t ap_trampoline[], ap_trampoline_end[];
static void (*ap_entry)(unsigned int cpu);
static volatile uint32_t ap_running;

unsigned int vcpu_id(void)
{
	return (cpuid(1, 0).b >> 24) / 2;
}

/* Each in a slot that no page boundary cuts. */
static union {
	struct vcpu_info info;
	uint8_t size[64];
} far_info[MAX_CPUS] __attribute__((aligned(4096)));

struct vcpu_info *this_vcpu_info(void)
{
	unsigned int cpu = vcpu_id();

	return cpu < XEN_LEGACY_MAX_VCPUS ? &xen_shared()->vcpu_info[cpu] : &far_info[cpu].info;
}

static void register_info(unsigned int cpu)
{
	uintptr_t at = (uintptr_t)&far_info[cpu];
	struct vcpu_register_vcpu_info arg = {.mfn = at >> 12, .offset = at & 4095};
	long ret =
		hypercall(__HYPERVISOR_vcpu_op, VCPUOP_register_vcpu_info, cpu, (uintptr_t)&arg, 0);

	check(!ret, "cannot register the vcpu_info of vCPU %u: %ld", cpu, ret);
}

void ap_main(void)
{
	void (*fn)(unsigned int cpu) = ap_entry;
	unsigned int cpu = vcpu_id();

	desc_init(cpu);
	if (on_xen && cpu >= XEN_LEGACY_MAX_VCPUS)
		register_info(cpu);
	__atomic_store_n(&ap_running, 1, __ATOMIC_SEQ_CST);
	fn(cpu);
	for (;;)
		asm volatile("cli; hlt");
}

#define MSR_APIC_BASE  0x1b
#define MSR_X2APIC_ICR 0x830

void ap_start(unsigned int cpu, void (*fn)(unsigned int cpu))
{
	uint64_t dest = (uint64_t)(2 * cpu) << 32;

	check(cpu < MAX_CPUS, "the library knows %u CPUs", MAX_CPUS);
	memcpy((void *)AP_TRAMPOLINE, ap_trampoline, (size_t)(ap_trampoline_end - ap_trampoline));
	ap_entry = fn;
	ap_running = 0;
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | 1 << 10);
	wrmsr(MSR_X2APIC_ICR, dest | 0xc500);			    /* INIT, assert */
	wrmsr(MSR_X2APIC_ICR, dest | 0x8500);			    /* INIT, deassert */
	wrmsr(MSR_X2APIC_ICR, dest | 0x4600 | AP_TRAMPOLINE >> 12); /* start-up */
	check(wait_flag(&ap_running, 5000000000ull), "vCPU %u does not start", cpu);
}
