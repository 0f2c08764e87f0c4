/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_hypercall ROUNDS [FIRST]
 *
 * Two hostile guests on the fake machine: hypercalls of every number with
 * arguments that are half sensible, 64- and 32-bit, preempted at will, while
 * the guests scribble their shared pages.  Domain 0 answers with its own calls.
 * Each round is its own seed (the first is FIRST) and ends with both guests'
 * death, after which memory is what it was before.  The sanitizers watch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hv/arch.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/hypercall.h>
#include <hv/link.h>
#include <hv/sched.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

#include "host.h"

#define CALLS	   400 /* in a round */
#define PAGES	   24
#define BUF	   0x4000ULL
#define BUF2	   0x5000ULL
#define BAD	   0x7ffffff00000ULL
#define LINK_BYTES (4u << 20)

static uint64_t state;
static struct domain *guest[2];

static void broken(uint64_t round, const char *what)
{
	printf("broken in round %llu: %s\n", (unsigned long long)round, what);
	fflush(stdout);
	abort();
}

/* xorshift: enough spread for choosing arguments. */
static uint64_t any(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

/* Numbers that mean something to somebody: ids, ports, frames, limits. */
static uint64_t number(void)
{
	static const uint64_t edges[] = {
		0,	    1,		0x7fffffff,  0x80000000,      UINT32_MAX,
		UINT64_MAX, DOMID_SELF, P2M_MAX_GFN, P2M_MAX_GFN + 1, 1ULL << 63};

	switch (any(8)) {
	case 0:
		return edges[any(ARRAY_SIZE(edges))];
	case 1:
		return guest[any(2)]->id;
	case 2:
		return BUF2 + any(3) * 0x800;
	case 3:
		return any(PAGES * 2);
	default:
		return any(12);
	}
}

static uint64_t pointer(void)
{
	switch (any(10)) {
	case 0:
		return BAD;
	case 1:
		return BUF + any(4096);
	case 2:
		return PAGES * PAGE_SIZE - any(64); /* across the end of memory */
	default:
		return BUF;
	}
}

/* The page may be gone: then the call meets what is there. */
static void fill(struct domain *d, uint64_t at)
{
	uint64_t words[32];

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++) {
		words[i] = number();
		if (!any(2)) /* two fields of 32 bits */
			words[i] = (uint32_t)words[i] | number() << 32;
		if (!any(4)) /* four of 16 */
			words[i] = (words[i] & 0xffffffff) << 32 | any(8) << 16 | any(0x8000);
	}
	if (d->external)
		memcpy((char *)link_area.base + LINK_ARENA + at, words, sizeof(words));
	else if (copy_to_gpa(d, (gpa_t){at}, words, sizeof(words)))
		return;
}

static void call(struct domain *d, struct hypercall *hc)
{
	struct pcpu *p = this_cpu();
	bool preempt = !any(3);

	if (d->external)
		p->serving = hc->v;
	else
		p->current = hc->v;
	for (int i = 0; i < 100000; i++) {
		p->work = preempt ? WORK_SCHED : 0;
		if (hypercall_do(hc) != -XEN_ERESTART)
			break;
		if (!any(50))
			preempt = false;
	}
	p->serving = NULL;
	p->current = NULL;
	p->work = 0;
}

static void guest_call(struct domain *d)
{
	static const uint8_t calls[] = {
		__HYPERVISOR_memory_op,	       __HYPERVISOR_memory_op,
		__HYPERVISOR_grant_table_op,   __HYPERVISOR_grant_table_op,
		__HYPERVISOR_grant_table_op,   __HYPERVISOR_event_channel_op,
		__HYPERVISOR_event_channel_op, __HYPERVISOR_vcpu_op,
		__HYPERVISOR_sched_op,	       __HYPERVISOR_hvm_op,
		__HYPERVISOR_xen_version,      __HYPERVISOR_console_io,
		__HYPERVISOR_multicall,	       __HYPERVISOR_set_timer_op,
		__HYPERVISOR_vm_assist,	       __HYPERVISOR_physdev_op,
		__HYPERVISOR_platform_op,      __HYPERVISOR_sysctl,
		__HYPERVISOR_domctl,	       255,
	};
	struct hypercall hc = {.nr = calls[any(ARRAY_SIZE(calls))],
			       .compat = !any(4),
			       .v = d->vcpu[any(d->max_vcpus)]};

	fill(d, BUF);
	fill(d, BUF2);
	hc.arg[0] = any(32);
	hc.arg[1] = pointer();
	hc.arg[2] = any(3) ? any(4) : number();
	if (hc.nr == __HYPERVISOR_console_io || hc.nr == __HYPERVISOR_vcpu_op) {
		hc.arg[1] = any(3);
		hc.arg[2] = pointer();
	} else if (hc.nr == __HYPERVISOR_multicall || hc.nr >= __HYPERVISOR_sysctl) {
		hc.arg[0] = pointer();
		hc.arg[1] = any(20);
	}
	call(d, &hc);
}

