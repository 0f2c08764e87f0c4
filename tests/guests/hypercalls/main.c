/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Every hypercall number and every sub-operation of each, known or not, with
 * arguments of five kinds; the results must be those of Xen 4.17.7 (table.inc,
 * measured there with this program and "dump" on the command line).
 */
#include "lib.h"

#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

const char test_name[] = "hypercalls";

/* What the argument points to: nothing; zeros; ones; "me", then zeros; the
 * sub-operation and the interface's version, then zeros. */
enum kind { NOWHERE, ZEROS, ONES, SELF, CONTROL, NR_KINDS };

struct row {
	uint8_t kind, from, to, first, last;
	int16_t result;
};

static const struct row table[] = {
#include "table.inc"
};

/* Where Nacre differs from Xen, and why. */
static const struct row differences[] = {
	/* Nobody has a machine-to-physical table, so there is nothing to copy. */
	{ONES, 12, 12, 5, 5, 0},
	/* No physical interrupts, so no port for one; Xen binds number 0 to nothing. */
	{ZEROS, 32, 32, 2, 2, -XEN_EINVAL},
	/* EVTCHNOP_reset_cont is Xen's own way to go on with a reset. */
	{NOWHERE, 32, 32, 14, 14, -XEN_ENOSYS},
	{ZEROS, 32, 32, 14, 14, -XEN_ENOSYS},
	{ONES, 32, 32, 14, 14, -XEN_ENOSYS},
	{SELF, 32, 32, 14, 14, -XEN_ENOSYS},
	/* Control is refused before anything else is looked at. */
	{CONTROL, 36, 36, 21, 21, -XEN_EPERM},
	{CONTROL, 36, 36, 38, 40, -XEN_EPERM},
	{CONTROL, 36, 36, 46, 46, -XEN_EPERM},
	{CONTROL, 36, 36, 48, 48, -XEN_EPERM},
	{CONTROL, 36, 36, 50, 50, -XEN_EPERM},
};

#define NR_CALLS	 64
#define NR_OPS		 64
#define VERSION_PLATFORM 0x03000000u
#define VERSION_CONTROL	 0x15u

static uint8_t page[4096] __attribute__((aligned(4096)));
static unsigned int wrong, count;

static bool is_control(unsigned int nr)
{
	return nr == __HYPERVISOR_domctl || nr == __HYPERVISOR_sysctl ||
	       nr == __HYPERVISOR_platform_op;
}

/* Calls that stop this vCPU, end the domain or pull a page from under the test. */
static bool avoided(enum kind kind, unsigned int nr, unsigned int op)
{
	if (kind == CONTROL)
		return !is_control(nr);
	switch (nr) {
	case __HYPERVISOR_iret:
		return true; /* not in the hypercall page, see iret_faults() */
	case __HYPERVISOR_sched_op:
		return op == SCHEDOP_block || (op == SCHEDOP_shutdown && kind != NOWHERE) ||
		       ((op == SCHEDOP_poll || op == SCHEDOP_watchdog) &&
			(kind == ZEROS || kind == SELF));
	case __HYPERVISOR_vcpu_op:
		return op == VCPUOP_down || (op == VCPUOP_register_vcpu_info && kind != NOWHERE) ||
		       (op == VCPUOP_register_runstate_memory_area && kind != NOWHERE);
	case __HYPERVISOR_memory_op:
		return kind == SELF &&
		       (op == XENMEM_add_to_physmap || op == XENMEM_remove_from_physmap);
	case __HYPERVISOR_event_channel_op:
		return (op == EVTCHNOP_reset && kind == SELF) ||
		       (op == EVTCHNOP_init_control && kind != NOWHERE);
	default:
		return false;
	}
}

