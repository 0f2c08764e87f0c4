/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hv/arch.h>
#include <hv/evtchn.h>
#include <hv/frame.h>
#include <hv/gnttab.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/link.h>
#include <hv/sched.h>
#include <hv/timer.h>
#include <xen/event_channel.h>

#include "arch/x86/paging.h"
#include "arch/x86/svm/svm.h"
#include "core/gnttab.h"

#define LINK_BYTES (4u << 20)
#define PTE_TABLE  0x27ULL /* present, writable, user, accessed */
#define PTE_PAGE   0xe7ULL

uint64_t fake_xcr0[NR_CPUS];
static domid_t guest_id[NR_GUESTS];
static uint64_t frames;
static size_t heap;

void world_broken(const char *why)
{
	fprintf(stderr, "%.*s\nbroken: %s\n", (int)host.console_len, host.console, why);
	abort();
}

int64_t host_now(void)
{
	return host.now.ns;
}

char *world_arena(uint64_t offset)
{
	return (char *)link_area.base + LINK_ARENA + offset;
}

/* The CPU waits for others: those that were kicked look at their work. */
static bool others_go_on(void)
{
	static unsigned int depth, waits;
	unsigned int me = host.cpu;

	if (depth || ++waits > 1000000)
		return false;
	depth++;
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++) {
		if (cpu == me || !host.kicks[cpu])
			continue;
		host.kicks[cpu] = 0;
		waits = 0;
		host_on_cpu(cpu);
		sched_now();
	}
	host_on_cpu(me);
	depth--;
	return true;
}

void world_boot(void)
{
	host_boot(WORLD_CPUS, 64);
	host.relax = others_go_on;
	svm_features = (struct svm_features){
		.revision = 1, .nr_asids = 16, .fsgsbase = true, .rdtscp = true};
	for (unsigned int cpu = 0; cpu < WORLD_CPUS; cpu++)
		svm_asid_cpu_init(cpu);
	link_area.base = calloc(1, LINK_BYTES);
	link_area.size = LINK_BYTES;
	link_start();
	/* The timers' arrays grow with the most vCPUs that there ever were: that is no leak. */
	if (timers_reserve(WORLD_TIMERS))
		abort();
	timers_unreserve(WORLD_TIMERS);
}

struct domain *world_guest(unsigned int n)
{
	struct domain *d = guest_id[n] ? domain_get(guest_id[n]) : NULL;

	if (d)
		domain_put(d); /* the table's reference stays */
	return d;
}

domid_t world_domid(unsigned int n)
{
	return guest_id[n];
}

/* Here, too, the upper half is the hypervisor's. */
uint64_t paging_lookup(uint64_t va)
{
	return va >> 63;
}

/* --- guests ------------------------------------------------------------------------- */

static void put64(struct domain *d, uint64_t at, uint64_t value)
{
	if (copy_to_gpa(d, (gpa_t){at}, &value, sizeof(value)))
		abort();
}

/* From TABLES: 4 levels, then the root of PAE, then of the two-level form. */
static void make_tables(struct domain *d)
{
	uint32_t large = (uint32_t)PTE_PAGE;

	put64(d, TABLES, (TABLES + 0x1000) | PTE_TABLE);
	put64(d, TABLES + 0x1000, (TABLES + 0x2000) | PTE_TABLE);
	for (uint64_t i = 0; i < 8; i++)
		put64(d, TABLES + 0x2000 + i * 8, i << 21 | PTE_PAGE);
	put64(d, TABLES + 0x3000, (TABLES + 0x2000) | 1);
	copy_to_gpa(d, (gpa_t){TABLES + 0x4000}, &large, sizeof(large));
}

static void make_guest(unsigned int n)
{
	struct domain *d = host_domain(GUEST_VCPUS, GUEST_PAGES);

	if (!d)
		world_broken("no memory for a guest");
	d->max_pages = GUEST_PAGES + 8;
	make_tables(d);
	for (unsigned int i = 0; i < GUEST_VCPUS; i++) {
		struct cpumask own = {1ULL << (n * GUEST_VCPUS + i)};

		hvm_set_pvh_entry(d->vcpu[i], CODE, 0);
		d->vcpu[i]->initialised = true;
		sched_set_affinity(d->vcpu[i], &own, &own);
		vcpu_clear_flags(d->vcpu[i], VPF_DOWN);
	}
	domain_unpause_by_controller(d);
	guest_id[n] = d->id;
	domain_put(d); /* what holds it is the table */
}

/* As the toolstack does it; the caller's reference goes, too. */
static void kill_guest(struct domain *d)
{
	struct xen_domctl op = {.cmd = XEN_DOMCTL_destroydomain,
				.interface_version = XEN_DOMCTL_INTERFACE_VERSION,
				.domain = d->id};
	struct hypercall hc = {.nr = __HYPERVISOR_domctl, .arg = {BUF}};

	memcpy(world_arena(BUF), &op, sizeof(op));
	world_dom0_call(&hc);
	domain_put(d);
}

