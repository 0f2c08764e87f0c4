/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Physical CPUs: per-CPU record and work bits. */
#ifndef HV_PCPU_H
#define HV_PCPU_H

#include <hv/timer.h>
#include <hv/types.h>

#define NR_CPUS 64

/* Work bits: set by interrupt handlers and by other CPUs (with arch_kick),
 * consumed by the dispatch loop before a guest is entered. */
#define WORK_SCHED (1u << 0) /* choose again who runs here */
#define WORK_TIMER (1u << 1) /* the deadline has passed */
#define WORK_LINK  (1u << 2) /* the hosted link has requests, or module guests events (boot CPU) */
#define WORK_PATCH (1u << 3) /* meet the other CPUs for a live patch */

struct pcpu {
	unsigned int id;
	bool online;
	bool in_guest;	      /* between the last work check and #VMEXIT */
	uint32_t work;	      /* atomic */
	struct vcpu *current; /* the vCPU chosen to run here; NULL: idle */
	struct vcpu *serving; /* dom0's vCPU while a link request is executed, else NULL */
	struct timer_heap timers;
	void *sched;	  /* the policy's per-CPU data */
	uint64_t idle_ns; /* time spent halted */
	stime_t idle_since;
	struct arch_pcpu *arch;
};

extern struct pcpu pcpus[NR_CPUS];
extern unsigned int nr_cpus_online; /* CPUs are numbered densely 0..n-1 */

/* Set work bits of @cpu and, if it is not this CPU, kick it. Any context. */
void pcpu_raise(unsigned int cpu, uint32_t bits);

#endif
