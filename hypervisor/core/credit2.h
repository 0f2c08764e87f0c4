/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Credit2, private to its files: sched_credit2.c (decisions), credit2_runq.c (which
 * queue a unit is in), credit2_tickle.c (whom to wake), credit2_balance.c (moves
 * between queues), credit2_cap.c (budgets), credit2_params.c.  Constants are Xen 4.17's.
 *
 * Locks, from the outside in: run queues (lower index first), a domain's budget.
 * All times are nanoseconds; credit is time of the heaviest unit of the queue.
 */
#ifndef CORE_CREDIT2_H
#define CORE_CREDIT2_H

#include "runq.h"

#include <hv/arch.h>
#include <hv/cmdline.h>
#include <hv/domain.h>
#include <hv/sched.h>

#define C2_INIT	      10000000LL /* credit of a new unit, and what a reset adds */
#define C2_CARRYOVER  500000LL	 /* who does not run keeps this much at a reset */
#define C2_SLICE_MIN  500000LL
#define C2_SLICE_MAX  10000000LL
#define C2_COMPENSATE 50000LL /* credit for the caches lost by a move */
#define C2_TOLERANCE  50000LL /* of the rate limit, seen from another CPU */
#define C2_WEIGHT     256

#define C2_LOAD_PRECISION   18 /* fraction bits of a load */
#define C2_LOAD_GRANULARITY 10 /* loads are counted in units of 2^10 ns */

/* A run queue and the CPUs that it feeds. */
struct c2_runq {
	spinlock_t lock;
	struct cpupool *pool;  /* NULL: the slot is free */
	unsigned int attached; /* CPUs that still look here, with those on their way out */
	uint64_t cpus;	       /* that it feeds */
	uint64_t idle;	       /* of these: idle and not yet told to look; atomic */
	uint64_t tickled;      /* told to look, have not looked yet */
	uint64_t vain;	       /* CPUs that found nothing here since somebody was queued */
	struct runq queue;
	struct list units; /* all that belong here, also sleeping and running ones */
	uint32_t nr_units;
	int64_t added; /* credit that resets have given since ever */
	uint16_t max_weight;
	uint32_t nr_heaviest; /* units of that weight */
	uint64_t resets;
	int64_t load, load_avg, load_stamp;
};

struct c2_cpu {
	struct c2_runq *rq;
	struct c2_unit *curr;
	struct c2_runq *called_by; /* another queue that has work for it; atomic */
	uint64_t siblings;	   /* threads of its core, itself included */
};

struct c2_domain {
	struct domain *d;
	/* Below: the budget's lock. */
	spinlock_t lock;
	int64_t budget;	    /* left of this period, without what units hold; < 0: owed */
	int64_t per_period; /* 0: not capped; written with all units' locks, too */
	int64_t quota;	    /* what a unit takes at once */
	stime_t period_end;
	uint64_t period; /* counts them */
	struct timer refill;
	struct list parked;
};

struct c2_unit {
	struct runq_node node;
	struct vcpu *v;
	struct c2_runq *rq; /* NULL: nowhere; changes with both queues' locks */
	struct list all;
	int64_t base;	  /* credit less rq->added */
	int64_t residual; /* of the division by the weight */
	int64_t start;	  /* running: charged up to here */
	int64_t stayed;	  /* ran since it last changed its CPU */
	int64_t since;	  /* running: without a break since */
	uint16_t weight;
	bool yielding, loaded;	 /* loaded: counted in rq->load */
	bool spent;		 /* it had run when it was parked */
	struct c2_runq *move_to; /* leave for this queue at the next chance */
	int64_t budget;		 /* of this period; < 0: owed */
	uint64_t period;	 /* its domain's when it took that */
	struct list parked;
	int64_t load_avg, load_stamp;
	int64_t parked_at;    /* 0: has budget */
	int64_t held;	      /* kept waiting by the rate limit since; 0: not */
	uint64_t resets_seen; /* rq->resets when it came */
};

extern struct c2_runq c2_runqs[NR_CPUS];
extern struct c2_cpu c2_cpus[NR_CPUS];

/* Credit that one from another CPU must have more than who is to make room. */
static inline int64_t c2_migrate_resist(void)
{
	return (int64_t)boot_options.credit2_migrate_resist_us * 1000;
}

static inline struct c2_unit *c2_unit(const struct vcpu *v)
{
	return v->sched;
}

static inline struct c2_domain *c2_domain(const struct c2_unit *u)
{
	return u->v->domain->sched;
}