/* Domain 0 binds and maps, but gives everything back at the end of a round. */
static void dom0_call(void)
{
	struct hypercall hc = {.v = dom0->vcpu[0], .nr = __HYPERVISOR_event_channel_op};

	if (!any(3))
		hc.nr = __HYPERVISOR_memory_op;
	fill(dom0, BUF);
	fill(dom0, BUF2);
	hc.arg[0] = any(32);
	hc.arg[1] = pointer();
	/* A memory map of its own is the one thing that it would keep. */
	if (hc.nr != __HYPERVISOR_memory_op || hc.arg[0] != XENMEM_set_memory_map)
		call(dom0, &hc);
}

/* Grants that may work, and calls that may use them. */
static void offer(struct domain *d)
{
	grant_entry_v1_t e = {.flags = any(4) ? GTF_permit_access : (uint16_t)any(32),
			      .domid = guest[any(2)]->id,
			      .frame = (uint32_t)any(PAGES + 4)};
	mfn_t mfn;

	if (!gnttab_get_frame(d, 0, false, &mfn))
		((grant_entry_v1_t *)mfn_to_virt(mfn))[any(8)] = e;
}

static void use_grants(struct domain *d)
{
	struct hypercall hc = {.nr = __HYPERVISOR_grant_table_op,
			       .v = d->vcpu[0],
			       .arg = {any(2) ? GNTTABOP_map_grant_ref : GNTTABOP_copy, BUF, 1}};
	uint64_t addr = (PAGES + any(8)) << PAGE_SHIFT;
	union {
		struct gnttab_map_grant_ref map;
		struct gnttab_unmap_grant_ref unmap;
		struct gnttab_copy copy;
	} u = {0};

	if (hc.arg[0] == GNTTABOP_copy) {
		u.copy.source.u.ref = (uint32_t)any(8);
		u.copy.source.domid = guest[any(2)]->id;
		u.copy.dest.u.ref = (uint32_t)any(8);
		u.copy.dest.domid = any(2) ? guest[any(2)]->id : DOMID_SELF;
		u.copy.len = (uint16_t)any(5000);
		u.copy.flags = (uint16_t)any(4);
	} else if (any(3)) {
		u.map = (struct gnttab_map_grant_ref){.host_addr = addr,
						      .flags = GNTMAP_host_map |
							       (any(2) ? GNTMAP_readonly : 0),
						      .ref = (uint32_t)any(8),
						      .dom = guest[any(2)]->id};
	} else {
		hc.arg[0] = GNTTABOP_unmap_grant_ref;
		u.unmap = (struct gnttab_unmap_grant_ref){.host_addr = addr,
							  .handle = (uint32_t)any(8)};
	}
	if (!copy_to_gpa(d, (gpa_t){BUF}, &u, sizeof(u)))
		call(d, &hc);
}

static void scribble(struct domain *d)
{
	mfn_t mfn;
	uint16_t *page = (uint16_t *)(void *)d->shared_info;

	if (any(2) && !gnttab_get_frame(d, 0, false, &mfn))
		page = mfn_to_virt(mfn);
	for (int i = 0; i < 16; i++)
		page[any(PAGE_SIZE / 2 / (any(2) ? 1 : 32))] = (uint16_t)number();
}

static void run_round(void)
{
	struct evtchn_reset reset = {.dom = DOMID_SELF};
	struct hypercall hc = {.nr = __HYPERVISOR_event_channel_op,
			       .v = dom0->vcpu[0],
			       .arg = {EVTCHNOP_reset, BUF}};
	int order;

	for (int i = 0; i < 2; i++) {
		guest[i] = host_domain(2, PAGES);
		guest[i]->max_pages = PAGES + 8;
		domain_unpause_by_controller(guest[i]);
	}
	for (int i = 0; i < CALLS; i++) {
		struct domain *d = guest[any(2)];

		if (any(2)) {
			guest_call(d);
		} else if (any(2)) {
			offer(guest[any(2)]);
			use_grants(d);
		} else {
			dom0_call();
		}
		if (!any(8))
			scribble(d);
		if (!any(20))
			host_advance((int64_t)any(1ULL << 32));
	}
	/* In either order: mappings and channels outlive neither. */
	order = (int)any(2);
	host_kill(guest[order]);
	host_kill(guest[!order]);
	memcpy((char *)link_area.base + LINK_ARENA + BUF, &reset, sizeof(reset));
	call(dom0, &hc);
}

/* What is made once and stays: the machine's memory map. */
static void warm_up(void)
{
	struct hypercall hc = {.nr = __HYPERVISOR_memory_op,
			       .v = dom0->vcpu[0],
			       .arg = {XENMEM_machine_memory_map, BUF}};

	call(dom0, &hc);
}

int main(int argc, char **argv)
{
	uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000;
	uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	uint64_t frames = 0;
	size_t heap = 0;

	host_boot(2, 64);
	link_area.base = calloc(1, LINK_BYTES);
	link_area.size = LINK_BYTES;
	link_start();
	state = first;
	warm_up();
	for (uint64_t r = first; r < first + rounds; r++) {
		state = r * 0x9e3779b97f4a7c15ULL + 1;
		run_round();
		if (r > first && (frames_free() != frames || heap_used() != heap))
			broken(r, "memory is not what it was before");
		frames = frames_free();
		heap = heap_used();
	}
	printf("%llu rounds\n", (unsigned long long)rounds);
	return 0;
}
