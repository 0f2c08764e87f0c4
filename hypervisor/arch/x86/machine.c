/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Idling, waking others, clearing memory, and the end of it all. */
#include "apic.h"
#include "cpu.h"
#include "insn.h"
#include "traps.h"
#include <hv/arch.h>

#define PORT_EXIT     0xf4 /* QEMU isa-debug-exit: ends with code value * 2 + 1 */
#define EXIT_BASE     0x10
#define PORT_SHUTDOWN 0x8900 /* Bochs */
#define PORT_RESET    0xcf9
#define PORT_KEYBOARD 0x64

void arch_relax(void)
{
	cpu_pause();
}

void arch_irq_window(void)
{
	/* Interrupts come after the instruction that follows STI. */
	__asm__ volatile("sti; nop; cli" : : : "memory");
}

void arch_idle(const uint32_t *work)
{
	if (__atomic_load_n(work, __ATOMIC_SEQ_CST))
		return;
	__asm__ volatile("sti; hlt; cli" : : : "memory");
}

void arch_kick(unsigned int cpu)
{
	if (cpu != this_cpu()->id)
		apic_ipi(arch_pcpus[cpu].apic_id, VEC_KICK);
}

/* Not by REP STOS: the emulators are slow at it, and memory that goes to a guest
 * should not push everything out of the caches. */
void arch_clear_frames(void *va, unsigned long n)
{
	uint64_t *p = va, *end = p + n * (PAGE_SIZE / sizeof(*p));

	for (; p < end; p += 8)
		__asm__ volatile(
			"movnti %1, 0(%0); movnti %1, 8(%0); movnti %1, 16(%0); movnti %1, 24(%0);"
			"movnti %1, 32(%0); movnti %1, 40(%0); movnti %1, 48(%0); movnti %1, 56(%0)"
			:
			: "r"(p), "r"(0UL)
			: "memory");
	__asm__ volatile("sfence" : : : "memory");
}

void arch_halt_machine(int code)
{
	cpu_cli();
	outl(PORT_EXIT, EXIT_BASE + (uint32_t)code);
	for (const char *s = "Shutdown"; *s; s++)
		outb(PORT_SHUTDOWN, (uint8_t)*s);
	arch_stop_others(); /* no emulator took it: at least nothing runs any more */
	for (;;)
		cpu_hlt();
}

void arch_reboot_machine(void)
{
	struct descriptor_pointer nothing = {0, 0};

	cpu_cli();
	outb(PORT_RESET, 0x02); /* hard reset, prepared, then done */
	outb(PORT_RESET, 0x06);
	for (unsigned int i = 0; i < 100000; i++)
		if (!(inb(PORT_KEYBOARD) & 2))
			break;
	outb(PORT_KEYBOARD, 0xfe);
	lidt(&nothing);
	__asm__ volatile("ud2"); /* triple fault */
	for (;;)
		cpu_hlt();
}
