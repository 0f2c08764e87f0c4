/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * What scheduling costs, by the time-stamp counter: instructions when the emulator
 * counts those (tests/bench/sched.sh).  Prints, each less the guest's own loop where
 * it has one,
 *
 *	null	the cheapest hypercall
 *	alone	SCHEDOP_yield with nobody else runnable, less null: one pass
 *	turn	with vcpus=N and peers=P: a yield to the next of all that are
 *		runnable, less null: one pass and one context switch
 *	wake	with wake=1: from the send of an event by one that halts then, to
 *		the first instruction of the handler of who was woken
 *	preempt	from the time for which a sleeper has set its timer to its handler;
 *		another vCPU has the processor (nanoseconds)
 *
 * peers=P: domains 1..P are guests of this kind with leader=D, D being this one's
 * number; they wait until it sends them an event, then their vCPUs yield for ever.
 */
#include "lib.h"

#include <xen/event_channel.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

const char test_name[] = "bench";

#define BATCHES 33
#define CALLS	256
#define TURNS	512 /* yields of this guest in a window */
#define WINDOWS 5

static unsigned int vcpus, peers, leader;

static void version(void)
{
	hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
}

/* The cheapest batch: no timer came between. */
static uint64_t cheapest(void (*call)(void))
{
	uint64_t best = ~0ull;

	for (int i = 0; i < BATCHES; i++) {
		uint64_t start = rdtsc(), took;

		for (int k = 0; k < CALLS; k++)
			call();
		took = rdtsc() - start;
		best = took < best ? took : best;
	}
	return best / CALLS;
}

/* --- many runnable vCPUs ---------------------------------------------------------- */

static long vcpu_op(unsigned int op, unsigned int cpu, void *arg)
{
	return hypercall(__HYPERVISOR_vcpu_op, op, cpu, (uintptr_t)arg, 0);
}

static struct {
	volatile uint32_t turns, mark; /* at @mark somebody stops and looks */
	uint32_t begun;		       /* other vCPUs of this guest */
	unsigned int port[8];	       /* to the peers */
	uint64_t since, took[WINDOWS], null;
	unsigned int nr;
} run;

/* The median of the windows: a timer may have come in one. */
static void report(void)
{
	for (unsigned int i = 1; i < WINDOWS; i++) {
		uint64_t t = run.took[i];
		unsigned int k = i;

		for (; k && run.took[k - 1] > t; k--)
			run.took[k] = run.took[k - 1];
		run.took[k] = t;
	}
	print("turn %llu\n", LL(run.took[WINDOWS / 2] - run.null));
	pass();
}

static bool all_have_begun(void)
{
	for (unsigned int i = 0; i < peers; i++)
		if (!(xen_shared()->evtchn_pending[0] & 1ul << run.port[i]))
			return false;
	return run.begun == vcpus - 1;
}

/*
 * A window ends and the next begins.  Who waits longest, in effect, is next, so each
 * peer has had as many turns as this guest.
 */
static void look(void)
{
	uint64_t now = rdtsc();

	if (run.since) {
		run.took[run.nr++] = (now - run.since) / TURNS / (peers + 1);
		if (run.nr == WINDOWS)
			report();
	}
	run.mark += TURNS;
	if (all_have_begun())
		run.since = rdtsc();
}

static void take_turns(void)
{
	for (;;) {
		yield();
		if (__atomic_add_fetch(&run.turns, 1, __ATOMIC_RELAXED) == run.mark)
			look();
	}
}

/* The one port that a peer has kept for us is not known: ask for the first few. */
static unsigned int wake_peer(unsigned int domain)
{
	for (evtchn_port_t port = 1; port < 32; port++) {
		struct evtchn_bind_interdomain bind = {.remote_dom = (domid_t)domain,
						       .remote_port = port};

		if (evtchn_op(EVTCHNOP_bind_interdomain, &bind))
			continue;
		/* Pending as soon as it is bound, in case that something was sent. */
		__atomic_and_fetch(&xen_shared()->evtchn_pending[0], ~(1ul << bind.local_port),
				   __ATOMIC_SEQ_CST);
		check(!evtchn_send(bind.local_port), "cannot send to domain %u", domain);
		return bind.local_port;
	}
	error("domain %u has no port for this one", domain);
}

/*
 * Each vCPU brings the next one up: having slept they all have the same credit.
 * The first has less, it would come on again and again only when theirs is down
 * to that.
 */
