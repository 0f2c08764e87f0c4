/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Event channels between ports of one domain: all operations and their errors. */
#include "lib.h"

#include <xen/event_channel.h>
#include <xen/errno.h>

const char test_name[] = "evtchn";

#define ROUNDS 1000u

static volatile uint32_t hits, last_port;

static void on_event(unsigned int port)
{
	hits++;
	last_port = port;
}

static long op(unsigned int cmd, void *arg)
{
	return hypercall2(__HYPERVISOR_event_channel_op, cmd, arg);
}

static unsigned int status_of(unsigned int port)
{
	struct evtchn_status status = {.dom = DOMID_SELF, .port = port};
	long ret = op(EVTCHNOP_status, &status);

	check(!ret, "status of port %u: %ld", port, ret);
	return status.status;
}

static void check_ipi(void)
{
	long port = evtchn_bind_ipi(0);

	check(port > 0, "bind_ipi: %ld", port);
	check(status_of((unsigned int)port) == EVTCHNSTAT_ipi, "status is not ipi");
	evtchn_set((unsigned int)port, on_event);
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		check(!evtchn_send((unsigned int)port), "send fails");
		check(wait_flag(&hits, 1000000000ull) == 1, "event %u is lost", i);
		check(last_port == (uint32_t)port, "wrong port %u", last_port);
		hits = 0;
	}
}

static void check_interdomain(void)
{
	struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
	struct evtchn_bind_interdomain bind = {.remote_dom = DOMID_SELF};
	struct evtchn_close close;

	check(!op(EVTCHNOP_alloc_unbound, &alloc), "alloc_unbound fails");
	check(status_of(alloc.port) == EVTCHNSTAT_unbound, "status is not unbound");
	bind.remote_port = alloc.port;
	check(!op(EVTCHNOP_bind_interdomain, &bind), "bind_interdomain fails");
	check(status_of(alloc.port) == EVTCHNSTAT_interdomain, "status is not interdomain");
	evtchn_set(alloc.port, on_event);
	hits = 0;
	check(!evtchn_send(bind.local_port), "send fails");
	check(wait_flag(&hits, 1000000000ull), "event does not come");
	check(last_port == alloc.port, "comes at port %u, not %u", last_port, alloc.port);
	close.port = bind.local_port;
	check(!op(EVTCHNOP_close, &close), "close fails");
	check(status_of(bind.local_port) == EVTCHNSTAT_closed, "closed port is not closed");
	check(status_of(alloc.port) == EVTCHNSTAT_unbound, "peer of a closed port is not unbound");
}

/* The codes that Xen 4.17 gives. */
static void check_errors(void)
{
	struct evtchn_alloc_unbound alloc = {.dom = 0, .remote_dom = DOMID_SELF};
	struct evtchn_close close = {.port = 0};
	struct evtchn_bind_vcpu vcpu = {.port = 1, .vcpu = 1000};
	long ret;

	ret = evtchn_send(100000);
	check(ret == -XEN_EINVAL, "send to a port out of range: %ld", ret);
	ret = evtchn_bind_ipi(1000);
	check(ret == -XEN_ENOENT, "bind_ipi to vCPU 1000: %ld", ret);
	ret = evtchn_bind_virq(1000, 0);
	check(ret == -XEN_EINVAL, "bind_virq 1000: %ld", ret);
	ret = op(EVTCHNOP_close, &close);
	check(ret == -XEN_EINVAL, "close of port 0: %ld", ret);
	ret = op(EVTCHNOP_bind_vcpu, &vcpu);
	check(ret == -XEN_ENOENT, "bind_vcpu to vCPU 1000: %ld", ret);
	ret = op(EVTCHNOP_alloc_unbound, &alloc);
	check(ret == -XEN_EPERM, "alloc_unbound in domain 0: %ld", ret);
	ret = op(1000, &close);
	check(ret == -XEN_ENOSYS, "unknown operation: %ld", ret);
	ret = op(EVTCHNOP_close, BAD_POINTER);
	check(ret == -XEN_EFAULT, "bad pointer: %ld", ret);
}

void test_main(void)
{
	evtchn_init();
	check_ipi();
	check_interdomain();
	check_errors();
	pass();
}
