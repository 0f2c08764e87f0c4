/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Sysctls that Xen does not have: command numbers far above Xen's (xen/sysctl.h
 * counts from 1), the same structure, and the union's place for arguments.  Xen
 * answers -ENOSYS to each.  Both sides include this file; numbers and layouts that
 * were once released stay.
 */
#ifndef HV_NACRE_SYSCTL_H
#define HV_NACRE_SYSCTL_H

#include <xen/sysctl.h>

#define NACRE_SYSCTL_FIRST 0x4e410000u /* "NA" */

/*
 * What the hypervisor knows of one payload and Xen's LIST does not tell.
 * -ENOENT, -EINVAL, -EFAULT: the name, as for XEN_SYSCTL_LIVEPATCH_GET.
 */
#define NACRE_SYSCTL_livepatch_info (NACRE_SYSCTL_FIRST + 0)
#define NACRE_BUILD_ID_MAX	    64
struct nacre_sysctl_livepatch_info {
	struct xen_livepatch_name name; /* IN */
	uint64_t pause_ns;  /* OUT: the CPUs' stop for its last action; 0: there was none */
	uint64_t gather_ns; /* OUT: the part of it until all had met */
	uint32_t position;  /* OUT: in the stack of applied payloads from 1, 0: not applied */
	uint32_t functions; /* OUT: that it replaces */
	uint32_t cmd;	    /* OUT: LIVEPATCH_ACTION_* of that last action, or 0 */
	uint32_t id_len;    /* OUT: bytes of build_id, the rest of which is 0 */
	uint8_t build_id[NACRE_BUILD_ID_MAX]; /* OUT */
};

/*
 * What the scheduler did for each domain, one record each in ascending order.
 * -EINVAL with record_size set: the sides know different records.
 */
#define NACRE_SYSCTL_sched_stats (NACRE_SYSCTL_FIRST + 1)
#define NACRE_WAKE_BUCKETS	 20

/* Counted since a vCPU was made, also across moves to other pools: ns and times. */
struct nacre_sched_counts {
	uint64_t wakes;		   /* from blocked to runnable */
	uint64_t cpu_moves;	   /* ran on another CPU than the last time */
	uint64_t queue_moves;	   /* went to another run queue */
	uint64_t resets;	   /* of the credits of its run queue */
	uint64_t parks, parked_ns; /* its domain had no budget of its cap left */
	/* Had more credit, but the rate limit kept another one running. */
	uint64_t holds, held_ns;
	/* Wake-ups by the delay until it ran: bucket n, less than 2^n microseconds (and
	 * not in the one before); the last one has all that took longer, too. */
	uint64_t wake_delay[NACRE_WAKE_BUCKETS];
};

struct nacre_sched_record {
	uint32_t domid;
	uint32_t cpupool;
	uint32_t sched_id;    /* XEN_SCHEDULER_* of that pool */
	uint32_t nr_vcpus;    /* that are scheduled; 0: an external domain 0 */
	uint64_t state_ns[4]; /* by RUNSTATE_*, all vCPUs; parked ones are offline */
	struct nacre_sched_counts sum;
};

struct nacre_sysctl_sched_stats {
	uint32_t first_domain;	 /* IN: at least this id.  OUT: where to go on */
	uint32_t nr;		 /* IN: room.  OUT: records, 0: there are no more */
	uint32_t record_size;	 /* IN, OUT: sizeof(struct nacre_sched_record) */
	uint32_t unused;	 /* IN: 0 */
	uint64_aligned_t now_ns; /* OUT: system time */
	XEN_GUEST_HANDLE_64(uint8) buffer;
};

/* The arguments of a Nacre sysctl in Xen's structure. */
#define NACRE_SYSCTL_ARG(op, type) ((struct nacre_sysctl_##type *)(op)->u.pad)
_Static_assert(sizeof(struct nacre_sysctl_livepatch_info) <=
		       sizeof(((struct xen_sysctl *)0)->u.pad),
	       "fits into the union");
_Static_assert(sizeof(struct nacre_sched_counts) == 224 &&
		       sizeof(struct nacre_sched_record) == 272 &&
		       sizeof(struct nacre_sysctl_sched_stats) == 32,
	       "no padding");

#endif
