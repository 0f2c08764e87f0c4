/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-198 (CVE-2016-9379, CVE-2016-9380) as a class: words of a guest that end up
 * in somebody's output.  It says what would forge a line, a column, a key, a
 * prompt or a terminal's state wherever a guest may speak: console ring, console
 * hypercall, port 0xe9, values in xenstore.  Then it waits, so that
 * tests/stack/advisories.sh can look at everything that prints them.
 */
#include "lib.h"

#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/io/xs_wire.h>
#include <xen/sched.h>

const char test_name[] = "advisory-198";

#define MASK(i) ((i) & (XENSTORE_RING_SIZE - 1))

static const char words[] = "a\" 'b'\t%s%n\x1b[31m\\\n(XEN) FORGED-line\r\nforged  99  9999  9 "
			    "r-----  9.9\n\", \"forged\": \"1";

static struct xenstore_domain_interface *ring;
static unsigned int port;

static void put(const void *data, size_t len)
{
	const char *p = data;

	for (size_t i = 0; i < len; i++)
		ring->req[MASK(ring->req_prod + i)] = p[i];
	asm volatile("" ::: "memory");
	ring->req_prod += (uint32_t)len;
}

/* @path = words, with NULs in it; waits for the answer, whatever it is. */
static void write_value(const char *path)
{
	struct xsd_sockmsg m = {.type = XS_WRITE, .len = (uint32_t)(strlen(path) + sizeof(words))};
	uint64_t end = now_ns() + 60000000000ull;

	put(&m, sizeof(m));
	put(path, strlen(path) + 1);
	put(words, sizeof(words) - 1);
	evtchn_send(port);
	while (ring->rsp_prod - ring->rsp_cons < sizeof(m)) {
		check(now_ns() < end, "xenstored does not answer");
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
	}
	ring->rsp_cons = ring->rsp_prod;
	evtchn_send(port);
}

void test_main(void)
{
	static const char *const paths[] = {"data/words", "control/feature-suspend", "attr/os/name",
					    "device-misc/words"};

	if (hvm_param(HVM_PARAM_STORE_PFN) <= 0)
		skip("needs xenstored");
	ring = (void *)(uintptr_t)(hvm_param(HVM_PARAM_STORE_PFN) << 12);
	port = (unsigned int)hvm_param(HVM_PARAM_STORE_EVTCHN);
	for (unsigned int i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		write_value(paths[i]);
	for (const char *p = words; *p; p++)
		outb(0xe9, (uint8_t)*p);
	outb(0xe9, '\n');
	hypercall(__HYPERVISOR_console_io, 0 /* write */, sizeof(words) - 1, (uintptr_t)words, 0);
	print("%s\nsaid\n", words);
	for (;;)
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
}
