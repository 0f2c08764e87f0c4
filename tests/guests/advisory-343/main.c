/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-343, 344, 338: one vCPU resets the domain's event channels over and over and
 * changes the ABI, the other one opens, sends on, moves and closes them meanwhile.
 * Afterwards events must work as if nothing had been.
 */
#include "lib.h"

#include <xen/errno.h>
#include <xen/event_channel.h>

const char test_name[] = "advisory-343";

#define ROUNDS 400u
#define SECOND 1000000000ull

static volatile uint32_t stop, ended, hits, sent;
static uint8_t block[4096] __attribute__((aligned(4096)));

static void on_event(unsigned int port)
{
	(void)port;
	hits++;
}

static void other_cpu(unsigned int cpu)
{
	struct evtchn_bind_interdomain bind = {.remote_dom = DOMID_SELF};
	struct evtchn_bind_vcpu move = {.vcpu = 1};
	struct evtchn_set_priority priority = {.priority = 3};
	struct evtchn_unmask unmask;
	struct evtchn_close close;

	for (uint32_t i = 0; !stop; i++) {
		struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
		long port = evtchn_bind_ipi(cpu);

		evtchn_op(EVTCHNOP_alloc_unbound, &alloc);
		bind.remote_port = move.port = priority.port = alloc.port;
		evtchn_op(EVTCHNOP_bind_interdomain, &bind);
		evtchn_op(EVTCHNOP_bind_vcpu, &move);
		evtchn_op(EVTCHNOP_set_priority, &priority);
		if (!evtchn_send((unsigned int)port))
			sent++;
		evtchn_send(bind.local_port);
		unmask.port = i % 200;
		evtchn_op(EVTCHNOP_unmask, &unmask);
		close.port = (unsigned int)port;
		if (i % 3)
			evtchn_op(EVTCHNOP_close, &close);
	}
	ended = 1;
	for (;;)
		asm volatile("cli; hlt");
}

static long reset(void)
{
	struct evtchn_reset op = {.dom = DOMID_SELF};

	return evtchn_op(EVTCHNOP_reset, &op);
}

static void change_abi(void)
{
	struct evtchn_expand_array expand = {.array_gfn = (uintptr_t)fifo_words >> 12};
	struct evtchn_init_control control = {.control_gfn = (uintptr_t)block >> 12};
	long ret = evtchn_op(EVTCHNOP_init_control, &control);

	check(!ret || ret == -XEN_EINVAL, "init_control: %ld", ret);
	ret = evtchn_op(EVTCHNOP_expand_array, &expand);
	check(!ret || ret == -XEN_EOPNOTSUPP, "expand_array: %ld", ret);
}

void test_main(void)
{
	uint64_t end = now_ns() + 20 * SECOND; /* on a slow machine fewer will do */
	long port, ret;

	evtchn_init();
	ap_start(1, other_cpu);
	for (uint32_t i = 0; i < 20 || !sent || (i < ROUNDS && now_ns() < end); i++) {
		ret = reset();
		check(!ret || ret == -XEN_EAGAIN || ret == -XEN_EBUSY, "reset: %ld", ret);
		if (i % 2)
			change_abi();
	}
	stop = 1;
	check(wait_flag(&ended, 20 * SECOND), "the other vCPU hangs");
	check(sent, "the other vCPU was not in time");
	ret = reset();
	check(!ret, "the last reset: %ld", ret);
	for (uint32_t i = 0; i < 4096 / BITS; i++)
		xen_shared()->evtchn_mask[i % BITS] = ~0ul;
	for (int abi = 0; abi < 2; abi++) {
		if (abi)
			evtchn_use_fifo(1);
		port = evtchn_bind_ipi(0);
		check(port == (abi ? 2 : 1), "port %ld is the first free one", port);
		evtchn_set((unsigned int)port, on_event);
		hits = 0;
		check(!evtchn_send((unsigned int)port), "send fails");
		check(wait_flag(&hits, 5 * SECOND), "no event comes");
	}
	pass();
}
