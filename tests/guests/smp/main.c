/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Other vCPUs: started by INIT and SIPI, reached by events and by IPIs. */
#include "lib.h"

#include <xen/vcpu.h>

const char test_name[] = "smp";

#define ROUNDS	   200u
#define IPI_VECTOR 0x40

static volatile uint32_t ping, pong, ipis, ready;
static unsigned int pong_port;

static void on_pong(unsigned int port)
{
	(void)port;
	pong++;
}

static void on_ping(unsigned int port)
{
	(void)port;
	ping++;
	evtchn_send(pong_port);
}

static void on_ipi(unsigned int vector)
{
	(void)vector;
	__atomic_add_fetch(&ipis, 1, __ATOMIC_SEQ_CST);
	wrmsr(0x80b, 0); /* x2APIC EOI */
}

static void other_cpu(unsigned int cpu)
{
	wrmsr(0x1b, rdmsr(0x1b) | 1 << 10);
	wrmsr(0x80f, 0x1ff);
	check(cpu == vcpu_id(), "vCPU %u has APIC id of %u", cpu, vcpu_id());
	__atomic_store_n(&ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		asm volatile("sti; hlt; cli" ::: "memory");
}

static void check_events(unsigned int cpu)
{
	long port = evtchn_bind_ipi(cpu);

	check(port > 0, "bind_ipi to vCPU %u: %ld", cpu, port);
	evtchn_set((unsigned int)port, on_ping);
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		pong = 0;
		check(!evtchn_send((unsigned int)port), "send fails");
		check(wait_flag(&pong, 2000000000ull), "vCPU %u loses event %u of %u", cpu, i,
		      ROUNDS);
	}
	check(ping == ROUNDS, "vCPU %u saw %u events instead of %u", cpu, ping, ROUNDS);
	ping = 0;
}

static void check_ipis(unsigned int cpu)
{
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		ipis = 0;
		wrmsr(0x830, (uint64_t)(2 * cpu) << 32 | 0x4000 | IPI_VECTOR);
		check(wait_flag(&ipis, 2000000000ull), "vCPU %u loses IPI %u", cpu, i);
	}
}

static unsigned int cpus(void)
{
	unsigned int n = 1;

	/* Down is 0, missing is an error. */
	while (n < MAX_CPUS && !hypercall(__HYPERVISOR_vcpu_op, VCPUOP_is_up, n, 0, 0))
		n++;
	return n;
}

void test_main(void)
{
	unsigned int n = cpus();
	long port;

	if (n < 2)
		skip("needs 2 vCPUs");
	evtchn_init();
	irq_set(IPI_VECTOR, on_ipi);
	port = evtchn_bind_ipi(0);
	check(port > 0, "bind_ipi to vCPU 0: %ld", port);
	pong_port = (unsigned int)port;
	evtchn_set(pong_port, on_pong);
	for (unsigned int cpu = 1; cpu < n; cpu++) {
		ready = 0;
		ap_start(cpu, other_cpu);
		check(wait_flag(&ready, 5000000000ull), "vCPU %u does not get ready", cpu);
		check(hypercall(__HYPERVISOR_vcpu_op, VCPUOP_is_up, cpu, 0, 0) == 1,
		      "vCPU %u runs but is not up", cpu);
		check_events(cpu);
		check_ipis(cpu);
	}
	print("%u vCPUs\n", n);
	pass();
}