static void bring_up(unsigned int cpu)
{
	if (cpu < vcpus) {
		check(!vcpu_op(VCPUOP_up, cpu, NULL), "vCPU %u does not come up", cpu);
		return;
	}
	if (leader)
		evtchn_send(run.port[0]);
	for (unsigned int i = 0; i < peers; i++)
		run.port[i] = wake_peer(i + 1);
}

/* Down until all are there: starting one is slow while the others run. */
static void begin(unsigned int cpu)
{
	vcpu_op(VCPUOP_down, cpu, NULL);
	__atomic_add_fetch(&run.begun, 1, __ATOMIC_RELAXED);
	bring_up(cpu + 1);
	take_turns();
}

static void follow(void)
{
	struct evtchn_alloc_unbound own = {.dom = DOMID_SELF, .remote_dom = (domid_t)leader};
	struct sched_poll poll = {.nr_ports = 1};
	evtchn_port_t port;
	long ret = evtchn_op(EVTCHNOP_alloc_unbound, &own);

	check(!ret, "no event channel for domain %u: %ld", leader, ret);
	run.port[0] = port = own.port;
	set_xen_guest_handle(poll.ports, &port);
	print("ready\n");
	/* Anything may end a poll, the console's event for one. */
	while (!(xen_shared()->evtchn_pending[0] & 1ul << port))
		hypercall2(__HYPERVISOR_sched_op, SCHEDOP_poll, &poll);
	bring_up(1);
	take_turns();
}

static void lead(uint64_t null)
{
	run.null = null;
	run.mark = TURNS;
	bring_up(1);
	take_turns();
}

/* --- wake-ups ------------------------------------------------------------------------ */

static volatile uint64_t sent, arrived, due;
static unsigned int port_there, port_back;
static volatile uint32_t sleeper_up;

static void halt(void)
{
	asm volatile("sti; hlt; cli" ::: "memory");
}

static void note_arrival(unsigned int port)
{
	arrived = rdtsc();
}

static void note_reply(unsigned int port)
{
}

static void answer_for_ever(unsigned int cpu)
{
	sleeper_up = 1;
	for (;;) {
		halt();
		if (arrived)
			evtchn_send(port_back);
	}
}

static uint64_t wake(void)
{
	uint64_t best = ~0ull;

	port_there = (unsigned int)evtchn_bind_ipi(1);
	port_back = (unsigned int)evtchn_bind_ipi(0);
	evtchn_set(port_there, note_arrival);
	evtchn_set(port_back, note_reply);
	ap_start(1, answer_for_ever);
	for (int i = 0; i < BATCHES; i++) {
		/* It sleeps, or it would not be a wake-up. */
		for (int k = 0; k < 16; k++)
			yield();
		arrived = 0;
		sent = rdtsc();
		evtchn_send(port_there);
		while (!arrived)
			halt();
		best = arrived - sent < best ? arrived - sent : best;
		/* The answer may come before or after the halt. */
		irq_on();
		irq_off();
	}
	return best;
}

static uint64_t late = ~0ull;

static void note_timer(unsigned int port)
{
	uint64_t t = now_ns();

	if (t > due && t - due < late)
		late = t - due;
	arrived++;
}

static void sleep_for_ever(unsigned int cpu)
{
	evtchn_set((unsigned int)evtchn_bind_virq(VIRQ_TIMER, cpu), note_timer);
	for (;;) {
		/* Longer than any rate limit by default. */
		due = now_ns() + 5000000;
		hypercall(__HYPERVISOR_set_timer_op, due, 0, 0, 0);
		halt();
	}
}

static uint64_t preempt(void)
{
	ap_start(2, sleep_for_ever);
	arrived = 0;
	while (arrived < BATCHES)
		asm volatile("pause");
	return late;
}

void test_main(void)
{
	uint64_t null, alone;

	vcpus = (unsigned int)cmdline_number("vcpus=", 1);
	peers = (unsigned int)cmdline_number("peers=", 0);
	leader = (unsigned int)cmdline_number("leader=", 0);
	irq_off();
	if (cmdline_number("wake=", 0)) {
		evtchn_init();
		print("wake %llu\n", LL(wake()));
		print("preempt %llu\n", LL(preempt()));
		pass();
	}
	for (unsigned int i = 1; i < vcpus; i++)
		ap_start(i, begin);
	if (leader)
		follow();
	null = cheapest(version);
	alone = cheapest(yield);
	check(alone > null, "a yield costs less than nothing");
	print("null %llu\nalone %llu\n", LL(null), LL(alone - null));
	if (vcpus > 1)
		lead(null);
	pass();
}
