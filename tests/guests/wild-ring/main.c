/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Rubbish in the rings that this guest shares with the daemons: they must neither
 * crash nor hang nor disturb anybody else. */
#include "lib.h"

#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/sched.h>

const char test_name[] = "wild-ring";

static uint64_t state = 88172645463325252ull;

/* xorshift64: the same rubbish each time. */
static uint64_t rubbish(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void scribble(volatile uint64_t *page)
{
	for (unsigned int i = 0; i < 4096 / sizeof(*page); i++)
		page[i] = rubbish();
}

void test_main(void)
{
	struct xencons_interface *console = (void *)(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12);
	/* Page 0, which nobody uses, where there is no xenstore. */
	void *store = (void *)(hvm_param(HVM_PARAM_STORE_PFN) << 12);
	unsigned int console_port = (unsigned int)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
	unsigned int store_port = (unsigned int)hvm_param(HVM_PARAM_STORE_EVTCHN);
	struct sched_shutdown arg = {.reason = SHUTDOWN_poweroff};

	expect_end("poweroff");
	for (unsigned int round = 0; round < 200; round++) {
		scribble((void *)console);
		/* Sometimes indices that look sane with bytes that are not. */
		if (round & 1)
			console->out_prod = console->out_cons + (uint32_t)(rubbish() % 4096);
		scribble(store);
		evtchn_send(console_port);
		evtchn_send(store_port);
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
	}
	for (;;)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &arg);
}
