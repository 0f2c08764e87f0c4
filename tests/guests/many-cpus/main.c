/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * As many vCPUs as a domain may have: each is started, gets an event and an IPI of
 * its own, and all of them one IPI to everybody.
 */
#include "lib.h"

#include "desc.h"

#include <xen/vcpu.h>

const char test_name[] = "many-cpus";

#define IPI_VECTOR 0x50
#define ALL_VECTOR 0x51
#define X2APIC_EOI 0x80b
#define X2APIC_SVR 0x80f
#define X2APIC_ICR 0x830
#define ALL_BUT_ME 0xc0000ull
#define LONG_NS	   20000000000ull

static volatile uint32_t up, events[MAX_CPUS], ipis[MAX_CPUS], everybody;

static void on_event(unsigned int port)
{
	(void)port;
	events[cpu_index()]++;
}

static void on_ipi(unsigned int vector)
{
	(void)vector;
	ipis[cpu_index()]++;
	wrmsr(X2APIC_EOI, 0);
}

static void on_all(unsigned int vector)
{
	(void)vector;
	__atomic_add_fetch(&everybody, 1, __ATOMIC_SEQ_CST);
	wrmsr(X2APIC_EOI, 0);
}

static void other_cpu(unsigned int cpu)
{
	check(cpu == cpu_index(), "vCPU %u has the task register of %u", cpu, cpu_index());
	wrmsr(0x1b, rdmsr(0x1b) | 1 << 10);
	wrmsr(X2APIC_SVR, 0x1ff);
	__atomic_add_fetch(&up, 1, __ATOMIC_SEQ_CST);
	for (;;)
		asm volatile("sti; hlt; cli" ::: "memory");
}

static unsigned int cpus(void)
{
	unsigned int n = 1;

	/* Down is 0, missing is an error. */
	while (n < MAX_CPUS && !hypercall(__HYPERVISOR_vcpu_op, VCPUOP_is_up, n, 0, 0))
		n++;
	return n;
}

static void reach(unsigned int cpu)
{
	long port = evtchn_bind_ipi(cpu);

	check(port > 0, "bind_ipi to vCPU %u: %ld", cpu, port);
	evtchn_set((unsigned int)port, on_event);
	check(!evtchn_send((unsigned int)port), "send to vCPU %u", cpu);
	check(wait_flag(&events[cpu], LONG_NS), "vCPU %u gets no event", cpu);
	wrmsr(X2APIC_ICR, (uint64_t)(2 * cpu) << 32 | 0x4000 | IPI_VECTOR);
	check(wait_flag(&ipis[cpu], LONG_NS), "vCPU %u gets no IPI", cpu);
}

void test_main(void)
{
	unsigned int n = cpus();
	uint64_t end;

	check(n == MAX_CPUS, "%u vCPUs instead of %u", n, MAX_CPUS);
	check(hypercall(__HYPERVISOR_vcpu_op, VCPUOP_is_up, n, 0, 0) < 0, "one vCPU too many");
	evtchn_init();
	irq_set(IPI_VECTOR, on_ipi);
	irq_set(ALL_VECTOR, on_all);
	for (unsigned int cpu = 1; cpu < n; cpu++)
		ap_start(cpu, other_cpu);
	end = now_ns() + LONG_NS;
	while (up < n - 1 && now_ns() < end)
		;
	check(up == n - 1, "%u of %u vCPUs run", up + 1, n);
	for (unsigned int cpu = 1; cpu < n; cpu++)
		reach(cpu);
	wrmsr(X2APIC_ICR, ALL_BUT_ME | 0x4000 | ALL_VECTOR);
	end = now_ns() + LONG_NS;
	while (everybody < n - 1 && now_ns() < end)
		;
	check(everybody == n - 1, "%u of %u got the IPI to all", everybody, n - 1);
	for (unsigned int cpu = 1; cpu < n; cpu++)
		check(events[cpu] == 1 && ipis[cpu] == 1, "vCPU %u: %u events, %u IPIs", cpu,
		      events[cpu], ipis[cpu]);
	print("%u vCPUs\n", n);
	pass();
}
