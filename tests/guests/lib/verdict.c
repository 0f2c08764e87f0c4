/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Start of C, and the end of a test. */
#include "internal.h"

#include <xen/sched.h>

#define EXIT_PORT 0xf4 /* isa-debug-exit of the bare machine */

bool on_xen;

void shutdown(unsigned int reason)
{
	struct sched_shutdown arg = {.reason = reason};

	/* Real xenconsoled loses what it has not read by then. */
	console_flush();
	for (;;) {
		if (on_xen)
			hypercall2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &arg);
		else
			outb(EXIT_PORT, (uint8_t)reason);
	}
}

static void verdict(const char *word, const char *fmt, va_list *ap)
{
	print("%s %s", word, test_name);
	if (fmt) {
		print(": ");
		vprint(fmt, ap);
	}
	print("\n");
	shutdown(SHUTDOWN_poweroff);
}

void pass(void)
{
	verdict("PASS", NULL, NULL);
	__builtin_unreachable();
}

#define VERDICT(function, word)                                                                    \
	void function(const char *fmt, ...)                                                        \
	{                                                                                          \
		va_list ap;                                                                        \
                                                                                                   \
		va_start(ap, fmt);                                                                 \
		verdict(word, fmt, &ap);                                                           \
		__builtin_unreachable();                                                           \
	}

VERDICT(fail, "FAIL")
VERDICT(skip, "SKIP")
VERDICT(error, "ERROR")

void expect_end(const char *how)
{
	print("EXPECT %s %s\n", how, test_name);
	console_flush();
}

void lib_main(void)
{
	desc_init(0);
	on_xen = xen_init();
	console_init(on_xen);
	test_main();
	error("test_main returned");
}
