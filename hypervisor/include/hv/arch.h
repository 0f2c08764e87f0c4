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

/* --- live patching --------------------------------------------------------- */

#define LIVEPATCH_MAX_SIZE (2u << 20) /* of a file, and of what it loads */
#define PATCH_JUMP_SIZE	   5u	      /* bytes of the jump at a replaced function */

/* Memory near the image that holds payloads, one part per kind of access. */
enum patch_kind { PATCH_TEXT, PATCH_RODATA, PATCH_DATA, NR_PATCH_KINDS };
void arch_patch_area(enum patch_kind kind, uint8_t **base, size_t *size);
/* Write to text or constants.  Nobody executes the old bytes meanwhile. */
void arch_text_write(void *dst, const void *src, size_t len);
/* Forget what this CPU has prefetched and cached of old code. */
void arch_sync_core(void);
/* Is that the image's own code? And is it code that runs while CPUs meet? */
bool arch_text_contains(uintptr_t address, size_t len);
bool arch_text_pinned(uintptr_t address, size_t len);
/* A function or variable of the image by name; 0: unknown, or not unique. */
uintptr_t arch_symbol_find(const char *name);
/* A jump at @from to @to; instructions of @len bytes that do nothing. */
int arch_patch_jump(uint8_t insn[PATCH_JUMP_SIZE], uintptr_t from, uintptr_t to);
void arch_patch_nops(uint8_t *insn, size_t len);
/* Bytes that an ELF relocation of that type changes, -1: not supported. */
int arch_relocation_size(uint32_t type);
/* Those bytes for a place at @place and value @value; -XEN_EOVERFLOW out of reach. */
int arch_relocate(uint32_t type, uintptr_t place, uint64_t value, uint8_t bytes[8]);

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
