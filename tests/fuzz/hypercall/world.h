/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The world of a case: the hypervisor's core with its SVM part on the fake
 * machine, two guests of two vCPUs, each vCPU with a CPU of its own, and the
 * hosted domain 0.  It begins and ends with the same memory in use.
 */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include <hv/hypercall.h>
#include "host.h"

#define NR_GUESTS    2
#define GUEST_VCPUS  2
#define WORLD_CPUS   (NR_GUESTS * GUEST_VCPUS)
#define WORLD_TIMERS 4096 /* more than the vCPUs have that dom0 can make in a round */
#define GUEST_PAGES  24

/* Guest-physical addresses; BUF and BUF2 are offsets in domain 0's arena too. */
#define CODE   0x1000ULL
#define TABLES 0x2000ULL /* page tables of each kind, identity for the first GiB */
#define BUF    0x8000ULL
#define BUF2   0x9000ULL
#define BAD    0x7ffffff00000ULL

/* The n-th heap_alloc() from now fails; 0: none (heap.c). */
extern unsigned int heap_fails_in;

/* Once per process. */
void world_boot(void);
/* Make the guests; @next_rip: the processor saves the next RIP. */
void world_start(bool next_rip);
/* Take everything apart. */
void world_end(void);
/* Look for what is left; aborts if something is. */
void world_check(void);
/* Another guest in place of guest @n. */
void world_replace(unsigned int n);
/* The guest, or NULL when domain 0 has destroyed it. A borrowed reference. */
struct domain *world_guest(unsigned int n);
domid_t world_domid(unsigned int n);
int64_t host_now(void);
/* Let CPU @cpu choose, and run what it chose until its next exit, which exits.c
 * makes up; nothing happens when it is idle. */
void world_run(unsigned int cpu);
/* A hypercall of domain 0, through every continuation. */
long world_dom0_call(struct hypercall *hc);
/* A request through the link: a hypercall or LINK_OP_*. */
long world_link_call(uint32_t op, const uint64_t arg[5]);
char *world_arena(uint64_t offset);
/* Say why and abort: a finding. */
_Noreturn void world_broken(const char *why);

/* exits.c: what the guest's state and exit become is read from the input. */
void exits_plan_call(struct domain *d);
void exits_plan_any(void);
void exits_plan_fault(void);
/* True when the exit now handled is a hypercall to be executed to its end. */
bool exits_again(const struct vcpu *v);

#endif