/* Who waits or sleeps cannot hoard; who runs may have more. Queue's lock. */
static inline int64_t c2_credit(const struct c2_unit *u)
{
	int64_t credit = u->base + u->rq->added;

	return u->v->running ? credit : MIN(credit, C2_INIT + C2_CARRYOVER);
}

static inline void c2_set_credit(struct c2_unit *u, int64_t credit)
{
	u->base = credit - u->rq->added;
}

static inline int c2_count(uint64_t mask)
{
	int n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

static inline uint64_t c2_allowed(const struct c2_unit *u)
{
	return u->v->hard.bits & u->rq->cpus;
}

/* --- sched_credit2.c; queue's lock held --- */

/* Charge a running unit up to @now. */
void c2_burn(struct c2_unit *u, int64_t now);
/* Put a runnable unit in order, or take it out; its load is counted. */
void c2_enqueue(struct c2_unit *u, int64_t now);
void c2_dequeue(struct c2_unit *u);
/* What it may owe: one longest slice, at its own rate. */
int64_t c2_floor(const struct c2_unit *u);

/* --- credit2_params.c: of struct sched_policy --- */

void c2_pool_init(struct cpupool *p);
int c2_adjust(struct domain *d, struct xen_domctl_scheduler_op *op);
int c2_adjust_global(struct cpupool *p, struct xen_sysctl_scheduler_op *op);
void c2_affinity(struct vcpu *v, struct cpumask hard, struct cpumask soft, stime_t now);
void c2_stats(const struct vcpu *v, struct nacre_sched_counts *sum, int64_t now);

/* --- credit2_runq.c --- */

/* Lock the queue the unit is in; NULL if it is in none. */
struct c2_runq *c2_lock_unit(const struct c2_unit *u);
void c2_lock_two(struct c2_runq *a, struct c2_runq *b);
void c2_unlock_two(struct c2_runq *a, struct c2_runq *b);
/* Both queues' locks, if it has one now and gets one. */
void c2_attach(struct c2_unit *u, struct c2_runq *rq, unsigned int cpu);
void c2_detach(struct c2_unit *u);
/* Locks held: move a unit that does not run; it is queued there if runnable. */
void c2_move(struct c2_unit *u, struct c2_runq *to, unsigned int cpu, int64_t now);
/* No lock: bring a unit that does not run to a queue that may run it, the one it
 * was sent to or the least loaded one. */
void c2_relocate(struct c2_unit *u, int64_t now);
/* The least loaded CPU for it in its pool, soft affinity first. */
unsigned int c2_choose_cpu(const struct c2_unit *u);
void c2_set_weight(struct c2_unit *u, uint16_t weight);
/* The load changed by @change units (a unit's own average with it). */
void c2_update_load(struct c2_runq *rq, struct c2_unit *u, int change, int64_t now);
/* An unknown word for credit2_runqueue= is told, and replaced. */
void c2_check_sharing(void);
int c2_cpu_add(struct cpupool *p, unsigned int cpu);
void c2_cpu_stop(struct cpupool *p, unsigned int cpu);
void c2_cpu_gone(unsigned int cpu);

/* --- credit2_tickle.c --- */

/* Make @cpu look at its queue. */
void c2_tickle_cpu(struct c2_runq *rq, unsigned int cpu);
/* A unit was put in its queue: tell the CPU that should run it. */
void c2_tickle(struct c2_unit *u, int64_t now);
/* A CPU that was told has taken a unit, another one than it was told for perhaps, or
 * found none left for it: idle CPUs but @but may suit those that still wait. */
void c2_spread(struct c2_runq *rq, uint64_t but);

/* --- credit2_balance.c --- */

/* Queue's lock held: look for a better distribution with one other queue. */
void c2_balance(struct c2_runq *rq, int64_t now);
/* A queue with an idle CPU of @mask, or NULL. */
struct c2_runq *c2_idle_queue(const struct cpupool *p, uint64_t mask);
/* No lock: get a waiting unit from another queue for an idle CPU. */
bool c2_steal(unsigned int cpu, int64_t now);

/* --- credit2_cap.c --- */

/* True if the unit has budget, or could take some; false: it is parked. */
bool c2_budget(struct c2_unit *u, int64_t now);
/* Give back what it has; true: others may want it (c2_unpark without lock). */
bool c2_budget_return(struct c2_unit *u, int64_t now);
void c2_unpark(struct c2_domain *dom);
void c2_set_cap(struct domain *d, uint16_t cap);
void c2_cap_init(struct domain *d);
/* A unit goes: it waits for no budget any more. */
void c2_cap_forget(struct c2_unit *u);

#endif
