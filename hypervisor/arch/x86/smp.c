/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "apic.h"
#include "cpu.h"
#include "insn.h"
#include "paging.h"
#include "smp.h"
#include "time.h"
#include <hv/arch.h>
#include <hv/hvm.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/string.h>

#define INIT_DELAY_US  10000 /* MP specification B.4 */
#define RETRY_US       1000
#define ONLINE_WAIT_US 2000000

/* End of trampoline.S. */
struct trampoline_vars {
	uint64_t stack;
	uint32_t cr3, cpu;
};
extern char trampoline_start[], trampoline_end[], trampoline_vars[];

static uint32_t wanted_apic_id; /* of the CPU being started */
static uint32_t arrived;	/* CPU number + 1, once it is ready to run guests */
static uint32_t released;

void start_ap(unsigned int cpu)
{
	cpu_init_tables(cpu);
	cpu_init_control();
	apic_init_cpu();
	if (apic_id() != READ_ONCE(wanted_apic_id)) {
		/* Woke up after it had been given up: the slot is another's. */
		for (;;)
			cpu_hlt();
	}
	time_init_cpu();
	if (hvm_cpu_init(cpu))
		panic("CPU %u cannot run guests although the first CPU can", cpu);
	__atomic_store_n(&arrived, cpu + 1, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&released, __ATOMIC_ACQUIRE))
		arch_idle(&released);
	paging_load(); /* without the trampoline */
	sched_loop();
}

static bool wait_arrival(unsigned int cpu, uint64_t us)
{
	int64_t end = arch_now().ns + (int64_t)us * 1000;

	do {
		if (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) == cpu + 1)
			return true;
		cpu_pause();
	} while (arch_now().ns < end);
	return false;
}

static bool start_one(unsigned int cpu, uint32_t id)
{
	struct trampoline_vars *vars = mfn_to_virt(mk_mfn(TRAMPOLINE >> PAGE_SHIFT));

	vars = (void *)((char *)vars + (trampoline_vars - trampoline_start));
	vars->stack = stacks_create(cpu);
	vars->cr3 = (uint32_t)paging_root();
	vars->cpu = cpu;
	cpu_use_stacks(cpu);
	__atomic_store_n(&wanted_apic_id, id, __ATOMIC_SEQ_CST);
	apic_send_startup(id, TRAMPOLINE >> PAGE_SHIFT);
	if (wait_arrival(cpu, RETRY_US))
		return true;
	/* The second one is for processors that missed the first; others ignore it. */
	apic_send_startup(id, TRAMPOLINE >> PAGE_SHIFT);
	return wait_arrival(cpu, ONLINE_WAIT_US);
}

void smp_start(const uint32_t *ids, unsigned int n)
{
	uint32_t self = apic_id();
	unsigned int cpu = 1;

	if (n <= 1)
		return;
	memcpy(mfn_to_virt(mk_mfn(TRAMPOLINE >> PAGE_SHIFT)), trampoline_start,
	       (size_t)(trampoline_end - trampoline_start));
	paging_map_trampoline();
	for (unsigned int i = 0; i < n; i++)
		if (ids[i] != self)
			apic_send_init(ids[i]);
	time_delay_us(INIT_DELAY_US);
	for (unsigned int i = 0; i < n && cpu < NR_CPUS; i++) {
		if (ids[i] == self)
			continue;
		if (!start_one(cpu, ids[i])) {
			printk("CPU with APIC id %u does not start: left out\n", ids[i]);
			continue;
		}
		pcpus[cpu].online = true;
		nr_cpus_online++;
		if (sched_cpu_up(cpu))
			panic("No memory for CPU %u", cpu);
		cpu++;
	}
}

void smp_release(void)
{
	paging_unmap_trampoline();
	__atomic_store_n(&released, 1, __ATOMIC_SEQ_CST);
	for (unsigned int cpu = 1; cpu < nr_cpus_online; cpu++)
		arch_kick(cpu);
}
