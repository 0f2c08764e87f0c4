/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Scheduler: mechanism (dispatch, IPIs, timers) in core/sched.c, policies behind
 * struct sched_policy (Credit2, null), pools of CPUs in core/cpupool.c.  A policy
 * knows no hardware: it gets times, returns decisions, and asks for attention with
 * sched_tickle().
 */
#ifndef HV_SCHED_H
#define HV_SCHED_H

#include <hv/pcpu.h>
#include <hv/nacre_sysctl.h>
#include <hv/vcpu.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>

struct sched_choice {
	struct vcpu *next; /* NULL: idle */
	int64_t slice_ns;  /* ask again after this long; <= 0: no limit */
};

/* A set of CPUs and the policy that shares them out. */
struct cpupool {
	uint32_t id;
	const struct sched_policy *policy; /* NULL: no such pool */
	uint64_t cpus;			   /* those that schedule for it */
	uint64_t leaving;		   /* sent away, and not yet reported gone to who asked */
	struct list domains;
	uint32_t n_dom;
	uint32_t ratelimit_us;
	uint64_t runqs;	     /* Credit2: its run queues */
	struct list waiting; /* null: vCPUs without a CPU */
};

/*
 * Control functions are called with the pools' lock (cpupool.c) unless stated.
 * Units' memory stays with the vCPU when it changes pools, so a late wake-up finds
 * a lock to take.
 */
struct sched_policy {
	const char *name; /* as in xl info: xen_scheduler */
	uint32_t id;	  /* XEN_SCHEDULER_* */
	size_t unit_size, domain_size;
	void (*pool_init)(struct cpupool *p);
	/* A free CPU joins; it starts to ask when this has returned. */
	int (*cpu_add)(struct cpupool *p, unsigned int cpu);
	/* Nothing more is to be chosen for @cpu; what only it could run is elsewhere. */
	void (*cpu_stop)(struct cpupool *p, unsigned int cpu);
	/* On @cpu, idle for good. No lock. */
	void (*cpu_gone)(unsigned int cpu);
	void (*domain_add)(struct domain *d);
	/* Also before the vCPUs go, and twice. */
	void (*domain_remove)(struct domain *d);
	/* Chooses v->cpu and v->sched_lock; v->sched is zeroed memory. */
	void (*vcpu_add)(struct vcpu *v);
	void (*vcpu_remove)(struct vcpu *v); /* not running */
	/* With v->sched_lock: it became runnable, stopped being so. */
	void (*wake)(struct vcpu *v, stime_t now);
	void (*sleep)(struct vcpu *v, stime_t now);
	void (*yield)(struct vcpu *v); /* the current one of this CPU */
	void (*affinity)(struct vcpu *v, struct cpumask hard, struct cpumask soft, stime_t now);
	/* No lock. Choose for this CPU. @prev (NULL: idle) has run here until now.  The
	 * chosen vCPU is marked running inside. */
	struct sched_choice (*pick)(unsigned int cpu, struct vcpu *prev, stime_t now);
	/* No lock. @prev, not chosen again, has its context saved: it may run elsewhere
	 * now, and is put back if it is runnable. */
	void (*context_saved)(struct vcpu *prev, stime_t now);
	/* XEN_DOMCTL_SCHEDOP_putinfo/getinfo, sysctl scheduler_op. */
	int (*adjust)(struct domain *d, struct xen_domctl_scheduler_op *op);
	int (*adjust_global)(struct cpupool *p, struct xen_sysctl_scheduler_op *op);
	/* With v->sched_lock: adds what is not in v->stats yet, as of @now. */
	void (*stats)(const struct vcpu *v, struct nacre_sched_counts *sum, int64_t now);
};

extern const struct sched_policy sched_credit2, sched_null;

/* --- cpupool.c ----------------------------------------------------------------- */

/* The policy named on the command line; Pool-0 has it. */
extern const struct sched_policy *sched_default;

void cpupools_init(void);
/* A CPU that comes up joins Pool-0. -XEN_ENOMEM. */
int cpupool_cpu_up(unsigned int cpu);
/* The domain joins the pool of this id: -XEN_ESRCH, -XEN_ENODEV without CPUs. */
int cpupool_domain_add(struct domain *d, uint32_t id);
void cpupool_domain_remove(struct domain *d);
/* CPUs of the domain's pool. */
uint64_t cpupool_cpus(const struct domain *d);
/* XEN_SYSCTL_cpupool_op and scheduler_op; may return -XEN_ERESTART. */
int cpupool_op(struct xen_sysctl_cpupool_op *op);
int cpupool_adjust(struct xen_sysctl_scheduler_op *op);
/* XEN_DOMCTL_scheduler_op, putinfo and getinfo. */
int cpupool_adjust_domain(struct domain *d, struct xen_domctl_scheduler_op *op);

/* --- sched.c --------------------------------------------------------------------- */

/* Policy -> mechanism: let @cpu choose again (work bit plus kick). */
void sched_tickle(unsigned int cpu);

/* Called by vcpu.c on pause_flags transitions. Any context. */
void sched_wake(struct vcpu *v);
void sched_sleep(struct vcpu *v);
/* Choose again on this CPU at once; only where no guest's exit is being handled
 * (the dispatch loop and the link's requests). */
void sched_now(void);
/* SCHEDOP_yield. */
void sched_yield_current(void);
/* -XEN_EINVAL: no CPU of its pool is in @hard. NULL: unchanged. */
int sched_set_affinity(struct vcpu *v, const struct cpumask *hard, const struct cpumask *soft);
/* Give a paused domain's vCPUs to another pool, with that policy's defaults. */
void sched_move_domain(struct domain *d, struct cpupool *p);
/* The pool that @cpu schedules for; NULL: none. */
struct cpupool *sched_cpu_pool(unsigned int cpu);
void sched_cpu_join(unsigned int cpu, struct cpupool *p);
/* @cpu is to leave its pool; true when it has. */
bool sched_cpu_leave(unsigned int cpu);
/* Sums over the domain's vCPUs; all of *@r is written. */
void sched_domain_stats(struct domain *d, struct nacre_sched_record *r);

/* The dispatch loop of one CPU; never returns. */
void sched_loop(void) __attribute__((noreturn));
void sched_init(void);
int sched_cpu_up(unsigned int cpu);

#endif
