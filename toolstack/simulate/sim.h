/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Scheduler simulator: the hypervisor's own scheduler, dispatcher and timers over
 * the fake machine, with workloads for guests and virtual time that jumps from
 * event to event.  The same seed gives the same run.
 */
#ifndef SIMULATE_SIM_H
#define SIMULATE_SIM_H

#include <hv/sched.h>
#include "host.h"

#define US 1000LL
#define MS 1000000LL

/* What a vCPU does; times are drawn anew each time, half to one and a half of them. */
enum load {
	LOAD_CPU,	/* never blocks */
	LOAD_PERIODIC,	/* runs @run every @sleep, from a fixed beat */
	LOAD_BURSTY,	/* runs @run, blocks for @sleep, both varying */
	LOAD_STORM,	/* sleeps until a beat that all of its domain share */
	LOAD_YIELD,	/* runs @run, yields */
	LOAD_ADVERSARY, /* runs just less than @run without blocking, sleeps very shortly */
	LOAD_IDLE,	/* blocks at once, for good */
};

struct sim_vcpu {
	struct vcpu *v;
	struct sim_domain *dom;
	int64_t left;	 /* to run until its next action; INT64_MAX: none */
	int64_t wake_at; /* blocked until; 0: not blocked */
	int64_t woken;	 /* woken, has not run yet; 0: not */
	int64_t ran;	 /* ns of CPU */
	uint64_t waited; /* ns runnable without a CPU, until it ran last */
	int slot;	 /* in the heap of sleepers; -1: none */
};

struct sim_domain {
	struct domain *d;
	enum load load;
	int64_t run, sleep, phase;
	unsigned int nr;
	struct sim_vcpu vcpu[MAX_VCPUS];
	int64_t ran;	       /* of all, since the last sim_reset_clocks() */
	double ideal;	       /* GPS share so far, for sim.track_lag */
	double max_lag;	       /* ns behind the ideal, at worst */
	uint64_t delays, late; /* wake-ups; those that took more than sim.late_after */
	int64_t worst;	       /* longest wake-to-run, ns */
	int64_t longest_wait;  /* runnable without a CPU, between two runs, ns */
};

#define SIM_DOMAINS 1024

extern struct sim {
	uint64_t rng;
	unsigned int cpus;
	int64_t latency; /* longest delay until a kicked CPU reacts */
	int64_t late_after;
	bool track_lag; /* all domains CPU-bound, with as many vCPUs as there are CPUs */
	uint64_t events, switches;
	struct sim_domain *dom[SIM_DOMAINS];
	unsigned int nr_doms;
	int64_t busy[NR_CPUS];
	int64_t stalled[NR_CPUS]; /* the CPU does not react until then */
	/* Called after each event. */
	void (*watch)(void);
} sim;

uint64_t sim_random(uint64_t below);
/* A machine with @cpus CPUs; @runqueue: boot option credit2_runqueue,
 * NULL: as boot_options has it. */
void sim_boot(unsigned int cpus, const char *runqueue, uint64_t seed);
struct sim_domain *sim_add(unsigned int vcpus, uint16_t weight, uint16_t cap, enum load load,
			   int64_t run, int64_t sleep);
void sim_remove(struct sim_domain *dom);
void sim_set(struct sim_domain *dom, uint16_t weight, uint16_t cap);
void sim_pin(struct sim_vcpu *sv, uint64_t hard, uint64_t soft);
void sim_pause(struct sim_domain *dom, bool pause);
/* cpupool_op and the dispatching that it may wait for. */
int sim_pool_op(uint32_t op, uint32_t pool, uint32_t cpu, uint32_t sched, uint32_t *id);
int sim_pool_move(struct sim_domain *dom, uint32_t pool);
void sim_ratelimit(uint32_t pool, uint32_t us);
void sim_run(int64_t ns);
void sim_reset_clocks(void);
/* The longest time that one of @dom's vCPUs was runnable without a CPU between two
 * runs, or is now; since the last sim_reset_clocks(), ns. */
int64_t sim_longest_wait(const struct sim_domain *dom);
/* Let all CPUs react to what was asked of them. */
void sim_settle(void);

/* The tests look at everything after each event; NULL: nobody does. */
extern void (*sim_checker)(bool quick);

/* Fails the run, with the seed. */
#define CHECK(cond, ...)                                                                           \
	do {                                                                                       \
		if (!(cond))                                                                       \
			sim_fail(__FILE__, __LINE__, #cond, __VA_ARGS__);                          \
	} while (0)
void sim_fail(const char *file, int line, const char *what, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 4, 5)));

#endif
