/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-317, 342: every port is taken, and each way to get one more must fail as it
 * should; ports beyond the end do not exist, whatever one asks of them.
 */
#include "lib.h"

#include <xen/errno.h>
#include <xen/event_channel.h>

const char test_name[] = "advisory-317";

#define MAX_PORT 4095u /* tools give less, 1023 */

static struct shared_info before;

static long bind_to_self(unsigned int port)
{
	struct evtchn_bind_interdomain op = {.remote_dom = DOMID_SELF, .remote_port = port};

	return evtchn_op(EVTCHNOP_bind_interdomain, &op);
}

static void check_full(unsigned int unbound)
{
	struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};

	for (int i = 0; i < 1000; i++) {
		check(evtchn_op(EVTCHNOP_alloc_unbound, &alloc) == -XEN_ENOSPC, "alloc_unbound");
		check(evtchn_bind_virq(VIRQ_DEBUG, 0) == -XEN_ENOSPC, "bind_virq");
		check(evtchn_bind_ipi(0) == -XEN_ENOSPC, "bind_ipi");
		check(bind_to_self(unbound) == -XEN_ENOSPC, "bind_interdomain");
	}
}

static void check_beyond(unsigned int last)
{
	static const unsigned int far[] = {128, 1024, 4096, 8192, 1u << 17, 1u << 31, ~0u};

	memcpy(&before, xen_shared(), sizeof(before));
	for (unsigned int i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		unsigned int port = far[i] < 1u << 31 ? last + far[i] : far[i];
		struct evtchn_unmask unmask = {.port = port};
		struct evtchn_close close = {.port = port};
		struct evtchn_bind_vcpu move = {.port = port};
		struct evtchn_status status = {.dom = DOMID_SELF, .port = port};

		check(evtchn_send(port) == -XEN_EINVAL, "send to port %u", port);
		check(evtchn_op(EVTCHNOP_unmask, &unmask) == -XEN_EINVAL, "unmask port %u", port);
		check(evtchn_op(EVTCHNOP_close, &close) == -XEN_EINVAL, "close port %u", port);
		check(evtchn_op(EVTCHNOP_bind_vcpu, &move) == -XEN_EINVAL, "move port %u", port);
		check(evtchn_op(EVTCHNOP_status, &status) == -XEN_EINVAL, "status of %u", port);
		/* Xen notices first that there is no port left for the near end. */
		check(bind_to_self(port) == -XEN_EINVAL || bind_to_self(port) == -XEN_ENOSPC,
		      "bind to port %u", port);
	}
	/* Events and their masks; the clock behind them goes on. */
	check(!memcmp(before.evtchn_pending, xen_shared()->evtchn_pending,
		      sizeof(before.evtchn_pending) + sizeof(before.evtchn_mask)),
	      "bits of the shared page have changed");
}

void test_main(void)
{
	struct evtchn_alloc_unbound alloc = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};
	unsigned int last = 0, n = 0;
	struct evtchn_close close;
	long port;

	evtchn_init();
	check(!evtchn_op(EVTCHNOP_alloc_unbound, &alloc), "alloc_unbound fails");
	while ((port = evtchn_bind_ipi(0)) > 0) {
		check(port > (long)last && port <= (long)MAX_PORT, "port %ld after %u", port, last);
		last = (unsigned int)port;
		n++;
	}
	check(port == -XEN_ENOSPC, "bind_ipi after %u ports: %ld", n, port);
	check_full(alloc.port);
	check_beyond(last);
	close.port = last;
	check(!evtchn_op(EVTCHNOP_close, &close), "close fails");
	check(evtchn_bind_virq(VIRQ_DEBUG, 0) == (long)last, "the freed port is not given out");
	pass();
}
