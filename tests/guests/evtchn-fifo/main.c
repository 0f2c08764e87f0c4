/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The FIFO ABI: order, priorities, masks, ports that change hands, two vCPUs, and
 * the way back to two levels. */
#include "lib.h"

#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/sched.h>

const char test_name[] = "evtchn-fifo";

#define SECOND 1000000000ull
#define ROUNDS 500u

static volatile uint32_t hits, order[16];

static void on_event(unsigned int port)
{
	order[hits % 16] = port;
	__atomic_add_fetch(&hits, 1, __ATOMIC_SEQ_CST);
}

static unsigned int ipi(unsigned int vcpu)
{
	long port = evtchn_bind_ipi(vcpu);

	check(port > 0, "bind_ipi: %ld", port);
	return (unsigned int)port;
}

static long priority(unsigned int port, unsigned int value)
{
	struct evtchn_set_priority op = {.port = port, .priority = value};

	return evtchn_op(EVTCHNOP_set_priority, &op);
}

static long close_port(unsigned int port)
{
	struct evtchn_close op = {.port = port};

	return evtchn_op(EVTCHNOP_close, &op);
}

static long init_control(uint64_t gfn, uint32_t offset, uint32_t vcpu)
{
	struct evtchn_init_control op = {.control_gfn = gfn, .offset = offset, .vcpu = vcpu};

	return evtchn_op(EVTCHNOP_init_control, &op);
}

static void check_before(void)
{
	struct evtchn_expand_array expand = {.array_gfn = (uintptr_t)fifo_words >> 12};
	uint64_t gfn = (uintptr_t)fifo_block(0) >> 12;
	unsigned int port = ipi(0);
	long ret;

	ret = evtchn_op(EVTCHNOP_expand_array, &expand);
	check(ret == -XEN_EOPNOTSUPP, "expand_array in the 2-level ABI: %ld", ret);
	ret = priority(port, 1);
	check(ret == -XEN_ENOSYS, "set_priority in the 2-level ABI: %ld", ret);
	ret = init_control(gfn, 0, 1000);
	check(ret == -XEN_ENOENT, "init_control of vCPU 1000: %ld", ret);
	ret = init_control(gfn, 4, 0);
	check(ret == -XEN_EINVAL, "init_control at offset 4: %ld", ret);
	ret = init_control(gfn, 4096 - 64, 0);
	check(ret == -XEN_EINVAL, "init_control over the end of a page: %ld", ret);
	ret = init_control(0xd0000, 0, 0);
	check(ret == -XEN_EINVAL, "init_control in a hole: %ld", ret);
	check(!close_port(port), "close fails");
}

/* Sent in one go with interrupts off: must come in this order. */
static void check_order(void)
{
	unsigned int p[4];

	hits = 0;
	for (int i = 0; i < 4; i++) {
		p[i] = ipi(0);
		evtchn_set(p[i], on_event);
	}
	check(!priority(p[2], EVTCHN_FIFO_PRIORITY_MAX), "set_priority fails");
	check(priority(p[2], 16) == -XEN_EINVAL, "priority 16");
	for (int i = 3; i >= 0; i--)
		check(!evtchn_send(p[i]), "send fails");
	check(!evtchn_send(p[3]), "send fails");
	check(wait_flag(&hits, SECOND), "no event comes");
	check(hits == 4, "%u events instead of 4", hits);
	check(order[0] == p[2] && order[1] == p[3] && order[2] == p[1] && order[3] == p[0],
	      "order %u %u %u %u", order[0], order[1], order[2], order[3]);
	for (int i = 0; i < 4; i++)
		check(!close_port(p[i]), "close fails");
}

