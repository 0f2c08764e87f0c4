/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* One processor: its descriptor tables, features, control registers. */
#ifndef ARCH_X86_CPU_H
#define ARCH_X86_CPU_H

#include "layout.h"
#include <hv/pcpu.h>

/* AMD APM vol. 2, 12.2.5. */
struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7]; /* [0] is IST1 */
	uint64_t reserved2;
	uint16_t reserved3, io_map;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "TSS");

/* The GS base of each CPU points here. */
struct arch_pcpu {
	struct pcpu *self; /* first: this_cpu() reads %gs:0 */
	uint32_t apic_id;
	uint64_t gdt[5]; /* null, code, data, TSS (2 entries) */
	struct tss tss;
	uint64_t deadline; /* ns the timer is armed for; 0 = not armed */
	uint64_t nmis;
};
extern struct arch_pcpu arch_pcpus[NR_CPUS];

extern char boot_stack_start[], boot_stack_end[]; /* boot.S */

/* CPUID features by (register << 5 | bit). */
enum { R_1D, R_1C, R_E1D, R_E1C, R_D1A, R_7B, R_7C, R_E7D, NR_FEATURE_WORDS };
#define CPU_X2APIC	 (R_1C << 5 | 21)
#define CPU_TSC_DEADLINE (R_1C << 5 | 24)
#define CPU_XSAVE	 (R_1C << 5 | 26)
#define CPU_HYPERVISOR	 (R_1C << 5 | 31)
#define CPU_MCE		 (R_1D << 5 | 7)
#define CPU_PGE		 (R_1D << 5 | 13)
#define CPU_HTT		 (R_1D << 5 | 28)
#define CPU_PAGE1G	 (R_E1D << 5 | 26)
#define CPU_TOPOEXT	 (R_E1C << 5 | 22)
#define CPU_SMEP	 (R_7B << 5 | 7)
#define CPU_SMAP	 (R_7B << 5 | 20)
#define CPU_ITSC	 (R_E7D << 5 | 8)
bool cpu_has(unsigned int feature);

/* Boot CPU, first of all. */
void cpu_detect(void);
/* Load GDT, TSS, GS base and IDT of @cpu on that CPU: faults are reported from
 * now on.  The IST stacks need not exist yet. */
void cpu_init_tables(unsigned int cpu);
/* Point the TSS to the stacks of @cpu (paging.h), after stacks_create(). */
void cpu_use_stacks(unsigned int cpu);
/* Control registers: what protects and what is used. After paging_load(). */
void cpu_init_control(void);
/* "AMD EPYC ..." */
void cpu_print_name(void);

#endif
