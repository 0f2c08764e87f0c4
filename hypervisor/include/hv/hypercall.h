/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Hypercall dispatch: number to function table, continuation, multicall. */
#ifndef HV_HYPERCALL_H
#define HV_HYPERCALL_H

#include <hv/types.h>

/* A handler gets the raw arguments and may change them before returning
 * -XEN_ERESTART: the call is then executed again with the changed arguments
 * after other work (interrupts, scheduling) had its turn.  32-bit guests'
 * arguments arrive zero-extended and `hc->compat` is set. */
struct hypercall {
	uint32_t nr;
	bool compat; /* 32-bit caller: structures have the 32-bit layout */
	uint64_t arg[5];
	struct vcpu *v; /* the caller; v->domain is its domain */
};
typedef long hypercall_fn(struct hypercall *hc);

/* Executes one call; -XEN_ENOSYS for unknown numbers. */
long hypercall_do(struct hypercall *hc);
/* A VMMCALL/VMCALL exit of the current vCPU: reads registers by mode, runs,
 * writes the result, advances RIP (or leaves it for a continuation). CPL must
 * have been checked (ring 0 only; -XEN_EPERM otherwise). */
void hypercall_exit(struct vcpu *v, unsigned int insn_len);
/* True when a long operation should return -XEN_ERESTART now. */
bool hypercall_preempt_check(void);

/* Handlers, one file each. Missing sub-operations return what Xen 4.17 returns. */
hypercall_fn do_memory_op, do_xen_version, do_console_io, do_grant_table_op, do_vcpu_op,
	do_event_channel_op, do_physdev_op, do_hvm_op, do_sched_op, do_sysctl, do_domctl,
	do_multicall, do_platform_op, do_set_timer_op, do_vm_assist;

#endif
