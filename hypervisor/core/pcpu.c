/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/pcpu.h>

struct pcpu pcpus[NR_CPUS];
unsigned int nr_cpus_online;

void pcpu_raise(unsigned int cpu, uint32_t bits)
{
	uint32_t old = __atomic_fetch_or(&pcpus[cpu].work, bits, __ATOMIC_SEQ_CST);

	/* A CPU that already had work was kicked by whoever gave it. */
	if (!old && cpu != this_cpu()->id)
		arch_kick(cpu);
}