static void check_masks(void)
{
	struct evtchn_unmask unmask;
	unsigned int port = ipi(0);

	hits = 0;
	evtchn_set(port, on_event);
	__atomic_fetch_or(&fifo_words[port], 1u << EVTCHN_FIFO_MASKED, __ATOMIC_SEQ_CST);
	check(!evtchn_send(port), "send fails");
	check(!wait_flag(&hits, SECOND / 100), "a masked event comes");
	check(fifo_words[port] == (1u << EVTCHN_FIFO_MASKED | 1u << EVTCHN_FIFO_PENDING),
	      "word 0x%x", fifo_words[port]);
	unmask.port = port;
	check(!evtchn_op(EVTCHNOP_unmask, &unmask), "unmask fails");
	check(wait_flag(&hits, SECOND), "an unmasked event does not come");
	check(!close_port(port), "close fails");
}

static void check_reuse(void)
{
	unsigned int port = ipi(0), other;

	hits = 0;
	evtchn_set(port, on_event);
	check(!evtchn_send(port), "send fails"); /* interrupts are off: it stays in its queue */
	check(!close_port(port), "close fails");
	check(!(fifo_words[port] >> EVTCHN_FIFO_PENDING), "a closed port is pending");
	other = ipi(0);
	check(other != port, "a port in a queue changes hands");
	check(!wait_flag(&hits, SECOND / 100), "a closed port's event comes");
	check(ipi(0) == port, "the port is not free again");
	check(!close_port(port) && !close_port(other), "close fails");
}

static void check_poll(void)
{
	evtchn_port_t port = ipi(0);
	struct sched_poll poll = {.nr_ports = 1};
	long ret;

	set_xen_guest_handle(poll.ports, &port);
	check(!evtchn_send(port), "send fails");
	ret = hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll); /* without a timeout */
	check(!ret, "poll: %ld", ret);
	check(!close_port(port), "close fails");
}

/* vCPU 1 sends back what it gets. */
static unsigned int back;
static volatile uint32_t ready;

static void on_ping(unsigned int port)
{
	(void)port;
	evtchn_send(back);
}

static void other_cpu(unsigned int cpu)
{
	(void)cpu;
	ready = 1;
	for (;;)
		asm volatile("sti; hlt; cli" ::: "memory");
}

static void check_two_vcpus(void)
{
	unsigned int there = ipi(1);

	back = ipi(0);
	evtchn_set(there, on_ping);
	evtchn_set(back, on_event);
	ap_start(1, other_cpu);
	check(wait_flag(&ready, 5 * SECOND), "vCPU 1 is not ready");
	for (unsigned int i = 0; i < ROUNDS; i++) {
		hits = 0;
		check(!evtchn_send(there), "send fails");
		check(wait_flag(&hits, 5 * SECOND), "event %u is lost", i);
	}
	check(!close_port(there) && !close_port(back), "close fails");
}

static void check_reset(void)
{
	struct evtchn_reset reset = {.dom = DOMID_SELF};
	struct shared_info *s = xen_shared();
	unsigned int port;
	long ret;

	ret = init_control((uintptr_t)fifo_block(0) >> 12, 0, 0);
	check(ret == -XEN_EINVAL, "a second control block: %ld", ret);
	ret = evtchn_op(EVTCHNOP_reset, &reset);
	check(!ret, "reset: %ld", ret);
	evtchn_forget_fifo();
	memset(fifo_words, 0, sizeof(fifo_words));
	port = ipi(0);
	hits = 0;
	evtchn_set(port, on_event);
	check(!evtchn_send(port), "send fails");
	check(s->evtchn_pending[0] >> port & 1, "the 2-level bit is not set");
	check(!fifo_words[port], "word 0x%x after reset", fifo_words[port]);
	check(wait_flag(&hits, SECOND), "no event comes after reset");
	evtchn_use_fifo(2);
	evtchn_set(port, on_event);
	hits = 0;
	check(!evtchn_send(port), "send fails");
	check(wait_flag(&hits, SECOND), "no event comes in the second FIFO life");
}

void test_main(void)
{
	evtchn_init();
	check_before();
	evtchn_use_fifo(2);
	check_order();
	check_masks();
	check_reuse();
	check_poll();
	check_two_vcpus();
	check_reset();
	pass();
}