static void fill(enum kind kind, unsigned int nr, unsigned int op)
{
	uint32_t version = nr == __HYPERVISOR_platform_op ? VERSION_PLATFORM : VERSION_CONTROL;
	domid_t self = DOMID_SELF;

	memset(page, kind == ONES ? 0xff : 0, sizeof(page));
	if (kind == SELF)
		memcpy(page, &self, sizeof(self));
	if (kind == CONTROL) {
		memcpy(page, &op, sizeof(op));
		memcpy(page + 4, &version, sizeof(version));
	}
}

static long call(enum kind kind, unsigned int nr, unsigned int op)
{
	uintptr_t arg = kind == NOWHERE ? (uintptr_t)BAD_POINTER : (uintptr_t)page;

	fill(kind, nr, op);
	if (is_control(nr))
		return hypercall(nr, arg, 0, 0, 0);
	switch (nr) {
	case __HYPERVISOR_multicall:
		return hypercall(nr, arg, 1, 0, 0);
	case __HYPERVISOR_set_timer_op:
		return hypercall(nr, 0, 0, 0, 0);
	case __HYPERVISOR_vm_assist:
		return hypercall(nr, op, op, 0, 0);
	case __HYPERVISOR_console_io:
		return hypercall(nr, op, 1, arg, 0);
	case __HYPERVISOR_vcpu_op:
		return hypercall(nr, op, 0, arg, 0);
	default:
		return hypercall(nr, op, arg, 1, 0);
	}
}

/* Numbers, not codes: only that they are no error can be foretold. */
static int16_t sign(long result)
{
	return (int16_t)(result > 0 ? 1 : result);
}

static const struct row *find(const struct row *rows, size_t n, enum kind kind, unsigned int nr,
			      unsigned int op)
{
	for (const struct row *r = rows; r < rows + n; r++)
		if (r->kind == kind && nr >= r->from && nr <= r->to && op >= r->first &&
		    op <= r->last)
			return r;
	return NULL;
}
#define FIND(rows, kind, nr, op) find(rows, sizeof(rows) / sizeof((rows)[0]), kind, nr, op)

static void compare(enum kind kind, unsigned int nr, unsigned int op)
{
	const struct row *r = FIND(differences, kind, nr, op);
	int16_t got = sign(call(kind, nr, op));

	if (!r)
		r = FIND(table, kind, nr, op);
	count++;
	if (r && got == r->result)
		return;
	wrong++;
	print("call %u, op %u, argument %u: %d, not as Xen\n", nr, op, kind, got);
}

static void dump(enum kind kind, unsigned int nr)
{
	unsigned int first = 0, last = 0;
	bool open = false;
	int16_t result = 0;

	for (unsigned int op = 0; op < NR_OPS; op++) {
		int16_t got;

		if (avoided(kind, nr, op))
			continue;
		got = sign(call(kind, nr, op));
		if (open && got != result) {
			print("{%u, %u, %u, %u, %u, %d},\n", kind, nr, nr, first, last, result);
			open = false;
		}
		if (!open)
			first = op;
		open = true;
		last = op;
		result = got;
	}
	if (open)
		print("{%u, %u, %u, %u, %u, %d},\n", kind, nr, nr, first, last, result);
}

static void call_iret(void *arg)
{
	(void)arg;
	hypercall(__HYPERVISOR_iret, 0, 0, 0, 0);
}

static void iret_faults(void)
{
	int vector = trap_catch(call_iret, NULL);

	check(vector == 6, "the hypercall page's iret gives %d, not #UD", vector);
}

void test_main(void)
{
	bool dumping = streq(cmdline(), "dump");

	for (unsigned int kind = 0; kind < NR_KINDS; kind++)
		for (unsigned int nr = 0; nr < NR_CALLS; nr++) {
			if (dumping)
				dump(kind, nr);
			for (unsigned int op = 0; !dumping && op < NR_OPS; op++)
				if (!avoided(kind, nr, op))
					compare(kind, nr, op);
		}
	iret_faults();
	check(!wrong, "%u of %u results differ", wrong, count);
	pass();
}
