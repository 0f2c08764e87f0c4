/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Live patches: code that replaces functions of the running hypervisor
 * (xen/sysctl.h, XEN_SYSCTL_livepatch_op).  A payload is uploaded, checked and
 * placed; to apply or revert it all CPUs meet in the dispatch loop, where nothing
 * but that loop is on any stack.
 */
#ifndef HV_LIVEPATCH_H
#define HV_LIVEPATCH_H

#include <hv/types.h>

struct payload;

/* Functions that payloads may name in .livepatch.hooks.* sections. */
typedef void livepatch_load_fn(void);		    /* load, unload: all CPUs wait */
typedef int livepatch_pre_fn(struct payload *p);    /* preapply, prerevert: non-zero vetoes */
typedef int livepatch_action_fn(struct payload *p); /* apply, revert: all CPUs wait */
typedef void livepatch_post_fn(struct payload *p);  /* postapply, postrevert */
/* What an apply or revert hook calls to have the functions replaced as usual. */
int livepatch_apply_functions(struct payload *p);
int livepatch_revert_functions(struct payload *p);

/* WORK_PATCH in the dispatch loop: meet the other CPUs, if there still is a reason. */
void livepatch_rendezvous(void);
/* The function of an applied payload that @address lies in; NULL if none. For
 * backtraces: takes no lock. */
const char *livepatch_symbol(uintptr_t address, uintptr_t *offset);
/* Debug key: all payloads to the console. */
void livepatch_print(void);

#endif
