/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The fake machine: the third architecture.  A memory array, a virtual clock
 * that only moves when told to, N CPUs of which one at a time is "this" one.
 * All of core/ links against it unchanged, under sanitizers.
 */
#ifndef ARCH_HOST_H
#define ARCH_HOST_H

#include <hv/domain.h>
#include <hv/hvm.h>
#include <hv/pcpu.h>

struct host_machine {
	stime_t now;
	unsigned int cpu; /* this_cpu() */
	uint32_t kicks[NR_CPUS];
	stime_t deadline[NR_CPUS]; /* arch_set_deadline() */
	uint32_t doorbells;	   /* arch_link_doorbell() */
	uint32_t flushes;	   /* hvm_p2m_flush() */
	uint32_t text_writes;	   /* arch_text_write() */
	uint32_t syncs;		   /* arch_sync_core() */
	uint32_t p2m_steps;	   /* the n-th change of a nested table fails; 0: none */
	bool (*relax)(void);	   /* while a CPU waits for others; false: for ever */
	char console[16384];	   /* what was printed last */
	size_t console_len;
	/* Allocation failure: the n-th pages_alloc()-backed step fails by giving the
	 * allocator no memory; see host_take_memory(). */
	char *ram;
	size_t ram_size;
};
extern struct host_machine host;

/* As arch_cpu_topology(); NULL: each CPU is a core of one socket. */
extern void (*host_topology)(unsigned int cpu, uint32_t *core, uint32_t *socket, uint32_t *node);

/* A machine with @cpus CPUs online and @mib MiB of memory, units initialised. */
void host_boot(unsigned int cpus, size_t mib);
/* Move the clock, then run the timers that are due on each CPU. */
void host_advance(int64_t ns);
/* Execute code as CPU @cpu. */
void host_on_cpu(unsigned int cpu);
/* A domain with @vcpus vCPUs and @pages of RAM at gfn 0.., still paused. */
struct domain *host_domain(unsigned int vcpus, uint64_t pages);
/* The same with another configuration. */
struct xen_domctl_createdomain;
struct domain *host_domain_with(const struct xen_domctl_createdomain *config, uint64_t pages);
/* domain_kill() until done; drops the reference of host_domain(). */
void host_kill(struct domain *d);
/* Text that live patches may change: pages to write code to, two functions with
 * names, the last page pinned. */
#define HOST_TEXT_SIZE 0x4000u
#define HOST_VICTIM    0x0u
#define HOST_BYSTANDER 0x100u
uint8_t *host_text(void);
/* Make @v the vCPU being served, as in an exit on this CPU. */
void host_serve(struct vcpu *v);
/* The exception raised last, once: its vector, -1 if none. */
int host_take_exception(struct vcpu *v, int32_t *error_code);
/* Keep all but @leave frames for ourselves; give everything back. */
void host_take_memory(uint64_t leave);
void host_return_memory(void);

#endif
