/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Virtual CPUs: life, run state, accounting. */
#ifndef HV_VCPU_H
#define HV_VCPU_H

#include <hv/list.h>
#include <hv/regs.h>
#include <hv/nacre_sysctl.h>
#include <hv/spinlock.h>
#include <hv/timer.h>
#include <xen/vcpu.h>

#define MAX_VCPUS 128

/* pause_flags: a vCPU is runnable when they are all clear. */
#define VPF_DOWN    (1u << 0) /* not brought up (VCPUOP_up, INIT/SIPI), or taken down */
#define VPF_BLOCKED (1u << 1) /* HLT, SCHEDOP_block, SCHEDOP_poll */
#define VPF_PAUSED  (1u << 2) /* v->pause_count > 0 or d->pause_count > 0 */
#define VPF_PARKED  (1u << 3) /* out of cap budget */

struct cpumask {
	uint64_t bits; /* NR_CPUS = 64 */
};

struct vcpu {
	uint32_t id;
	struct domain *domain;
	struct arch_vcpu *arch; /* vendor state: VMCB, xstate */
	struct guest_regs regs; /* general registers while not in the guest */
	struct vlapic *vlapic;
	struct vcpu_msrs *msrs; /* msr_policy.c */

	/* scheduling; fields below are guarded by sched_lock */
	uint32_t cpu;	      /* where it runs, or ran last */
	uint32_t pause_flags; /* atomic */
	uint32_t pause_count; /* under domain->lock */
	bool running;	      /* some pcpu's current is this vCPU */
	bool initialised;     /* has a register state (VCPUOP_initialise, setvcpucontext, SIPI) */
	struct cpumask hard, soft;
	void *sched;		/* the policy's unit */
	spinlock_t *sched_lock; /* guards that; changes only with the old and the new one */
	uint32_t last_cpu;	/* where it ran last; ~0: nowhere yet */
	int64_t woken;		/* waiting since a wake-up, ns; 0: not */
	struct nacre_sched_counts stats;

	/* runstate: times in ns, as vcpu_runstate_info. */
	int runstate; /* RUNSTATE_* */
	uint64_t runstate_entry;
	uint64_t runstate_time[4];
	gva_t runstate_area;  /* 0 = none; rewritten at every context switch */
	bool runstate_compat; /* the area has the 32-bit layout */

	/* PV timers */
	struct timer singleshot, periodic, poll;
	uint64_t periodic_period_ns;
	bool polling;
	int32_t poll_port; /* the one polled port, 0 = several */

	/* events */
	vcpu_info_t *vcpu_info; /* hypervisor mapping, never NULL */
	mfn_t vcpu_info_mfn;	/* INVALID_FRAME: in shared_info or spare_vcpu_info */
	spinlock_t virq_lock;	/* while a VIRQ is being raised, or its port goes */
	uint32_t virq_port[NR_VIRQS];
	uint8_t upcall_vector; /* HVMOP_set_evtchn_upcall_vector; 0 = none */
	uint32_t nmi_pending;
	vcpu_time_info_t time; /* the clock as the guest was last told */
	gva_t time_area;       /* where it wants it, too; 0 = nowhere */
	bool time_area_stale;
	uint64_t exits; /* #VMEXITs, for the counters */
};

/* Make vCPU @id of @d (down, not initialised). 0 or -XEN_ENOMEM. Caller holds
 * the domctl lock. */
int vcpu_create(struct domain *d, unsigned int id);
/* The domain is dying and the vCPU is not running. */
void vcpu_destroy(struct vcpu *v);

/* Clear VPF_BLOCKED and VPF bits in @flags, run it if that makes it runnable.
 * Any context, no lock needed. */
void vcpu_unblock(struct vcpu *v);
/* Something for it to notice (event, interrupt, NMI): wake it, or bring it out of
 * its guest code wherever it runs. Any context. */
void vcpu_kick(struct vcpu *v);
void vcpu_clear_flags(struct vcpu *v, uint32_t flags);
/* Set flags; if it runs elsewhere it is kicked out, not waited for. */
void vcpu_set_flags(struct vcpu *v, uint32_t flags);
/* Wait until @v is not running on any other CPU. */
void vcpu_sync(const struct vcpu *v);
/* Nested pause of one vCPU; pause waits until it is off its CPU unless it is
 * the caller's own. */
void vcpu_pause(struct vcpu *v);
void vcpu_unpause(struct vcpu *v);
static inline bool vcpu_runnable(const struct vcpu *v)
{
	return !__atomic_load_n(&v->pause_flags, __ATOMIC_ACQUIRE);
}
/* Guest block: mark blocked, then look for pending events (closes the race). */
void vcpu_block(struct vcpu *v);
/* HLT with IF=0, VCPUOP_down: when the last one of the domain goes down the
 * domain shuts down with SHUTDOWN_poweroff. */
void vcpu_down(struct vcpu *v);
/* True if an event, interrupt or NMI would wake @v from HLT. */
bool vcpu_has_wakeup(const struct vcpu *v);

/* Runstate bookkeeping, under the scheduler; @state RUNSTATE_*. */
void vcpu_runstate_change(struct vcpu *v, int state, stime_t now);
void vcpu_runstate_get(const struct vcpu *v, struct vcpu_runstate_info *out);
/* The same as a guest sees it; bytes used. */
#define RUNSTATE_BYTES sizeof(struct vcpu_runstate_info)
size_t vcpu_runstate_image(const struct vcpu *v, bool compat, uint8_t out[RUNSTATE_BYTES]);
/* CPU time used, ns. */
uint64_t vcpu_cpu_time(const struct vcpu *v);
/* Write the guest's registered runstate area (current vCPU only). */
void vcpu_update_runstate_area(struct vcpu *v);
/* Refresh vcpu_info->time if its scale changed or it moved CPU. */
void vcpu_update_time(struct vcpu *v);

#endif
