/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The table of contents of start-up: everything in the order in which it runs. */
#include "acpi.h"
#include "apic.h"
#include "bootinfo.h"
#include "cpu.h"
#include "insn.h"
#include "ivshmem.h"
#include "memory.h"
#include "paging.h"
#include "selftest.h"
#include "serial.h"
#include "smp.h"
#include "start.h"
#include "time.h"
#include "traps.h"
#include <hv/cmdline.h>
#include <hv/console_ring.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/hvm.h>
#include <hv/link.h>
#include <hv/module_guests.h>
#include <hv/printk.h>
#include <hv/sched.h>
#include <hv/unit.h>

static uint32_t cpu_ids[NR_CPUS];
static unsigned int nr_cpu_ids;

/* From here on faults are reported and options obeyed. */
static void start_console(uint32_t magic, uint32_t address)
{
	traps_init();
	cpu_detect();
	cpu_init_tables(0);
	serial_init();
	bootinfo_read(magic, address);
	cmdline_parse(bootinfo.cmdline);
	serial_select(boot_options.console);
	printk("Nacre %s, Xen 4.17 ABI\n", NACRE_VERSION);
	printk("Boot loader: %s, command line: %s\n", bootinfo.loader, cmdline_saved);
	console_set_level(boot_options.loglvl);
	cpu_print_name();
}

static void start_memory(void)
{
	mem_init();
	nr_cpu_ids = acpi_find_cpus(cpu_ids);
	paging_init();
	paging_load();
	cpu_init_control();
	mem_to_frames();
	printk("Memory: %lu MiB of RAM below %lx, %lu MiB free\n", frames_total() >> 8,
	       mem_ram_end(), frames_free() >> 8);
	console_ring_resize(boot_options.conring_size);
	stacks_create(0);
	cpu_use_stacks(0);
}

static void start_units(void)
{
	domains_init();
	for (unsigned int i = 0; i < nr_units; i++)
		if (units[i]->init && units[i]->init())
			panic("Unit %s does not start", units[i]->name);
	if (hvm_cpu_init(0))
		panic("This processor cannot run guests: AMD SVM with nested paging is needed");
	hvm_print_features();
	sched_init();
	pcpus[0].online = true;
	nr_cpus_online = 1;
	if (sched_cpu_up(0))
		panic("No memory for CPU 0");
}

/* Instead of a domain 0. */
static void start_module_guests(void)
{
	static struct boot_module modules[BOOT_MAX_MODULES];

	for (unsigned int i = 0; i < bootinfo.nr_modules; i++) {
		const struct boot_range *m = &bootinfo.module[i];

		modules[i] = (struct boot_module){
			.data = (const void *)(DIRECTMAP_BASE + m->start),
			.size = m->size,
			.line = m->line,
		};
	}
	if (dom0)
		printk("module_guests: not with a hosted domain 0\n");
	else
		module_guests_start(modules, bootinfo.nr_modules);
}

/* On the boot CPU's own stack, between guard pages. */
static void __attribute__((noreturn)) start_rest(void)
{
	apic_init();
	apic_init_cpu();
	time_init();
	ivshmem_init();
	start_units();
	smp_start(cpu_ids,
		  boot_options.maxcpus ? MIN(boot_options.maxcpus, nr_cpu_ids) : nr_cpu_ids);
	smp_release();
	selftest_run(boot_options.selftest);
	ivshmem_describe(mem_ram_end(), nr_cpus_online);
	link_start();
	if (boot_options.module_guests)
		start_module_guests();
	printk("Nacre ready: %u CPUs, %lu MiB free\n", nr_cpus_online, frames_free() >> 8);
	sched_loop();
}

void start_main(uint32_t magic, uint32_t address)
{
	start_console(magic, address);
	start_memory();
	/* A zero as return address ends backtraces. */
	__asm__ volatile("mov %0, %%rsp; xor %%ebp, %%ebp; push %%rbp; jmp *%1"
			 :
			 : "r"(stack_top(0, 0)), "r"(start_rest)
			 : "memory");
	__builtin_unreachable();
}
