/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/cmdline.h>
#include <hv/console_ring.h>
#include <hv/link.h>
#include <hv/panic.h>
#include <hv/pcpu.h>
#include <hv/printk.h>

#define REBOOT_DELAY 5000000000LL /* ns */
#define PANIC_CODE   1

void panic_begin(void)
{
	static uint32_t panicking; /* the CPU that reports, plus 1 */
	uint32_t self = this_cpu()->id + 1, other = 0;

	if (!__atomic_compare_exchange_n(&panicking, &other, self, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
		/* A fault inside the report: nothing that could be said would come out. */
		if (other == self)
			arch_halt_machine(PANIC_CODE);
		for (;;) /* another CPU reports, and stops this one */
			arch_relax();
	}
	arch_stop_others();
	console_bust_lock();
}

void panic_end(void)
{
	struct link_header *header = link_area.base;
	int64_t until = arch_now().ns + REBOOT_DELAY;

	if (header) {
		__atomic_store_n(&header->state, LINK_DEAD, __ATOMIC_RELEASE);
		arch_link_doorbell();
	}
	if (header || boot_options.noreboot)
		arch_halt_machine(PANIC_CODE);
	printk("Restarting in 5 seconds\n");
	while (arch_now().ns < until)
		arch_relax();
	arch_reboot_machine();
}

void panic(const char *fmt, ...)
{
	char why[256];
	__builtin_va_list ap;

	panic_begin();
	__builtin_va_start(ap, fmt);
	hv_vsnprintf(why, sizeof(why), fmt, ap);
	__builtin_va_end(ap);
	printk("\n");
	printk("****************************************\n");
	printk("Panic on CPU %u:\n", this_cpu()->id);
	printk("%s\n", why);
	printk("****************************************\n");
	arch_backtrace();
	panic_end();
}
