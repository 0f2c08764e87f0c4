/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What hypercalls copy out holds nothing that was left on the hypervisor's stack
 * or heap: padding, unused union members, short texts in long fields.  Both are
 * filled with a pattern first; the pattern must not reach the caller.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "hvcall.h"

#include <hv/nacre_sysctl.h>
#include <xen/domctl.h>
#include <xen/sched.h>
#include <xen/sysctl.h>

#define POISON	 0xa5
#define NR_OPS	 64
#define PLATFORM 0x03000000u

static struct domain *d;

static void boot(void)
{
	hv_boot(2, 64);
	d = hv_guest(2, 16);
}

TestSuite(padding, .init = boot);

/* Deep enough for any handler; the calls that follow use the same stack. */
static __attribute__((noinline)) void poison_stack(void)
{
	volatile uint8_t old[16384];

	for (size_t i = 0; i < sizeof(old); i++)
		old[i] = POISON;
	__asm__ volatile("" ::"r"(old) : "memory");
}

static void check_page(struct vcpu *v, unsigned int nr, unsigned int op)
{
	uint8_t page[PAGE_SIZE];

	hv_get(v, BUF, page, sizeof(page));
	for (size_t i = 0; i + 1 < sizeof(page); i++)
		if (page[i] == POISON && page[i + 1] == POISON)
			cr_assert_fail("call %u, op %u: stale bytes at %zu", nr, op, i);
}

static void call(struct vcpu *v, bool compat, unsigned int nr, unsigned int op, const uint8_t *page)
{
	struct hypercall hc = {.nr = nr, .compat = compat, .v = v, .arg = {op, BUF, 1}};
	struct pcpu *p = this_cpu();

	if (nr == __HYPERVISOR_vcpu_op || nr == __HYPERVISOR_console_io) {
		hc.arg[1] = 0;
		hc.arg[2] = BUF;
	} else if (nr == __HYPERVISOR_domctl || nr == __HYPERVISOR_sysctl ||
		   nr == __HYPERVISOR_platform_op || nr == __HYPERVISOR_multicall) {
		hc.arg[0] = BUF;
	}
	hv_put(v, BUF, page, PAGE_SIZE);
	p->serving = v->domain->external ? v : NULL;
	p->current = v->domain->external ? NULL : v;
	poison_stack();
	hypercall_do(&hc);
	p->serving = p->current = NULL;
	check_page(v, nr, op);
}

/* Every call with its structure all zeros, but for the caller's own id. */
static void all_calls(struct vcpu *v, bool compat)
{
	static const domid_t self[2] = {DOMID_SELF, DOMID_SELF};
	uint8_t page[PAGE_SIZE];

	memset(page, 0, sizeof(page));
	for (unsigned int nr = 0; nr < 64; nr++)
		for (unsigned int op = 0; op < NR_OPS; op++) {
			if (nr == __HYPERVISOR_sched_op && op == SCHEDOP_shutdown)
				continue;
			memset(page, 0, sizeof(self));
			call(v, compat, nr, op, page);
			memcpy(page, self, sizeof(self));
			call(v, compat, nr, op, page);
		}
}

Test(padding, guests_get_no_stale_bytes)
{
	all_calls(d->vcpu[0], false);
}

Test(padding, thirty_two_bit_guests_get_none)
{
	all_calls(d->vcpu[0], true);
}

Test(padding, domain0_gets_none)
{
	struct vcpu *zero = dom0->vcpu[0];
	struct xen_domctl *c;
	uint8_t page[PAGE_SIZE];

	for (unsigned int cmd = 1; cmd < 90; cmd++) {
		memset(page, 0, sizeof(page));
		c = (struct xen_domctl *)page;
		c->cmd = cmd;
		c->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
		c->domain = d->id;
		if (cmd != XEN_DOMCTL_destroydomain)
			call(zero, false, __HYPERVISOR_domctl, cmd, page);
		((struct xen_sysctl *)page)->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
		call(zero, false, __HYPERVISOR_sysctl, cmd, page);
		c->interface_version = PLATFORM;
		call(zero, false, __HYPERVISOR_platform_op, cmd, page);
	}
	all_calls(zero, false);
}

/* Its records lie behind the structure, in the page that is looked at. */
Test(padding, statistics_hold_none)
{
	uint8_t page[PAGE_SIZE] = {0};
	struct xen_sysctl *op = (struct xen_sysctl *)page;
	struct nacre_sysctl_sched_stats *s = NACRE_SYSCTL_ARG(op, sched_stats);
	struct nacre_sched_record r;

	op->cmd = NACRE_SYSCTL_sched_stats;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	s->nr = 4;
	s->record_size = sizeof(struct nacre_sched_record);
	s->buffer.p = (void *)(BUF + 1024);
	call(dom0->vcpu[0], false, __HYPERVISOR_sysctl, op->cmd, page);
	hv_get(dom0->vcpu[0], BUF + 1024 + sizeof(r), &r, sizeof(r));
	cr_assert_eq(r.domid, d->id);
}
