/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The whole list of arch_ hooks that core may call.  Implemented by arch/x86
 * (the machine) and arch/host (the fake machine of the unit tests).  core/ has
 * no privileged instruction and no #ifdef on the architecture.
 */
#ifndef HV_ARCH_H
#define HV_ARCH_H

#include <hv/types.h>

/* --- processors ------------------------------------------------------- */

/* This CPU's record (hv/pcpu.h). */
struct pcpu *this_cpu(void);
/* Busy-wait hint. */
void arch_relax(void);
/* Interrupt window: let pending interrupts in, return with them disabled. */
void arch_irq_window(void);
/* Halt until an interrupt, unless *@work is non-zero; return with interrupts
 * disabled.  The test and the halt are atomic against interrupts (sti; hlt). */
void arch_idle(const uint32_t *work);
/* Interrupt @cpu so that it leaves its guest or its halt and looks at its work
 * bits.  Harmless if @cpu is this CPU or not in a guest. */
void arch_kick(unsigned int cpu);
/* Stop the machine for good (panic, host shutdown); @code goes to the emulator. */
void arch_halt_machine(int code) __attribute__((noreturn));
/* "debug-key R" and friends: restart the machine. */
void arch_reboot_machine(void) __attribute__((noreturn));

/* --- last words (panic.c) ------------------------------------------------ */

/* Stop all other CPUs for good, wherever they are. */
void arch_stop_others(void);
/* Print the callers of this function to the console. */
void arch_backtrace(void);

/* --- time -------------------------------------------------------------- */

/* Monotonic time since boot, the same on all CPUs. */
stime_t arch_now(void);
/* Arm this CPU's timer interrupt (WORK_TIMER) at @deadline; STIME_NEVER disarms. */
void arch_set_deadline(stime_t deadline);
/* Raw time-stamp counter, its frequency, and the pvclock scale: ns =
 * ((tsc << shift) * mul) >> 32 for shift >= 0, (tsc >> -shift) otherwise. */
uint64_t arch_tsc(void);
uint64_t arch_tsc_khz(void);
void arch_pvclock_scale(uint32_t *mul, int8_t *shift);
/* The TSC value at which arch_now() was zero. */
uint64_t arch_tsc_boot(void);
/* Wall clock at boot: seconds since 1970 (CMOS or, hosted, the link page). */
uint64_t arch_wallclock_boot(void);

/* --- memory ------------------------------------------------------------ */

/* Hypervisor address of a machine frame; all RAM is mapped at all times. */
void *mfn_to_virt(mfn_t mfn);
mfn_t virt_to_mfn(const void *va);
/* zero whole frames; may use non-temporal stores. @n frames of 4 KiB. */
void arch_clear_frames(void *va, unsigned long n);

/* --- console ------------------------------------------------------------ */

void arch_console_write(const char *s, size_t len);

/* --- machine facts for sysctl ------------------------------------------ */

struct arch_cpu_facts {
	uint32_t khz;
	uint32_t hw_cap[8]; /* order of XEN_SYSCTL_physinfo hw_cap */
	uint32_t cores_per_socket, threads_per_core;
};
void arch_cpu_facts(struct arch_cpu_facts *out);
/* Topology of one CPU: core, socket and node numbers. */
void arch_cpu_topology(unsigned int cpu, uint32_t *core, uint32_t *socket, uint32_t *node);

#endif
