/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The well-behaved guest: one line a tick, and it obeys control/shutdown. */
#include "lib.h"

#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/io/xs_wire.h>
#include <xen/sched.h>

const char test_name[] = "ticker";

#define TICK_NS	   250000000ull
#define WAIT_NS	   20000000000ull
#define MASK_XS(i) ((i) & (XENSTORE_RING_SIZE - 1))

static struct xenstore_domain_interface *ring;
static unsigned int port;

/* Sleep until the xenstore port is pending or @ns have passed. */
static void doze(uint64_t ns)
{
	evtchn_port_t ports[1] = {port};
	struct sched_poll poll = {.nr_ports = 1, .timeout = now_ns() + ns};

	set_xen_guest_handle(poll.ports, ports);
	hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
	__atomic_and_fetch(&xen_shared()->evtchn_pending[port / 64], ~(1ul << port % 64),
			   __ATOMIC_SEQ_CST);
}

static void ring_write(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		while (ring->req_prod - ring->req_cons == XENSTORE_RING_SIZE) {
			evtchn_send(port);
			doze(TICK_NS);
		}
		ring->req[MASK_XS(ring->req_prod)] = data[i];
		asm volatile("" ::: "memory");
		ring->req_prod++;
	}
}

static void ring_read(char *data, size_t len)
{
	uint64_t end = now_ns() + WAIT_NS;

	for (size_t i = 0; i < len; i++) {
		while (ring->rsp_prod == ring->rsp_cons) {
			check(now_ns() < end, "xenstore does not answer");
			doze(TICK_NS);
		}
		data[i] = ring->rsp[MASK_XS(ring->rsp_cons)];
		asm volatile("" ::: "memory");
		ring->rsp_cons++;
	}
}

/* One request and its answer; the answer's type. */
static uint32_t store(uint32_t type, const char *body, size_t len, char *answer, size_t room)
{
	struct xsd_sockmsg msg = {.type = type, .len = len};

	ring_write((char *)&msg, sizeof(msg));
	ring_write(body, len);
	evtchn_send(port);
	ring_read((char *)&msg, sizeof(msg));
	check(msg.len < room, "xenstore answer of %u bytes", msg.len);
	ring_read(answer, msg.len);
	answer[msg.len] = 0;
	evtchn_send(port);
	return msg.type;
}

static void obey(void)
{
	static const char path[] = "control/shutdown";
	char answer[128];
	unsigned int reason;

	if (store(XS_READ, path, sizeof(path), answer, sizeof(answer)) != XS_READ || !answer[0])
		return;
	reason = streq(answer, "reboot") ? SHUTDOWN_reboot : SHUTDOWN_poweroff;
	print("told to %s\n", answer);
	/* The empty value is the acknowledgement. */
	store(XS_WRITE, path, sizeof(path), answer, sizeof(answer));
	shutdown(reason);
}

void test_main(void)
{
	static const char feature[] = "control/feature-poweroff\0"
				      "1";
	static const char feature_reboot[] = "control/feature-reboot\0"
					     "1";
	char answer[128];

	evtchn_init();
	ring = (void *)(hvm_param(HVM_PARAM_STORE_PFN) << 12);
	port = hvm_param(HVM_PARAM_STORE_EVTCHN);
	check(ring && port, "no xenstore ring");
	store(XS_WRITE, feature, sizeof(feature) - 1, answer, sizeof(answer));
	store(XS_WRITE, feature_reboot, sizeof(feature_reboot) - 1, answer, sizeof(answer));
	for (unsigned int n = 0;; n++) {
		print("tick %u\n", n);
		obey();
		for (uint64_t end = now_ns() + TICK_NS; now_ns() < end;)
			doze(end - now_ns());
	}
}
