/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cpu.h"
#include "insn.h"
#include "paging.h"
#include "time.h"
#include "traps.h"
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/printk.h>
#include <hv/regs.h>
#include <hv/string.h>

#define CR4_MCE (1u << 6)

struct arch_pcpu arch_pcpus[NR_CPUS];
static uint32_t features[NR_FEATURE_WORDS];

struct pcpu *this_cpu(void)
{
	struct pcpu *p;

	__asm__("mov %%gs:0, %0" : "=r"(p));
	return p;
}

/* --- features ---------------------------------------------------------------- */

void arch_cpuid(uint32_t leaf, uint32_t subleaf, struct cpuid_leaf_out *out)
{
	cpuid_count(leaf, subleaf, &out->a, &out->b, &out->c, &out->d);
}

static uint32_t cpuid_reg(uint32_t leaf, uint32_t subleaf, unsigned int reg)
{
	uint32_t r[4], max;

	cpuid_count(leaf & 0x80000000, 0, &max, &r[1], &r[2], &r[3]);
	if (leaf > max)
		return 0;
	cpuid_count(leaf, subleaf, &r[0], &r[1], &r[2], &r[3]);
	return r[reg];
}

void cpu_detect(void)
{
	features[R_1D] = cpuid_reg(1, 0, 3);
	features[R_1C] = cpuid_reg(1, 0, 2);
	features[R_E1D] = cpuid_reg(0x80000001, 0, 3);
	features[R_E1C] = cpuid_reg(0x80000001, 0, 2);
	features[R_D1A] = cpuid_reg(0xd, 1, 0);
	features[R_7B] = cpuid_reg(7, 0, 1);
	features[R_7C] = cpuid_reg(7, 0, 2);
	features[R_E7D] = cpuid_reg(0x80000007, 0, 3);
}

bool cpu_has(unsigned int feature)
{
	return features[feature >> 5] >> (feature & 31) & 1;
}

void cpu_print_name(void)
{
	char name[49] = "";
	uint32_t *w = (uint32_t *)(void *)name;

	for (uint32_t i = 0; i < 3; i++)
		cpuid_count(0x80000002 + i, 0, &w[4 * i], &w[4 * i + 1], &w[4 * i + 2],
			    &w[4 * i + 3]);
	printk("CPU: %s, family %x\n", name, cpuid_reg(1, 0, 0));
}

/* Number of threads of a socket and of a core, in powers of two of APIC ids. */
static void topology_bits(unsigned int *core_bits, unsigned int *thread_bits)
{
	uint32_t threads, n;

	*core_bits = *thread_bits = 0;
	if (cpuid_reg(0xb, 0, 1)) { /* extended topology: level 0 threads, 1 cores */
		*thread_bits = cpuid_reg(0xb, 0, 0) & 31;
		*core_bits = cpuid_reg(0xb, 1, 0) & 31;
		return;
	}
	if (!cpu_has(CPU_HTT))
		return;
	n = cpuid_reg(1, 0, 1) >> 16 & 0xff;
	threads = cpu_has(CPU_TOPOEXT) ? (cpuid_reg(0x8000001e, 0, 1) >> 8 & 0xff) + 1 : 1;
	while (1u << *core_bits < n)
		++*core_bits;
	while (1u << *thread_bits < threads)
		++*thread_bits;
}

void arch_cpu_topology(unsigned int cpu, uint32_t *core, uint32_t *socket, uint32_t *node)
{
	unsigned int core_bits, thread_bits;
	uint32_t id = arch_pcpus[cpu].apic_id;

	topology_bits(&core_bits, &thread_bits);
	*core = (id & ((1u << core_bits) - 1)) >> thread_bits;
	*socket = id >> core_bits;
	*node = 0;
}

/* Counted from the processors there are, not from what CPUID could number. */
void arch_cpu_facts(struct arch_cpu_facts *out)
{
	uint32_t core0, socket0, core, socket, node;
	uint64_t cores = 0;

	memset(out, 0, sizeof(*out));
	out->khz = (uint32_t)arch_tsc_khz();
	memcpy(out->hw_cap, features, sizeof(out->hw_cap));
	arch_cpu_topology(0, &core0, &socket0, &node);
	for (unsigned int i = 0; i < nr_cpus_online; i++) {
		arch_cpu_topology(i, &core, &socket, &node);
		if (socket == socket0) {
			out->threads_per_core += core == core0;
			cores |= 1ULL << (core & 63);
		}
	}
	for (; cores; cores &= cores - 1)
		out->cores_per_socket++;
}

/* --- tables and control registers --------------------------------------------- */

void cpu_init_tables(unsigned int cpu)
{
	struct arch_pcpu *a = &arch_pcpus[cpu];
	uint64_t base = (uintptr_t)&a->tss, limit = sizeof(a->tss) - 1;
	struct descriptor_pointer gdt = {sizeof(a->gdt) - 1, (uintptr_t)a->gdt};

	a->self = &pcpus[cpu];
	pcpus[cpu].id = cpu;
	pcpus[cpu].arch = a;
	a->gdt[1] = GDT_CODE;
	a->gdt[2] = GDT_DATA;
	/* 64-bit available TSS, AMD APM vol. 2, 4.8.3. */
	a->gdt[3] = limit | (base & 0xffffff) << 16 | 0x89ULL << 40 | (base >> 24 & 0xff) << 56;
	a->gdt[4] = base >> 32;
	a->tss.io_map = sizeof(a->tss);
	lgdt(&gdt);
	ltr(SEL_TSS);
	wrmsr(MSR_GS_BASE, (uintptr_t)a);
	traps_load();
}

void cpu_use_stacks(unsigned int cpu)
{
	struct tss *tss = &arch_pcpus[cpu].tss;

	tss->rsp[0] = stack_top(cpu, 0);
	for (unsigned int i = IST_DF; i <= IST_MC; i++)
		tss->ist[i - 1] = stack_top(cpu, i);
}

void cpu_init_control(void)
{
	uint64_t cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	if (cpu_has(CPU_PGE))
		cr4 |= CR4_PGE;
	if (cpu_has(CPU_MCE))
		cr4 |= CR4_MCE;
	if (cpu_has(CPU_SMEP))
		cr4 |= CR4_SMEP;
	if (cpu_has(CPU_SMAP))
		cr4 |= CR4_SMAP;
	if (cpu_has(CPU_XSAVE))
		cr4 |= CR4_OSXSAVE;
	write_cr4(cr4);
	write_cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
}
