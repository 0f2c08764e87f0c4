/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-358, 359: while one vCPU sends events to itself and to the other, that one
 * writes nonsense to event words and control blocks, so that the hypervisor finds
 * tails that are not linked, links that lead nowhere, and words that change while it
 * changes them.  No call may take for ever, and a healthy start must work afterwards.
 */
#include "lib.h"

#include <xen/event_channel.h>

const char test_name[] = "advisory-358";

#define ROUNDS 20000u
#define PORTS  8u
#define SECOND 1000000000ull

static volatile uint32_t stop, ended, started, hits;

static void on_event(unsigned int port)
{
	(void)port;
	hits++;
}

static uint32_t rnd(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void scribble(unsigned int cpu)
{
	uint32_t seed = 1;

	(void)cpu;
	started = 1;
	while (!stop) {
		uint32_t *word = &fifo_words[rnd(&seed) % (2 * PORTS)], r = rnd(&seed);
		struct evtchn_fifo_control_block *block = fifo_block(r % 2);

		switch (r / 2 % 4) {
		case 0:
			*word = rnd(&seed) << 9 ^ rnd(&seed);
			break;
		case 1: /* linked to itself, or to nothing */
			*word = 7u << EVTCHN_FIFO_LINKED | (r % 2 ? rnd(&seed) % 16 : 0x1ffff);
			break;
		case 2:
			block->head[rnd(&seed) % 16] = rnd(&seed);
			break;
		default:
			block->ready = r % 3 ? 0 : rnd(&seed);
		}
	}
	ended = 1;
	for (;;)
		asm volatile("cli; hlt");
}

void test_main(void)
{
	struct evtchn_reset reset = {.dom = DOMID_SELF};
	unsigned int port[PORTS];
	uint64_t end = now_ns() + 20 * SECOND; /* on a slow machine fewer will do */
	uint32_t seed = 2;
	long ret;

	evtchn_init();
	evtchn_use_fifo(2);
	evtchn_forget_fifo(); /* nobody takes events off */
	for (unsigned int i = 0; i < PORTS; i++)
		port[i] = (unsigned int)evtchn_bind_ipi(i % 2);
	ap_start(1, scribble);
	check(wait_flag(&started, 5 * SECOND), "the other vCPU is not ready");
	for (uint32_t i = 0; i < 500 || (i < ROUNDS && now_ns() < end); i++) {
		struct evtchn_set_priority priority = {.port = port[rnd(&seed) % PORTS],
						       .priority = rnd(&seed) % 16};
		struct evtchn_unmask unmask = {.port = port[rnd(&seed) % PORTS]};

		check(!evtchn_send(port[i % PORTS]), "send fails");
		if (i % 4 == 0)
			check(!evtchn_op(EVTCHNOP_unmask, &unmask), "unmask fails");
		if (i % 16 == 0)
			check(!evtchn_op(EVTCHNOP_set_priority, &priority), "set_priority fails");
	}
	stop = 1;
	check(wait_flag(&ended, 20 * SECOND), "the other vCPU hangs");
	ret = evtchn_op(EVTCHNOP_reset, &reset);
	check(!ret, "reset: %ld", ret);
	evtchn_use_fifo(1);
	port[0] = (unsigned int)evtchn_bind_ipi(0);
	evtchn_set(port[0], on_event);
	check(!evtchn_send(port[0]), "send fails");
	check(wait_flag(&hits, 5 * SECOND), "no event comes after the nonsense");
	pass();
}
