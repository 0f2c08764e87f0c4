/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-197 (CVE-2016-9381) as a class: consumers of shared rings that fetch a field
 * twice.  One vCPU sends requests to xenstored and text to xenconsoled, the other
 * one flips indices, lengths and types all the while.  The daemons must end up
 * with one or the other value, never with both: tests/stack/advisories.sh looks
 * whether they live and serve others.  Command line: seconds=N.
 */
#include "lib.h"

#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/sched.h>

const char test_name[] = "advisory-197";

#define MASK(i) ((i) & (XENSTORE_RING_SIZE - 1))

static struct xenstore_domain_interface *store;
static struct xencons_interface *console;
static unsigned int store_port, console_port;

/* The other CPU: values for a moment, in the middle of whatever is going on. */
static void flip(unsigned int cpu)
{
	static const uint32_t wild[] = {0x7fffffff, 0xffffffff, 4097, 0x80000000, 1025, 2048};
	volatile struct xenstore_domain_interface *s = store;
	volatile struct xencons_interface *c = console;
	volatile uint32_t *header;
	uint32_t was;

	for (unsigned int n = 0;; n++) {
		uint32_t value = wild[n % 6];

		was = s->req_prod;
		s->req_prod = was + value;
		s->req_prod = was;
		was = s->rsp_cons;
		s->rsp_cons = was - value;
		s->rsp_cons = was;
		/* Type and length of the request that is being read. */
		header = (volatile uint32_t *)(uintptr_t)(s->req + (MASK(s->req_cons) & ~3u));
		was = header[n % 4];
		header[n % 4] = value;
		header[n % 4] = was;
		was = c->out_prod;
		c->out_prod = was + value;
		c->out_prod = was;
	}
}

static void put(const void *data, size_t len)
{
	const char *p = data;

	for (size_t i = 0; i < len; i++) {
		/* The connection may be closed by now: then start again. */
		for (unsigned int n = 0; store->req_prod - store->req_cons >= XENSTORE_RING_SIZE;
		     n++) {
			evtchn_send(store_port);
			hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
			if (n > 50 || store->error)
				return;
		}
		store->req[MASK(store->req_prod)] = p[i];
		store->req_prod++;
	}
}

static void one_request(unsigned int n)
{
	static const char path[] = "data/advisory";
	struct xsd_sockmsg m = {
		.type = n % 2 ? XS_WRITE : XS_READ, .req_id = n, .len = sizeof(path)};

	if (store->error || store->connection != XENSTORE_CONNECTED) {
		store->connection = XENSTORE_RECONNECT;
		evtchn_send(store_port);
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
		return;
	}
	put(&m, sizeof(m));
	put(path, sizeof(path));
	store->rsp_cons = store->rsp_prod;
	evtchn_send(store_port);
	console->out[n % sizeof(console->out)] = 'x';
	console->out_prod++;
	evtchn_send(console_port);
}

void test_main(void)
{
	uint64_t end = now_ns() + cmdline_number("seconds=", 5) * 1000000000ull;
	struct sched_shutdown off = {.reason = SHUTDOWN_poweroff};

	if (hvm_param(HVM_PARAM_STORE_PFN) <= 0)
		skip("needs xenstored");
	store = (void *)(uintptr_t)(hvm_param(HVM_PARAM_STORE_PFN) << 12);
	console = (void *)(uintptr_t)(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12);
	store_port = (unsigned int)hvm_param(HVM_PARAM_STORE_EVTCHN);
	console_port = (unsigned int)hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
	print("racing\n");
	expect_end("poweroff");
	ap_start(1, flip);
	for (unsigned int n = 0; now_ns() < end; n++)
		one_request(n);
	for (;;)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_shutdown, &off);
}
