/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Scheduler: mechanism (dispatch, IPIs, timers) here and in core/sched.c, policy
 * behind struct sched_policy (core/sched_credit2.c).  The policy knows no
 * hardware: it gets times, returns decisions, and asks for attention with
 * sched_tickle().
 */
#ifndef HV_SCHED_H
#define HV_SCHED_H

#include <hv/pcpu.h>
#include <hv/vcpu.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>

struct sched_choice {
	struct vcpu *next; /* NULL: idle */
	int64_t slice_ns;  /* ask again after this long; <= 0: no limit */
};

struct sched_policy {
	const char *name; /* as in xl info: xen_scheduler */
	uint32_t id;	  /* XEN_SCHEDULER_* */
	int (*cpu_add)(unsigned int cpu);
	int (*domain_add)(struct domain *d);
	void (*domain_remove)(struct domain *d);
	int (*vcpu_add)(struct vcpu *v); /* also chooses v->cpu */
	void (*vcpu_remove)(struct vcpu *v);
	void (*wake)(struct vcpu *v, stime_t now);  /* it became runnable */
	void (*sleep)(struct vcpu *v, stime_t now); /* it stopped being runnable */
	void (*yield)(struct vcpu *v);
	void (*affinity)(struct vcpu *v); /* hard or soft changed */
	/* Choose for @cpu. @prev (NULL: idle) has run @ran_ns since it was chosen and
	 * is put back if still runnable.  The chosen vCPU is marked running inside. */
	struct sched_choice (*pick)(unsigned int cpu, struct vcpu *prev, int64_t ran_ns,
				    stime_t now);
	/* @prev's context has been saved: it may run elsewhere now. */
	void (*context_saved)(struct vcpu *prev, stime_t now);
	/* XEN_DOMCTL_SCHEDOP_putinfo/getinfo, sysctl scheduler_op. */
	int (*adjust)(struct domain *d, struct xen_domctl_scheduler_op *op);
	int (*adjust_global)(struct xen_sysctl_scheduler_op *op);
};

extern const struct sched_policy *sched_policy;
extern const struct sched_policy sched_credit2;

/* Policy to mechanism: make @cpu choose again soon. */
void sched_tickle(unsigned int cpu);

/* Called by vcpu.c when pause_flags changed. */
void sched_wake(struct vcpu *v);
void sched_sleep(struct vcpu *v);
/* Choose again on this CPU at once; only where no guest's exit is being handled
 * (the dispatch loop and the link's requests). */
void sched_now(void);
/* SCHEDOP_yield. */
void sched_yield_current(void);
int sched_set_affinity(struct vcpu *v, const struct cpumask *hard, const struct cpumask *soft);

/* The dispatch loop of one CPU; never returns. */
void sched_loop(void) __attribute__((noreturn));
void sched_init(void);
int sched_cpu_up(unsigned int cpu);

#endif
