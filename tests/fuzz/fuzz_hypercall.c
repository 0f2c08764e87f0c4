/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_hypercall CORPUS... (libFuzzer's options)
 *
 * All that guests and domain 0 can ask of the hypervisor, guided by coverage: a
 * case is a list of steps on the world of hypercall/world.h.  Hypercalls enter
 * as VMMCALL exits through the real SVM code, so do all other exits.  Findings:
 * a panic, a sanitizer's report, a lock that stays held, a call without an end,
 * memory or a domain left over.
 */
#include <string.h>

#include <hv/frame.h>
#include <hv/gnttab.h>
#include <hv/guest_access.h>
#include <hv/link.h>
#include <hv/link_abi.h>
#include <hv/vlapic.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/sysctl.h>

#include "hypercall/input.h"
#include "hypercall/world.h"

#define MAX_STEPS 48
#define MAX_HELD  64
#define SHARED	  (GUEST_PAGES + 0ULL) /* where guests see their shared info */
#define GRANTS	  (GUEST_PAGES + 1ULL) /* and their grant table */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static uint64_t held[MAX_HELD]; /* frames mapped through the link */
static unsigned int nr_held;

static uint8_t a_cpu(void)
{
	return in8() % WORLD_CPUS;
}

static struct domain *guest_of(unsigned int cpu)
{
	return world_guest(cpu / GUEST_VCPUS);
}

/* --- guests ------------------------------------------------------------------------ */

static void step_call(void)
{
	unsigned int cpu = a_cpu();

	if (!guest_of(cpu))
		return;
	exits_plan_call(guest_of(cpu));
	world_run(cpu);
}

static void step_exit(void)
{
	unsigned int cpu = a_cpu();

	exits_plan_any();
	world_run(cpu);
}

static void step_fault(void)
{
	unsigned int cpu = a_cpu();

	exits_plan_fault();
	world_run(cpu);
}

static void step_scribble(void)
{
	static const uint64_t pages[] = {
		SHARED, GRANTS, TABLES >> PAGE_SHIFT, CODE >> PAGE_SHIFT, BUF >> PAGE_SHIFT, 0};
	struct domain *d = guest_of(a_cpu());
	uint64_t page = pages[in8() % (sizeof(pages) / sizeof(pages[0]))];
	uint64_t bytes[8] = {0}, offset = (uint64_t)in8() << 4;
	size_t n = in_struct(bytes, sizeof(bytes));

	if (d && n && copy_to_gpa(d, (gpa_t){(page << PAGE_SHIFT) + offset}, bytes, n))
		return;
}

static void step_offer(void)
{
	struct domain *d = guest_of(a_cpu());
	unsigned int ref = in8() & 15;
	grant_entry_v1_t e = {.flags = in8() & 31};

	e.domid = in8() & 3 ? world_domid(in8() & 1) : 0;
	e.frame = in8();
	if (d && copy_to_gpa(d, (gpa_t){(GRANTS << PAGE_SHIFT) + ref * sizeof(e)}, &e, sizeof(e)))
		return;
}

static void step_time(void)
{
	uint64_t ns = in_value() << (in8() & 31);

	host_advance((int64_t)(ns & 0xffffffffff));
}

/* What devices and other CPUs do to a vCPU at any moment. */
static void step_interrupt(void)
{
	struct domain *d = guest_of(a_cpu());
	struct vcpu *v = d ? d->vcpu[in8() % GUEST_VCPUS] : NULL;

	if (v && v->vlapic)
		vlapic_set_irq(v, in8());
}

static void map_shared(unsigned int n, unsigned int space, uint64_t gfn)
{
	struct xen_add_to_physmap x = {.domid = world_domid(n), .space = space, .gpfn = gfn};
	struct hypercall hc = {.nr = __HYPERVISOR_memory_op, .arg = {XENMEM_add_to_physmap, BUF}};

	memcpy(world_arena(BUF), &x, sizeof(x));
	world_dom0_call(&hc);
}

static void map_pages(unsigned int n)
{
	map_shared(n, XENMAPSPACE_shared_info, SHARED);
	map_shared(n, XENMAPSPACE_grant_table, GRANTS);
}

static void step_replace(void)
{
	unsigned int n = in8() % NR_GUESTS;

	world_replace(n);
	map_pages(n);
}

/* --- domain 0 ------------------------------------------------------------------------ */

static void arena_struct(uint64_t at)
{
	uint8_t buf[2048] = {0};

	memcpy(world_arena(at), buf, in_struct(buf, sizeof(buf)));
}

/* Calls by which domain 0 would stop itself or the machine. */
static bool is_suicide(const struct hypercall *hc)
{
	domid_t target;

	switch (hc->nr) {
	case __HYPERVISOR_sched_op:
		memcpy(&target, world_arena(BUF), sizeof(target));
		return hc->arg[0] != SCHEDOP_remote_shutdown || hc->arg[1] != BUF || !target ||
		       target == DOMID_SELF;
	case __HYPERVISOR_vcpu_op:
	case __HYPERVISOR_multicall: /* may hold any of them */
		return true;
	default:
		return false;
	}
}

static void step_dom0_call(void)
{
	struct hypercall hc = {.nr = in_value()};

	for (unsigned int i = 0; i < 3; i++)
		hc.arg[i] = in_value();
	arena_struct(BUF);
	if (in8() & 1)
		arena_struct(BUF2);
	if (hc.nr == __HYPERVISOR_domctl || hc.nr == __HYPERVISOR_sysctl || is_suicide(&hc))
		return;
	world_dom0_call(&hc);
}

static void step_domctl(void)
{
	struct xen_domctl op = {.cmd = in8(), .interface_version = XEN_DOMCTL_INTERFACE_VERSION};
	struct hypercall hc = {.nr = __HYPERVISOR_domctl, .arg = {BUF}};

	op.domain = in8() & 1 ? world_domid(in8() & 1) : (domid_t)in_value();
	in_struct(&op.u, sizeof(op.u));
	if (in8() & 1)
		arena_struct(BUF2);
	heap_fails_in = in8();
	memcpy(world_arena(BUF), &op, sizeof(op));
	world_dom0_call(&hc);
	heap_fails_in = 0;
}

static void step_sysctl(void)
{
	struct xen_sysctl op = {.cmd = in8(), .interface_version = XEN_SYSCTL_INTERFACE_VERSION};
	struct hypercall hc = {.nr = __HYPERVISOR_sysctl, .arg = {BUF}};

	in_struct(&op.u, sizeof(op.u));
	if (in8() & 1)
		arena_struct(BUF2);
	if (op.cmd == XEN_SYSCTL_debug_keys) {
		*world_arena(BUF2) = "hmpqrsx"[in8() % 7];
		set_xen_guest_handle(op.u.debug_keys.keys, (char *)BUF2);
		op.u.debug_keys.nr_keys = 1;
	}
	/* Payloads are domain 0's own code, and stay; they have unit.livepatch_bad. */
	if (op.cmd == XEN_SYSCTL_livepatch_op && op.u.livepatch.cmd == XEN_SYSCTL_LIVEPATCH_UPLOAD)
		return;
	memcpy(world_arena(BUF), &op, sizeof(op));
	world_dom0_call(&hc);
}

static void hold(uint64_t mfn)
{
	if (nr_held < MAX_HELD) {
		held[nr_held++] = mfn;
		return;
	}
	*(uint64_t *)(void *)world_arena(BUF2) = mfn;
	world_link_call(LINK_OP_UNMAP, (uint64_t[5]){1, BUF2});
}

static void step_link_map(void)
{
	uint64_t nr = in8() % 8, *mfn = (void *)world_arena(BUF2);
	uint64_t arg[5] = {world_domid(in8() & 1), nr, BUF, BUF2, BUF2 + 512};
	int32_t *err = (void *)world_arena(BUF2 + 512);

	for (uint64_t i = 0; i < nr; i++)
		((uint64_t *)(void *)world_arena(BUF))[i] = in_value();
	if (world_link_call(LINK_OP_MAP_FOREIGN, arg))
		return;
	for (uint64_t i = 0; i < nr; i++)
		if (!err[i])
			hold(mfn[i]);
}

static void step_link_resource(void)
{
	uint64_t nr = 1 + in8() % 4, *mfn = (void *)world_arena(BUF2);
	uint64_t arg[5] = {world_domid(in8() & 1), in8() | (uint64_t)in8() << 32, in_value(), nr,
			   BUF2};

	if (world_link_call(LINK_OP_MAP_RESOURCE, arg))
		return;
	for (uint64_t i = 0; i < nr; i++)
		hold(mfn[i]);
}

static void give_back(void)
{
	while (nr_held) {
		*(uint64_t *)(void *)world_arena(BUF2) = held[--nr_held];
		if (world_link_call(LINK_OP_UNMAP, (uint64_t[5]){1, BUF2}))
			world_broken("a frame that was mapped cannot be unmapped");
	}
}

/* --- cases ----------------------------------------------------------------------------- */

static void (*const steps[])(void) = {
	step_call,	step_call,     step_call,    step_call,		 step_exit,   step_fault,
	step_scribble,	step_offer,    step_time,    step_interrupt,	 step_domctl, step_sysctl,
	step_dom0_call, step_link_map, step_replace, step_link_resource,
};
#define NR_STEPS (sizeof(steps) / sizeof(steps[0]))

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct hypercall hc = {.nr = __HYPERVISOR_grant_table_op,
			       .arg = {GNTTABOP_map_grant_ref, BUF, 1}};

	world_boot();
	/* What is made once and stays: domain 0's table of handles, and so on. */
	*(struct gnttab_map_grant_ref *)(void *)world_arena(BUF) =
		(struct gnttab_map_grant_ref){.flags = GNTMAP_host_map};
	world_dom0_call(&hc);
	for (unsigned int i = 0; i < 2; i++) {
		world_start(false);
		for (unsigned int n = 0; n < NR_GUESTS; n++)
			map_pages(n);
		world_end();
		world_check();
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t flags;

	in_start(data, size);
	flags = in8();
	world_start(flags & 1);
	for (unsigned int n = 0; n < NR_GUESTS; n++)
		map_pages(n);
	for (unsigned int i = 0; i < MAX_STEPS && in_more(); i++)
		steps[in8() % NR_STEPS]();
	if (flags & 2)
		give_back();
	world_end();
	/* What is mapped outlives its domain until now. */
	give_back();
	world_check();
	return 0;
}