static void kill_all(domid_t first)
{
	struct domain *d;

	while ((d = domain_next(first))) {
		domid_t id = d->id;

		if (d->dying != DOM_DEAD) {
			kill_guest(d);
			continue;
		}
		domain_put(d);
		first = (domid_t)(id + 1);
	}
}

void world_replace(unsigned int n)
{
	struct domain *d = guest_id[n] ? domain_get(guest_id[n]) : NULL;

	if (d)
		kill_guest(d);
	make_guest(n);
}

/* --- running -------------------------------------------------------------------------- */

static void check_locks(struct domain *d)
{
	if (spin_is_locked(&d->lock) || spin_is_locked(&d->page_lock) ||
	    spin_is_locked(&d->p2m.lock) || spin_is_locked(&d->gnttab->lock))
		world_broken("a lock is still held");
}

static void check_state(void)
{
	check_locks(dom0);
	for (unsigned int n = 0; n < NR_GUESTS; n++)
		if (world_guest(n))
			check_locks(world_guest(n));
}

void world_run(unsigned int cpu)
{
	struct pcpu *p = &pcpus[cpu];

	host_on_cpu(cpu);
	for (int turns = 0;; turns++) {
		__atomic_exchange_n(&p->work, 0, __ATOMIC_SEQ_CST);
		timers_run();
		sched_now();
		p->work = 0;
		if (!p->current)
			break;
		hvm_run(p->current);
		if (!p->current || !exits_again(p->current))
			break;
		if (turns > 100000)
			world_broken("a hypercall that never ends");
	}
	p->work = 0;
	sched_now();
	p->work = 0;
	check_state();
	host_on_cpu(0);
}

long world_dom0_call(struct hypercall *hc)
{
	struct pcpu *p = this_cpu();
	long rc = -XEN_ERESTART;

	hc->v = dom0->vcpu[0];
	for (int i = 0; i < 100000 && rc == -XEN_ERESTART; i++) {
		p->serving = hc->v;
		p->work = i % 8 == 1 ? WORK_SCHED : 0;
		rc = hypercall_do(hc);
		p->serving = NULL;
		p->work = 0;
		sched_now();
	}
	if (rc == -XEN_ERESTART)
		world_broken("a hypercall that never ends");
	check_state();
	return rc;
}

long world_link_call(uint32_t op, const uint64_t arg[5])
{
	struct link_slot *s = (struct link_slot *)((char *)link_area.base + LINK_SLOTS);

	*s = (struct link_slot){.op = op};
	memcpy(s->arg, arg, sizeof(s->arg));
	s->state = SLOT_REQUEST;
	for (int i = 0; i < 100000 && s->state != SLOT_DONE; i++) {
		this_cpu()->work = 0;
		link_work();
	}
	if (s->state != SLOT_DONE)
		world_broken("a request that never ends");
	return s->result;
}

/* --- begin and end -------------------------------------------------------------------------- */

static void dom0_gives_back(void)
{
	struct evtchn_reset reset = {.dom = DOMID_SELF};
	struct hypercall hc = {.nr = __HYPERVISOR_event_channel_op, .arg = {EVTCHNOP_reset, BUF}};

	memcpy(world_arena(BUF), &reset, sizeof(reset));
	world_dom0_call(&hc);
	for (uint32_t h = 0; h < dom0->gnttab->nr_chunks * MAPTRACK_PER_CHUNK; h++)
		gnttab_unmap_one(dom0, &(struct gnttab_unmap_grant_ref){.handle = h});
	heap_free(dom0->memory_map);
	dom0->memory_map = NULL;
}

void world_start(bool next_rip)
{
	svm_features.next_rip = next_rip;
	svm_features.flush_by_asid = next_rip;
	heap_fails_in = 0;
	host.console_len = 0;
	for (unsigned int n = 0; n < NR_GUESTS; n++)
		make_guest(n);
}

void world_end(void)
{
	heap_fails_in = 0;
	host_on_cpu(0);
	dom0_gives_back();
	kill_all(1);
	memset(guest_id, 0, sizeof(guest_id));
}

void world_check(void)
{
	if (domain_next(1))
		world_broken("a reference keeps a dead domain");
	if (frames && (frames_free() != frames || heap_used() != heap || frames_claimed())) {
		fprintf(stderr, "frames %llu -> %llu, heap %zu -> %zu\n",
			(unsigned long long)frames, (unsigned long long)frames_free(), heap,
			heap_used());
		world_broken("memory is not what it was before");
	}
	frames = frames_free();
	heap = heap_used();
}
